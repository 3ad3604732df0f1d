"""Files of the data folder that others on the machine can read."""

from __future__ import annotations

import stat
from pathlib import Path

from botyard.portal.auth import keys
from botyard.portal.database_note import SQLITE_FILE

OTHERS = stat.S_IRWXG | stat.S_IRWXO
_DATABASE = (SQLITE_FILE, f"{SQLITE_FILE}-wal", f"{SQLITE_FILE}-shm")


def warnings(folder: Path) -> list[str]:
    """A sentence for each file that is open to others; a folder that is closed to them closes the database, too."""
    wide = [name for name in (keys.FILE, *(_DATABASE if _mode(folder) else ())) if _mode(folder / name)]
    return [
        f"Others on this machine can get at {folder / name} (mode {_mode_text(folder / name)}): "
        f"chmod 600 {folder / name}, and chmod 700 {folder}."
        for name in wide
    ]


def _mode(path: Path) -> int:
    """What others than the owner may do."""
    try:
        return path.stat().st_mode & OTHERS
    except OSError:
        return 0


def _mode_text(path: Path) -> str:
    return f"{stat.S_IMODE(path.stat().st_mode):04o}"
