"""Deliveries beside those who call the server."""

from __future__ import annotations

import asyncio

from botyard.delivery import manners
from botyard.delivery.manners import CROWD, Manners
from botyard.rpc.limits import PROFILES, Limits
from tests.delivery.stage import Stage


def called(limits: Limits, times: int = 1) -> None:
    for _ in range(times):
        limits.admit()
        limits.release()


async def _watched() -> None:
    limits = Limits(PROFILES["off"], 10)
    found = Manners(limits)
    assert not found.modest and not found.wait and not found.crowded
    limits.admit()
    assert found.modest and found.wait
    limits.release()
    assert found.modest and not found.wait
    # One call after another leaves no pause, though there are moments in which nobody waits.
    called(limits, CROWD - 2)
    assert not found.crowded
    called(limits)
    assert found.crowded
    found.sent()
    assert not found.crowded
    await asyncio.sleep(manners.RECENT_SECONDS + 0.05)
    found.modest  # noqa: B018  # It notices the last calls.
    await asyncio.sleep(manners.RECENT_SECONDS + 0.05)
    assert not found.modest


def test_callers_are_noticed_and_forgotten() -> None:
    asyncio.run(_watched())


def test_events_leave_however_many_call(stage: Stage) -> None:
    bots = [stage.bot(f"bot{number}", f"/{number}") for number in range(12)]
    limits = stage.world.context.limits

    async def crowd() -> None:
        while True:
            # Somebody waits, and many have come and gone.
            called(limits, CROWD)
            await asyncio.sleep(0.001)

    async def begin() -> asyncio.Task[None]:
        limits.admit()
        return asyncio.create_task(crowd())

    calling = stage.world.run(begin())
    for bot in bots:
        stage.say(bot, "Hello")
    # Each bot hears that it is in the dialog, and what is said there.
    stage.until(lambda: len(stage.handler.heard) == 24)
    calling.cancel()
    limits.release()
    assert {one.path for one in stage.handler.heard} == {f"/{number}" for number in range(12)}
