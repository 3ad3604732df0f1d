"""Connections that works share are kept between one use and the next."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from botyard.store.engines.postgres_connections import KeptConnections
from tests.store.conftest import Run
from tests.store.test_postgres import until

pytestmark = pytest.mark.postgresql

PID = "SELECT pg_backend_pid()"


class Pool:
    """A pool of two connections, and what happens to those that are kept of it."""

    def __init__(self, pool: Any) -> None:
        self.pool = pool
        self.kept = KeptConnections(pool)

    async def used(self, sql: str = "SELECT 1") -> int:
        """Take a connection, run something, and give it back. Returns the number of its process."""
        connection = await self.kept.take()
        number: int = await connection.fetchval(PID)
        await connection.execute(sql)
        await self.kept.give_back(connection)
        return number


def with_pool(run: Run, address: str, story: Any) -> None:
    async def whole() -> None:
        async with asyncpg.create_pool(address, min_size=0, max_size=2) as pool:
            here = Pool(pool)
            await story(here)
            await here.kept.close()
            assert pool.get_idle_size() == pool.get_size()

    run(whole())


def test_the_same_connection_is_taken_again(run: Run, address: str) -> None:
    async def story(here: Pool) -> None:
        first = await here.used()
        assert [await here.used() for _ in range(3)] == [first] * 3
        assert here.pool.get_idle_size() == 0
        first_taken, other = await here.kept.take(), await here.kept.take()
        assert await first_taken.fetchval(PID) == first
        assert await other.fetchval(PID) != first
        await here.kept.give_back(first_taken)
        await here.kept.give_back(other)

    with_pool(run, address, story)


def test_a_connection_that_broke_while_it_was_kept_is_replaced(run: Run, address: str) -> None:
    async def story(here: Pool) -> None:
        first = await here.used()
        other = await here.pool.acquire()
        await other.fetchval("SELECT pg_terminate_backend($1)", first)
        await here.pool.release(other)
        # The driver hears of it in a later round of the loop.
        await until(lambda: here.pool.get_size() == 1)
        assert await here.used() != first

    with_pool(run, address, story)


def test_one_in_a_transaction_is_not_kept(run: Run, address: str) -> None:
    async def story(here: Pool) -> None:
        await here.used("BEGIN")
        assert here.pool.get_idle_size() == here.pool.get_size() == 1
        connection = await here.kept.take()
        assert not connection.is_in_transaction()
        await here.kept.give_back(connection)

    with_pool(run, address, story)


def test_one_that_broke_in_use_is_not_kept(run: Run, address: str) -> None:
    async def story(here: Pool) -> None:
        connection = await here.kept.take()
        first = await connection.fetchval(PID)
        connection.terminate()
        await here.kept.give_back(connection)
        assert await here.used() != first

    with_pool(run, address, story)
