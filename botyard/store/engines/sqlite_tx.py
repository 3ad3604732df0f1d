"""Statements on a SQLite connection, and the work that is made of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from itertools import islice
from time import perf_counter
from types import CoroutineType
from typing import Final, NoReturn

import apsw

from botyard.model.audit import Actor
from botyard.store.engines.budget import UNLIMITED, Budget, CostLimits, OverBudget, weight
from botyard.store.engines.db import Dialect, Row, T, Tx, Value, Work
from botyard.store.engines.sqlite_file import translate_error

TICK: Final = 1000  # steps between two looks at the meter
CHUNK: Final = 64  # rows that are fetched at a time
LARGE: Final = 4400  # bytes of a value from which on rows are measured: more than a page of the file in memory

_status, _LARGEST = apsw.status, apsw.SQLITE_STATUS_MALLOC_SIZE

LOOP = CostLimits(statements=400, rows=2000, read_bytes=2 * 1024 * 1024, steps=100_000, seconds=0.02)
"""What a work may cost on the event loop: a few milliseconds. One that costs more leaves it."""


class TooLong(Exception):
    """A work is too long for the event loop. It was undone, and runs again elsewhere."""


class SqliteTx:
    """Statements of one piece of work. None of them ever suspends."""

    def __init__(self, connection: apsw.Connection, dialect: Dialect, *, reading: bool = False) -> None:
        self.connection = connection
        # One for all statements: each of them is over before the next one begins.
        self._cursor = connection.cursor()
        self._reading = reading
        self._statement = dialect.statement
        self.renew(0)
        self.metered = False
        connection.set_progress_handler(self._tick, TICK)

    def renew(self, now: int, bounds: CostLimits = UNLIMITED) -> None:
        """Make ready for the next piece of work, which begins ``now`` and may cost ``bounds`` where it runs."""
        self.now = now
        self.caller_id = 0
        self.actor: Actor | None = None
        self.budget = Budget(UNLIMITED, bounds)
        self.signals: list[str] = []
        self.failure: Exception | None = None
        self.wrote = False
        self._execute: Callable[..., apsw.Cursor] = self._cursor.execute
        self._began = 0.0
        self.metered = True

    def abandon(self) -> None:
        """End the work that is under way in another thread; it fails with ``TooLong``."""
        self.budget.stop()

    async def one(self, sql: str, /, **values: Value) -> Row | None:
        budget = self.budget
        budget.statements += 1
        if budget.statements > budget.most_statements:
            self._stop()
        statement = self._statement(sql)
        self.wrote |= statement.writes
        try:
            rows = self._execute(statement.text, statement.pick(values)).fetchall()
        except apsw.Error as problem:
            self._fail(problem)
        if not rows:
            return None
        budget.rows += 1
        return rows[0]

    async def all(self, sql: str, /, **values: Value) -> list[Row]:
        self.budget.statements += 1
        if self.budget.statements > self.budget.most_statements:
            self._stop()
        statement = self._statement(sql)
        self.wrote |= statement.writes
        try:
            cursor = self._execute(statement.text, statement.pick(values))
            rows = list(islice(cursor, CHUNK))
            if rows:
                self._count_rows(rows)
            chunk = rows
            while len(chunk) == CHUNK:
                chunk = list(islice(cursor, CHUNK))
                self._count_rows(chunk)
                rows += chunk
        except apsw.Error as problem:
            self._fail(problem)
        return rows

    async def run(self, sql: str, /, **values: Value) -> int:
        self.budget.statements += 1
        if self.budget.statements > self.budget.most_statements:
            self._stop()
        self.wrote = True
        statement = self._statement(sql)
        try:
            self._execute(statement.text, statement.pick(values)).fetchall()
        except apsw.Error as problem:
            self._fail(problem)
        # Any other statement leaves the count of the last one that wrote.
        return self.connection.changes() if statement.writes else 0

    async def insert(self, sql: str, /, **values: Value) -> int:
        self.budget.statements += 1
        if self.budget.statements > self.budget.most_statements:
            self._stop()
        self.wrote = True
        statement = self._statement(sql)
        try:
            self._execute(statement.text, statement.pick(values))
        except apsw.Error as problem:
            self._fail(problem)
        return self.connection.last_insert_rowid()

    update = run

    async def many(self, sql: str, rows: Iterable[Mapping[str, Value]], /) -> None:
        self.budget.statements += 1
        if self.budget.statements > self.budget.most_statements:
            self._stop()
        self.wrote = True
        statement = self._statement(sql)
        listed = [statement.pick(row) for row in rows]
        if self.failure is not None:
            self._refuse()
        try:
            self._cursor.executemany(statement.text, listed)
        except apsw.Error as problem:
            self._fail(problem)

    def _count_rows(self, rows: list[Row]) -> None:
        budget = self.budget
        budget.rows += len(rows)
        # The largest piece of memory that was asked for since the last look: small values take none of their own.
        # To measure all rows would cost a page of messages a twentieth.
        if _status(_LARGEST, True)[1] > LARGE:
            budget.read_bytes += weight(rows)
        if budget.rows > budget.most_rows or budget.read_bytes > budget.most_bytes:
            self._cursor.close(True)
            self._cursor = self.connection.cursor()
            self._stop()

    def _tick(self) -> bool:
        """Called by SQLite after so many steps; true interrupts the statement."""
        if not self.metered:
            return False
        budget = self.budget
        budget.steps += TICK
        if budget.steps > budget.bounds.steps or budget.steps > budget.limits.steps:
            return True
        # The clock runs from the first look: most works end before it.
        self._began = self._began or perf_counter()
        return self._spent() > min(budget.bounds.seconds, budget.limits.seconds)

    def _spent(self) -> float:
        return perf_counter() - self._began if self._began else 0.0

    def _stop(self) -> NoReturn:
        """End a work that costs too much: for good, or so that it can run elsewhere."""
        limits = self.budget.limits
        excess = self.budget.excess()
        if not excess and self._spent() > limits.seconds:
            excess = f"more than {limits.seconds:g} seconds in the database"
        if self.failure is None:
            self.failure = OverBudget(excess) if excess else TooLong()
        self._execute = self._refuse
        raise self.failure

    def _fail(self, problem: apsw.Error) -> NoReturn:
        if isinstance(problem, apsw.InterruptError):
            self._stop()
        self.failure = translate_error(problem)
        if self._reading and isinstance(problem, apsw.ReadOnlyError):
            self.failure = RuntimeError("A read may not change anything; use write.")
        # Should the work go on, its statements must not run: the engine may have given up the whole transaction,
        # and then each of them would commit on its own.
        self._execute = self._refuse
        if self.failure is problem:
            raise problem
        raise self.failure from problem

    def _refuse(self, *_: object) -> NoReturn:
        raise RuntimeError("An earlier statement of this work has failed; the work must end.") from self.failure


async def _awaited(awaitable: Awaitable[T]) -> T:
    return await awaitable


def run_to_completion(work: Work[T], tx: Tx) -> T:
    """Run a work that awaits nothing but statements to its end."""
    try:
        awaitable = work(tx)
    except StopIteration as stray:
        # It would end those who wait for it, as in any coroutine.
        raise RuntimeError("A work raised StopIteration.") from stray
    # Only a coroutine can be stepped, and nearly all works are one.
    coroutine = awaitable if isinstance(awaitable, CoroutineType) else _awaited(awaitable)
    try:
        coroutine.send(None)
    except StopIteration as end:
        value: T = end.value
        return value
    coroutine.close()
    raise RuntimeError("A work may await nothing but its transaction; this one waited for something else.")
