"""All rows of a database at one moment, in a form that either engine can load."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice
from typing import Any

from botyard.store.engines.db import Row, Tx

PAGE = 1000
"""Rows that are in memory at a time."""
LEFT_OUT = frozenset({"migrations", "blob_holds"})
"""Tables whose rows mean nothing elsewhere: migrations are recorded when they are applied there."""
MADE_ANEW = "search_"
"""How the names of tables begin whose rows are made of those of others: full text is indexed where it is loaded."""

_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_TABLES = {
    "sqlite": """SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'
        ORDER BY name""",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename",
}
_COLUMNS = {
    "sqlite": "SELECT name FROM pragma_table_info(:table_name) ORDER BY cid",
    "postgresql": """SELECT column_name FROM information_schema.columns
        WHERE table_schema = current_schema() AND table_name = :table_name ORDER BY ordinal_position""",
}
_FOREIGN = """SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k
    JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = k.connamespace
    WHERE k.contype = 'f' AND n.nspname = current_schema()"""


async def tables(tx: Tx, engine: str) -> dict[str, list[str]]:
    """The tables whose rows are the portal's, each with its columns."""
    names = [str(name) for (name,) in await tx.all(_TABLES[engine])]
    return {
        name: [str(column) for (column,) in await tx.all(_COLUMNS[engine], table_name=name)]
        for name in names
        if name not in LEFT_OUT and not name.startswith(MADE_ANEW)
    }


async def empty(tx: Tx, engine: str) -> bool:
    """Whether there is nothing at all in the database."""
    return not await tx.all(_TABLES[engine])


async def rows(tx: Tx, engine: str, table: str, *, columns: list[str]) -> AsyncIterator[list[Row]]:
    """All rows of a table, a page at a time."""
    listed = ", ".join(columns)
    if engine == "postgresql":
        # A name of its own: the driver remembers what columns a statement has by its text.
        cursor = f"rows_{secrets.token_hex(8)}"
        await tx.run(f"DECLARE {cursor} NO SCROLL CURSOR FOR SELECT {listed} FROM {table}")
        while page := await tx.all(f"FETCH FORWARD {PAGE} FROM {cursor}"):
            yield page
        await tx.run(f"CLOSE {cursor}")
        return
    after = -(2**63)
    sql = f"SELECT rowid, {listed} FROM {table} WHERE rowid > :after ORDER BY rowid LIMIT {PAGE}"
    while page := await tx.all(sql, after=after):
        after = page[-1][0]
        yield [row[1:] for row in page]


async def last_numbers(tx: Tx, engine: str, names: Iterable[str]) -> dict[str, int]:
    """The last number that each table which numbers its rows has given out: none is ever given twice."""
    if engine == "sqlite":
        sequences = await tx.all("SELECT name, seq FROM sqlite_sequence")
        return {str(name): int(seq) for name, seq in sequences if name in set(names)}
    last: dict[str, int] = {}
    for name in names:
        sequence = await _sequence(tx, name)
        if sequence:
            row = await tx.one(f"SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM {sequence}")
            last[name] = int(row[0]) if row else 0
    return last


async def clear(tx: Tx, engine: str, names: Iterable[str]) -> list[tuple[str, str, str]]:
    """Empty tables that migrations have just made, and lift what ties their rows together, for ``tie``."""
    if engine == "sqlite":
        await tx.run("PRAGMA defer_foreign_keys = 1")
        tied: list[tuple[str, str, str]] = []
    else:
        tied = [(str(row[0]), str(row[1]), str(row[2])) for row in await tx.all(_FOREIGN)]
        for table, constraint, _ in tied:
            await tx.run(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
    for name in names:
        await tx.run(f"DELETE FROM {checked(name)}")
    return tied


async def load(tx: Tx, table: str, columns: list[str], *, source: Iterator[list[Any]]) -> None:
    """Insert rows."""
    names = [checked(column) for column in columns]
    values = ", ".join(f":{name}" for name in names)
    sql = f"INSERT INTO {checked(table)} ({', '.join(names)}) VALUES ({values})"
    while page := list(islice(source, PAGE)):
        await tx.many(sql, (dict(zip(names, row, strict=True)) for row in page))


async def tie(tx: Tx, tied: list[tuple[str, str, str]]) -> None:
    """Put the ties back that ``clear`` has lifted; the engine looks at every row."""
    for table, constraint, definition in tied:
        await tx.run(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {definition}")


async def set_last_numbers(tx: Tx, engine: str, last: dict[str, int]) -> None:
    """Go on numbering where the other database stood."""
    for name, number in last.items():
        if engine == "sqlite":
            await tx.run("DELETE FROM sqlite_sequence WHERE name = :name", name=name)
            await tx.run("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :number)", name=name, number=number)
        elif number and (sequence := await _sequence(tx, checked(name))):
            await tx.one("SELECT setval(CAST(:sequence AS TEXT)::regclass, :number)", sequence=sequence, number=number)


async def _sequence(tx: Tx, table: str) -> str:
    columns = await tx.all(_COLUMNS["postgresql"], table_name=table)
    if ("id",) not in columns:
        return ""
    row = await tx.one(f"SELECT pg_get_serial_sequence('{table}', 'id')")
    return str(row[0] or "") if row else ""


def checked(name: str) -> str:
    """A name that may stand in SQL. Raises ValueError."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a table or column")
    return name
