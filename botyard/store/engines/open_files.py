"""Watches the files of an open SQLite database: whether they are still in place.

A file that was removed or replaced can be written to as long as it is open, and what is written is gone
with the process. They are looked at by name only: nobody but SQLite may open them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

from botyard.store.engines.db import Unavailable

Identity = tuple[int, int] | None


class OpenFiles:
    """The database file, its log and its shared memory, as they were when the database was opened."""

    def __init__(self, path: str | Path) -> None:
        places = [f"{os.path.abspath(path)}{suffix}" for suffix in ("", "-wal", "-shm")]
        self._known = [(place, _identity(place)) for place in places]
        # What is written goes to these two. The third is only what processes agree by, and looked at less often.
        self._written = self._known[:2]
        self._looked = 0.0

    def lost(self) -> str:
        """Why what is written now would be lost, in a sentence; ``""`` where everything is in its place."""
        return _first_lost(self._known)

    def require(self, within: float = 0.0) -> None:
        """Raises Unavailable where a file that is written to is not in its place, or was not so many seconds ago."""
        now = time.monotonic()
        if now - self._looked < within:
            return
        if lost := _first_lost(self._written):
            self._looked = 0.0
            raise Unavailable(lost)
        self._looked = now


def _first_lost(known: Iterable[tuple[str, Identity]]) -> str:
    for place, identity in known:
        if _identity(place) != identity:
            return f"{place} was removed or replaced while the server ran; put it back, or restart the server."
    return ""


def _identity(place: str) -> Identity:
    try:
        status = os.stat(place)
    except OSError:
        return None
    return status.st_dev, status.st_ino
