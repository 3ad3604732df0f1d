"""Passwords of published leaks: a file as Have I Been Pwned offers it, searched without being loaded.

Each line is the SHA-1 of a password in hexadecimal digits, a colon and how often it was seen; the lines are sorted. The
whole list has forty gigabytes, so a look-up reads some thirty-five lines of it.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import BinaryIO

from botyard.config import Settings
from botyard.store.engines.db import FilesUnavailable

_LINE = re.compile(rb"[0-9A-Fa-f]{40}(:[0-9]+)?\r?\n?")
_LINE_MAX = 100
_LINE_LEAST = 60
"""Among so many bytes at the end of the file a line begins; counts have ten digits at most."""
_HASH = 40


def opened_list(settings: Settings) -> BreachedPasswords | None:
    """The list that the settings name. Raises FilesUnavailable where it cannot be read, or is something else."""
    return BreachedPasswords(Path(settings.breached_passwords)) if settings.breached_passwords else None


class BreachedPasswords:
    """The file. Raises FilesUnavailable where it cannot be read, or is something else."""

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            with file.open("rb") as content:
                first, size = content.readline(_LINE_MAX), content.seek(0, os.SEEK_END)
                last = _line_after(content, max(0, size - _LINE_LEAST))
        except OSError as problem:
            raise FilesUnavailable(
                f"The list of breached passwords {file} cannot be read: {problem.strerror}."
            ) from problem
        if not _LINE.fullmatch(first) or first[:_HASH].upper() > last[:_HASH].upper():
            raise FilesUnavailable(
                f"{file} is no list of breached passwords: its lines must be SHA-1 hashes with counts, sorted by hash."
            )

    def holds(self, password: str) -> bool:
        """Whether a password is in the list. Reads from the disk. Raises OSError where the file is gone."""
        wanted = hashlib.sha1(password.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
        with self._file.open("rb") as content:
            return _search(content, wanted.upper().encode())


def _search(content: BinaryIO, wanted: bytes) -> bool:
    """Whether a line begins with ``wanted``: the offsets between which it can begin are halved until one is left."""
    low, high = 0, content.seek(0, os.SEEK_END)
    while low < high:
        middle = (low + high) // 2
        line = _line_after(content, middle)
        digest = line[:_HASH].upper()
        if digest == wanted:
            return True
        if not digest or digest > wanted:
            high = middle
        else:
            low = middle + 1
    return False


def _line_after(content: BinaryIO, offset: int) -> bytes:
    """The first line that begins at or after an offset; empty where none does."""
    start = max(0, offset - 1)
    content.seek(start)
    block = content.read(2 * _LINE_MAX)
    if offset == 0:
        return block[:_LINE_MAX]
    newline = block.find(b"\n")
    return b"" if newline < 0 else block[newline + 1 : newline + 1 + _LINE_MAX]
