"""Where the bytes of files lie. The seam is narrow, so that a folder and a bucket are one to everybody else.

All calls block, and are made in threads.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import IO, NamedTuple, Protocol

from botyard.atomic_file import sync_folder

CHUNK = 1024 * 1024
"""How much is read or written at a time."""

_NAME = re.compile(r"[0-9a-f]{32}(\.[a-z]{3,4})?")


class Blobs(Protocol):
    """Bytes by names that the server makes up itself. Raises ``OSError`` where something fails."""

    def check(self) -> None:
        """Find out whether bytes can be kept here at all."""
        ...

    def put(self, name: str, source: IO[bytes]) -> None:
        """Keep everything from the start of ``source``; when this returns it is durable."""
        ...

    def read(self, name: str, start: int, length: int) -> bytes:
        """A piece. Raises FileNotFoundError where there are no such bytes."""
        ...

    def delete(self, name: str) -> None:
        """Remove bytes, also those that were put by half; no error where there are none."""
        ...


class Folder:
    """Bytes as files below a folder, readable by their owner only."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def check(self) -> None:
        """See that the folder can be made; it is made now."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, name: str, source: IO[bytes]) -> None:
        place = self._place(name)
        half = _half(place)
        # Not its parents: a data folder that was removed is not made anew.
        place.parent.mkdir(mode=0o700, exist_ok=True)
        try:
            descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as out:
                source.seek(0)
                shutil.copyfileobj(source, out, CHUNK)
                out.flush()
                os.fsync(out.fileno())
            half.replace(place)
        except BaseException:
            half.unlink(missing_ok=True)
            raise
        sync_folder(place.parent)
        sync_folder(place.parent.parent)

    def read(self, name: str, start: int, length: int) -> bytes:
        with self._place(name).open("rb") as file:
            file.seek(start)
            return file.read(length)

    def delete(self, name: str) -> None:
        place = self._place(name)
        place.unlink(missing_ok=True)
        _half(place).unlink(missing_ok=True)

    def _place(self, name: str) -> Path:
        checked_name(name)
        return self._root / name[:2] / name


class FileStorage(NamedTuple):
    """Where files are kept, where they arrive, and how many at once.

    ``incoming`` holds bodies and files under way, which have no names there and
    vanish with the process; ``turns`` limits how many large bodies may be in memory.
    """

    blobs: Blobs
    incoming: Path
    turns: asyncio.Semaphore


TURNS = 1


def temporary_file(folder: Path) -> tempfile.SpooledTemporaryFile[bytes]:
    """A file without a name for what is on its way; a small one stays in memory."""
    return tempfile.SpooledTemporaryFile(max_size=CHUNK, dir=str(folder))


def file_storage(blobs: Blobs, incoming: Path) -> FileStorage:
    """A place for files with the usual limits."""
    incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
    return FileStorage(blobs, incoming, asyncio.Semaphore(TURNS))


def checked_name(name: str) -> str:
    """The name, if it is one of ours. Nothing that a caller sent may ever become the name of bytes."""
    if not _NAME.fullmatch(name):
        raise ValueError("this is no name of bytes")
    return name


def _half(place: Path) -> Path:
    return place.with_name(place.name + ".part")
