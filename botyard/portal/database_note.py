"""The note in a data folder that says which database its portal lives in.

Without it, a start that forgets ``--database`` would make a second, empty portal.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from botyard import atomic_file
from botyard.config import Settings
from botyard.portal.auth import keys
from botyard.store.engines.db import FolderUnusable

FILE = "database.json"
SQLITE_FILE = "botyard.db"
"""The database in the data folder."""

OPTIONS = "--database or BOTYARD_DATABASE"


class Note(msgspec.Struct, frozen=True):
    """An engine, and for a server the host, port and name of the database; no account and no password."""

    engine: str
    address: str = ""


def require(settings: Settings) -> None:
    """Raises FolderUnusable where the settings name another database than the folder's own, or it is missing."""
    folder, wanted, noted = settings.data, _wanted(settings), _read(settings)
    file = folder / SQLITE_FILE
    missing = f"The portal's database is missing: restore {file} from a backup."
    if noted is None and wanted.engine == "sqlite" and (folder / keys.FILE).exists() and not file.exists():
        raise FolderUnusable(f"{missing} If the portal lives in PostgreSQL, name it with {OPTIONS}.")
    if noted is None:
        return
    if noted.engine != "sqlite" and wanted.engine == "sqlite":
        raise FolderUnusable(
            f"The portal of {folder} lives in the PostgreSQL database {noted.address}; name it with {OPTIONS}."
        )
    if noted.engine == "sqlite" and wanted.engine != "sqlite":
        raise FolderUnusable(
            f"The portal of {folder} lives in {file}, not in PostgreSQL; leave out {OPTIONS}, "
            "or name another folder with --data."
        )
    if noted != wanted:
        raise FolderUnusable(
            f"The portal of {folder} lives in the PostgreSQL database {noted.address}, not in {wanted.address}; "
            f"if it has moved there, delete {folder / FILE} and start again."
        )
    if wanted.engine == "sqlite" and not file.exists():
        raise FolderUnusable(missing)


def require_new(settings: Settings) -> None:
    """Raises FolderUnusable where a server's database is empty and the folder is that of another portal."""
    if problem := _another(settings):
        raise FolderUnusable(problem)


def emptied(settings: Settings) -> str:
    """Why a database without tables cannot be the folder's, in a sentence; ``""`` where there was no portal before.

    The tables are there before the note and the key are written.
    """
    folder, noted = settings.data, _read(settings)
    anew = f"To begin anew, remove {folder}."
    if noted is not None and settings.database:
        return f"The PostgreSQL database {noted.address} of the portal of {folder} is empty; restore it. {anew}"
    if settings.database:
        return _another(settings)
    if noted is None and not (folder / keys.FILE).exists():
        return ""
    file = folder / SQLITE_FILE
    named = "" if noted else f"If the portal lives in PostgreSQL, name it with {OPTIONS}. "
    return f"The portal's database is empty: restore {file}, and {file.name}-wal that lay beside it. {named}{anew}"


def _another(settings: Settings) -> str:
    """What in the folder tells of another portal than the one in an empty database of a server, in a sentence."""
    if not settings.database or _read(settings) is not None:
        return ""
    for trace in (settings.data / SQLITE_FILE, settings.data / keys.FILE):
        if trace.exists():
            return (
                f"There is no portal in the PostgreSQL database {_wanted(settings).address}, and {trace} belongs to "
                f"another one; name the right database with {OPTIONS}, or another folder with --data."
            )
    return ""


def write(settings: Settings) -> None:
    """Note which database the folder belongs to, once. Raises OSError."""
    if _read(settings) is None:
        atomic_file.create(settings.data / FILE, msgspec.json.encode(_wanted(settings)) + b"\n")


def _read(settings: Settings) -> Note | None:
    file = settings.data / FILE
    try:
        return msgspec.json.decode(file.read_bytes(), type=Note)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, msgspec.MsgspecError) as problem:
        raise FolderUnusable(f"{file}, which says where the portal's database is, cannot be read.") from problem


def _wanted(settings: Settings) -> Note:
    return Note("postgresql", address(settings.database)) if settings.database else Note("sqlite")


def address(url: str) -> str:
    """Host, port and name of the database at a ``postgresql://`` address, as in ``db.example.com:5432/botyard``."""
    try:
        parts, query = urlsplit(url), dict(parse_qsl(urlsplit(url).query))
        account = unquote(parts.username or "")
    except ValueError:
        # The driver says what is wrong with it.
        return ""
    host = parts.netloc.rpartition("@")[2].lower() or query.get("host", "localhost")
    if not re.search(r":\d+$", host):
        host += f":{query.get('port', '5432')}"
    name = unquote(parts.path.lstrip("/")) or query.get("dbname") or query.get("database") or account
    return f"{host}/{name}".replace("localhost:", "127.0.0.1:", 1)
