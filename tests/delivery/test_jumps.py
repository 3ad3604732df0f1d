"""A clock that jumps while the server runs: pauses and holds last as long as they would have, on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from botyard.delivery.retries import HandlerResponse
from botyard.delivery.scheduler import Scheduler
from botyard.jumps import Jumps
from botyard.server import open_context
from botyard.store import timekeeping
from tests.delivery.handlers import answer, hang
from tests.delivery.machine import Machine
from tests.delivery.stage import Stage
from tests.delivery.test_takeover import write
from tests.world import World

MINUTE, HOUR, DAY = 60, 3600, 86_400
JUMPS = [-300 * DAY, -HOUR, -7, 7, HOUR, 300 * DAY]


class Moved(Stage):
    """A stage whose clock is a machine's."""

    def __init__(self, world: World) -> None:
        self.machine = Machine(world)
        super().__init__(world)

    def set_clock(self, seconds: float) -> None:
        self.machine.set_clock(seconds)
        self.wait(0)

    def wait(self, seconds: float) -> None:
        self.machine.passed += seconds
        super().wait(seconds)

    def heard(self) -> list[str]:
        return [one.message for one in self.handler.heard]

    def greeted(self) -> int:
        """A bot that knows its dialog."""
        bot = self.bot()
        self.say(bot, "zero")
        self.until(lambda: self.states(bot) == ["done", "done"])
        self.handler.heard.clear()
        return bot


@pytest.fixture
def stage(portal: World) -> Iterator[Moved]:
    made = Moved(portal)
    yield made
    made.close()


@pytest.mark.parametrize("by", JUMPS)
def test_a_pause_lasts_as_long_as_the_schedule_says(stage: Moved, by: int) -> None:
    bot = stage.greeted()
    stage.handler.behaviours["/bot"] = answer(500)
    stage.say(bot, "one")
    stage.until(lambda: len(stage.attempts(bot)) == 3)
    stage.wait(5)
    stage.until(lambda: len(stage.attempts(bot)) == 4)
    stage.wait(10)
    stage.set_clock(by)
    stage.wait(19.9)
    stage.settle()
    assert len(stage.attempts(bot)) == 4
    stage.handler.behaviours.clear()
    stage.wait(0.1)
    stage.until(lambda: stage.states(bot) == ["done"] * 3)
    # What it is told of the time that has passed does not count the jump.
    assert [one.headers.get("botyard-late") for one in stage.handler.heard] == [None, None, "35"]


@pytest.mark.parametrize("by", JUMPS)
def test_a_hold_lasts_ten_seconds(stage: Moved, by: int) -> None:
    bot = stage.greeted()
    stage.handler.behaviours["/bot"] = hang
    stage.say(bot, "one")
    stage.say(bot, "two")
    stage.until(lambda: stage.heard() == ["one"])
    stage.wait(4)
    stage.set_clock(by)
    stage.say(bot, "three")
    stage.wait(5.9)
    assert stage.heard() == ["one"]
    stage.wait(0.1)
    stage.until(lambda: stage.heard() == ["one", "two"])
    # Those that are claimed after the jump hold as long.
    stage.wait(9.9)
    assert stage.heard() == ["one", "two"]
    stage.wait(0.1)
    stage.until(lambda: stage.heard() == ["one", "two", "three"])


@pytest.mark.parametrize("by", JUMPS)
def test_what_is_said_after_the_jump_goes_at_once(stage: Moved, by: int) -> None:
    bot = stage.greeted()
    stage.machine.set_clock(by)
    stage.say(bot, "one")
    stage.wait(0)
    stage.until(lambda: stage.heard() == ["one"])


@pytest.mark.parametrize("by", JUMPS)
def test_a_request_that_is_open_is_not_sent_twice(stage: Moved, by: int) -> None:
    bot = stage.greeted()
    stage.handler.behaviours["/bot"] = hang
    stage.say(bot, "one")
    stage.until(lambda: stage.heard() == ["one"])
    stage.set_clock(by)
    stage.settle()
    assert (stage.heard(), stage.states(bot)[2:]) == (["one"], ["sending"])
    (lease,) = [one.due for one in stage.deliveries(bot) if one.state == "sending"]
    assert lease == pytest.approx(stage.world.time + 50, abs=1)


@pytest.mark.parametrize("by", [-HOUR, HOUR])
def test_a_bot_that_is_back_hears_what_it_missed(stage: Moved, by: int, monkeypatch: pytest.MonkeyPatch) -> None:
    bot, ann = stage.greeted(), stage.world.add_person("Ann")

    async def refused(*_: object) -> HandlerResponse:
        return HandlerResponse(0, problem="no connection: refused")

    with monkeypatch.context() as away:
        away.setattr(stage.service._scheduler.sender, "_send", refused)
        stage.say(bot, "missed")
        stage.until(lambda: len(stage.attempts(bot)) == 3)
        stage.wait(5)
        stage.until(lambda: len(stage.attempts(bot)) == 4)
    stage.set_clock(by)
    stage.wait(1)
    stage.world.call("im.message.add", ann, DIALOG_ID=str(bot), MESSAGE="from Ann")
    stage.until(lambda: stage.states(bot) == ["done"] * 5)
    assert stage.handler.heard[-1].message == "missed"


def test_a_clock_that_goes_and_comes_back_changes_nothing(stage: Moved) -> None:
    bot = stage.greeted()
    stage.handler.behaviours["/bot"] = answer(500)
    stage.say(bot, "one")
    stage.until(lambda: len(stage.attempts(bot)) == 3)
    before = stage.deliveries(bot)[-1]
    for by in (HOUR, -2 * HOUR, DAY, HOUR - DAY):
        stage.set_clock(by)
        stage.settle(0.02)
    after = stage.deliveries(bot)[-1]
    assert (after.due, after.holds_until) == pytest.approx((before.due, before.holds_until), abs=0.1)


def test_a_jump_that_several_servers_see_moves_what_waits_once(stage: Moved) -> None:
    bot = stage.greeted()
    stage.handler.behaviours["/bot"] = answer(500)
    stage.say(bot, "one")
    stage.until(lambda: len(stage.attempts(bot)) == 3)
    database, now = stage.world.context.database, int(stage.world.time)
    before = stage.deliveries(bot)[-1].due

    async def move(by: float, seen: float) -> float:
        return await database.write(lambda tx: timekeeping.move(tx, by, seen, now=now))

    async def work() -> None:
        # Two servers on one machine.
        for seen in (0.0, 0.0):
            assert await move(3600.0, seen) == 3600.0
        assert await move(-1800.0, 3600.0) == 1800.0
        # One that has seen neither of these yet.
        assert await move(1800.0, 0.0) == 1800.0

    stage.world.run(work())
    assert stage.deliveries(bot)[-1].due == pytest.approx(before + 1800, abs=0.01)


def test_two_servers_on_one_machine(stage: Moved) -> None:
    if stage.world.context.database.name == "sqlite":
        pytest.skip("One server serves a SQLite file.")
    bot = stage.greeted()
    stage.handler.behaviours["/bot"] = answer(500)
    stage.say(bot, "one")
    stage.until(lambda: len(stage.attempts(bot)) == 3)
    before = stage.deliveries(bot)[-1].due

    async def work() -> None:
        context = await open_context(stage.world.settings, stage.machine.clock())
        other = Scheduler(context, {"bot": write}, stage.service._scheduler.sender._send, poll=0.05)
        await other.start()
        stage.machine.set_clock(HOUR)
        await _settle()
        stage.machine.set_clock(-2 * HOUR)
        await _settle()
        await other.stop()
        await context.database.close()

    stage.world.run(work())
    assert stage.deliveries(bot)[-1].due == pytest.approx(before - HOUR, abs=0.5)


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
