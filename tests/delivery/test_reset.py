"""The portal is set back while events are on their way: those of before end, those of after arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.delivery.handlers import answer
from tests.delivery.stage import Stage
from tests.world import World


@pytest.fixture
def stage(portal: World) -> Iterator[Stage]:
    made = Stage(portal)
    yield made
    made.close()


def test_no_event_of_before_reaches_a_handler_after(stage: Stage) -> None:
    world = stage.world
    open_ = asyncio.Event()

    async def hanging(writer: asyncio.StreamWriter) -> None:
        await open_.wait()
        await answer(200, "ok")(writer)

    bot = stage.bot()
    stage.handler.behaviours["/bot"] = hanging
    world.call("botyard.portal.snapshot", NAME="bot")
    stage.say(bot, "before 1")
    stage.until(lambda: bool(stage.handler.heard))
    for number in range(2, 6):
        stage.say(bot, f"before {number}")
    world.call("botyard.portal.restore", NAME="bot")
    heard = len(stage.handler.heard)
    stage.handler.behaviours.clear()
    world.run(asyncio.sleep(0))
    open_.set()
    stage.say(bot, "after")
    stage.until(lambda: stage.states(bot)[-1:] == ["done"])
    stage.wait(300)
    told = [one.message for one in stage.handler.heard[heard:] if one.form["event"] == "ONIMBOTMESSAGEADD"]
    assert told == ["after"]
    assert world.context.snapshots.pauses == [stage.service._paused]


def test_a_portal_can_be_set_back_again_and_again(stage: Stage) -> None:
    world = stage.world
    bot = stage.bot()
    world.call("botyard.portal.snapshot", NAME="bot")
    for number in range(5):
        stage.say(bot, f"round {number}")
        stage.until(lambda: stage.states(bot)[-1:] == ["done"])
        world.call("botyard.portal.restore", NAME="bot")
    said = [one.message for one in stage.handler.heard if one.form["event"] == "ONIMBOTMESSAGEADD"]
    assert said == [f"round {number}" for number in range(5)]
    numbers = [one.headers["webhook-id"] for one in stage.handler.heard]
    assert len(set(numbers)) == len(numbers)
