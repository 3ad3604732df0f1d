"""A clock that is set back or ahead, while the server runs and between two servers, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from botyard.ages import Ages
from botyard.delivery.retention import delete_expired
from botyard.delivery.service import DeliveryService
from botyard.model.deliveries import State
from botyard.server import PAYLOAD_BUILDERS
from botyard.store import offline_events
from botyard.store.offline_events import OfflineQueue
from tests.delivery.handlers import answer
from tests.delivery.stage import Stage
from tests.portals import ENGINES, opened
from tests.world import World

MINUTE, HOUR, DAY = 60, 3600, 86_400


@pytest.fixture
def stage(portal: World) -> Iterator[Stage]:
    made = Stage(portal)
    yield made
    made.close()


def failed(stage: Stage) -> int:
    """A bot that has refused the first of three messages for now."""
    bot = stage.bot()
    stage.say(bot, "zero")
    stage.until(lambda: stage.states(bot) == ["done", "done"])
    stage.handler.heard.clear()
    stage.handler.behaviours["/bot"] = answer(500, "broken")
    for text in ("one", "two", "three"):
        stage.say(bot, text)
    stage.until(lambda: len(stage.attempts(bot)) == 3)
    stage.handler.behaviours.clear()
    stage.handler.heard.clear()
    return bot


def heard(stage: Stage) -> list[str]:
    return [one.message for one in stage.handler.heard]


def restart(stage: Stage, *, meanwhile: float) -> None:
    """Another server goes on, after so many seconds by the clock."""
    stage.world.run(stage.service.stop())
    stage.world.wait(meanwhile)
    stage.service = DeliveryService(stage.world.context, PAYLOAD_BUILDERS)
    stage.world.run(stage.service.start())


def look(stage: Stage) -> None:
    stage.world.run(stage.service.timekeeper.look())


@pytest.mark.parametrize("back", [MINUTE, HOUR, 300 * DAY])
def test_a_clock_that_is_set_back_silences_no_dialog(stage: Stage, back: int) -> None:
    failed(stage)
    stage.world.wait(-back)
    look(stage)
    stage.settle()
    assert heard(stage) == [], "not before its time either"
    stage.wait(5)
    stage.until(lambda: len(stage.handler.heard) == 3)
    assert heard(stage) == ["one", "two", "three"]


def test_nor_does_one_that_was_set_back_between_two_servers(stage: Stage) -> None:
    failed(stage)
    restart(stage, meanwhile=-HOUR)
    stage.wait(5)
    stage.until(lambda: len(stage.handler.heard) == 3)
    assert heard(stage) == ["one", "two", "three"]


def test_the_clock_is_watched_by_the_server_itself(stage: Stage) -> None:
    failed(stage)
    stage.world.wait(-HOUR)
    noted = stage.world.time
    due = "SELECT MAX(due) FROM deliveries WHERE state = 'waiting'"
    stage.until(lambda: int(stage.world.read(lambda tx: tx.all(due))[0][0]) < noted + HOUR / 2)


def test_a_lease_of_a_server_that_is_gone_ends_in_its_time(stage: Stage) -> None:
    bot = failed(stage)
    stage.world.run(stage.service.stop())
    until = int(stage.world.time) + 50
    lease = """UPDATE deliveries SET state = 'sending', holder = 'gone', due = :until
               WHERE state = 'waiting' AND attempts > 0"""
    stage.world.write(lambda tx: tx.run(lease, until=until))
    stage.world.wait(-HOUR)
    look(stage)
    (one,) = [found for found in stage.deliveries(bot) if found.state == State.SENDING]
    assert one.due <= stage.world.time + stage.world.settings.delivery_timeout + 60


def test_what_a_later_attempt_waits_for_is_kept(stage: Stage) -> None:
    """An hour back pulls the fourth attempt to five minutes from now, as the schedule has it."""
    bot = failed(stage)
    late = "UPDATE deliveries SET attempts = 3, due = due + 295 WHERE state = 'waiting' AND attempts = 1"
    stage.world.write(lambda tx: tx.run(late))
    stage.world.wait(-HOUR)
    look(stage)
    (one,) = [found for found in stage.deliveries(bot) if found.attempts == 3]
    assert one.due == pytest.approx(stage.world.time + 300, abs=0.01)


class Machine:
    """The time that passes for a portal, whatever its clock says."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.passed = 0.0
        world.context.clock.ages = Ages(world.now, lambda: self.passed)

    def set_clock(self, seconds: float) -> None:
        self.world.wait(seconds)

    def run(self, seconds: float) -> None:
        """Time passes, and the server looks at the clock and tidies up, every minute."""
        for _ in range(max(1, int(seconds // MINUTE))):
            self.passed += MINUTE
            self.world.wait(MINUTE)
            self.world.context.clock.settled()
        self.world.run(delete_expired(self.world.context))


def texts(page: dict[str, Any]) -> list[str]:
    return [one["data"]["message"]["text"] for one in page["events"]]


def test_a_clock_set_ahead_for_a_minute_expires_nothing(bot_world: World) -> None:
    machine = Machine(bot_world)
    said = f"one {bot_world.mention}"
    bot_world.send(said)
    machine.set_clock(30 * DAY)
    machine.run(MINUTE)
    assert texts(bot_world.fetch_events()) == [said], "nor does a page leave it out"
    machine.set_clock(-30 * DAY)
    machine.run(MINUTE)
    assert texts(bot_world.fetch_events()) == [said]
    machine.run(23 * HOUR)
    assert texts(bot_world.fetch_events()) == [said]
    machine.run(2 * HOUR)
    assert texts(bot_world.fetch_events()) == [], "it is kept for a day as ever"


def test_nor_does_it_delete_what_is_kept_for_days(bot_world: World) -> None:
    machine, world = Machine(bot_world), bot_world
    bot_world.send(f"one {bot_world.mention}")
    bot_world.confirm_events()
    queue = OfflineQueue("app:one", "")
    world.write(lambda tx: offline_events.put(tx, queue, "ONUSERADD", subject="1", data={"ID": 1}))

    def kept() -> object:
        sql = """SELECT COUNT(*), (SELECT COUNT(*) FROM events), (SELECT COUNT(*) FROM offline_events)
                 FROM deliveries"""
        return world.read(lambda tx: tx.all(sql))

    before = kept()
    machine.set_clock(400 * DAY)
    machine.run(MINUTE)
    machine.set_clock(-400 * DAY)
    machine.run(MINUTE)
    assert kept() == before
    machine.run(40 * DAY)
    assert kept() == [(0, 0, 0)], "they go in their time"


def test_what_expired_in_a_time_that_has_not_come_lies_ready_again(bot_world: World) -> None:
    """A server that knows no steady time, or was started while the clock was wrong."""
    world = bot_world
    said = f"one {bot_world.mention}"
    bot_world.send(said)
    stage = Stage(world)
    try:
        world.wait(30 * DAY)
        look(stage)
        world.run(delete_expired(world.context))
        assert texts(bot_world.fetch_events()) == []
        world.wait(-30 * DAY)
        look(stage)
        assert texts(bot_world.fetch_events()) == [said]
    finally:
        stage.close()


@pytest.mark.parametrize("engine", ENGINES)
def test_the_time_between_two_servers_ages_nothing(request: pytest.FixtureRequest, tmp_path: Path, engine: str) -> None:
    """Whoever fetches could not come while there was no server."""
    with opened(request, engine, tmp_path / "portal", World) as world:
        machine = Machine(world)
        world.open_bot_room()
        said = f"one {world.mention}"
        world.send(said)
        stage = Stage(world)
        try:
            stage.world.run(stage.service.stop())
            machine.set_clock(3 * DAY)
            machine = Machine(world)
            stage.service = DeliveryService(world.context, PAYLOAD_BUILDERS)
            world.run(stage.service.start())
            machine.run(MINUTE)
            assert texts(world.fetch_events()) == [said]
            machine.run(30 * HOUR)
            assert texts(world.fetch_events()) == []
        finally:
            stage.close()
