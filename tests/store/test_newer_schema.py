"""A server that runs beside a newer schema than its own refuses everything; on each engine."""

from __future__ import annotations

import asyncio
import logging
from importlib import resources
from pathlib import Path

import pytest

from botyard.server import open_context
from botyard.store.engines import watch
from botyard.store.engines.connect import open_database
from botyard.store.engines.db import Database, Unavailable
from botyard.store.engines.migrate import migrate, newest_known
from tests.portals import ENGINES
from tests.store.conftest import Run
from tests.world import World


def newer(folder: Path) -> Path:
    """The migrations of a version to come."""
    folder.mkdir()
    for file in (resources.files("botyard.store") / "migrations").iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / f"{newest_known() + 1:04}_future.sql").write_text("ALTER TABLE portal ADD COLUMN future BIGINT;\n")
    return folder


async def upgraded(place: str, folder: Path) -> None:
    """What another process does that runs the version to come."""
    other = await open_database(place)
    await migrate(other, folder)
    await other.close()


def test_a_running_server_refuses_soon_and_says_it_once(
    run: Run,
    db: Database,
    place: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watch, "SECONDS", 0.01)

    async def answers() -> str:
        try:
            return str(await db.read(lambda tx: tx.one("SELECT 1")))
        except Unavailable as refused:
            return refused.reason

    async def story() -> list[str]:
        await migrate(db)
        watching = asyncio.create_task(watch.watch(db))
        await asyncio.sleep(0.1)
        before = await answers()
        await upgraded(place, newer(tmp_path / "newer"))
        async with asyncio.timeout(10):
            while await answers() == before:  # noqa: ASYNC110  # Nobody would set an event.
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        watching.cancel()
        with pytest.raises(Unavailable) as caught:
            await db.write(lambda tx: tx.run("UPDATE portal SET title = 'x'"))
        return [before, await answers(), caught.value.reason]

    with caplog.at_level(logging.WARNING):
        before, read, written = run(story())
    name = f"{newest_known() + 1:04}_future"
    assert before == "(1,)"
    assert read == written
    assert read == (
        f"A newer version of Botyard has changed the database (migration {name}); "
        "stop this server and start that version."
    )
    assert [record.getMessage()[9:] for record in caplog.records if record.name == "botyard.database"] == [
        f"{read} Calls are refused from now on."
    ]


@pytest.mark.parametrize("engine", ENGINES)
def test_calls_are_told_with_the_documented_error(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    address = str(request.getfixturevalue("address")) if engine == "postgresql" else ""
    world = World(tmp_path / "portal", address)
    try:
        place = address or str(world.settings.data / "botyard.db")
        world.run(upgraded(place, newer(tmp_path / "newer")))
        world.run(watch.look(world.context.database, newest_known()))
        caplog.clear()
        answers = [
            world.call("profile"),
            world.call("imbot.dialog.get", DIALOG_ID="1"),
            world.call("im.chat.add", USERS=[]),
        ]
        assert {(answer.status, answer.error) for answer in answers} == {(500, "INTERNAL_SERVER_ERROR")}
        # All name the one line in the log that says it.
        assert len({answer.text for answer in answers}) == 1
        assert "A newer version of Botyard has changed the database" in answers[0].text
        assert caplog.records == []
    finally:
        world.close()
    with pytest.raises(Unavailable, match="written by a newer version of Botyard"):
        asyncio.run(open_context(world.settings))
