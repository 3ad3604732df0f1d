"""The first administrator's password in a file, so that no log and no terminal keeps it."""

from __future__ import annotations

from pathlib import Path

from botyard import atomic_file
from botyard.portal import creation

FILE = "first-password.txt"


def write(folder: Path, password: str) -> Path:
    """Write it down, for the folder's owner only. Raises OSError."""
    file = folder / FILE
    atomic_file.replace(file, f"login: {creation.ADMIN}\npassword: {password}\n".encode())
    return file


def reminder(folder: Path) -> str:
    """What to say while the file is still there; ``""`` when it is not."""
    file = folder / FILE
    if not file.exists():
        return ""
    return f"The first administrator's password is still in {file}: delete the file when you have signed in."
