"""A database that notes its statements, so that tests can count what something costs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

from botyard.store.engines.db import Database, Row, Tx, Value, Work

T = TypeVar("T")


class Noted(NamedTuple):
    """A statement, and how many rows it read."""

    sql: str
    rows: int = 0


class NotedTx:
    """The transaction of another, each statement of it noted. ``many`` is one statement, however many its rows."""

    def __init__(self, tx: Tx, note: Callable[[Noted], None]) -> None:
        self._tx = tx
        self._note = note
        self.now = tx.now
        self.caller_id = 0
        self.actor = tx.actor
        self.budget = tx.budget
        self.signals = tx.signals

    @property
    def failure(self) -> BaseException | None:
        return self._tx.failure

    async def one(self, sql: str, /, **values: Value) -> Row | None:
        row = await self._tx.one(sql, **values)
        self._note(Noted(sql, int(row is not None)))
        return row

    async def all(self, sql: str, /, **values: Value) -> list[Row]:
        rows = await self._tx.all(sql, **values)
        self._note(Noted(sql, len(rows)))
        return rows

    async def run(self, sql: str, /, **values: Value) -> int:
        self._note(Noted(sql))
        return await self._tx.run(sql, **values)

    async def insert(self, sql: str, /, **values: Value) -> int:
        self._note(Noted(sql))
        return await self._tx.insert(sql, **values)

    async def update(self, sql: str, /, **values: Value) -> None:
        self._note(Noted(sql))
        await self._tx.update(sql, **values)

    async def many(self, sql: str, rows: Iterable[Mapping[str, Value]], /) -> None:
        self._note(Noted(sql))
        await self._tx.many(sql, rows)


class NotedDatabase:
    """A database that notes its statements."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.statements: list[Noted] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    async def read(self, work: Work[T], /) -> T:
        return await self._noted(self._database.read, work)

    async def write(self, work: Work[T], /) -> T:
        return await self._noted(self._database.write, work)

    async def write_unordered(self, work: Work[T], /) -> T:
        return await self._noted(self._database.write_unordered, work)

    async def _noted(self, run: Callable[[Work[T]], Awaitable[T]], work: Work[T]) -> T:
        """Run a work, and note the statements of the time when it came to its end: it may begin anew elsewhere."""
        statements: list[Noted] = []

        async def once(tx: Tx) -> T:
            statements.clear()
            return await work(NotedTx(tx, statements.append))

        try:
            return await run(once)
        finally:
            self.statements += statements
