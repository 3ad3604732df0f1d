"""PostgreSQL: a pool of connections, and one more that carries the news of commits between processes."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any

import asyncpg

from botyard.store.db import POSTGRES_WORDS, Dialect, Duplicate, Row, T, Unavailable, Value, Work
from botyard.store.outage import Outage

log = logging.getLogger(__name__)

POOL = 10  # connections
PREPARED = 500  # statements kept prepared per connection
CONNECT_SECONDS = 10.0
ACQUIRE_SECONDS = 10.0  # how long a call waits for a free connection
STATEMENT_SECONDS = 60.0
ATTEMPTS = 5  # of one write that keeps meeting others
RETRY_SECONDS = 0.005  # more with each attempt
CHANNEL = "botyard"
PING_SECONDS = 30.0  # a listener hears nothing of a connection that died silently, so it asks
RECONNECT_SECONDS = (0.2, 1.0, 5.0, 15.0)

_SETTINGS = {"application_name": "botyard", "jit": "off"}

# By SQLSTATE: the whole code first, then its class.
_REASONS: Mapping[str, str] = {
    "25006": "The PostgreSQL server is read-only.",
    "3D000": "The PostgreSQL server has no database of this name.",
    "40001": "Other calls kept changing the same rows; try again.",
    "40P01": "Other calls kept changing the same rows; try again.",
    "53100": "The disk of the PostgreSQL server is full.",
    "53300": "The PostgreSQL server accepts no more connections.",
    "55P03": "The rows are locked by another program.",
    "57014": "The PostgreSQL server did not finish in time.",
    "08": "The connection to the PostgreSQL server is broken.",
    "28": "The PostgreSQL server refuses the name or the password.",
    "53": "The PostgreSQL server is out of resources.",
    "57": "The PostgreSQL server is shutting down or starting up.",
    "58": "The PostgreSQL server reports an error of its disk.",
    "XX": "The PostgreSQL database is damaged.",
}
_UNREACHABLE = "The PostgreSQL server cannot be reached."
_CLOSED = "The connection to the PostgreSQL server is closed."
_GONE = ("is closed", "is closing", "been released")
_SLOW = "The PostgreSQL server did not answer in time."
# Deadlock and serialization failure; and a plan gone stale because another process has just migrated.
_PASSING = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.InvalidCachedStatementError,
)
_DRIVER = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)

# Whether the code that runs is inside a work already. A second connection for the same work could wait for ever.
_inside: ContextVar[bool] = ContextVar("_inside", default=False)


def explained(problem: BaseException) -> BaseException:
    """The store's own error for one of the driver, or the driver's where only a mistake in the program explains it."""
    if isinstance(problem, asyncpg.UniqueViolationError):
        return Duplicate(str(problem))
    if isinstance(problem, TimeoutError):
        return Unavailable(_SLOW)
    if isinstance(problem, OSError):
        return Unavailable(_UNREACHABLE)
    if isinstance(problem, asyncpg.PostgresError):
        code = problem.sqlstate or ""
        reason = _REASONS.get(code) or _REASONS.get(code[:2])
        return Unavailable(reason) if reason else problem
    # How the driver speaks of a connection that ended while nobody was asking; its other complaints are of the caller.
    if isinstance(problem, asyncpg.InternalClientError) or any(word in str(problem) for word in _GONE):
        return Unavailable(_CLOSED)
    return problem


@contextlib.contextmanager
def _explaining() -> Iterator[None]:
    try:
        yield
    except _DRIVER as problem:
        found = explained(problem)
        if found is problem:
            raise
        raise found from problem


class PostgresTx:
    """Statements of one piece of work on one connection."""

    def __init__(self, connection: Any, dialect: Dialect) -> None:
        self._connection = connection
        self._statement = dialect.statement
        self.failure: BaseException | None = None
        self.passing = False
        self.raced = False
        self.changed = False

    async def one(self, sql: str, /, **values: Value) -> Row | None:
        statement = self._statement(sql)
        row = await self._said(self._connection.fetchrow, statement.text, *statement.pick(values))
        self.changed |= statement.writes and row is not None
        return None if row is None else tuple(row)

    async def all(self, sql: str, /, **values: Value) -> list[Row]:
        statement = self._statement(sql)
        rows = await self._said(self._connection.fetch, statement.text, *statement.pick(values))
        self.changed |= statement.writes and bool(rows)
        return [tuple(row) for row in rows]

    async def run(self, sql: str, /, **values: Value) -> int:
        statement = self._statement(sql)
        status = await self._said(self._connection.execute, statement.text, *statement.pick(values))
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
        await self._said(self._connection.executemany, statement.text, listed)
        self.changed |= statement.writes and bool(listed)

    async def _said(self, say: Callable[..., Awaitable[Any]], /, *words: object) -> Any:
        try:
            return await say(*words)
        except _DRIVER as problem:
            if self.failure is None:
                self.failure = explained(problem)
                self.passing = isinstance(problem, _PASSING)
                self.raced = isinstance(problem, asyncpg.UniqueViolationError)
            if self.failure is problem:
                raise
            raise self.failure from problem


class _Bell:
    """Tells other processes of our commits and hears of theirs, over a connection of its own.

    Nothing depends on a single notification: after a break it rings and wakes once, whatever happened meanwhile.
    """

    def __init__(self, address: str, wake: Callable[[], None]) -> None:
        self._address = address
        self._wake = wake
        self._rung = asyncio.Event()
        self._connection: Any = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect, so that whoever opened the database hears all that comes later."""
        await self._connect()
        self._task = asyncio.create_task(self._serve(), name="postgres-bell")

    def ring(self) -> None:
        """Tell the others soon; many rings at once become one notification."""
        self._rung.set()

    async def stop(self) -> None:
        """Say what is left to say and hang up."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._connection is None:
            return
        with contextlib.suppress(*_DRIVER):
            if self._rung.is_set():
                await self._connection.execute(f"NOTIFY {CHANNEL}", timeout=CONNECT_SECONDS)
            await self._connection.close(timeout=CONNECT_SECONDS)

    async def _connect(self) -> None:
        connection = await asyncpg.connect(self._address, timeout=CONNECT_SECONDS, server_settings=_SETTINGS)
        self._connection = connection
        connection.add_termination_listener(lambda _: self._rung.set())
        await connection.add_listener(CHANNEL, self._heard)

    def _heard(self, connection: Any, pid: int, _channel: str, _payload: object) -> None:
        if pid != connection.get_server_pid():
            self._wake()

    async def _serve(self) -> None:
        failures = 0
        while True:
            try:
                if self._connection.is_closed():
                    await self._connect()
                    failures = 0
                    self._rung.set()
                    self._wake()
                await self._carry()
            except _DRIVER as problem:
                log.warning("Notifications between processes pause: %s", explained(problem))
                self._connection.terminate()
                await asyncio.sleep(RECONNECT_SECONDS[min(failures, len(RECONNECT_SECONDS) - 1)])
                failures += 1

    async def _carry(self) -> None:
        while not self._connection.is_closed():
            try:
                # Not wait_for: before Python 3.12 it forgets that it was cancelled where a ring comes at that moment.
                async with asyncio.timeout(PING_SECONDS):
                    await self._rung.wait()
            except TimeoutError:
                await self._connection.execute("SELECT 1", timeout=CONNECT_SECONDS)
                continue
            if self._connection.is_closed():
                return
            # Cleared first: a ring during the statement asks for another one.
            self._rung.clear()
            await self._connection.execute(f"NOTIFY {CHANNEL}", timeout=CONNECT_SECONDS)


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
        self.refusal = Outage()
        self.bell = _Bell(address, self._wake)

    async def read(self, work: Work[T], /) -> T:
        with self._working():
            async with self._connected() as tx:
                return await work(tx)

    async def write(self, work: Work[T], /) -> T:
        with self._working():
            tx, value = await self._repeated(work)
        if tx.changed:
            self.bell.ring()
            self._wake()
        return value

    def lost(self) -> str:
        # What the server has acknowledged is its business.
        return ""

    def on_commit(self, wake: Callable[[], None], /) -> None:
        self._wakes.append(wake)

    async def close(self) -> None:
        if self._closing:
            return
        self._closing = True
        try:
            async with asyncio.timeout(STATEMENT_SECONDS):
                await self._idle.wait()
                await self._pool.close()
        except _DRIVER:
            self._pool.terminate()
        await self.bell.stop()

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
        await tx.run("BEGIN")
        try:
            value = await work(tx)
            if tx.failure is not None:
                raise tx.failure
        except BaseException:
            # A connection that cannot roll back is broken, and the server rolls back by itself.
            with contextlib.suppress(Exception):
                await tx.run("ROLLBACK")
            raise
        # A deferred constraint fails here, and so may a deadlock.
        await tx.run("COMMIT")
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
        with _explaining():
            connection = await self._pool.acquire(timeout=ACQUIRE_SECONDS)
        try:
            yield PostgresTx(connection, self._dialect)
        finally:
            with _explaining():
                await self._pool.release(connection)

    def _wake(self) -> None:
        for wake in self._wakes:
            self._loop.call_soon(wake)


async def open_postgres(address: str) -> PostgresDatabase:
    """Connect to ``postgresql://user:password@host/name``; ``Unavailable`` says why it cannot be done."""
    with _explaining():
        pool = await asyncpg.create_pool(
            address,
            min_size=1,
            max_size=POOL,
            timeout=CONNECT_SECONDS,
            command_timeout=STATEMENT_SECONDS,
            statement_cache_size=PREPARED,
            server_settings=_SETTINGS,
            init=_initialised,
            reset=_left_alone,
        )
        database = PostgresDatabase(pool, address)
        try:
            async with pool.acquire() as connection:
                await _check(connection)
            await database.bell.start()
        except BaseException:
            await database.bell.stop()
            pool.terminate()
            raise
    return database


async def _initialised(connection: Any) -> None:
    # As SQLite answers: truth as 0 and 1, and sums as plain numbers.
    await connection.set_type_codec(
        "bool", schema="pg_catalog", format="text", encoder=lambda value: "t" if value else "f", decoder=_truth
    )
    await connection.set_type_codec("numeric", schema="pg_catalog", format="text", encoder=str, decoder=_number)


def _truth(text: str) -> int:
    return int(text == "t")


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
