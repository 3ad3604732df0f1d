"""All rows of a portal, taken out of the database and put back.

The rows travel through memory, so that both engines do it alike, in one transaction, and nothing is left beside the
database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter
from typing import NamedTuple

from botyard.model.deliveries import EndReason
from botyard.store import files, search_index
from botyard.store.engines.db import Row, Tx, Value
from botyard.store.engines.portable_rows import MADE_ANEW

ROWS_MAX = 50_000
"""A portal of more rows is not kept: putting it back would take seconds, in which nobody else is served."""

# Not part of a portal's state: its schema, bytes that wait to be swept away or must not be, how late it is, what
# the server runs with, and the record of what happened.
_EXCLUDED = ("migrations", "pending_blobs", "blob_holds", "clock", "jumps", "server_settings", "audit_log")
# Their numbers go on. A bot that lives on would take a number that comes again for a repeated event.
_GOING_ON = ("events", "deliveries")

_COLUMNS = {
    "sqlite": """SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' ORDER BY t.name, c.cid""",
    "postgresql": """SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname = current_schema() AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY c.relname, a.attnum""",
}
_REFERENCES = {
    "sqlite": """SELECT t.name, r."from", r."table", r."to" FROM sqlite_schema t
        JOIN pragma_foreign_key_list(t.name) r WHERE t.type = 'table'""",
    "postgresql": """SELECT c.relname, a.attname, p.relname, b.attname FROM pg_constraint k
        JOIN pg_class c ON c.oid = k.conrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
        JOIN pg_class p ON p.oid = k.confrelid JOIN pg_attribute b ON b.attrelid = p.oid AND b.attnum = k.confkey[1]
        JOIN pg_namespace n ON n.oid = k.connamespace WHERE k.contype = 'f' AND n.nspname = current_schema()""",
}
_SEQUENCES = """SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'S' AND n.nspname = current_schema() ORDER BY c.relname"""


class TooLarge(Exception):
    """The portal has more than ``ROWS_MAX`` rows."""


class Table(NamedTuple):
    """A table with its rows, in an order in which they can be inserted."""

    name: str
    columns: tuple[str, ...]
    rows: list[Row]


class Snapshot(NamedTuple):
    """The state of a portal: tables, those first that others refer to, and where the numbering of each stands."""

    tables: list[Table]
    sequences: list[Row]

    @property
    def rows(self) -> int:
        return sum(len(table.rows) for table in self.tables)

    @property
    def blobs(self) -> set[str]:
        """The names of the bytes that its files have."""
        table = next(table for table in self.tables if table.name == "files")
        places = [table.columns.index(name) for name in ("blob", "preview")]
        return {row[place] for row in table.rows for place in places if row[place]}


async def take(tx: Tx, engine: str) -> Snapshot:
    """The rows as they are, all of one moment. Raises ``TooLarge``."""
    columns = await _columns(tx, engine)
    await _lock(tx, engine, columns, mode="SHARE")
    references = await tx.all(_REFERENCES[engine])
    graph: dict[str, set[str]] = {name: set() for name in columns}
    for child, _, parent, _ in references:
        if child != parent:
            graph[child].add(parent)
    within = {child: (column, to) for child, column, parent, to in references if child == parent}
    tables: list[Table] = []
    room = ROWS_MAX
    for name in TopologicalSorter(graph).static_order():
        listed = ", ".join(columns[name])
        rows = await tx.all(f"SELECT {listed} FROM {name} LIMIT :most", most=room + 1)
        room -= len(rows)
        if room < 0:
            raise TooLarge
        if name in within:
            rows = _parents_first(rows, *(columns[name].index(column) for column in within[name]))
        tables.append(Table(name, columns[name], rows))
    return Snapshot(tables, await _numbering(tx, engine))


async def restore(tx: Tx, engine: str, kept: Snapshot) -> None:
    """Make the portal what it was. What waited to be sent then is not sent any more."""
    await _lock(tx, engine, {table.name: table.columns for table in kept.tables}, mode="EXCLUSIVE")
    ownerless = await _blobs(tx) - kept.blobs
    await tx.run("; ".join(f"DELETE FROM {table.name}" for table in reversed(kept.tables)))
    for table in kept.tables:
        if table.rows:
            places = ", ".join(f":{column}" for column in table.columns)
            rows: list[Mapping[str, Value]] = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
            await tx.many(f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({places})", rows)
    await tx.run(
        """UPDATE deliveries SET state = 'skipped', holder = '', finished = :now, reason = :reason
           WHERE state IN ('waiting', 'sending')""",
        now=tx.now,
        reason=EndReason.RESET.value,
    )
    await search_index.clear(tx)
    await files.forget(tx, kept.blobs)
    for name in ownerless:
        await files.mark_pending(tx, name, since=tx.now)
    # Last of all: on PostgreSQL it is not taken back with the transaction.
    await _renumber(tx, engine, kept.sequences)


async def _columns(tx: Tx, engine: str) -> dict[str, tuple[str, ...]]:
    """The columns of each table that belongs to the state of a portal."""
    references: dict[str, tuple[str, ...]] = {}
    for table, column in await tx.all(_COLUMNS[engine]):
        if table not in _EXCLUDED and not table.startswith(MADE_ANEW):
            references[table] = (*references.get(table, ()), column)
    return references


async def _lock(tx: Tx, engine: str, tables: Iterable[str], *, mode: str) -> None:
    """Let nobody else write meanwhile. On SQLite a writer is alone in any case."""
    if engine == "postgresql":
        await tx.run(f"LOCK TABLE {', '.join(sorted(tables))} IN {mode} MODE")


async def _blobs(tx: Tx) -> set[str]:
    rows = await tx.all("SELECT blob, preview FROM files")
    return {name for row in rows for name in row if name}


async def _numbering(tx: Tx, engine: str) -> list[Row]:
    """How far each table has numbered its rows: name and number, on PostgreSQL also whether the number is taken."""
    if engine == "sqlite":
        rows = await tx.all("SELECT name, seq FROM sqlite_sequence")
        return [row for row in rows if row[0] not in _GOING_ON]
    names = [row[0] for row in await tx.all(_SEQUENCES)]
    kept = [name for name in names if name not in {f"{table}_id_seq" for table in _GOING_ON}]
    return [row for name in kept for row in await tx.all(f"SELECT '{name}', last_value, is_called FROM {name}")]


async def _renumber(tx: Tx, engine: str, sequences: list[Row]) -> None:
    if engine == "sqlite":
        names = ", ".join(f"'{name}'" for name in _GOING_ON)
        await tx.run(f"DELETE FROM sqlite_sequence WHERE name NOT IN ({names})")
        await tx.many(
            "INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)",
            [{"name": name, "seq": number} for name, number in sequences],
        )
    else:
        each = ", ".join(f"setval('{name}', {number}, {bool(taken)})" for name, number, taken in sequences)
        await tx.all(f"SELECT {each}")


def _parents_first(rows: list[Row], child: int, parent: int) -> list[Row]:
    """Rows of a table that refers to itself, each after the one that it refers to."""
    ordered: list[Row] = []
    placed: set[Value] = {None}
    waiting = rows
    while waiting:
        ready = [row for row in waiting if row[child] in placed or row[child] == row[parent]]
        if not ready:
            # A circle, which only the database could have made; it will say what it thinks of it.
            return ordered + waiting
        ordered += ready
        placed |= {row[parent] for row in ready}
        waiting = [row for row in waiting if row[parent] not in placed]
    return ordered
