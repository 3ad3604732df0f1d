"""The files that an open SQLite database consists of, and whether they are still in their place.

A file that was removed or replaced can be written to as long as it is open, and what is written is gone
with the process. They are looked at by name only: nobody but SQLite may open them.
"""

from __future__ import annotations

import os
from pathlib import Path

from botyard.store.db import Unavailable

Identity = tuple[int, int] | None


class OpenFiles:
    """The database file, its log and its shared memory, as they were when the database was opened."""

    def __init__(self, path: str | Path) -> None:
        places = [f"{os.path.abspath(path)}{suffix}" for suffix in ("", "-wal", "-shm")]
        self._known = [(place, _identity(place)) for place in places]

    def lost(self) -> str:
        """Why what is written now would be lost, in a sentence; ``""`` where everything is in its place."""
        for place, identity in self._known:
            if _identity(place) != identity:
                return f"{place} was removed or replaced while the server ran; put it back, or restart the server."
        return ""

    def require(self) -> None:
        """Raises Unavailable where something is not in its place."""
        if lost := self.lost():
            raise Unavailable(lost)


def _identity(place: str) -> Identity:
    try:
        found = os.stat(place)
    except OSError:
        return None
    return found.st_dev, found.st_ino
