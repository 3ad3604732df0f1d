"""PostgreSQL: a pool of connections, and one more that carries the news of commits; see ``postgres_notify``."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from hashlib import blake2b
from typing import Any, NoReturn

import asyncpg

from botyard.model.audit import Actor
from botyard.store.engines.budget import Budget, OverBudget, weight
from botyard.store.engines.db import LONGEST, POSTGRES_WORDS, Dialect, Row, T, Unavailable, Value, Work
from botyard.store.engines.outage import Outage
from botyard.store.engines.postgres_errors import DRIVER, PASSING, SLOW, server_lost, translate_error, translated_errors
from botyard.store.engines.postgres_notify import CONNECT_SECONDS, SETTINGS, CommitNotifier

log = logging.getLogger(__name__)

POOL = 10  # connections
PREPARED = 500  # statements kept prepared per connection
ACQUIRE_SECONDS = 10.0  # how long a call waits for a free connection
STATEMENT_SECONDS = 60.0
ATTEMPTS = 5  # of one write that keeps meeting others
RETRY_SECONDS = 0.005  # more with each attempt

# Whether the code that runs is inside a work already. A second connection for the same work could wait for ever.
_inside: ContextVar[bool] = ContextVar("_inside", default=False)


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
        self.failure: BaseException | None = None
        self.passing = False
        self.raced = False
        self.changed = False

    async def one(self, sql: str, /, **values: Value) -> Row | None:
        statement = self._statement(sql)
        row = await self._counted(self._connection.fetchrow, statement.text, *statement.pick(values))
        if row is None:
            return None
        self.changed |= statement.writes
        self.budget.rows += 1
        return tuple(row)

    async def all(self, sql: str, /, **values: Value) -> list[Row]:
        statement = self._statement(sql)
        rows = await self._counted(self._connection.fetch, statement.text, *statement.pick(values))
        self.changed |= statement.writes and bool(rows)
        read = [tuple(row) for row in rows]
        self._count_rows(read)
        return read

    async def run(self, sql: str, /, **values: Value) -> int:
        statement = self._statement(sql)
        status = await self._counted(self._connection.execute, statement.text, *statement.pick(values))
        count = int(status.rpartition(" ")[2]) if statement.writes else 0
        self.changed |= count > 0
        return count

    async def insert(self, sql: str, /, **values: Value) -> int:
        row = await self.one(f"{sql} RETURNING id", **values)
        assert row is not None
        return int(row[0])

    async def many(self, sql: str, rows: Iterable[Mapping[str, Value]], /) -> None:
        statement = self._statement(sql)
        listed = [statement.pick(row) for row in rows]
        await self._counted(self._connection.executemany, statement.text, listed)
        self.changed |= statement.writes and bool(listed)

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


class PostgresDatabase:
    """A database on a server; ``open_postgres`` makes one. Any number of processes may share it."""

    name = "postgresql"

    def __init__(self, pool: Any, address: str) -> None:
        self._pool = pool
        self._dialect = Dialect(POSTGRES_WORDS, numbered=True)
        self._wakes: list[Callable[[], None]] = []
        self._loop = asyncio.get_running_loop()
        self._closing = False
        self._calls = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.now: Callable[[], float] = time.time
        self.refusal = Outage()
        self.notifier = CommitNotifier(address, self._wake)

    async def read(self, work: Work[T], /) -> T:
        with self._working():
            try:
                async with self._connected() as tx:
                    value = await work(tx)
                    if isinstance(tx.failure, OverBudget):
                        raise tx.failure
                    return value
            except Unavailable as problem:
                raise await self._judged(problem) from problem.__cause__
            except Overdue:
                await self.notifier.doubt(SLOW)
                raise

    async def snapshot(self, work: Work[T], /) -> T:
        with self._working():
            async with self._connected() as tx:
                await tx.control("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                try:
                    return await work(tx)
                finally:
                    # A connection that cannot roll back is broken, and the server rolls back by itself.
                    with contextlib.suppress(Exception):
                        await tx.control("ROLLBACK")

    async def write(self, work: Work[T], /) -> T:
        with self._working():
            try:
                tx, value = await self._repeated(work)
            except Unavailable as problem:
                raise await self._judged(problem) from problem.__cause__
            except Overdue:
                await self.notifier.doubt(SLOW)
                raise
        if tx.changed:
            self.notifier.ring()
            self._wake()
        return value

    def lost(self) -> str:
        # What the server has acknowledged is its business.
        return ""

    def on_commit(self, wake: Callable[[], None], /) -> None:
        self._wakes.append(wake)

    async def hold(self, name: str, /) -> None:
        with self._working(), translated_errors():
            await self.notifier.hold(_lock_number(name))

    async def is_held(self, name: str, /) -> bool:
        row = await self.read(lambda tx: tx.one("SELECT pg_try_advisory_xact_lock(:number)", number=_lock_number(name)))
        return row is None or not row[0]

    async def close(self) -> None:
        if self._closing:
            return
        self._closing = True
        try:
            async with asyncio.timeout(STATEMENT_SECONDS):
                await self._idle.wait()
                await self._pool.close()
        except DRIVER:
            self._pool.terminate()
        await self.notifier.stop()

    async def _judged(self, problem: Unavailable) -> Unavailable:
        """What a call is told: while the server is gone all hear the same, and the log has it once."""
        if not server_lost(problem):
            return problem
        await self.notifier.doubt(problem.reason)
        return self.notifier.outage.refusal() if self.notifier.outage.reason else problem

    async def _repeated(self, work: Work[T]) -> tuple[PostgresTx, T]:
        """The work as a transaction, again when it met another; all of it is in the returned attempt."""
        for attempt in itertools.count(1):
            async with self._connected() as tx:
                try:
                    return tx, await self._transaction(tx, work)
                except Exception:
                    # Who lost a race for a unique name finds the winner's row the second time.
                    again = tx.passing or (tx.raced and attempt == 1)
                    if not again or attempt == ATTEMPTS:
                        raise
            # The connection is free meanwhile for those that were in the way.
            await asyncio.sleep(RETRY_SECONDS * attempt)
        raise AssertionError("itertools.count does not end")

    async def _transaction(self, tx: PostgresTx, work: Work[T]) -> T:
        await tx.control("BEGIN")
        try:
            value = await work(tx)
            if tx.failure is not None:
                raise tx.failure
        except BaseException:
            # A connection that cannot roll back is broken, and the server rolls back by itself.
            with contextlib.suppress(Exception):
                await tx.control("ROLLBACK")
            raise
        # A deferred constraint fails here, and so may a deadlock.
        await tx.control("COMMIT")
        return value

    @contextlib.contextmanager
    def _working(self) -> Iterator[None]:
        """Count a call, so that closing waits for it, and mark its task, so that its work opens no other."""
        if _inside.get():
            raise RuntimeError("A work may not open another read or write; pass its transaction on instead.")
        if self._closing:
            raise Unavailable("The database is closed.")
        if self.refusal.reason:
            raise self.refusal.refusal()
        mark = _inside.set(True)
        self._calls += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._calls -= 1
            if not self._calls:
                self._idle.set()
            _inside.reset(mark)

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[PostgresTx]:
        with translated_errors():
            connection = await self._pool.acquire(timeout=ACQUIRE_SECONDS)
        try:
            yield PostgresTx(connection, self._dialect, int(self.now()))
        finally:
            with translated_errors():
                await self._pool.release(connection)

    def _wake(self) -> None:
        for wake in self._wakes:
            self._loop.call_soon(wake)


async def open_postgres(address: str) -> PostgresDatabase:
    """Connect to ``postgresql://user:password@host/name``; ``Unavailable`` says why it cannot be done."""
    with translated_errors():
        pool = await asyncpg.create_pool(
            address,
            # None is kept at all costs: the driver would complain again and again while the server is gone.
            min_size=0,
            max_size=POOL,
            timeout=CONNECT_SECONDS,
            command_timeout=STATEMENT_SECONDS,
            statement_cache_size=PREPARED,
            max_cacheable_statement_size=LONGEST,
            server_settings=SETTINGS,
            init=_initialised,
            reset=_left_alone,
        )
        database = PostgresDatabase(pool, address)
        try:
            async with pool.acquire() as connection:
                await _check(connection)
            await database.notifier.start()
        except BaseException:
            await database.notifier.stop()
            pool.terminate()
            raise
    return database


async def _initialised(connection: Any) -> None:
    # As SQLite returns them: truth as 0 and 1, and sums as plain numbers.
    await connection.set_type_codec(
        "bool", schema="pg_catalog", format="text", encoder=lambda value: "t" if value else "f", decoder=_truth
    )
    await connection.set_type_codec("numeric", schema="pg_catalog", format="text", encoder=str, decoder=_number)


def _truth(text: str) -> int:
    return int(text == "t")


def _lock_number(name: str) -> int:
    """The number by which PostgreSQL knows a name as an advisory lock."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)


def _number(text: str) -> int | float:
    return int(text) if text.lstrip("-").isdigit() else float(text)


async def _left_alone(_connection: Any) -> None:
    """Works leave nothing behind in a session, so the round trip that would clean it is saved."""


async def _check(connection: Any) -> None:
    if connection.get_settings().server_encoding != "UTF8":
        raise Unavailable("The PostgreSQL database must have the encoding UTF8.")
    if await connection.fetchval("SELECT lower('ЖÄ')") != "жä":
        log.warning(
            "The locale of the PostgreSQL database knows only English letters, so search minds the case of others."
        )
