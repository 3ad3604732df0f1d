"""Opens the database, and the storage for the bytes of files."""

from __future__ import annotations

from pathlib import Path

from botyard.store.engines.blobs import Blobs, Folder
from botyard.store.engines.db import Database, FilesUnavailable
from botyard.store.engines.sqlite import SqliteDatabase

POSTGRES = ("postgresql://", "postgres://")


async def open_database(place: str | Path) -> Database:
    """Open the database at a ``postgresql://`` address or in a SQLite file, which is created when absent.

    Raises ``Unavailable`` with a clear sentence when that is impossible.
    """
    address = str(place)
    if address.startswith(POSTGRES):
        # The driver takes most of a second to import, and few installations need it.
        from botyard.store.engines.postgres import open_postgres

        return await open_postgres(address)
    return SqliteDatabase(address)


def open_blobs(place: str, folder: Path) -> Blobs:
    """Keep files in a bucket at an ``s3://`` address, or in a folder. Raises ``FilesUnavailable``."""
    try:
        blobs = _bucket(place) if place else Folder(folder)
        blobs.check()
    except ValueError as error:
        raise FilesUnavailable(f"Files cannot be kept: {error}.") from error
    except OSError as error:
        # What the client says goes over many lines; the first one tells enough.
        reason = str(error).partition("\n")[0]
        raise FilesUnavailable(f"Files cannot be kept in {place or folder}: {reason}") from error
    return blobs


def _bucket(place: str) -> Blobs:
    try:
        # As above: heavy, and few have one.
        from botyard.store.engines.bucket import Bucket
    except ImportError as error:
        raise ValueError("a bucket needs one package more: pip install 'botyard[s3]'") from error
    return Bucket(place)
