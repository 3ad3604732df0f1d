"""The one place that chooses the database engine."""

from __future__ import annotations

from pathlib import Path

from botyard.store.db import Database
from botyard.store.sqlite import SqliteDatabase

POSTGRES = ("postgresql://", "postgres://")


async def open_database(place: str | Path) -> Database:
    """Open the database at a ``postgresql://`` address or in a SQLite file, which is created when absent.

    Raises ``Unavailable`` with a clear sentence when that is impossible.
    """
    address = str(place)
    if address.startswith(POSTGRES):
        # The driver takes most of a second to import, and few installations need it.
        from botyard.store.postgres import open_postgres

        return await open_postgres(address)
    return SqliteDatabase(address)
