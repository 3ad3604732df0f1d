"""The portal is set back while events are on their way: those of before end, those of after arrive."""

from __future__ import annotations

import asyncio

import pytest

from tests.delivery.handlers import answer
from tests.world import World


@pytest.fixture
def world(portal: World) -> World:
    portal.start_delivery()
    return portal


def test_no_event_of_before_reaches_a_handler_after(world: World) -> None:
    open_ = asyncio.Event()

    async def hanging(writer: asyncio.StreamWriter) -> None:
        await open_.wait()
        await answer(200, "ok")(writer)

    bot = world.add_bot_with_handler()
    world.handler.behaviours["/bot"] = hanging
    world.call("botyard.portal.snapshot", NAME="bot")
    world.send_to(bot, "before 1")
    world.run_until(lambda: bool(world.handler.heard))
    for number in range(2, 6):
        world.send_to(bot, f"before {number}")
    world.call("botyard.portal.restore", NAME="bot")
    heard = len(world.handler.heard)
    world.handler.behaviours.clear()
    world.run(asyncio.sleep(0))
    open_.set()
    world.send_to(bot, "after")
    world.run_until(lambda: world.states(bot)[-1:] == ["done"])
    world.wait_and_deliver(300)
    texts = [request.message for request in world.handler.heard[heard:] if request.form["event"] == "ONIMBOTMESSAGEADD"]
    assert texts == ["after"]
    assert world.context.snapshots.pauses == [world.delivery.paused]


def test_a_portal_can_be_set_back_again_and_again(world: World) -> None:
    bot = world.add_bot_with_handler()
    world.call("botyard.portal.snapshot", NAME="bot")
    for number in range(5):
        world.send_to(bot, f"round {number}")
        world.run_until(lambda: world.states(bot)[-1:] == ["done"])
        world.call("botyard.portal.restore", NAME="bot")
    texts = [request.message for request in world.handler.heard if request.form["event"] == "ONIMBOTMESSAGEADD"]
    assert texts == [f"round {number}" for number in range(5)]
    numbers = [request.headers["webhook-id"] for request in world.handler.heard]
    assert len(set(numbers)) == len(numbers)
