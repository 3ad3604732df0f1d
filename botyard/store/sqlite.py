"""SQLite: reads run inline on the event loop, one thread writes and commits in groups.

A read takes microseconds, so a hop to another thread would cost more than the read itself. Writes wait for the
disk; their one thread steps the coroutine of each call to its end inside a savepoint and commits up to ``GROUP``
calls with one sync to disk. Callers hear of their call only after that commit.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextvars import Context, copy_context
from pathlib import Path
from typing import Any, Generic, NoReturn

import apsw

from botyard.store.db import SQLITE_WORDS, Dialect, Row, T, Tx, Unavailable, Value, Work
from botyard.store.sqlite_file import connect, explained

GROUP = 128  # calls that share one commit
READ_SECONDS = 1.0  # a read waits on the event loop, so it may not wait long
LOCK_SECONDS = 10.0  # how long a write waits for another process


class SqliteTx:
    """Statements of one piece of work. None of them ever suspends."""

    def __init__(self, connection: apsw.Connection, dialect: Dialect, *, reading: bool = False) -> None:
        self._connection = connection
        self._reading = reading
        self._statement = dialect.statement
        self.renew()

    def renew(self) -> None:
        """Make ready for the next piece of work."""
        self.failure: Exception | None = None
        self._execute: Callable[..., apsw.Cursor] = self._connection.execute

    async def one(self, sql: str, /, **values: Value) -> Row | None:
        try:
            rows = self._execute(self._statement(sql).text, values).fetchall()
        except apsw.Error as problem:
            self._fail(problem)
        return rows[0] if rows else None

    async def all(self, sql: str, /, **values: Value) -> list[Row]:
        try:
            return self._execute(self._statement(sql).text, values).fetchall()
        except apsw.Error as problem:
            self._fail(problem)

    async def run(self, sql: str, /, **values: Value) -> int:
        statement = self._statement(sql)
        try:
            self._execute(statement.text, values).fetchall()
        except apsw.Error as problem:
            self._fail(problem)
        # Any other statement leaves the count of the last one that wrote.
        return self._connection.changes() if statement.writes else 0

    async def many(self, sql: str, rows: Iterable[Mapping[str, Value]], /) -> None:
        statement = self._statement(sql)
        listed = list(rows)
        if self.failure is not None:
            self._refuse()
        try:
            self._connection.executemany(statement.text, listed)
        except apsw.Error as problem:
            self._fail(problem)

    def _fail(self, problem: apsw.Error) -> NoReturn:
        self.failure = explained(problem)
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


class _Call(Generic[T]):
    """One call of ``write`` on its way through the writer thread."""

    __slots__ = ("context", "error", "future", "value", "work")

    def __init__(self, work: Work[T], future: asyncio.Future[T]) -> None:
        self.work = work
        self.future = future
        self.context: Context = copy_context()
        self.value: T | None = None
        self.error: BaseException | None = None

    def deliver(self) -> None:
        """Tell the caller, if it is still there."""
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.value)  # type: ignore[arg-type]  # No error, so the work returned a T.


async def _started(work: Work[T], tx: Tx) -> T:
    # A coroutine of our own: whatever ``work`` is, it can be stepped, and a stray StopIteration is caught by Python.
    return await work(tx)


def _stepped(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that awaits nothing but statements."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        value: T = end.value
        return value
    coroutine.close()
    raise RuntimeError("A work may await nothing but its transaction; this one waited for something else.")


class _Writer:
    """The thread that owns the writing connection."""

    def __init__(self, connection: apsw.Connection, dialect: Dialect, *, patience: float) -> None:
        self._connection = connection
        self._tx = SqliteTx(connection, dialect)
        self._patience = patience
        self._queue: queue.SimpleQueue[_Call[Any] | None] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self.wakes: list[Callable[[], None]] = []
        self.closed: asyncio.Future[None] = self._loop.create_future()
        # A daemon, so that a program that forgets to close still ends; what was not committed was not promised.
        threading.Thread(target=self._serve, name="sqlite-writer", daemon=True).start()

    def put(self, call: _Call[Any] | None) -> None:
        """Queue a call; ``None`` is the last one."""
        self._queue.put(call)

    def _serve(self) -> None:
        going = True
        while going:
            group, going = self._gather()
            if group:
                changed = self._commit(group)
                self._tell(self._deliver, group, changed)
        # Closing the last connection writes the log back into the file and removes it.
        with contextlib.suppress(apsw.Error):
            self._connection.pragma("wal_checkpoint", "TRUNCATE")
        with contextlib.suppress(apsw.Error):
            self._connection.close()
        self._tell(self._close)

    def _gather(self) -> tuple[list[_Call[Any]], bool]:
        """Wait for a call and take along those behind it; the flag falls when the last one was taken."""
        group: list[_Call[Any]] = []
        call = self._queue.get()
        while call is not None:
            group.append(call)
            if len(group) == GROUP:
                return group, True
            try:
                call = self._queue.get_nowait()
            except queue.Empty:
                return group, True
        return group, False

    def _commit(self, group: list[_Call[Any]]) -> bool:
        """Run a group in one transaction; the answer tells whether rows changed."""
        changed = False
        try:
            self._begin()
            for call in group:
                if not call.future.cancelled():
                    changed |= self._run(call)
            self._connection.execute("COMMIT")
        except BaseException as problem:
            self._abandon(group, problem)
            return False
        return changed

    def _begin(self) -> None:
        until = time.monotonic() + self._patience
        while True:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                return
            except apsw.BusyError:
                # SQLite does not always wait its busy timeout, for instance while another process recovers the log.
                if time.monotonic() >= until:
                    raise
                time.sleep(0.01)

    def _run(self, call: _Call[Any]) -> bool:
        """Run one call in a savepoint of its own; only the loss of the whole transaction is raised."""
        connection, tx = self._connection, self._tx
        before = connection.total_changes()
        tx.renew()
        connection.execute("SAVEPOINT call")
        try:
            call.value = call.context.run(_stepped, _started(call.work, tx))
            if tx.failure is not None:
                raise tx.failure
            # Left for the commit, a broken promise of one call would fail the whole group.
            if connection.status(apsw.SQLITE_DBSTATUS_DEFERRED_FKS)[0]:
                raise apsw.ConstraintError("FOREIGN KEY constraint failed")
        except BaseException as problem:
            call.error = problem
            if not connection.in_transaction:
                raise
            connection.execute("ROLLBACK TO call")
            connection.execute("RELEASE call")
            return False
        connection.execute("RELEASE call")
        return connection.total_changes() != before

    def _abandon(self, group: list[_Call[Any]], problem: BaseException) -> None:
        """Roll back and fail every call that has not failed by itself: none of the group is stored."""
        if self._connection.in_transaction:
            with contextlib.suppress(apsw.Error):
                self._connection.execute("ROLLBACK")
        found = explained(problem) if isinstance(problem, apsw.Error) else problem
        reason = found.reason if isinstance(found, Unavailable) else "The database gave up the transaction."
        for call in group:
            if call.error is None:
                call.error = Unavailable(reason)
                call.error.__cause__ = problem

    def _tell(self, what: Callable[..., None], *values: object) -> None:
        # A closed loop has nobody left to tell.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(what, *values)

    def _deliver(self, group: list[_Call[Any]], changed: bool) -> None:
        for call in group:
            call.deliver()
        if changed:
            for wake in self.wakes:
                self._loop.call_soon(wake)

    def _close(self) -> None:
        if not self.closed.done():
            self.closed.set_result(None)


class SqliteDatabase:
    """A database in one file. Several processes may have it open; ``on_commit`` hears only its own."""

    name = "sqlite"

    def __init__(self, path: str | Path, *, patience: float = LOCK_SECONDS) -> None:
        """Open or create the file. Must be called where an event loop runs; everything stays on that loop.

        ``patience`` is how many seconds a write waits for another process.
        """
        dialect = Dialect(SQLITE_WORDS, numbered=False)
        writer = connect(path, patience=patience)
        try:
            self._reader = connect(path, patience=min(patience, READ_SECONDS))
            self._reader.pragma("query_only", 1)
        except BaseException:
            writer.close()
            raise
        self._tx = SqliteTx(self._reader, dialect, reading=True)
        self._loop = asyncio.get_running_loop()
        self._writer = _Writer(writer, dialect, patience=patience)
        self._thread = threading.get_ident()
        self._reading = False
        self._closing = False

    async def read(self, work: Work[T], /) -> T:
        self._refuse_nested()
        reader, tx = self._reader, self._tx
        if not reader:
            raise Unavailable("The database is closed.")
        tx.renew()
        self._reading = True
        try:
            reader.execute("BEGIN")
            value = _stepped(_started(work, tx))
            if tx.failure is not None:
                raise tx.failure
            reader.execute("COMMIT")
            return value
        except BaseException:
            # On a damaged file this fails once more, for the same reason.
            with contextlib.suppress(apsw.Error):
                if reader.in_transaction:
                    reader.execute("ROLLBACK")
            raise
        finally:
            self._reading = False

    async def write(self, work: Work[T], /) -> T:
        self._refuse_nested()
        if self._closing:
            raise Unavailable("The database is closed.")
        future: asyncio.Future[T] = self._loop.create_future()
        self._writer.put(_Call(work, future))
        return await future

    def on_commit(self, wake: Callable[[], None], /) -> None:
        self._writer.wakes.append(wake)

    async def close(self) -> None:
        if not self._closing:
            self._closing = True
            self._writer.put(None)
        await asyncio.shield(self._writer.closed)
        self._reader.close()

    def _refuse_nested(self) -> None:
        if self._reading or threading.get_ident() != self._thread:
            raise RuntimeError("A work may not open another read or write; pass its transaction on instead.")
