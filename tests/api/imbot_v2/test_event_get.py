"""imbot.v2.Event.get: queues that are confirmed by offset, and callers who wait for an event."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from botyard.store import deliveries, event_queues
from botyard.store.engines.db import Tx
from tests.api.imbot_v2.lab import TOKEN, Lab
from tests.portals import run_elsewhere
from tests.world import World

GET = "imbot.v2.Event.get"
HOUR = 3600


@pytest.fixture
def lab(portal: World) -> Lab:
    return Lab(portal)


def ids(page: dict[str, Any]) -> list[int]:
    return [one["eventId"] for one in page["events"]]


def texts(page: dict[str, Any]) -> list[str]:
    return [one["data"]["message"]["text"] for one in page["events"]]


def test_an_empty_queue_still_answers_an_offset(lab: Lab) -> None:
    fresh = lab.registered("fresh")
    assert lab.get(fresh) == {"events": [], "nextOffset": 1, "hasMore": False}
    page = lab.get()
    assert page["events"] == []
    assert lab.get(offset=page["nextOffset"])["nextOffset"] == page["nextOffset"]
    assert lab.get()["nextOffset"] == page["nextOffset"], "the server remembers it as well"


def test_a_page_is_handed_out_until_it_is_confirmed(lab: Lab) -> None:
    lab.say(f"one {lab.mention}")
    first = lab.get()
    assert texts(first) == [f"one {lab.mention}"]
    assert first["nextOffset"] == ids(first)[-1] + 1
    assert first["events"][0]["date"] == "2026-09-21T14:13:20+00:00"
    assert lab.get() == first, "without an offset nothing is confirmed"
    lab.say(f"two {lab.mention}")
    second = lab.get(offset=first["nextOffset"])
    assert texts(second) == [f"two {lab.mention}"]
    assert lab.get(offset=second["nextOffset"])["events"] == []
    assert lab.get()["events"] == []


def test_events_below_the_offset_are_confirmed_and_no_others(lab: Lab) -> None:
    for number in range(4):
        lab.say(f"{number}", dialog=str(lab.bot))
    whole = lab.get(limit=1000)
    assert [one["type"] for one in whole["events"]] == ["ONIMBOTV2JOINCHAT", *["ONIMBOTV2MESSAGEADD"] * 4]
    rest = lab.get(offset=ids(whole)[2])
    assert ids(rest) == ids(whole)[2:]
    assert lab.get(offset=1) == rest, "what is confirmed is gone"


def test_a_page_has_its_limit(lab: Lab) -> None:
    for number in range(5):
        lab.say(f"{number} {lab.mention}")
    found: list[str] = []
    page: dict[str, Any] = {"nextOffset": 0, "hasMore": True}
    sizes = []
    while page["hasMore"]:
        page = lab.get(offset=page["nextOffset"], limit=2)
        found += texts(page)
        sizes.append(len(page["events"]))
    assert found == [f"{number} {lab.mention}" for number in range(5)]
    assert sizes == [2, 2, 1]
    assert lab.get(limit=0)["hasMore"] is False, "the last event lies there until it is confirmed"
    assert len(lab.get(limit=0)["events"]) == 1
    assert len(lab.get(limit=10**6)["events"]) == 1


def test_an_offset_that_nobody_was_given_confirms_nothing(lab: Lab) -> None:
    for number in range(3):
        lab.say(f"{number} {lab.mention}")
    numbers = ids(Peek(lab).page())
    assert ids(lab.get(offset=numbers[2])) == numbers
    assert ids(lab.get(offset=numbers[2])) == numbers, "it was not given before they were handed out"
    assert ids(lab.get(offset=lab.get()["nextOffset"])) == []


def test_an_offset_from_another_portal_loses_nothing(lab: Lab) -> None:
    lab.say(f"one {lab.mention}")
    page = lab.get(offset=10**9)
    assert texts(page) == [f"one {lab.mention}"]
    assert page["nextOffset"] == ids(page)[-1] + 1
    assert lab.get(offset=10**9) == page, "whoever repeats it may not have got the answer"
    assert lab.get(offset=10**30) == page
    assert lab.get(offset=page["nextOffset"])["events"] == []


def test_an_event_that_was_committed_late_is_still_handed_out(lab: Lab) -> None:
    """On PostgreSQL a slow transaction may bring a number that is lower than one that was told already."""
    lab.say(f"slow {lab.mention}")
    lab.say(f"fast {lab.mention}")
    slow, fast = ids(Peek(lab).page())
    hide(lab, slow, "hidden")
    page = lab.get()
    assert ids(page) == [fast]
    hide(lab, slow, "fetch")
    late = lab.get(offset=page["nextOffset"])
    assert ids(late) == [slow]
    assert late["nextOffset"] > page["nextOffset"], "or nobody could tell this answer from one that was lost"
    assert ids(lab.get(offset=page["nextOffset"])) == [slow], "whose answer was lost asks again"
    assert lab.get(offset=late["nextOffset"])["events"] == []


def hide(lab: Lab, number: int, state: str) -> None:
    lab.world.write(lambda tx: tx.run("UPDATE deliveries SET state = :s WHERE id = :id", s=state, id=number))


class Peek:
    """Looks at a queue without being told anything."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    def page(self) -> dict[str, Any]:
        async def work(tx: Tx) -> list[int]:
            return [queued.number for queued in await event_queues.ready(tx, f"bot:{self.lab.bot}", since=0, limit=100)]

        return {"events": [{"eventId": number} for number in self.lab.world.read(work)]}


def test_an_idle_poll_writes_nothing(lab: Lab) -> None:
    page = lab.get()
    writes: list[str] = []
    lab.world.context.database.on_commit(lambda: writes.append("commit"))
    for _ in range(3):
        lab.get(offset=page["nextOffset"])
    assert writes == []


def test_events_are_kept_for_a_day(lab: Lab) -> None:
    lab.say(f"old {lab.mention}")
    lab.world.wait(23 * HOUR)
    lab.say(f"new {lab.mention}")
    assert len(lab.get()["events"]) == 2
    lab.world.wait(2 * HOUR)
    assert texts(lab.get()) == [f"new {lab.mention}"]
    now = int(lab.world.time)
    lab.world.write(lambda tx: deliveries.expire(tx, now - 24 * HOUR, 100))
    assert texts(lab.get()) == [f"new {lab.mention}"]


def test_what_there_is_nothing_to_say_of_is_passed_over(lab: Lab) -> None:
    lab.say("psst", dialog=str(lab.bot))
    lab.say(f"loud {lab.mention}")
    chat_id = int(lab.world.call("im.dialog.get", lab.ann, DIALOG_ID=str(lab.bot)).result["id"])

    async def forget(tx: Tx) -> None:
        for table in ("messages", "gaps", "members"):
            await tx.run(f"DELETE FROM {table} WHERE chat_id = :id", id=chat_id)
        await tx.run("DELETE FROM chats WHERE id = :id", id=chat_id)

    lab.world.write(forget)
    page = lab.get(limit=1)
    assert texts(page) == [f"loud {lab.mention}"]
    assert lab.get(offset=page["nextOffset"])["events"] == []


def test_a_bot_hears_by_its_type(lab: Lab) -> None:
    lab.say("to nobody")
    lab.say(f"to {lab.mention}")
    assert texts(lab.get()) == [f"to {lab.mention}"]
    assert texts(lab.get(lab.eye)) == ["to nobody", f"to {lab.mention}"]


def test_a_bot_of_the_first_generation_has_no_queue(lab: Lab) -> None:
    old = lab.world.bot(code="old", CLIENT_ID=TOKEN)
    lab.say("hello", dialog=str(old))
    assert lab.get(old)["events"] == []
    assert [kind for kind, _ in lab.world.due(old)] == ["MemberJoined", "MessageSent"]


def test_the_events_of_the_person_come_along(lab: Lab) -> None:
    world = lab.world
    assert world.call("im.v2.Event.subscribe", lab.ann).result is True
    lab.say(f"hi {lab.mention}")
    page = lab.get(by=lab.ann, withUserEvents=True)
    assert [one["type"] for one in page["events"]] == ["ONIMBOTV2MESSAGEADD", "ONIMV2MESSAGEADD"]
    assert len(set(ids(page))) == 2, "each has a number of its own"
    assert ids(page) == sorted(ids(page))
    assert "bot" not in page["events"][1]["data"]
    one = lab.get(by=lab.ann, withUserEvents=True, limit=1)
    assert (ids(one), one["hasMore"]) == (ids(page)[:1], True)
    two = lab.get(by=lab.ann, withUserEvents=True, limit=1, offset=one["nextOffset"])
    assert (ids(two), two["hasMore"]) == (ids(page)[1:], False)
    empty = lab.get(by=lab.ann, withUserEvents="Y", offset=two["nextOffset"])
    assert (empty["events"], empty["nextOffset"]) == ([], page["nextOffset"])
    assert world.call("im.v2.Event.get", lab.ann).result["events"] == [], "one offset confirms both"


def test_a_bot_that_changes_its_mode_misses_nothing(lab: Lab) -> None:
    called = {"eventMode": "webhook", "webhookUrl": "http://localhost:9/bot"}
    lab.say(f"one {lab.mention}")
    lab.get()
    lab.call("Bot.update", fields=called)
    assert lab.get()["events"] == []
    lab.say(f"two {lab.mention}")
    assert [kind for kind, _ in lab.world.due(lab.bot)] == ["MessageSent"] * 2
    lab.call("Bot.update", fields={"eventMode": "fetch"})
    page = lab.get()
    assert texts(page) == [f"one {lab.mention}", f"two {lab.mention}"]
    assert lab.get(offset=page["nextOffset"])["events"] == []
    lab.call("Bot.update", fields=called)
    assert [kind for kind, _ in lab.world.due(lab.bot)] == []


def test_what_is_sent_again_is_fetched_again(lab: Lab) -> None:
    lab.say(f"one {lab.mention}")
    page = lab.get()
    assert lab.get(offset=page["nextOffset"])["events"] == []
    number = ids(page)[0]
    assert lab.world.call("botyard.delivery.resend", ID=number).result["RESENT"] == 1
    again = lab.get(offset=page["nextOffset"])
    assert ids(again) == [number]
    assert lab.get(offset=page["nextOffset"]) == again, "the answer was lost, and the same call is made again"
    assert lab.get(offset=again["nextOffset"])["events"] == []


def test_a_waiting_caller_is_answered_at_once(lab: Lab) -> None:
    world, offset = lab.world, lab.get()["nextOffset"]
    said = {"DIALOG_ID": lab.dialog, "MESSAGE": f"hi {lab.mention}"}

    async def late() -> float:
        await asyncio.sleep(0.1)
        assert world.context.limits.in_flight == 0, "a caller who waits does not count"
        await lab.asked("im.message.add", lab.ann, **said)
        return asyncio.get_running_loop().time()

    async def waiting() -> tuple[Any, float]:
        found = await lab.asked(GET, lab.me, botId=lab.bot, botToken=TOKEN, offset=offset, wait=20)
        return found, asyncio.get_running_loop().time()

    (answer, answered), sent = lab.together(waiting(), late())
    assert texts(answer["result"]) == [f"hi {lab.mention}"]
    assert answered - sent < 1
    assert world.context.limits.in_flight == 0


def test_a_waiting_caller_is_answered_in_the_end(lab: Lab) -> None:
    offset = lab.get()["nextOffset"]

    async def waiting() -> tuple[Any, float]:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        found = await lab.asked(GET, lab.me, botId=lab.bot, botToken=TOKEN, offset=offset, wait=0.3)
        return found, loop.time() - begun

    async def noise() -> None:
        # What is not for the bot wakes nobody.
        await asyncio.sleep(0.1)
        await lab.asked("im.message.add", lab.ann, DIALOG_ID=lab.dialog, MESSAGE="not for the bot")

    (answer, took), _ = lab.together(waiting(), noise())
    assert answer["result"] == {"events": [], "nextOffset": offset, "hasMore": False}
    assert 0.3 <= took < 2


def test_what_another_process_wrote_is_noticed(lab: Lab) -> None:
    offset = lab.get()["nextOffset"]
    lab.say(f"hi {lab.mention}")
    number = ids(Peek(lab).page())[0]
    hide(lab, number, "hidden")

    async def elsewhere() -> None:
        await asyncio.sleep(0.1)
        await run_elsewhere(lab.world, f"UPDATE deliveries SET state = 'fetch' WHERE id = {int(number)}")

    waiting = lab.asked(GET, lab.me, botId=lab.bot, botToken=TOKEN, offset=offset, wait=20)
    answer, _ = lab.together(waiting, elsewhere())
    assert len(answer["result"]["events"]) == 1


def test_many_wait_and_each_gets_its_own(lab: Lab) -> None:
    bots = [lab.registered(f"bot{number}") for number in range(5)]

    async def waiting(bot: int) -> Any:
        return await lab.asked(GET, lab.me, botId=bot, botToken=TOKEN, wait=20)

    async def talk() -> None:
        await asyncio.sleep(0.1)
        for bot in bots:
            await lab.asked("im.message.add", lab.ann, DIALOG_ID=str(bot), MESSAGE=f"to {bot}")

    answers = lab.together(*(waiting(bot) for bot in bots), talk())[:-1]
    assert [one["result"]["events"][0]["type"] for one in answers] == ["ONIMBOTV2JOINCHAT"] * 5
    assert lab.world.context.long_poll.waiting == 0


def test_nobody_waits_for_a_server_that_stops(lab: Lab) -> None:
    long_poll = lab.world.context.long_poll
    were_waiting = 0

    async def stop() -> None:
        nonlocal were_waiting
        for _ in range(1000):
            if were_waiting := long_poll.waiting:
                break
            await asyncio.sleep(0.01)
        long_poll.close()

    offset = lab.get()["nextOffset"]

    def waiting() -> Any:
        # The wait is 20 seconds; whoever sits it out is too late.
        return asyncio.wait_for(lab.asked(GET, lab.me, botId=lab.bot, botToken=TOKEN, offset=offset, wait=20), 10)

    answer, _ = lab.together(waiting(), stop())
    assert (were_waiting, long_poll.waiting) == (1, 0)
    assert answer["result"]["events"] == []
    assert lab.together(waiting())[0]["result"]["events"] == [], "nor does anybody later"


@pytest.mark.parametrize("wait", [-1, "x", None, ""])
def test_a_wait_that_is_none(lab: Lab, wait: Any) -> None:
    assert lab.get(wait=wait)["events"] == []
