"""imbot.v2.Event.get: queues that are confirmed by offset, and callers who wait for an event."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from botyard.api.shared import event_queue
from botyard.store import deliveries, event_queues
from botyard.store.engines.db import Tx
from tests.portals import run_elsewhere
from tests.world import World
from tests.worlds.bots import TOKEN

GET = "imbot.v2.Event.get"
HOUR = 3600


@pytest.fixture
def world(bot_world: World) -> World:
    return bot_world


def ids(page: dict[str, Any]) -> list[int]:
    return [event["eventId"] for event in page["events"]]


def texts(page: dict[str, Any]) -> list[str]:
    return [event["data"]["message"]["text"] for event in page["events"]]


def test_an_empty_queue_still_answers_an_offset(world: World) -> None:
    fresh = world.add_bot_v2("fresh")
    assert world.fetch_events(fresh) == {"events": [], "nextOffset": 1, "hasMore": False}
    page = world.fetch_events()
    assert page["events"] == []
    assert world.fetch_events(offset=page["nextOffset"])["nextOffset"] == page["nextOffset"]
    assert world.fetch_events()["nextOffset"] == page["nextOffset"], "the server remembers it as well"


def test_a_page_is_handed_out_until_it_is_confirmed(world: World) -> None:
    world.send(f"one {world.mention}")
    first = world.fetch_events()
    assert texts(first) == [f"one {world.mention}"]
    assert first["nextOffset"] == ids(first)[-1] + 1
    assert first["events"][0]["date"] == "2026-09-21T14:13:20+00:00"
    assert world.fetch_events() == first, "without an offset nothing is confirmed"
    world.send(f"two {world.mention}")
    second = world.fetch_events(offset=first["nextOffset"])
    assert texts(second) == [f"two {world.mention}"]
    assert world.fetch_events(offset=second["nextOffset"])["events"] == []
    assert world.fetch_events()["events"] == []


def test_events_below_the_offset_are_confirmed_and_no_others(world: World) -> None:
    for number in range(4):
        world.send(f"{number}", dialog=str(world.echo))
    whole = world.fetch_events(limit=1000)
    assert [event["type"] for event in whole["events"]] == ["ONIMBOTV2JOINCHAT", *["ONIMBOTV2MESSAGEADD"] * 4]
    rest = world.fetch_events(offset=ids(whole)[2])
    assert ids(rest) == ids(whole)[2:]
    assert world.fetch_events(offset=1) == rest, "what is confirmed is gone"


def test_a_page_has_room_for_so_many_bytes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long messages make pages shorter, and one that is longer than a page comes alone: no queue stands still."""
    monkeypatch.setattr(event_queue, "PAGE_BYTES", 9_000)
    sent = [
        f"{world.mention} {letter * length}"
        for letter, length in zip("abcdef", (10, 900, 900, 15_000, 10, 10), strict=True)
    ]
    for text in sent:
        world.send(text)
    received: list[str] = []
    sizes = []
    page: dict[str, Any] = {"nextOffset": 0, "hasMore": True}
    while page["hasMore"]:
        page = world.fetch_events(offset=page["nextOffset"], limit=1000)
        received += texts(page)
        sizes.append(len(page["events"]))
    assert received == sent
    assert len(sizes) > 1
    assert max(sizes) < len(sent)


def test_a_page_has_its_limit(world: World) -> None:
    for number in range(5):
        world.send(f"{number} {world.mention}")
    received: list[str] = []
    page: dict[str, Any] = {"nextOffset": 0, "hasMore": True}
    sizes = []
    while page["hasMore"]:
        page = world.fetch_events(offset=page["nextOffset"], limit=2)
        received += texts(page)
        sizes.append(len(page["events"]))
    assert received == [f"{number} {world.mention}" for number in range(5)]
    assert sizes == [2, 2, 1]
    assert world.fetch_events(limit=0)["hasMore"] is False, "the last event lies there until it is confirmed"
    assert len(world.fetch_events(limit=0)["events"]) == 1
    assert len(world.fetch_events(limit=10**6)["events"]) == 1


def test_an_offset_that_nobody_was_given_confirms_nothing(world: World) -> None:
    for number in range(3):
        world.send(f"{number} {world.mention}")
    numbers = ids(Peek(world).page())
    assert ids(world.fetch_events(offset=numbers[2])) == numbers
    assert ids(world.fetch_events(offset=numbers[2])) == numbers, "it was not given before they were handed out"
    assert ids(world.fetch_events(offset=world.fetch_events()["nextOffset"])) == []


def test_an_offset_from_another_portal_loses_nothing(world: World) -> None:
    world.send(f"one {world.mention}")
    page = world.fetch_events(offset=10**9)
    assert texts(page) == [f"one {world.mention}"]
    assert page["nextOffset"] == ids(page)[-1] + 1
    assert world.fetch_events(offset=10**9) == page, "whoever repeats it may not have got the answer"
    assert world.fetch_events(offset=10**30) == page
    assert world.fetch_events(offset=page["nextOffset"])["events"] == []


def test_an_event_that_was_committed_late_is_still_handed_out(world: World) -> None:
    """On PostgreSQL a slow transaction may bring a number that is lower than one that was told already."""
    world.send(f"slow {world.mention}")
    world.send(f"fast {world.mention}")
    slow, fast = ids(Peek(world).page())
    hide(world, slow, "hidden")
    page = world.fetch_events()
    assert ids(page) == [fast]
    hide(world, slow, "fetch")
    late = world.fetch_events(offset=page["nextOffset"])
    assert ids(late) == [slow]
    assert late["nextOffset"] > page["nextOffset"], "or nobody could tell this answer from one that was lost"
    assert ids(world.fetch_events(offset=page["nextOffset"])) == [slow], "whose answer was lost asks again"
    assert world.fetch_events(offset=late["nextOffset"])["events"] == []


def hide(world: World, number: int, state: str) -> None:
    world.write(lambda tx: tx.run("UPDATE deliveries SET state = :s WHERE id = :id", s=state, id=number))


class Peek:
    """Looks at a queue without being told anything."""

    def __init__(self, world: World) -> None:
        self.world = world

    def page(self) -> dict[str, Any]:
        async def work(tx: Tx) -> list[int]:
            return [
                queued.number for queued in await event_queues.ready(tx, f"bot:{self.world.echo}", since=0, limit=100)
            ]

        return {"events": [{"eventId": number} for number in self.world.read(work)]}


def test_an_idle_poll_writes_nothing(world: World) -> None:
    page = world.fetch_events()
    writes: list[str] = []
    world.context.database.on_commit(lambda: writes.append("commit"))
    for _ in range(3):
        world.fetch_events(offset=page["nextOffset"])
    assert writes == []


def test_events_are_kept_for_a_day(world: World) -> None:
    world.send(f"old {world.mention}")
    world.wait(23 * HOUR)
    world.send(f"new {world.mention}")
    assert len(world.fetch_events()["events"]) == 2
    world.wait(2 * HOUR)
    assert texts(world.fetch_events()) == [f"new {world.mention}"]
    now = int(world.time)
    world.write(lambda tx: deliveries.expire(tx, now - 24 * HOUR, 100))
    assert texts(world.fetch_events()) == [f"new {world.mention}"]


def test_what_there_is_nothing_to_say_of_is_passed_over(world: World) -> None:
    world.send("psst", dialog=str(world.echo))
    world.send(f"loud {world.mention}")
    chat_id = int(world.call("im.dialog.get", world.ann, DIALOG_ID=str(world.echo)).result["id"])

    async def forget(tx: Tx) -> None:
        for table in ("messages", "gaps", "members"):
            await tx.run(f"DELETE FROM {table} WHERE chat_id = :id", id=chat_id)
        await tx.run("DELETE FROM chats WHERE id = :id", id=chat_id)

    world.write(forget)
    page = world.fetch_events(limit=1)
    assert texts(page) == [f"loud {world.mention}"]
    assert world.fetch_events(offset=page["nextOffset"])["events"] == []


def test_a_bot_hears_by_its_type(world: World) -> None:
    world.send("to nobody")
    world.send(f"to {world.mention}")
    assert texts(world.fetch_events()) == [f"to {world.mention}"]
    assert texts(world.fetch_events(world.eye)) == ["to nobody", f"to {world.mention}"]


def test_a_bot_of_the_first_generation_has_no_queue(world: World) -> None:
    old = world.add_bot(code="old", CLIENT_ID=TOKEN)
    world.send("hello", dialog=str(old))
    assert world.fetch_events(old)["events"] == []
    assert [kind for kind, _ in world.due(old)] == ["MemberJoined", "MessageSent"]


def test_the_events_of_the_person_come_along(world: World) -> None:
    world = world
    assert world.call("im.v2.Event.subscribe", world.ann).result is True
    world.send(f"hi {world.mention}")
    page = world.fetch_events(by=world.ann, withUserEvents=True)
    assert [event["type"] for event in page["events"]] == ["ONIMBOTV2MESSAGEADD", "ONIMV2MESSAGEADD"]
    assert len(set(ids(page))) == 2, "each has a number of its own"
    assert ids(page) == sorted(ids(page))
    assert "bot" not in page["events"][1]["data"]
    first = world.fetch_events(by=world.ann, withUserEvents=True, limit=1)
    assert (ids(first), first["hasMore"]) == (ids(page)[:1], True)
    second = world.fetch_events(by=world.ann, withUserEvents=True, limit=1, offset=first["nextOffset"])
    assert (ids(second), second["hasMore"]) == (ids(page)[1:], False)
    empty = world.fetch_events(by=world.ann, withUserEvents="Y", offset=second["nextOffset"])
    assert (empty["events"], empty["nextOffset"]) == ([], page["nextOffset"])
    assert world.call("im.v2.Event.get", world.ann).result["events"] == [], "one offset confirms both"


def test_a_bot_that_changes_its_mode_misses_nothing(world: World) -> None:
    called = {"eventMode": "webhook", "webhookUrl": "http://localhost:9/bot"}
    world.send(f"one {world.mention}")
    world.fetch_events()
    world.call_as_bot("Bot.update", fields=called)
    assert world.fetch_events()["events"] == []
    world.send(f"two {world.mention}")
    assert [kind for kind, _ in world.due(world.echo)] == ["MessageSent"] * 2
    world.call_as_bot("Bot.update", fields={"eventMode": "fetch"})
    page = world.fetch_events()
    assert texts(page) == [f"one {world.mention}", f"two {world.mention}"]
    assert world.fetch_events(offset=page["nextOffset"])["events"] == []
    world.call_as_bot("Bot.update", fields=called)
    assert [kind for kind, _ in world.due(world.echo)] == []


def test_what_is_sent_again_is_fetched_again(world: World) -> None:
    world.send(f"one {world.mention}")
    page = world.fetch_events()
    assert world.fetch_events(offset=page["nextOffset"])["events"] == []
    number = ids(page)[0]
    assert world.call("botyard.delivery.resend", ID=number).result["RESENT"] == 1
    again = world.fetch_events(offset=page["nextOffset"])
    assert ids(again) == [number]
    assert world.fetch_events(offset=page["nextOffset"]) == again, (
        "the answer was lost, and the same call is made again"
    )
    assert world.fetch_events(offset=again["nextOffset"])["events"] == []


def test_a_waiting_caller_is_answered_at_once(world: World) -> None:
    world, offset = world, world.fetch_events()["nextOffset"]
    params = {"DIALOG_ID": world.dialog, "MESSAGE": f"hi {world.mention}"}

    async def late() -> float:
        await asyncio.sleep(0.1)
        assert world.context.limits.in_flight == 0, "a caller who waits does not count"
        await world.call_async("im.message.add", world.ann, **params)
        return asyncio.get_running_loop().time()

    async def waiting() -> tuple[Any, float]:
        page = await world.call_async(GET, world.admin, botId=world.echo, botToken=TOKEN, offset=offset, wait=20)
        return page, asyncio.get_running_loop().time()

    (answer, answered), sent = world.gather(waiting(), late())
    assert texts(answer["result"]) == [f"hi {world.mention}"]
    assert answered - sent < 1
    assert world.context.limits.in_flight == 0


def test_a_waiting_caller_is_answered_in_the_end(world: World) -> None:
    offset = world.fetch_events()["nextOffset"]

    async def waiting() -> tuple[Any, float]:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        page = await world.call_async(GET, world.admin, botId=world.echo, botToken=TOKEN, offset=offset, wait=0.3)
        return page, loop.time() - begun

    async def noise() -> None:
        # What is not for the bot wakes nobody.
        await asyncio.sleep(0.1)
        await world.call_async("im.message.add", world.ann, DIALOG_ID=world.dialog, MESSAGE="not for the bot")

    (answer, took), _ = world.gather(waiting(), noise())
    assert answer["result"] == {"events": [], "nextOffset": offset, "hasMore": False}
    assert 0.3 <= took < 2


def test_what_another_process_wrote_is_noticed(world: World) -> None:
    offset = world.fetch_events()["nextOffset"]
    world.send(f"hi {world.mention}")
    number = ids(Peek(world).page())[0]
    hide(world, number, "hidden")

    async def elsewhere() -> None:
        await asyncio.sleep(0.1)
        await run_elsewhere(world, f"UPDATE deliveries SET state = 'fetch' WHERE id = {int(number)}")

    waiting = world.call_async(GET, world.admin, botId=world.echo, botToken=TOKEN, offset=offset, wait=20)
    answer, _ = world.gather(waiting, elsewhere())
    assert len(answer["result"]["events"]) == 1


def test_many_wait_and_each_gets_its_own(world: World) -> None:
    bots = [world.add_bot_v2(f"bot{number}") for number in range(5)]

    async def waiting(bot: int) -> Any:
        return await world.call_async(GET, world.admin, botId=bot, botToken=TOKEN, wait=20)

    async def talk() -> None:
        await asyncio.sleep(0.1)
        for bot in bots:
            await world.call_async("im.message.add", world.ann, DIALOG_ID=str(bot), MESSAGE=f"to {bot}")

    answers = world.gather(*(waiting(bot) for bot in bots), talk())[:-1]
    assert [answer["result"]["events"][0]["type"] for answer in answers] == ["ONIMBOTV2JOINCHAT"] * 5
    assert world.context.long_poll.waiting == 0


def test_nobody_waits_for_a_server_that_stops(world: World) -> None:
    long_poll = world.context.long_poll
    were_waiting = 0

    async def stop() -> None:
        nonlocal were_waiting
        for _ in range(1000):
            if were_waiting := long_poll.waiting:
                break
            await asyncio.sleep(0.01)
        long_poll.close()

    offset = world.fetch_events()["nextOffset"]

    def waiting() -> Any:
        # The wait is 20 seconds; whoever sits it out is too late.
        return asyncio.wait_for(
            world.call_async(GET, world.admin, botId=world.echo, botToken=TOKEN, offset=offset, wait=20), 10
        )

    answer, _ = world.gather(waiting(), stop())
    assert (were_waiting, long_poll.waiting) == (1, 0)
    assert answer["result"]["events"] == []
    assert world.gather(waiting())[0]["result"]["events"] == [], "nor does anybody later"


@pytest.mark.parametrize("wait", [-1, "x", None, ""])
def test_a_wait_that_is_none(world: World, wait: Any) -> None:
    assert world.fetch_events(wait=wait)["events"] == []
