"""A clock that is set back or ahead, while the server runs and between two servers, on both engines."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.delivery.retention import delete_expired
from botyard.model.deliveries import State
from botyard.model.owners import Owner
from botyard.store import offline_events
from botyard.store.offline_events import OfflineQueue
from tests.delivery.handlers import answer
from tests.world import World

MINUTE, HOUR, DAY = 60, 3600, 86_400


@pytest.fixture
def world(portal: World) -> World:
    portal.start_delivery()
    return portal


def failed(world: World) -> int:
    """A bot that has refused the first of three messages for now."""
    bot = world.greeted_bot()
    world.handler.behaviours["/bot"] = answer(500, "broken")
    for text in ("one", "two", "three"):
        world.send_to(bot, text)
    world.run_until(lambda: len(world.attempts(bot)) == 3)
    world.handler.behaviours.clear()
    world.handler.heard.clear()
    return bot


def look(world: World) -> None:
    world.run(world.delivery.timekeeper.look())


@pytest.mark.parametrize("back", [MINUTE, HOUR, 300 * DAY])
def test_a_clock_that_is_set_back_silences_no_dialog(world: World, back: int) -> None:
    failed(world)
    world.set_clock(-back)
    look(world)
    world.run_for()
    assert world.heard_messages() == [], "not before its time either"
    world.wait_and_deliver(5)
    world.run_until(lambda: len(world.handler.heard) == 3)
    assert world.heard_messages() == ["one", "two", "three"]


def test_nor_does_one_that_was_set_back_between_two_servers(world: World) -> None:
    failed(world)
    world.restart_delivery(meanwhile=-HOUR)
    world.wait_and_deliver(5)
    world.run_until(lambda: len(world.handler.heard) == 3)
    assert world.heard_messages() == ["one", "two", "three"]


def test_the_clock_is_watched_by_the_server_itself(world: World) -> None:
    failed(world)
    world.set_clock(-HOUR)
    noted = world.time
    due = "SELECT MAX(due) FROM deliveries WHERE state = 'waiting'"
    world.run_until(lambda: int(world.read(lambda tx: tx.all(due))[0][0]) < noted + HOUR / 2)


def test_a_lease_of_a_server_that_is_gone_ends_in_its_time(world: World) -> None:
    bot = failed(world)
    world.run(world.delivery.stop())
    until = int(world.time) + 50
    lease = """UPDATE deliveries SET state = 'sending', holder = 'gone', due = :until
               WHERE state = 'waiting' AND attempts > 0"""
    world.write(lambda tx: tx.run(lease, until=until))
    world.set_clock(-HOUR)
    look(world)
    (leased,) = [delivery for delivery in world.deliveries(bot) if delivery.state == State.SENDING]
    assert leased.due <= world.time + world.settings.delivery_timeout + 60


def test_what_a_later_attempt_waits_for_is_kept(world: World) -> None:
    """An hour back pulls the fourth attempt to five minutes from now, as the schedule has it."""
    bot = failed(world)
    late = "UPDATE deliveries SET attempts = 3, due = due + 295 WHERE state = 'waiting' AND attempts = 1"
    world.write(lambda tx: tx.run(late))
    world.set_clock(-HOUR)
    look(world)
    (leased,) = [delivery for delivery in world.deliveries(bot) if delivery.attempts == 3]
    assert leased.due == pytest.approx(world.time + 300, abs=0.01)


def keep_watch(world: World, seconds: float) -> None:
    """Time passes, and the server looks at the clock and tidies up, every minute."""
    for _ in range(max(1, int(seconds // MINUTE))):
        world.wait(MINUTE)
        world.context.clock.settled()
    world.run(delete_expired(world.context))


def texts(page: dict[str, Any]) -> list[str]:
    return [event["data"]["message"]["text"] for event in page["events"]]


def test_a_clock_set_ahead_for_a_minute_expires_nothing(bot_world: World) -> None:
    bot_world.watch_clock(jumps=False)
    text = f"one {bot_world.mention}"
    bot_world.send(text)
    bot_world.set_clock(30 * DAY)
    keep_watch(bot_world, MINUTE)
    assert texts(bot_world.fetch_events()) == [text], "nor does a page leave it out"
    bot_world.set_clock(-30 * DAY)
    keep_watch(bot_world, MINUTE)
    assert texts(bot_world.fetch_events()) == [text]
    keep_watch(bot_world, 23 * HOUR)
    assert texts(bot_world.fetch_events()) == [text]
    keep_watch(bot_world, 2 * HOUR)
    assert texts(bot_world.fetch_events()) == [], "it is kept for a day as ever"


def test_nor_does_it_delete_what_is_kept_for_days(bot_world: World) -> None:
    bot_world.watch_clock(jumps=False)
    bot_world.send(f"one {bot_world.mention}")
    bot_world.confirm_events()
    queue = OfflineQueue(Owner("app:one"), "")
    bot_world.write(lambda tx: offline_events.put(tx, queue, "ONUSERADD", subject="1", data={"ID": 1}))

    def kept() -> object:
        sql = """SELECT COUNT(*), (SELECT COUNT(*) FROM events), (SELECT COUNT(*) FROM offline_events)
                 FROM deliveries"""
        return bot_world.read(lambda tx: tx.all(sql))

    before = kept()
    bot_world.set_clock(400 * DAY)
    keep_watch(bot_world, MINUTE)
    bot_world.set_clock(-400 * DAY)
    keep_watch(bot_world, MINUTE)
    assert kept() == before
    keep_watch(bot_world, 40 * DAY)
    assert kept() == [(0, 0, 0)], "they go in their time"


def test_what_expired_in_a_time_that_has_not_come_lies_ready_again(bot_world: World) -> None:
    """A server that knows no steady time, or was started while the clock was wrong."""
    text = f"one {bot_world.mention}"
    bot_world.send(text)
    bot_world.start_delivery()
    bot_world.set_clock(30 * DAY)
    look(bot_world)
    bot_world.run(delete_expired(bot_world.context))
    assert texts(bot_world.fetch_events()) == []
    bot_world.set_clock(-30 * DAY)
    look(bot_world)
    assert texts(bot_world.fetch_events()) == [text]


def test_the_time_between_two_servers_ages_nothing(bot_world: World) -> None:
    """Whoever fetches could not come while there was no server."""
    bot_world.watch_clock(jumps=False)
    text = f"one {bot_world.mention}"
    bot_world.send(text)
    bot_world.start_delivery()
    bot_world.stop_delivery()
    bot_world.set_clock(3 * DAY)
    bot_world.watch_clock(jumps=False)
    bot_world.start_delivery()
    keep_watch(bot_world, MINUTE)
    assert texts(bot_world.fetch_events()) == [text]
    keep_watch(bot_world, 30 * HOUR)
    assert texts(bot_world.fetch_events()) == []
