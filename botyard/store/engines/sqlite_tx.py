"""Statements on a SQLite connection, and the work that is made of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from types import CoroutineType
from typing import NoReturn

import apsw

from botyard.model.audit import Actor
from botyard.store.engines.db import Dialect, Row, T, Tx, Value, Work
from botyard.store.engines.sqlite_file import translate_error


class SqliteTx:
    """Statements of one piece of work. None of them ever suspends."""

    def __init__(self, connection: apsw.Connection, dialect: Dialect, *, reading: bool = False) -> None:
        self._connection = connection
        # One for all statements: each of them is over before the next one begins.
        self._cursor = connection.cursor()
        self._reading = reading
        self._statement = dialect.statement
        self.renew(0)

    def renew(self, now: int) -> None:
        """Make ready for the next piece of work, which begins ``now``."""
        self.now = now
        self.caller_id = 0
        self.actor: Actor | None = None
        self.failure: Exception | None = None
        self.wrote = False
        self._execute: Callable[..., apsw.Cursor] = self._cursor.execute

    async def one(self, sql: str, /, **values: Value) -> Row | None:
        statement = self._statement(sql)
        self.wrote |= statement.writes
        try:
            rows = self._execute(statement.text, statement.pick(values)).fetchall()
        except apsw.Error as problem:
            self._fail(problem)
        return rows[0] if rows else None

    async def all(self, sql: str, /, **values: Value) -> list[Row]:
        statement = self._statement(sql)
        self.wrote |= statement.writes
        try:
            return self._execute(statement.text, statement.pick(values)).fetchall()
        except apsw.Error as problem:
            self._fail(problem)

    async def run(self, sql: str, /, **values: Value) -> int:
        self.wrote = True
        statement = self._statement(sql)
        try:
            self._execute(statement.text, statement.pick(values)).fetchall()
        except apsw.Error as problem:
            self._fail(problem)
        # Any other statement leaves the count of the last one that wrote.
        return self._connection.changes() if statement.writes else 0

    async def insert(self, sql: str, /, **values: Value) -> int:
        self.wrote = True
        statement = self._statement(sql)
        try:
            self._execute(statement.text, statement.pick(values))
        except apsw.Error as problem:
            self._fail(problem)
        return self._connection.last_insert_rowid()

    async def many(self, sql: str, rows: Iterable[Mapping[str, Value]], /) -> None:
        self.wrote = True
        statement = self._statement(sql)
        listed = [statement.pick(row) for row in rows]
        if self.failure is not None:
            self._refuse()
        try:
            self._cursor.executemany(statement.text, listed)
        except apsw.Error as problem:
            self._fail(problem)

    def _fail(self, problem: apsw.Error) -> NoReturn:
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
