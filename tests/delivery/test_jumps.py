"""A clock that jumps while the server runs: pauses and holds last as long as they would have, on both engines."""

from __future__ import annotations

import asyncio

import pytest

from botyard.delivery.client import HandlerClient
from botyard.delivery.scheduler import Scheduler
from botyard.jumps import Jumps
from botyard.server import open_context
from botyard.store import timekeeping
from tests.delivery.handlers import answer, hang
from tests.delivery.test_takeover import write
from tests.world import World

MINUTE, HOUR, DAY = 60, 3600, 86_400
JUMPS = [-300 * DAY, -HOUR, -7, 7, HOUR, 300 * DAY]


@pytest.fixture
def world(portal: World) -> World:
    portal.watch_clock()
    portal.start_delivery()
    return portal


def set_clock(world: World, seconds: float) -> None:
    """Somebody sets the clock, and the delivery service notices."""
    world.set_clock(seconds)
    world.wait_and_deliver(0)


@pytest.mark.parametrize("by", JUMPS)
def test_a_pause_lasts_as_long_as_the_schedule_says(world: World, by: int) -> None:
    bot = world.greeted_bot()
    world.handler.behaviours["/bot"] = answer(500)
    world.send_to(bot, "one")
    world.run_until(lambda: len(world.attempts(bot)) == 3)
    world.wait_and_deliver(5)
    world.run_until(lambda: len(world.attempts(bot)) == 4)
    world.wait_and_deliver(10)
    set_clock(world, by)
    world.wait_and_deliver(19.9)
    world.run_for()
    assert len(world.attempts(bot)) == 4
    world.handler.behaviours.clear()
    world.wait_and_deliver(0.1)
    world.run_until(lambda: world.states(bot) == ["done"] * 3)
    # What it is told of the time that has passed does not count the jump.
    assert [request.headers.get("botyard-late") for request in world.handler.heard] == [None, None, "35"]


@pytest.mark.parametrize("by", JUMPS)
def test_a_hold_lasts_ten_seconds(world: World, by: int) -> None:
    bot = world.greeted_bot()
    world.handler.behaviours["/bot"] = hang
    world.send_to(bot, "one")
    world.send_to(bot, "two")
    world.run_until(lambda: world.heard_messages() == ["one"])
    world.wait_and_deliver(4)
    set_clock(world, by)
    world.send_to(bot, "three")
    world.wait_and_deliver(5.9)
    assert world.heard_messages() == ["one"]
    world.wait_and_deliver(0.1)
    world.run_until(lambda: world.heard_messages() == ["one", "two"])
    # Those that are claimed after the jump hold as long.
    world.wait_and_deliver(9.9)
    assert world.heard_messages() == ["one", "two"]
    world.wait_and_deliver(0.1)
    world.run_until(lambda: world.heard_messages() == ["one", "two", "three"])


@pytest.mark.parametrize("by", JUMPS)
def test_what_is_said_after_the_jump_goes_at_once(world: World, by: int) -> None:
    bot = world.greeted_bot()
    world.set_clock(by)
    world.send_to(bot, "one")
    world.wait_and_deliver(0)
    world.run_until(lambda: world.heard_messages() == ["one"])


@pytest.mark.parametrize("by", JUMPS)
def test_a_request_that_is_open_is_not_sent_twice(world: World, by: int) -> None:
    bot = world.greeted_bot()
    world.handler.behaviours["/bot"] = hang
    world.send_to(bot, "one")
    world.run_until(lambda: world.heard_messages() == ["one"])
    set_clock(world, by)
    world.run_for()
    assert (world.heard_messages(), world.states(bot)[2:]) == (["one"], ["sending"])
    (lease,) = [delivery.due for delivery in world.deliveries(bot) if delivery.state == "sending"]
    assert lease == pytest.approx(world.time + 50, abs=1)


@pytest.mark.parametrize("by", [-HOUR, HOUR])
def test_a_bot_that_is_back_hears_what_it_missed(world: World, by: int) -> None:
    bot, ann = world.greeted_bot(), world.add_person("Ann")

    world.run(world.handler.stop())
    world.send_to(bot, "missed")
    world.run_until(lambda: len(world.attempts(bot)) == 3)
    world.wait_and_deliver(5)
    world.run_until(lambda: len(world.attempts(bot)) == 4)
    world.run(world.handler.come_back())
    set_clock(world, by)
    world.wait_and_deliver(1)
    world.call("im.message.add", ann, DIALOG_ID=str(bot), MESSAGE="from Ann")
    world.run_until(lambda: world.states(bot) == ["done"] * 5)
    assert world.handler.heard[-1].message == "missed"


def test_a_clock_that_goes_and_comes_back_changes_nothing(world: World) -> None:
    bot = world.greeted_bot()
    world.handler.behaviours["/bot"] = answer(500)
    world.send_to(bot, "one")
    world.run_until(lambda: len(world.attempts(bot)) == 3)
    before = world.deliveries(bot)[-1]
    for by in (HOUR, -2 * HOUR, DAY, HOUR - DAY):
        set_clock(world, by)
        world.run_for(0.02)
    after = world.deliveries(bot)[-1]
    assert (after.due, after.holds_until) == pytest.approx((before.due, before.holds_until), abs=0.1)


def test_a_jump_that_several_servers_see_moves_what_waits_once(world: World) -> None:
    bot = world.greeted_bot()
    world.handler.behaviours["/bot"] = answer(500)
    world.send_to(bot, "one")
    world.run_until(lambda: len(world.attempts(bot)) == 3)
    database, now = world.context.database, int(world.time)
    before = world.deliveries(bot)[-1].due

    async def move(by: float, seen: float) -> float:
        return await database.write(lambda tx: timekeeping.move(tx, by, seen, now=now))

    async def work() -> None:
        # Two servers on one machine.
        for seen in (0.0, 0.0):
            assert await move(3600.0, seen) == 3600.0
        assert await move(-1800.0, 3600.0) == 1800.0
        # One that has seen neither of these yet.
        assert await move(1800.0, 0.0) == 1800.0

    world.run(work())
    assert world.deliveries(bot)[-1].due == pytest.approx(before + 1800, abs=0.01)


def test_two_servers_on_one_machine(world: World) -> None:
    if world.context.database.name == "sqlite":
        pytest.skip("One server serves a SQLite file.")
    bot = world.greeted_bot()
    world.handler.behaviours["/bot"] = answer(500)
    world.send_to(bot, "one")
    world.run_until(lambda: len(world.attempts(bot)) == 3)
    before = world.deliveries(bot)[-1].due

    async def work() -> None:
        context = await open_context(world.settings, world.other_clock())
        client = HandlerClient(world.delivery.guard, 30)
        other = Scheduler(context, {"bot": write}, client.post, poll=0.05)
        await other.start()
        world.set_clock(HOUR)
        await _settle()
        world.set_clock(-2 * HOUR)
        await _settle()
        await other.stop()
        await client.close()
        await context.database.close()

    world.run(work())
    assert world.deliveries(bot)[-1].due == pytest.approx(before - HOUR, abs=0.5)


async def _settle() -> None:
    await asyncio.sleep(1.3)


class Times:
    def __init__(self) -> None:
        self.wall, self.passed = 1000.0, 0.0
        self.jumps = Jumps(lambda: self.wall, lambda: self.passed)

    def wait(self, seconds: float) -> None:
        self.wall += seconds
        self.passed += seconds


def test_the_old_time_goes_on_until_what_waits_has_been_moved() -> None:
    times = Times()
    times.wall += 100
    assert (times.jumps.now(), times.jumps.pending) == (1000, 100)
    times.wait(5)
    assert times.jumps.now() == 1005
    times.wall -= 30
    assert (times.jumps.now(), times.jumps.pending) == (1005, 70)
    times.jumps.settle(70)
    assert (times.jumps.now(), times.jumps.pending) == (1075, 0)


def test_a_clock_that_is_drawn_near_is_followed() -> None:
    times = Times()
    times.wall += 0.9
    assert (times.jumps.now(), times.jumps.pending) == (1000.9, 0)


@pytest.mark.parametrize("by", [50, 5000, -50, -5000])
def test_what_has_passed_counts_no_jump(by: float) -> None:
    times = Times()
    times.wait(20)
    times.wall += by
    times.jumps.now()
    times.wait(7)
    assert times.jumps.elapsed(1005) == 22
    assert times.jumps.elapsed(1020 + by) == 7
    times.wall -= by
    times.jumps.now()
    times.wait(1)
    assert times.jumps.elapsed(1005) == 23
