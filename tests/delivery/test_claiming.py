"""Rows on both engines: claiming, leases, dialogs, what is kept how long."""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

import pytest

from botyard.api.payloads.render_batch import RenderBatch
from botyard.api.payloads.webhook_payload import WebhookPayload
from botyard.delivery.rendering import SignedPayload
from botyard.delivery.retention import delete_expired
from botyard.delivery.retries import HandlerResponse
from botyard.delivery.scheduler import Scheduler
from botyard.model import owners, recipients
from botyard.model.deliveries import Attempt, Delivery, Ended, EndReason, State
from botyard.model.events import EventRecord, MessageSent
from botyard.server import open_context
from botyard.store import deliveries, delivery_log, delivery_queue, events, leases, timekeeping
from botyard.store.engines.db import Tx, Value
from botyard.store.ordering import ORDERINGS, Ordering
from tests import sqlite_connections
from tests.conftest import MakeWorld
from tests.world import World

RETRY = Ordering(10, 4, frozenset({"MemberJoined"}))
STRICT = Ordering(None, 1)
COMPAT = Ordering(0, None)
IDS = "SELECT id FROM deliveries ORDER BY id"


def due(world: World, *dialogs: tuple[str, int], state: State = State.WAITING) -> list[int]:
    """One event for each of these recipients and chats; the ids of the deliveries."""

    async def work(tx: Tx) -> None:
        for recipient, chat in dialogs:
            event = MessageSent(actor_id=1, chat_id=chat, message_id=1, text="", system=False)
            event_id = await events.append(tx, event)
            await deliveries.add(tx, event_id, chat, recipients=[(recipient, state)])

    world.write(work)
    rows = world.read(lambda tx: tx.all(IDS))
    return [row[0] for row in rows][-len(dialogs) :]


def claimed(world: World, holder: str = "", until: int = 0, ordering: Ordering = RETRY) -> list[int]:
    async def work(tx: Tx) -> list[Delivery]:
        batch = await delivery_queue.claim(tx, ordering, int(world.time))
        if holder:
            await leases.lease(tx, batch, holder, until=until, now=int(world.time))
        return batch

    return [delivery.id for delivery in world.write(work)]


async def looked_up(tx: Tx, delivery_id: int) -> Delivery | None:
    entry = await delivery_log.find(tx, delivery_id)
    return entry.delivery if entry else None


def ended(
    world: World, holder: str, delivery_id: int, state: State, due: int = 0, status: int = 200, problem: str = ""
) -> None:
    now = int(world.time)

    async def work(tx: Tx) -> None:
        delivery = await looked_up(tx, delivery_id)
        assert delivery is not None
        made = Attempt(delivery.attempts + 1, now * 1000, 7, status, "ok", problem)
        await leases.end(tx, holder, [Ended(delivery, state, due=due, attempt=made)], now=now)

    world.write(work)


def test_only_the_first_of_a_lane_is_claimed(portal: World) -> None:
    a, b, c, d = due(portal, ("bot:1", 1), ("bot:1", 1), ("bot:1", 2), ("bot:2", 1))
    assert claimed(portal, "me", int(portal.time) + 60) == [a, c, d]
    assert claimed(portal) == []
    ended(portal, "me", a, State.WAITING, due=int(portal.time) + 5)
    assert claimed(portal) == []
    portal.wait(5)
    assert claimed(portal, "me", int(portal.time) + 60) == [a]
    ended(portal, "me", a, State.DONE)
    assert claimed(portal) == [b]


def test_an_event_holds_its_dialog_for_ten_seconds(portal: World) -> None:
    first, second, third = due(portal, *[("bot:1", 1)] * 3)
    assert claimed(portal, "me", int(portal.time) + 60) == [first]
    portal.wait(9)
    assert claimed(portal) == []
    portal.wait(1)
    # Its request is still open, and so will be that of the next one.
    assert claimed(portal, "me", int(portal.time) + 60) == [second]
    ended(portal, "me", second, State.DONE)
    assert claimed(portal, "me", int(portal.time) + 60) == [third]
    (fourth,) = due(portal, ("bot:1", 1))
    # What failed holds no longer than what hangs, and comes beside the others.
    ended(portal, "me", third, State.WAITING, due=int(portal.time) + 5)
    portal.wait(5)
    assert claimed(portal, "me", int(portal.time) + 60) == [third]
    ended(portal, "me", third, State.WAITING, due=int(portal.time) + 30)
    portal.wait(5)
    assert claimed(portal, "me", int(portal.time) + 60) == [fourth]


def test_four_at_most_are_open_in_a_dialog(portal: World) -> None:
    ids = due(portal, *[("bot:1", 1)] * 6)
    for number in range(4):
        assert claimed(portal, "me", int(portal.time) + 600) == [ids[number]]
        call_up(portal, "bot:1")
        portal.wait(10)
    call_up(portal, "bot:1")
    assert claimed(portal) == []
    ended(portal, "me", ids[1], State.DONE)
    assert claimed(portal, "me", int(portal.time) + 600) == [ids[4]]


def call_up(world: World, recipient: str) -> None:
    """As the scheduler does when something has held its dialog for long enough."""
    world.write(lambda tx: delivery_queue.call_up(tx, [(recipient, 1, int(world.time))], int(world.time)))


def test_strict_servers_hold_the_dialog(portal: World) -> None:
    first, second = due(portal, *[("bot:1", 1)] * 2)
    assert claimed(portal, "me", int(portal.time) + 90_000, STRICT) == [first]
    for _ in range(3):
        portal.wait(301)
        assert claimed(portal, "me", 0, STRICT) == []
    ended(portal, "me", first, State.WAITING, due=int(portal.time))
    assert claimed(portal, "me", int(portal.time) + 60, STRICT) == [first]
    ended(portal, "me", first, State.DONE)
    assert claimed(portal, "me", int(portal.time) + 60, STRICT) == [second]


def test_what_strict_servers_held_is_not_held_by_others(portal: World) -> None:
    first, second = due(portal, *[("bot:1", 1)] * 2)
    assert claimed(portal, "me", int(portal.time) + 60, STRICT) == [first]
    call_up(portal, "bot:1")
    assert claimed(portal, "me", int(portal.time) + 60) == [second]


def test_the_vendors_way_holds_nobody(portal: World) -> None:
    ids = due(portal, *[("bot:1", 1)] * 6)
    assert claimed(portal, "me", int(portal.time) + 60, COMPAT) == ids


def test_joining_holds_nobody_and_keeps_its_place(portal: World) -> None:
    first, second, third = due(portal, *[("bot:1", 1)] * 3)
    portal.write(lambda tx: tx.run("UPDATE events SET type = 'MemberJoined' WHERE id = (SELECT MIN(id) FROM events)"))
    assert claimed(portal, "me", int(portal.time) + 60) == [first, second]
    ended(portal, "me", second, State.DONE)
    assert claimed(portal, "me", int(portal.time) + 60) == [third]


def test_a_recovery_pulls_forward_what_found_nobody(portal: World) -> None:
    a, b, c, refused, other = due(portal, *[("bot:1", chat) for chat in range(1, 5)], ("bot:2", 1))
    claimed(portal, "me", int(portal.time) + 60)
    for ended_id in (a, b, other):
        ended(portal, "me", ended_id, State.WAITING, int(portal.time) + 1800, 0, "no connection: refused")
    ended(portal, "me", refused, State.WAITING, int(portal.time) + 1800, 503)
    ended(portal, "me", c, State.DONE)
    early, since = int(portal.time) * 1000, int(portal.time) * 1000 + 7
    # A success that began before the failure had ended says nothing.
    portal.write(lambda tx: delivery_queue.pull_forward(tx, {"bot:1": early}, int(portal.time)))
    assert claimed(portal) == []
    portal.write(lambda tx: delivery_queue.pull_forward(tx, {"bot:1": since}, int(portal.time)))
    assert claimed(portal) == [a, b]


@pytest.mark.parametrize("problem", ["no connection: refused", "unknown name: x.test", "TLS failed: expired"])
def test_who_was_not_there_is_called_at_once(portal: World, problem: str) -> None:
    (a,) = due(portal, ("bot:1", 1))
    claimed(portal, "me", int(portal.time) + 60)
    ended(portal, "me", a, State.WAITING, int(portal.time) + 1800, 0, problem)
    since = int(portal.time) * 1000 + 7
    portal.write(lambda tx: delivery_queue.pull_forward(tx, {"bot:1": since}, int(portal.time)))
    assert claimed(portal) == [a]


def test_a_recovery_calls_up_what_found_no_place(portal: World) -> None:
    a, behind, b, signal, other = due(portal, ("bot:1", 1), ("bot:1", 1), ("bot:1", 2), ("bot:1", 3), ("bot:2", 1))
    later = int(portal.time) + 60
    portal.write(lambda tx: delivery_queue.defer(tx, dict.fromkeys((a, behind, b, other), later)))
    # What is to be sent at a later moment from the beginning keeps to it.
    portal.write(lambda tx: delivery_queue.defer(tx, {signal: later}))
    portal.write(lambda tx: tx.run("UPDATE deliveries SET queued = :at WHERE id = :id", at=later, id=signal))
    portal.write(lambda tx: delivery_queue.pull_forward(tx, {"bot:1": 0}, int(portal.time)))
    assert claimed(portal, "me", int(portal.time) + 60) == [a, b]


def test_joining_takes_up_none_of_the_four(portal: World) -> None:
    joins, now = due(portal, *[("bot:1", 1)] * 5), int(portal.time)
    portal.write(lambda tx: tx.run("UPDATE events SET type = 'MemberJoined'"))
    first, second = due(portal, *[("bot:1", 1)] * 2)
    for ordering in (RETRY, ORDERINGS["strict"]):
        assert claimed(portal, "me", now + 600, ordering) == [*joins, first]
        assert claimed(portal, "me", now + 600, ordering) == []
        portal.write(lambda tx: tx.run("UPDATE deliveries SET state = 'waiting', holds_until = 0, due = 0"))
    assert claimed(portal, "me", now + 600, RETRY)[-1] == first
    portal.wait(10)
    call_up(portal, "bot:1")
    assert claimed(portal, "me", now + 600) == [second]


def test_what_is_pulled_forward_loses_no_place_of_the_schedule(portal: World) -> None:
    (a,) = due(portal, ("bot:1", 1))
    counted = []
    for _ in range(4):
        assert claimed(portal, "me", int(portal.time) + 60) == [a]
        ended(portal, "me", a, State.WAITING, int(portal.time) + 1800, 0, "no connection: refused")
        delivery = portal.read(lambda tx: looked_up(tx, a))
        assert delivery is not None
        counted.append((delivery.attempts, delivery.attempts - delivery.resent_after))
        portal.wait(1)
        portal.write(lambda tx: delivery_queue.pull_forward(tx, {"bot:1": int(portal.time) * 1000}, int(portal.time)))
        if delivery.resent_after * 2 >= delivery.attempts:
            # Once for each that counts; then it waits for its time.
            assert claimed(portal) == []
            portal.wait(1800)
    assert counted == [(1, 1), (2, 1), (3, 2), (4, 2)]


def test_leases_of_a_server_that_is_gone(portal: World) -> None:
    first, second = due(portal, *[("bot:1", 1)] * 2)
    assert claimed(portal, "gone", int(portal.time) + 60) == [first]
    assert portal.read(leases.holders) == ["gone"]
    portal.wait(11)
    assert portal.write(lambda tx: leases.release(tx, "gone", int(portal.time))) == 1
    # Whether it was sent nobody knows: it keeps its place, counts as begun, and not as one of its attempts.
    assert claimed(portal, "me", int(portal.time) + 60) == [first]
    delivery = portal.read(lambda tx: looked_up(tx, first))
    assert delivery is not None and (delivery.attempts, delivery.resent_after) == (1, 1)
    (lost,) = portal.read(lambda tx: deliveries.attempts(tx, first))
    assert (lost.number, lost.problem.partition(":")[0]) == (1, "interrupted")
    assert lost.problem.endswith("the time is when that was found")
    ended(portal, "me", first, State.DONE)
    assert [attempt.number for attempt in portal.read(lambda tx: deliveries.attempts(tx, first))] == [1, 2]
    assert claimed(portal) == [second]


def test_a_lease_runs_out(portal: World) -> None:
    (a,) = due(portal, ("bot:1", 1))
    assert claimed(portal, "me", int(portal.time) + 60) == [a]
    portal.wait(59)
    assert claimed(portal) == []
    portal.wait(1)
    assert claimed(portal, "other", int(portal.time) + 60) == [a]
    # Who comes too late changes nothing.
    ended(portal, "me", a, State.DEAD)
    delivery = portal.read(lambda tx: looked_up(tx, a))
    assert delivery is not None and delivery.state == "sending"
    ended(portal, "other", a, State.DONE)
    delivery = portal.read(lambda tx: looked_up(tx, a))
    # The attempt of the first holder counts as one that was begun.
    assert delivery is not None and (delivery.state, delivery.attempts, delivery.resent_after) == ("done", 2, 1)
    assert [attempt.number for attempt in portal.read(lambda tx: deliveries.attempts(tx, a))] == [1, 2]


def test_more_than_one_batch_of_a_lane(portal: World) -> None:
    ids = due(portal, *[("bot:1", 1)] * 600, ("bot:2", 1))
    assert claimed(portal, "me", int(portal.time) + 60) == [ids[0]]
    # The others are put out of the way, some at a time.
    assert claimed(portal) == []
    assert claimed(portal) == [ids[-1]]
    for before, after in itertools.pairwise(ids[:6]):
        ended(portal, "me", before, State.DONE)
        assert after in claimed(portal, "me", int(portal.time) + 60)


def test_what_ended_is_sent_once_more_on_request(portal: World) -> None:
    (a,) = due(portal, ("bot:1", 1))
    claimed(portal, "me", int(portal.time) + 60)
    ended(portal, "me", a, State.DEAD)
    portal.wait(10)
    assert portal.write(lambda tx: delivery_log.again(tx, a, State.WAITING))
    assert not portal.write(lambda tx: delivery_log.again(tx, a, State.WAITING))
    delivery = portal.read(lambda tx: looked_up(tx, a))
    assert delivery is not None and (delivery.attempts, delivery.resent_after, delivery.finished) == (1, 1, None)
    assert claimed(portal) == [a]


def test_what_is_old_is_tidied_away(portal: World) -> None:
    sent, fetched = due(portal, ("bot:1", 1))[0], due(portal, ("bot:2", 1), state=State.FETCH)[0]
    claimed(portal, "me", int(portal.time) + 60)
    ended(portal, "me", sent, State.DEAD)
    portal.run(delete_expired(portal.context))
    assert state(portal, sent) == "dead" and state(portal, fetched) == "fetch"
    portal.wait(24 * 3600 + 60)
    portal.run(delete_expired(portal.context))
    assert state(portal, sent) == "dead" and state(portal, fetched) == "expired"
    portal.wait(6 * 86_400)
    portal.run(delete_expired(portal.context))
    assert state(portal, sent) == "" and state(portal, fetched) == "expired"
    assert portal.read(lambda tx: deliveries.attempts(tx, sent)) == []


def state(world: World, delivery_id: int) -> str:
    delivery = world.read(lambda tx: looked_up(tx, delivery_id))
    return delivery.state if delivery else ""


async def write(batch: RenderBatch, what: EventRecord, delivery: Delivery) -> SignedPayload | EndReason:
    return SignedPayload(WebhookPayload("TEST", {"ID": what.id}, {}, "http://127.0.0.1/"), owners.hook("x"))


def test_what_another_server_is_putting_behind_is_called_up(portal: World) -> None:
    if portal.context.database.name == "sqlite":
        pytest.skip("One server serves a SQLite file.")
    first, second = due(portal, ("bot:1", 1), ("bot:1", 1))
    assert claimed(portal, "me", int(portal.time) + 60) == [first]
    portal.write(lambda tx: tx.run("UPDATE deliveries SET due = 0 WHERE id = :id", id=second))
    now = int(portal.time)

    async def work() -> None:
        other = await open_context(portal.settings, portal.context.clock)
        ending, behind, go_on = asyncio.Event(), asyncio.Event(), asyncio.Event()

        async def finish(tx: Tx) -> None:
            delivery = await looked_up(tx, first)
            assert delivery is not None
            await leases.end(cast(Tx, _Paused(tx, ending, behind)), "me", [Ended(delivery, State.DONE, due=0)], now=now)

        async def put_behind(tx: Tx) -> None:
            await ending.wait()
            assert await delivery_queue.claim(tx, RETRY, now) == []
            behind.set()
            await go_on.wait()

        tasks = asyncio.gather(
            portal.context.database.write_unordered(finish), other.database.write_unordered(put_behind)
        )
        await behind.wait()
        await asyncio.sleep(0.2)
        go_on.set()
        await tasks
        await other.database.close()

    portal.run(work())
    assert claimed(portal) == [second]


class _Paused:
    """A transaction that waits after its first change, until somebody else is where the test wants it."""

    def __init__(self, tx: Tx, reached: asyncio.Event, resume: asyncio.Event) -> None:
        self._tx, self._reached, self._resume = tx, reached, resume

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    async def many(self, sql: str, rows: Iterable[Mapping[str, Value]]) -> None:
        await self._tx.many(sql, rows)
        self._reached.set()
        await self._resume.wait()


def test_two_servers_share_the_work(portal: World) -> None:
    if portal.context.database.name == "sqlite":
        pytest.skip("One server serves a SQLite file.")
    count, dialogs = 400, 40
    sent: dict[int, list[int]] = defaultdict(list)
    by: dict[str, int] = defaultdict(int)
    busy: set[int] = set()

    async def work() -> None:
        other = await open_context(portal.settings, portal.context.clock)
        engines = []
        for name, context in {"one": portal.context, "two": other}.items():

            async def send(
                address: str, body: bytes, headers: Mapping[str, str], written: Callable[[], None], name: str = name
            ) -> HandlerResponse:
                written()
                event_id, delivery_id = map(int, headers["Webhook-Id"].split("."))
                dialog = event_id % dialogs
                assert dialog not in busy
                busy.add(dialog)
                await asyncio.sleep(0.002)
                busy.discard(dialog)
                sent[dialog].append(delivery_id)
                by[name] += 1
                return HandlerResponse(200)

            engines.append(Scheduler(context, {"bot": write}, send))
            await engines[-1].start()
        published = 0
        # Who comes first takes all that waits of a dialog, so it may be a while before the other one has its share.
        while published < count or (min(by["one"], by["two"]) <= count / 10 and published < 20 * count):

            async def publish(tx: Tx) -> None:
                for _ in range(20):
                    event = MessageSent(actor_id=1, chat_id=1, message_id=1, text="", system=False)
                    event_id = await events.append(tx, event)
                    dialog = event_id % dialogs
                    await deliveries.add(tx, event_id, dialog, recipients=[(f"bot:{dialog % 7}", State.WAITING)])

            await portal.context.database.write(publish)
            published += 20
            await asyncio.sleep(0.01)
            portal.time += 0.01
        for _ in range(2000):
            if sum(by.values()) >= published:
                break
            await asyncio.sleep(0.01)
            # What is put off for a second, after a conflict say, has its turn.
            portal.time += 0.01
        for engine in engines:
            await engine.stop()
        await other.database.close()
        assert sum(by.values()) == published

    portal.run(work())
    assert min(by["one"], by["two"]) > count / 10
    assert all(ids == sorted(ids) for ids in sent.values())
    rows = portal.read(lambda tx: tx.all("SELECT state, COUNT(*) FROM deliveries GROUP BY state"))
    assert rows == [("done", sum(by.values()))]


def test_nothing_is_searched_by_scanning(make_world: MakeWorld) -> None:
    """Every statement of the delivery finds its rows by an index, however many there are."""
    plans: list[str] = []
    with sqlite_connections.noted() as connections:
        world = make_world()
    # Earlier ones are of the portal that is copied.
    connection = connections[-2]

    def traced(_cursor: object, sql: str, _bindings: object) -> bool:
        if "deliveries" in sql and not sql.startswith(("EXPLAIN", "INSERT")):
            plans.append(sql)
        return True

    connection.exec_trace = traced
    a = due(world, ("bot:1", 1), ("bot:1", 1))[0]
    claimed(world, "me", int(world.time) + 60)
    ended(world, "me", a, State.DONE)
    world.write(lambda tx: delivery_queue.next_due(tx))
    world.write(lambda tx: leases.release(tx, "me", int(world.time)))
    world.write(lambda tx: delivery_queue.pull_forward(tx, {"bot:1": 1}, int(world.time)))
    for by in (100.0, -100.0):
        world.write(lambda tx, by=by: timekeeping.move(tx, by, 100.0 if by < 0 else 0.0, now=int(world.time)))  # type: ignore[misc]
    world.write(lambda tx: deliveries.open_of(tx, recipients.bot(1), 10))
    world.write(lambda tx: deliveries.of_event(tx, 1, "bot:1"))
    world.run(delete_expired(world.context))
    connection.exec_trace = None
    checked = set(plans) - {IDS}
    assert len(checked) >= 12
    for sql in checked:
        for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", _Nothing()):
            assert not row[3].startswith("SCAN") or "USING" in row[3] or "CONSTANT" in row[3], (sql, row[3])


class _Nothing(dict[str, None]):
    def __missing__(self, key: str) -> None:
        return None
