"""PostgreSQL: a pool of connections, and one more that carries the news of commits; see ``postgres_notify``.

Works share connections, statements and transactions, see ``postgres_reads`` and ``postgres_group``. Those that cannot
run here, each on a connection of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextvars import Context, ContextVar
from hashlib import blake2b
from typing import Any

import asyncpg

from botyard.store.engines.budget import OverBudget
from botyard.store.engines.db import LONGEST, POSTGRES_WORDS, Dialect, T, Unavailable, Work
from botyard.store.engines.outage import Outage
from botyard.store.engines.postgres_connections import ACQUIRE_SECONDS, KeptConnections
from botyard.store.engines.postgres_errors import DRIVER, SLOW, server_lost, translated_errors
from botyard.store.engines.postgres_group import BEGIN
from botyard.store.engines.postgres_notify import CONNECT_SECONDS, SETTINGS, CommitNotifier
from botyard.store.engines.postgres_plans import Plans
from botyard.store.engines.postgres_reads import SharedReads
from botyard.store.engines.postgres_steps import SteppedWork
from botyard.store.engines.postgres_tx import STATEMENT_SECONDS, Overdue, PostgresTx
from botyard.store.engines.postgres_writer import Writer

log = logging.getLogger(__name__)

POOL = 10  # connections
PREPARED = 500  # statements kept prepared per connection
ATTEMPTS = 5  # of one write that keeps meeting others
RETRY_SECONDS = 0.005  # more with each attempt
# The server ends the transaction of a process that has stopped after so many milliseconds, and others go on.
IDLE = {"idle_in_transaction_session_timeout": "10000"}

# Whoever works on what it reads may take a while between two statements.
SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0"

_DIALECT = Dialect(POSTGRES_WORDS, numbered=True)
# Who shares a transaction has no need to lock what nobody else may write.
_GROUP_DIALECT = Dialect({**POSTGRES_WORDS, "lock_chat": ""}, numbered=True)

# Whether the code that runs is inside a work already. A second connection for the same work could wait for ever.
_inside: ContextVar[bool] = ContextVar("_inside", default=False)


class PostgresDatabase:
    """A database on a server; ``open_postgres`` makes one. Any number of processes may share it."""

    name = "postgresql"

    def __init__(self, pool: Any, address: str) -> None:
        self._pool = pool
        plans = Plans(_GROUP_DIALECT)
        self._shared_connections = KeptConnections(pool)
        self._reads = SharedReads(self._shared_connections, plans, self._read_for)
        self._writer = Writer(self._shared_connections, plans, self._write_for, self._committed)
        self._wakes: list[Callable[[], None]] = []
        self._listeners: list[Callable[[str], None]] = []
        self._loop = asyncio.get_running_loop()
        self._closing = False
        self._calls = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.now: Callable[[], float] = time.time
        self.refusal = Outage()
        self.notifier = CommitNotifier(address, self._wake, self._hear)

    async def read(self, work: Work[T], /) -> T:
        with self._working():
            return await self._shared(self._reads.put, work)

    async def snapshot(self, work: Work[T], /) -> T:
        with self._working():
            async with self._connected() as tx:
                await tx.control(SNAPSHOT)
                try:
                    return await work(tx)
                finally:
                    # A connection that cannot roll back is broken, and the server rolls back by itself.
                    with contextlib.suppress(Exception):
                        await tx.control("ROLLBACK")

    async def write(self, work: Work[T], /) -> T:
        with self._working():
            return await self._shared(self._writer.put, work)

    async def write_unordered(self, work: Work[T], /) -> T:
        with self._working():
            try:
                tx, value = await self._repeated(work, ordered=False)
            except (Unavailable, Overdue) as problem:
                raise await self._judged(problem) from problem.__cause__
        self._committed(tx.changed, tx.signals)
        return value

    async def _shared(self, put: Callable[[SteppedWork[T]], None], work: Work[T]) -> T:
        """Have a work run together with others."""
        future: asyncio.Future[T] = self._loop.create_future()
        put(SteppedWork(work, future, int(self.now())))
        try:
            return await future
        except (Unavailable, Overdue) as problem:
            raise await self._judged(problem) from problem.__cause__

    def lost(self) -> str:
        # What the server has acknowledged is its business.
        return ""

    def on_commit(self, wake: Callable[[], None], /) -> None:
        self._wakes.append(wake)

    def on_signal(self, listener: Callable[[str], None], /) -> None:
        self._listeners.append(listener)

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
                await self._shared_connections.close()
                await self._pool.close()
        except DRIVER:
            self._pool.terminate()
        await self.notifier.stop()

    async def _judged(self, problem: Unavailable | Overdue) -> Exception:
        """What a call is told: while the server is gone all hear the same, and the log has it once."""
        if isinstance(problem, Overdue):
            await self.notifier.doubt(SLOW)
            return problem
        if not server_lost(problem):
            return problem
        await self.notifier.doubt(problem.reason)
        return self.notifier.outage.refusal() if self.notifier.outage.reason else problem

    # Apart.

    async def _read_for(self, stepped: SteppedWork[Any]) -> None:
        """Read on a connection of its own."""

        async def reading() -> Any:
            async with self._connected() as tx:
                value = await stepped.work(tx)
                if isinstance(tx.failure, OverBudget):
                    raise tx.failure
                return value

        await self._apart(stepped, reading)

    async def _write_for(self, stepped: SteppedWork[Any]) -> None:
        """Write as a transaction of its own."""

        async def writing() -> Any:
            tx, value = await self._repeated(stepped.work, ordered=True)
            self._committed(tx.changed, tx.signals)
            return value

        await self._apart(stepped, writing)

    async def _apart(self, stepped: SteppedWork[Any], running: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        # Of what it did with others nothing is left.
        stepped.reset()
        task = self._loop.create_task(running(), context=stepped.context)
        # Nobody waits for it any more.
        stepped.future.add_done_callback(lambda _: task.cancel())
        try:
            stepped.value = await task
        except asyncio.CancelledError:
            stepped.future.cancel()
            return
        except BaseException as problem:
            stepped.error = problem
        stepped.deliver()

    async def _repeated(self, work: Work[T], *, ordered: bool) -> tuple[PostgresTx, T]:
        """The work as a transaction, again when it met another; all of it is in the returned attempt."""
        for attempt in itertools.count(1):
            async with self._connected() as tx:
                tx.ordered = ordered
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
        try:
            await tx.control(BEGIN if tx.ordered else "BEGIN")
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
            yield PostgresTx(connection, _DIALECT, int(self.now()))
        finally:
            with translated_errors():
                await self._pool.release(connection)

    def _committed(self, changed: bool, signals: list[str]) -> None:
        if changed:
            self.notifier.ring()
            self._wake()
        if signals:
            self.notifier.signal(signals)
            for signal in signals:
                self._hear(signal)

    def _hear(self, signal: str) -> None:
        for listener in self._listeners:
            self._loop.call_soon(listener, signal, context=Context())

    def _wake(self) -> None:
        for wake in self._wakes:
            # Not in the context of the work after which it is called.
            self._loop.call_soon(wake, context=Context())


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
            server_settings={**SETTINGS, **IDLE},
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
            "The locale of the PostgreSQL database knows only English letters, so filters mind the case of others."
        )
