"""A database that cannot serve is told in one sentence, and the server goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import apsw
import msgspec
import pytest

from botyard.server import application
from botyard.store.engines.sqlite import SqliteDatabase
from tests.rpc.lab import furnish
from tests.world import Answer, World

IMPATIENT = 0.2


@pytest.fixture
def hasty(world: World) -> Iterator[World]:
    """A portal whose calls do not wait long for a file that another process holds."""
    furnish(world)

    async def opened() -> SqliteDatabase:
        return SqliteDatabase(world.settings.data / "botyard.db", busy_timeout=IMPATIENT)

    first, second = world.context.database, world.run(opened())
    world.context = msgspec.structs.replace(world.context, database=second)
    world.app = application(world.context)
    yield world
    world.run(second.close())
    world.context = msgspec.structs.replace(world.context, database=first)


def assert_told(answer: Answer, sentence: str, caplog: pytest.LogCaptureFixture) -> None:
    assert (answer.status, answer.error) == (500, "INTERNAL_SERVER_ERROR")
    mark = re.fullmatch(re.escape(sentence) + r" \(([0-9a-f]{8})\)", answer.text)
    assert mark is not None, answer.text
    assert f"{mark[1]} lab.rename: {sentence}" in caplog.text
    assert "Traceback" not in caplog.text


def test_a_full_disk(hasty: World, caplog: pytest.LogCaptureFixture) -> None:
    hasty.write(lambda tx: tx.run("PRAGMA max_page_count = 1"))
    answer = hasty.call("lab.rename", TITLE="x" * 5_000_000)
    assert_told(answer, "The disk is full, or the database file has reached its limit.", caplog)
    assert hasty.call("profile").status == 200
    hasty.write(lambda tx: tx.run("PRAGMA max_page_count = 100000"))
    assert hasty.call("lab.rename", TITLE="fits").result is True
    assert hasty.call("lab.title").result == "fits"


def test_a_file_that_became_read_only(hasty: World, caplog: pytest.LogCaptureFixture) -> None:
    hasty.write(lambda tx: tx.run("PRAGMA query_only = 1"))
    assert_told(hasty.call("lab.rename", TITLE="no"), "The database file is read-only.", caplog)
    assert hasty.call("lab.title").result == "Test"
    assert hasty.call("batch", cmd=["lab.rename?TITLE=no", "lab.title"]).result["result"] == {"1": "Test"}


def test_a_file_that_another_process_holds(hasty: World, caplog: pytest.LogCaptureFixture) -> None:
    other = apsw.Connection(str(hasty.settings.data / "botyard.db"))
    other.execute("BEGIN IMMEDIATE")
    assert_told(hasty.call("lab.rename", TITLE="no"), "The database file is locked by another process.", caplog)
    # Reading goes on meanwhile.
    assert hasty.call("lab.title").result == "Test"
    batch = hasty.call("batch", cmd={"w": "lab.rename?TITLE=no", "r": "lab.title"}).result
    assert (batch["result"], batch["result_error"]["w"]["error"]) == ({"r": "Test"}, "INTERNAL_SERVER_ERROR")
    other.execute("ROLLBACK")
    other.close()
    assert hasty.call("lab.rename", TITLE="yes").result is True


def test_a_database_that_is_closed(world: World, caplog: pytest.LogCaptureFixture) -> None:
    furnish(world)
    world.run(world.context.database.close())
    answer = world.call("lab.rename", TITLE="no")
    assert_told(answer, "The database is closed.", caplog)
    for path in ("/rest/profile", "/avatar/x", f"{world.admin.path}/profile"):
        assert (world.get(path).status, world.get(path).error) == (500, "INTERNAL_SERVER_ERROR")
    assert world.get("/").status == 200
