"""What only PostgreSQL does: deadlocks, broken connections, and news between processes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from botyard.store.engines.connect import open_database
from botyard.store.engines.db import SIGNAL_MAX, Row, Tx, Unavailable
from botyard.store.engines.postgres import ATTEMPTS, POOL, PostgresDatabase, open_postgres
from tests.postgres import Cluster
from tests.store.conftest import Run

pytestmark = pytest.mark.postgresql

TABLE = "CREATE TABLE notes (id {id}, name TEXT, number BIGINT NOT NULL DEFAULT 0)"
ADD = "INSERT INTO notes (name) VALUES (:name)"
BUMP = "UPDATE notes SET number = number + 1 WHERE name = :name"
TERMINATE = """SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()"""


@contextlib.asynccontextmanager
async def connected(address: str) -> AsyncIterator[Any]:
    """Another connection to the same database, as another process would have it."""
    connection = await asyncpg.connect(address)
    try:
        yield connection
    finally:
        await connection.close()


def outside(address: str, sql: str) -> object:
    """What another process does while a work is under way, which awaits nothing itself."""

    async def ask() -> object:
        async with connected(address) as other:
            return await other.fetchval(sql)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, ask()).result()


@pytest.fixture
def db(run: Run, address: str) -> Iterator[PostgresDatabase]:
    """A database with two rows, ``a`` and ``b``."""

    async def opened() -> PostgresDatabase:
        database = await open_postgres(address)
        await database.write(lambda tx: tx.run(TABLE))
        await database.write(lambda tx: tx.many(ADD, [{"name": "a"}, {"name": "b"}]))
        return database

    database: PostgresDatabase = run(opened())
    yield database
    run(database.close())


def numbers(run: Run, db: PostgresDatabase) -> list[Row]:
    rows: list[Row] = run(db.read(lambda tx: tx.all("SELECT number FROM notes ORDER BY name")))
    return rows


def test_a_deadlock_is_tried_again(run: Run, db: PostgresDatabase) -> None:
    attempts = 0
    both = asyncio.Barrier(2)

    def crossing(first: str, second: str) -> Callable[[Tx], Awaitable[None]]:
        async def work(tx: Tx) -> None:
            nonlocal attempts
            attempts += 1
            await tx.run(BUMP, name=first)
            if attempts <= 2:
                await both.wait()
            await tx.run(BUMP, name=second)

        return work

    async def story() -> None:
        await asyncio.gather(db.write_unordered(crossing("a", "b")), db.write_unordered(crossing("b", "a")))

    run(story())
    assert attempts == 3
    assert numbers(run, db) == [(2,), (2,)]


def test_a_serialization_failure_is_tried_a_few_times_and_then_given_up(
    run: Run, db: PostgresDatabase, address: str
) -> None:
    attempts = 0

    async def outrun(tx: Tx) -> None:
        nonlocal attempts
        attempts += 1
        await tx.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        await tx.one("SELECT COUNT(*) FROM notes")
        outside(address, "UPDATE notes SET number = number + 1 WHERE name = 'a' RETURNING 1")
        await tx.run(BUMP, name="a")

    async def story() -> None:
        await db.write_unordered(outrun)

    with pytest.raises(Unavailable, match="kept changing the same rows"):
        run(story())
    assert attempts == ATTEMPTS
    assert numbers(run, db) == [(ATTEMPTS,), (0,)]


def test_a_table_changed_by_another_process_is_read_anew(run: Run, db: PostgresDatabase, address: str) -> None:
    async def look(tx: Tx) -> Row | None:
        return await tx.one("SELECT * FROM notes WHERE name = :name", name="a")

    async def story() -> list[Row | None]:
        seen = [await db.write(look)]
        async with connected(address) as other:
            await other.execute("ALTER TABLE notes ADD COLUMN more BIGINT NOT NULL DEFAULT 5")
        return [*seen, await db.write(look), await db.read(look)]

    assert run(story()) == [(1, "a", 0), (1, "a", 0, 5), (1, "a", 0, 5)]


def test_the_types_of_values_are_minded(run: Run, db: PostgresDatabase) -> None:
    with pytest.raises(asyncpg.DataError, match="'closed'"):
        run(db.write(lambda tx: tx.run("UPDATE notes SET number = :n", n="closed")))
    row = run(db.read(lambda tx: tx.one("SELECT CAST(:a AS BIGINT) + 1, :b LIKE 'x%', SUM(0.5)", a=True, b="xy")))
    assert row == (2, 1, 0.5)


def test_more_calls_than_connections_wait_for_their_turn(run: Run, db: PostgresDatabase) -> None:
    async def story() -> int:
        async def work(tx: Tx) -> int:
            await tx.one("SELECT pg_sleep(0.01)")
            return 1

        return sum(await asyncio.gather(*(db.read(work) for _ in range(POOL * 3))))

    assert run(story()) == POOL * 3


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what another process is about to do."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  # Nobody would set an event.
            await asyncio.sleep(0.01)


def test_a_broken_connection_fails_its_call_and_is_replaced(
    run: Run, db: PostgresDatabase, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> Row | None:
        async def interrupted(tx: Tx) -> None:
            await tx.run(BUMP, name="a")
            assert outside(address, TERMINATE)
            await tx.run(BUMP, name="b")

        with pytest.raises(Unavailable, match="PostgreSQL server"):
            await db.write(interrupted)
        return await db.read(lambda tx: tx.one("SELECT SUM(number) FROM notes"))

    with caplog.at_level(logging.CRITICAL):
        assert run(story()) == (0,)


def test_commits_of_another_process_wake_the_readers_even_after_a_break(
    run: Run, db: PostgresDatabase, address: str
) -> None:
    woken: list[int] = []

    async def story() -> None:
        db.on_commit(lambda: woken.append(1))
        other = await open_postgres(address)
        await other.write(lambda tx: tx.run(BUMP, name="a"))
        await until(lambda: bool(woken))
        await asyncio.sleep(0.2)
        # Before the break: it may be over by the time that this connection is closed.
        woken.clear()
        async with connected(address) as admin:
            await admin.execute(TERMINATE)
        # Once for the time that it could not hear.
        await until(lambda: bool(woken))
        await asyncio.sleep(0.2)
        woken.clear()
        await other.write(lambda tx: tx.run(BUMP, name="a"))
        await until(lambda: bool(woken))
        await other.close()

    run(story())


def test_the_last_commit_before_closing_is_told(run: Run, db: PostgresDatabase, address: str) -> None:
    woken: list[int] = []

    async def story() -> None:
        db.on_commit(lambda: woken.append(1))
        other = await open_postgres(address)
        await other.write(lambda tx: tx.run(BUMP, name="a"))
        await other.close()
        await until(lambda: bool(woken))

    run(story())


def test_signals_reach_other_processes_once_also_after_a_break(run: Run, db: PostgresDatabase, address: str) -> None:
    heard: list[str] = []
    long = "ж" * (SIGNAL_MAX // 2)

    async def signal(other: PostgresDatabase, *signals: str) -> None:
        async def work(tx: Tx) -> None:
            tx.signals.extend(signals)

        await other.write(work)

    async def story() -> None:
        db.on_signal(heard.append)
        woken: list[int] = []
        db.on_commit(lambda: woken.append(1))
        other = await open_postgres(address)
        await signal(other, "a", long)
        await until(lambda: len(heard) >= 2)
        # Nothing is written, so nobody has to look.
        assert not woken
        async with connected(address) as admin:
            await admin.execute(TERMINATE)
        await until(lambda: bool(woken) and not other.notifier.outage.reason)
        await asyncio.sleep(0.2)
        await signal(other, "b")
        await until(lambda: len(heard) >= 3)
        await signal(other, "c")
        # What is left to say is said on the way out.
        await other.close()
        await until(lambda: len(heard) >= 4)
        await asyncio.sleep(0.1)

    run(story())
    assert heard == ["a", long, "b", "c"]


def test_closing_beside_a_commit_ends(run: Run, address: str) -> None:
    """At whatever step between ringing and telling the others the end comes."""

    async def story(steps: int) -> None:
        other = await open_postgres(address)
        other.notifier.ring()
        for _ in range(steps):
            await asyncio.sleep(0)
        _, late = await asyncio.wait([asyncio.create_task(other.notifier.stop())], timeout=5)
        assert not late
        await other.close()

    for steps in range(8):
        run(story(steps))


def test_own_commits_wake_once(run: Run, db: PostgresDatabase) -> None:
    woken: list[int] = []

    async def story() -> None:
        db.on_commit(lambda: woken.append(1))
        await db.write(lambda tx: tx.run(BUMP, name="a"))
        await asyncio.sleep(0.2)

    run(story())
    assert woken == [1]


def test_a_cancelled_call_gives_its_connection_back(run: Run, db: PostgresDatabase) -> None:
    async def slow(tx: Tx) -> None:
        await tx.run(BUMP, name="a")
        await tx.one("SELECT pg_sleep(10)")

    async def story() -> None:
        for _ in range(POOL + 2):
            task = asyncio.create_task(db.write(slow))
            await asyncio.sleep(0.02)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        await db.write(lambda tx: tx.run(BUMP, name="b"))

    run(story())
    assert numbers(run, db) == [(0,), (1,)]


def test_what_keeps_it_from_opening_is_said(run: Run, cluster: Cluster) -> None:
    def reason(url: str) -> str:
        with pytest.raises(Unavailable) as caught:
            run(open_database(url))
        return caught.value.reason

    assert reason("postgresql://nobody@127.0.0.1:9/none") == "The PostgreSQL server cannot be reached."
    missing = urlunsplit(urlsplit(cluster.url)._replace(path="/missing"))
    assert reason(missing) == "The PostgreSQL server has no database of this name."


def test_an_encoding_that_cannot_hold_every_letter_is_refused(run: Run, cluster: Cluster) -> None:
    cluster.run("CREATE DATABASE botyard_latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    url = urlunsplit(urlsplit(cluster.url)._replace(path="/botyard_latin"))
    try:
        with pytest.raises(Unavailable, match="UTF8"):
            run(open_database(url))
    finally:
        cluster.drop(url)


def test_a_locale_without_foreign_letters_is_warned_about(
    run: Run, cluster: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    cluster.run("CREATE DATABASE botyard_c ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0")
    url = urlunsplit(urlsplit(cluster.url)._replace(path="/botyard_c"))

    async def story() -> None:
        await (await open_database(url)).close()

    try:
        run(story())
    finally:
        cluster.drop(url)
    assert "knows only English letters" in caplog.text
