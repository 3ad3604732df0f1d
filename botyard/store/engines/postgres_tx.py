"""Statements of a work that runs on a connection of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, NoReturn

import asyncpg

from botyard.model.audit import Actor
from botyard.store.engines.budget import Budget, OverBudget, weight
from botyard.store.engines.db import Dialect, Row, Statement, Value
from botyard.store.engines.postgres_errors import DRIVER, PASSING, translate_error
from botyard.store.engines.postgres_plans import ROWS, bounded, is_read

STATEMENT_SECONDS = 60.0


class Overdue(OverBudget):
    """A statement took too long for its call; the server may be at fault."""


class PostgresTx:
    """Statements of one piece of work on one connection."""

    def __init__(self, connection: Any, dialect: Dialect, now: int) -> None:
        self._connection = connection
        self._statement = dialect.statement
        self.now = now
        self.caller_id = 0
        self.actor: Actor | None = None
        self.budget = Budget()
        self.signals: list[str] = []
        self.failure: BaseException | None = None
        self.passing = False
        self.raced = False
        self.changed = False
        self.ordered = True
        """Whether it writes in the order of the others."""

    async def one(self, sql: str, /, **values: Value) -> Row | None:
        statement = self._written(sql)
        row = await self._counted(self._connection.fetchrow, statement.text, *statement.pick(values))
        if row is None:
            return None
        self.changed |= statement.writes
        self.budget.rows += 1
        return tuple(row)

    async def all(self, sql: str, /, **values: Value) -> list[Row]:
        statement = self._statement(sql)
        # No more than it may have: all of them would be in memory before anybody counts.
        few = self.budget.most_rows <= ROWS and is_read(statement)
        text = bounded(statement.text) if few else statement.text
        rows = await self._counted(self._connection.fetch, text, *statement.pick(values))
        self.changed |= statement.writes and bool(rows)
        read = [tuple(row) for row in rows]
        self._count_rows(read)
        return read

    async def run(self, sql: str, /, **values: Value) -> int:
        statement = self._written(sql)
        status = await self._counted(self._connection.execute, statement.text, *statement.pick(values))
        count = int(status.rpartition(" ")[2]) if statement.writes else 0
        self.changed |= count > 0
        return count

    async def insert(self, sql: str, /, **values: Value) -> int:
        row = await self.one(f"{sql} RETURNING id", **values)
        assert row is not None
        return int(row[0])

    async def update(self, sql: str, /, **values: Value) -> None:
        await self.run(sql, **values)

    async def many(self, sql: str, rows: Iterable[Mapping[str, Value]], /) -> None:
        statement = self._written(sql)
        listed = [statement.pick(row) for row in rows]
        await self._counted(self._connection.executemany, statement.text, listed)
        self.changed |= statement.writes and bool(listed)

    def _written(self, sql: str) -> Statement:
        """A statement that may insert; raises RuntimeError for what is ``{ordered}`` where the work is not."""
        if not self.ordered and "{ordered}" in sql:
            raise RuntimeError("What is ordered is inserted by a work that is; use write.")
        return self._statement(sql)

    def _count_rows(self, rows: list[Row]) -> None:
        budget = self.budget
        budget.rows += len(rows)
        budget.read_bytes += weight(rows)
        if budget.rows > budget.most_rows or budget.read_bytes > budget.most_bytes:
            self._stop(OverBudget(budget.excess()))

    def _stop(self, failure: OverBudget) -> NoReturn:
        """End a work that costs too much."""
        self.failure = self.failure or failure
        raise self.failure

    async def control(self, sql: str) -> None:
        """Begin or end the transaction, which no budget may prevent."""
        await self._said(self._connection.execute, sql)

    async def _counted(self, say: Callable[..., Awaitable[Any]], /, *words: object) -> Any:
        """A statement of the work itself, at the cost of its budget."""
        budget = self.budget
        budget.statements += 1
        if budget.statements > budget.most_statements:
            self._stop(OverBudget(budget.excess()))
        return await self._said(say, *words, seconds=budget.limits.seconds)

    async def _said(
        self, say: Callable[..., Awaitable[Any]], /, *words: object, seconds: float = STATEMENT_SECONDS
    ) -> Any:
        try:
            return await say(*words, timeout=min(seconds, STATEMENT_SECONDS))
        except DRIVER as problem:
            if isinstance(problem, TimeoutError) and seconds < STATEMENT_SECONDS:
                # The driver has told the server to give up the statement.
                self._stop(Overdue(f"more than {seconds:g} seconds in the database"))
            if self.failure is None:
                self.failure = translate_error(problem)
                self.passing = isinstance(problem, PASSING)
                self.raced = isinstance(problem, asyncpg.UniqueViolationError)
            if self.failure is problem:
                raise
            raise self.failure from problem
