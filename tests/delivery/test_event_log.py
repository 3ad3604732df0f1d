"""How long events stay in the log, on both engines: those that a delivery refers to outlast the others."""

from __future__ import annotations

import re
from typing import Any

import click
import pytest

from botyard.commands import options, serve
from botyard.delivery import retention
from botyard.delivery.retention import delete_expired
from botyard.model.deliveries import State
from botyard.model.event import Event
from botyard.model.events import ChatRead, MessageEdited, MessageSent
from botyard.store import deliveries, events
from botyard.store.engines.db import Tx
from botyard.store.events import START, LogPosition
from tests import sqlite_connections
from tests.conftest import MakeWorld
from tests.portals import ENGINES, opened
from tests.world import World

DAY = 86_400
MESSAGE = MessageSent(actor_id=1, chat_id=5, message_id=7, text="", system=False)


def logs(world: World, *states: State | None, event: Event = MESSAGE) -> list[int]:
    """An event for each of these, with a delivery in this state or without any; their numbers."""
    now = int(world.time)

    async def work(tx: Tx) -> list[int]:
        ids = []
        for state in states:
            ids.append(await events.append(tx, event))
            if state:
                await deliveries.add(tx, ids[-1], 5, recipients=[("bot:1", state)])
                if state not in (State.WAITING, State.FETCH):
                    await ends(tx, ids[-1], now)
        return ids

    return world.write(work)


async def ends(tx: Tx, event_id: int, now: int) -> None:
    await tx.run("UPDATE deliveries SET finished = :now WHERE event_id = :event", now=now, event=event_id)


def left(world: World) -> list[int]:
    rows = world.read(lambda tx: tx.all("SELECT id FROM events ORDER BY id"))
    return [row[0] for row in rows]


def passes(world: World, days: float) -> None:
    """Days pass, and then the server tidies up."""
    world.wait(days * DAY)
    world.run(delete_expired(world.context))


def empty(world: World) -> None:
    """Forget what came of making the portal."""
    world.write(lambda tx: tx.run("DELETE FROM events"))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("days", "kept"), [(30, 30), (2, 2), (0, None)])
def test_events_go_after_their_days(
    request: pytest.FixtureRequest, tmp_path: Any, engine: str, days: int, kept: int | None
) -> None:
    with opened(request, engine, tmp_path / "portal", World, event_log_days=days) as world:
        empty(world)
        old = logs(world, None, None)
        passes(world, 1)
        young = logs(world, None)
        passes(world, (kept or 400) - 1.5)
        assert left(world) == old + young
        passes(world, 1)
        assert left(world) == (young if kept else old + young)
        assert logs(world, None)[0] > young[0], "numbers are never given twice"


def test_an_event_stays_as_long_as_a_delivery_refers_to_it(portal: World) -> None:
    empty(portal)
    waiting, fetch, dead, _ = logs(portal, State.WAITING, State.FETCH, State.DEAD, None)
    passes(portal, 6)
    late = int(portal.time) + 25 * DAY
    portal.write(lambda tx: tx.run("UPDATE deliveries SET finished = :at WHERE state = 'dead'", at=late))
    passes(portal, 25)
    # The one that lay ready has expired on the first of these days, and was forgotten a week later.
    assert left(portal) == [waiting, dead]
    assert fetch not in left(portal)
    portal.write(lambda tx: ends(tx, waiting, int(portal.time)))
    passes(portal, 6)
    assert left(portal) == [waiting, dead]
    passes(portal, 2)
    assert left(portal) == []


def test_the_last_of_several_deliveries_takes_the_event_along(portal: World) -> None:
    empty(portal)
    (event,) = logs(portal, State.WAITING)
    portal.write(lambda tx: deliveries.add(tx, event, 5, recipients=[("bot:2", State.WAITING)]))
    passes(portal, 31)
    first, second = portal.read(lambda tx: deliveries.of_event(tx, event))
    for delivery, rest in ((first, [event]), (second, [])):
        now = int(portal.time)
        portal.write(
            lambda tx, id_=delivery.id, now=now: tx.run(  # type: ignore[misc]
                "UPDATE deliveries SET finished = :now WHERE id = :id", now=now, id=id_
            )
        )
        passes(portal, 8)
        assert left(portal) == rest


def test_events_that_trimming_has_not_reached_stay_without_deliveries(portal: World) -> None:
    """Their chat's history can still be explained: only age takes an event out of the log."""
    empty(portal)
    logs(portal, None)
    passes(portal, 31)
    assert portal.read(events.trim_position) != START
    (event,) = logs(portal, State.DONE)
    passes(portal, 8)
    assert portal.read(lambda tx: deliveries.of_event(tx, event)) == []
    assert left(portal) == [event]


def test_what_is_still_needed_is_looked_at_once(portal: World) -> None:
    empty(portal)
    needed = logs(portal, *[State.WAITING] * 25)
    portal.wait(31 * DAY)
    before = int(portal.time) - 30 * DAY
    looked = [portal.write(lambda tx: events.trim(tx, before, 10)) for _ in range(5)]
    assert looked == [10, 10, 5, 0, 0]
    assert left(portal) == needed
    assert portal.read(events.trim_position) == LogPosition(int(portal.time) - 31 * DAY, needed[-1])
    # What grows old later is looked at, and nothing else.
    portal.wait(-30.5 * DAY)
    (free,) = logs(portal, None)
    portal.wait(31 * DAY)
    assert portal.write(lambda tx: events.trim(tx, int(portal.time) - 30 * DAY, 10)) == 1
    assert free not in left(portal) and left(portal) == needed


def test_a_round_is_bounded_and_keeps_nothing_else_waiting(portal: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    monkeypatch.setattr(retention, "TURNS", 2)
    monkeypatch.setattr(retention, "PAUSE_SECONDS", 0.0)
    empty(portal)
    logs(portal, *[None] * 10, State.FETCH)
    passes(portal, 31)
    assert len(left(portal)) == 5
    ready = portal.read(lambda tx: tx.all("SELECT state FROM deliveries"))
    assert ready == [("expired",)]
    portal.run(delete_expired(portal.context))
    assert len(left(portal)) == 1


def test_a_queue_that_is_kept_longer_than_the_log_is_whole(make_world: Any) -> None:
    world: World = make_world(event_hours=60 * 24)
    fields = {"code": "slow", "properties": {"name": "Slow"}, "eventMode": "fetch"}
    bot = world.call("imbot.v2.Bot.register", botToken="t", fields=fields).result["bot"]["id"]
    world.call("im.message.add", DIALOG_ID=bot, MESSAGE="hello")
    passes(world, 40)
    page = world.call("imbot.v2.Event.get", botId=bot, botToken="t").result
    assert [event["type"] for event in page["events"]] == ["ONIMBOTV2JOINCHAT", "ONIMBOTV2MESSAGEADD"]


def test_the_days_are_an_option_of_the_server() -> None:
    def days(*words: str) -> int:
        return options.chosen(options.parsed(serve.command(), words)).event_log_days

    assert (days(), days("--event-log-days", "0"), days("--event-log-days", "365")) == (30, 0, 365)
    for wrong in ("-1", "a week", "1.5"):
        with pytest.raises(click.UsageError):
            days("--event-log-days", wrong)


def test_the_events_of_a_message_are_found(portal: World) -> None:
    edit = MessageEdited(actor_id=1, chat_id=5, message_id=7, text="better")
    ids = [*logs(portal, None), *logs(portal, None, None, event=edit)]
    logs(portal, None, event=ChatRead(actor_id=1, chat_id=5, message_id=7))
    logs(portal, None, event=MessageEdited(actor_id=1, chat_id=5, message_id=8, text=""))

    def log_ids(*kinds: str, limit: int = 9) -> list[int]:
        return [what.id for what in portal.read(lambda tx: events.of_message(tx, 7, kinds, limit=limit))]

    assert log_ids("MessageSent", "MessageEdited", "ChatRead") == ids
    assert log_ids("MessageEdited") == ids[1:]
    assert log_ids("MessageSent", "MessageEdited", limit=2) == ids[1:]
    assert portal.read(lambda tx: events.of_message(tx, 0, ["ChatRead"], limit=9)) == []


def test_nothing_is_searched_by_scanning(make_world: MakeWorld) -> None:
    """Every statement about the log finds its rows by an index, however long the log is."""
    plans: set[str] = set()
    with sqlite_connections.noted() as connections:
        world = make_world()
    # Earlier ones are of the portal that is copied.
    connection = connections[-2]

    def traced(_cursor: object, sql: str, _bindings: object) -> bool:
        if re.search(r"\bevents\b|event_log", sql) and not sql.startswith(("EXPLAIN", "INSERT")):
            plans.add(sql)
        return True

    (event,) = logs(world, State.WAITING)
    world.wait(31 * DAY)
    connection.exec_trace = traced
    assert world.write(events.trim_position) == START
    world.run(delete_expired(world.context))
    world.write(lambda tx: ends(tx, event, int(world.time)))
    passes(world, 8)
    world.write(lambda tx: events.find(tx, event))
    world.write(lambda tx: events.of_message(tx, 7, ["MessageSent"], limit=9))
    connection.exec_trace = None
    details = {sql: [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", _Nothing())] for sql in plans}
    assert len(details) >= 6
    for sql, steps in details.items():
        assert not any(step.startswith("SCAN") and "CONSTANT" not in step for step in steps), (sql, steps)
    plan = "\n".join(step for steps in details.values() for step in steps)
    assert "SEARCH e USING COVERING INDEX events_created (created>? AND created<?)" in plan, plan
    assert "SEARCH d USING COVERING INDEX deliveries_event (event_id=?)" in plan, plan
    assert "USING INDEX events_message (message_id=?)" in plan, plan


class _Nothing(dict[str, None]):
    def __missing__(self, key: str) -> None:
        return None
