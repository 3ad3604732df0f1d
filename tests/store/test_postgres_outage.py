"""A PostgreSQL server that is gone for a while: one line when it goes, one when it is back, and calls are told."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator

import pytest

from botyard.delivery.service import DeliveryService
from botyard.server import PAYLOAD_BUILDERS
from botyard.store.engines.db import Tx, Unavailable
from botyard.store.engines.postgres import PostgresDatabase, open_postgres
from botyard.store.engines.watch import watch
from tests.postgres import VARIABLE, Cluster, available
from tests.store.conftest import Run
from tests.store.test_postgres import outside
from tests.world import World

pytestmark = pytest.mark.postgresql


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A server of this test's own, which it may stop."""
    # One that was named for the tests is not ours to stop.
    monkeypatch.delenv(VARIABLE, raising=False)
    if reason := available():
        pytest.skip(reason)
    cluster = Cluster.start()
    yield cluster
    cluster.stop()


def test_it_is_told_once_that_it_went_and_once_that_it_is_back(
    own: Cluster, tmp_path: object, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    world = World(request.getfixturevalue("tmp_path") / "portal", own.create_database())
    caplog.set_level(logging.INFO)

    async def calls(number: int) -> set[str]:
        """What that many callers are told, one after the other and several at once."""
        responses = set()
        for _ in range(number):
            for answer in await asyncio.gather(*(_ask(world) for _ in range(5))):
                responses.add(answer)
            await asyncio.sleep(0.02)
        return responses

    async def story() -> list[set[str]]:
        door = DeliveryService(world.context, PAYLOAD_BUILDERS)
        await door.start()
        watching = asyncio.create_task(watch(world.context.database))
        seen = [await calls(2)]
        busy = asyncio.create_task(calls(200))
        await asyncio.to_thread(own.halt)
        await asyncio.sleep(1)
        seen.append(await calls(5))
        await asyncio.to_thread(own.resume)
        async with asyncio.timeout(20):
            while not any("is back" in record.getMessage() for record in caplog.records):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            seen.append(await busy)
        seen.append(await calls(2))
        watching.cancel()
        await door.stop()
        return seen

    try:
        before, gone, meanwhile, after = world.run(story())
    finally:
        world.close()
    assert before == after == {"fine"}
    assert len(gone) == 1
    # Those that were under way when it went heard the same.
    assert meanwhile <= {"fine", *gone}
    lines = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(lines) == 2, lines
    began = re.fullmatch(r"([0-9a-f]{8}) (The .*\.) Calls are refused until it is back\.", lines[0])
    assert began is not None, lines
    assert gone == {f"{began[2]} ({began[1]})"}
    assert re.fullmatch(rf"{began[1]} The database is back after \d+ s\.", lines[1])


async def _ask(world: World) -> str:
    path = f"{world.admin.path}/profile"
    status, _, body = await world.exchange("GET", path, [b""], {}, "http")
    if status == 200:
        return "fine"
    described = re.search(rb'"error_description":"([^"]*)"', body)
    assert status == 500 and described is not None, body
    return described[1].decode()


def test_one_connection_that_breaks_is_no_outage(run: Run, address: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)

    async def story() -> None:
        db: PostgresDatabase = await open_postgres(address)

        async def broken(tx: Tx) -> None:
            number = await tx.one("SELECT pg_backend_pid()")
            assert number is not None
            assert outside(address, f"SELECT pg_terminate_backend({number[0]})")
            await tx.one("SELECT 1")

        with pytest.raises(Unavailable) as caught:
            await db.read(broken)
        assert caught.value.mark == ""
        await db.read(lambda tx: tx.one("SELECT 1"))
        await db.close()

    run(story())
    assert caplog.records == []
