"""A SQLite file with one small table, and what the tests do with it."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from weakref import WeakKeyDictionary

import apsw

from botyard.store.engines.sqlite import SqliteDatabase
from tests import sqlite_connections

TABLE = "CREATE TABLE notes (id {id}, name TEXT, number BIGINT NOT NULL DEFAULT 0)"
ADD = "INSERT INTO notes (name) VALUES (:name)"


async def opened(path: Path) -> SqliteDatabase:
    """A database with one empty table, which gives up on locks soon."""
    with sqlite_connections.noted() as connections:
        database = SqliteDatabase(path, busy_timeout=0.2)
    _connections[database] = connections
    await database.write(lambda tx: tx.run(TABLE))
    return database


def writer(db: SqliteDatabase) -> apsw.Connection:
    """The writing connection, for settings that break things on purpose."""
    return _connections[db][0]


def reader(db: SqliteDatabase) -> apsw.Connection:
    """The reading connection, to look on."""
    return _connections[db][1]


_connections: WeakKeyDictionary[SqliteDatabase, list[apsw.Connection]] = WeakKeyDictionary()


async def count(db: SqliteDatabase) -> int:
    row = await db.read(lambda tx: tx.one("SELECT COUNT(*) FROM notes"))
    assert row is not None
    return int(row[0])


def connected(path: Path) -> contextlib.closing[apsw.Connection]:
    """Another connection to the file, as another process would have it."""
    return contextlib.closing(apsw.Connection(str(path)))


async def together(db: SqliteDatabase, names: list[str]) -> list[int | BaseException]:
    """Writes asked for at once; the writer takes them in one group."""
    calls = (db.write(lambda tx, name=name: tx.run(ADD, name=name)) for name in names)  # type: ignore[misc]
    return list(await asyncio.gather(*calls, return_exceptions=True))
