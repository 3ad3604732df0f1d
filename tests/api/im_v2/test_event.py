"""im.v2.Event.*: what people who are subscribed are told of their chats."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from botyard.chat.conversation import members
from tests.api.samples_v2 import deviations
from tests.conftest import MakePortal
from tests.world import World

GET, SUBSCRIBE, UNSUBSCRIBE = "im.v2.Event.get", "im.v2.Event.subscribe", "im.v2.Event.unsubscribe"
HOUR = 3600


class SubscriberWorld(World):
    """Ann is subscribed; Bob shares the room with her, and acts unless a test names another."""

    def set_up(self) -> None:
        self.ann, self.bob = self.add_person("Ann", "Smith"), self.add_person("Bob", "Jones")
        self.open_room(self.bob, self.ann.id)
        assert self.call(SUBSCRIBE, self.ann).result is True

    def take_events_of_ann(self) -> list[tuple[str, dict[str, Any]]]:
        """What lies ready for Ann, which is confirmed."""
        page = self.call(GET, self.ann).result
        self.call(GET, self.ann, offset=page["nextOffset"])
        return [(event["type"], event["data"]) for event in page["events"]]


@pytest.fixture
def world(make_portal: MakePortal) -> SubscriberWorld:
    return make_portal(SubscriberWorld)


def test_without_a_subscription_there_is_nothing(world: SubscriberWorld) -> None:
    world.send("hello")
    page = world.call(GET, world.bob).result
    assert page == {"events": [], "nextOffset": 1, "hasMore": False}


def test_a_subscription_is_made_once_and_ended_once(world: SubscriberWorld) -> None:
    assert world.call(SUBSCRIBE, world.ann).result is True
    world.send("one")
    for _ in range(2):
        assert world.call(UNSUBSCRIBE, world.ann).result is True
    world.send("two")
    assert [data["message"]["text"] for _, data in world.take_events_of_ann()] == ["one"], "what was kept stays"
    world.call(SUBSCRIBE, world.ann)
    world.send("three")
    assert [data["message"]["text"] for _, data in world.take_events_of_ann()] == ["three"]


def test_the_body_of_each_event(world: SubscriberWorld) -> None:
    cid = world.add_person("Cid")
    message_id = world.send("hello")
    world.edit(message_id, "better", world.bob)
    world.like(message_id, world.bob)
    world.erase(message_id, world.bob)
    world.call("im.chat.user.add", world.bob, CHAT_ID=world.room, USERS=[cid.id])
    events = [(name, data) for name, data in world.take_events_of_ann() if not data.get("message", {}).get("isSystem")]
    assert [name for name, _ in events] == [
        "ONIMV2MESSAGEADD",
        "ONIMV2MESSAGEUPDATE",
        "ONIMV2REACTIONCHANGE",
        "ONIMV2MESSAGEDELETE",
        "ONIMV2JOINCHAT",
    ]
    for name, data in events:
        assert deviations(name, data) == []
        assert data["chat"]["dialogId"] == f"chat{world.room}"
        assert [data["user"][key] for key in ("idle", "lastActivityDate", "mobileLastDate", "desktopLastDate")] == [
            False
        ] * 4
    add, update, like, delete, join = (data for _, data in events)
    assert (add["message"]["text"], update["message"]["text"]) == ("hello", "better")
    assert (like["reaction"], like["action"]) == ("like", "add")
    assert delete["messageId"] == message_id
    assert (join["dialogId"], join["user"]["id"]) == (f"chat{world.room}", cid.id)


def test_a_private_dialog_is_seen_from_ones_own_side(world: SubscriberWorld) -> None:
    world.send("psst", dialog=str(world.ann.id))
    ((name, data),) = world.take_events_of_ann()
    assert (name, data["chat"]["dialogId"], data["chat"]["messageType"]) == (
        "ONIMV2MESSAGEADD",
        str(world.bob.id),
        "P",
    )


def test_own_messages_are_part_of_the_stream(world: SubscriberWorld) -> None:
    world.send("mine", by=world.ann)
    ((_, data),) = world.take_events_of_ann()
    assert data["user"]["id"] == world.ann.id


def test_chats_that_come_later_are_heard_and_those_that_are_left_are_not(world: SubscriberWorld) -> None:
    later = world.add_chat(world.bob, [world.ann.id])
    world.take_events_of_ann()
    world.send("here", dialog=f"chat{later}")
    assert [data["message"]["text"] for _, data in world.take_events_of_ann()] == ["here"]
    world.write(lambda tx: members.force_remove(tx, world.ann.id, later))
    world.take_events_of_ann()
    world.send("without her", dialog=f"chat{later}")
    assert world.take_events_of_ann() == []
    world.send("elsewhere", dialog=f"chat{world.add_chat(world.bob)}")
    assert world.take_events_of_ann() == []


def test_listeners_are_looked_for_only_where_there_are_some(world: SubscriberWorld) -> None:
    other = world.add_chat(world.bob, [world.add_person("Cid").id])

    def listened() -> list[int]:
        """The chats that are known to be listened to, of these two."""
        rows = world.read(lambda tx: tx.all("SELECT id FROM chats WHERE listened = 1 ORDER BY id"))
        return [row[0] for row in rows if row[0] in (world.room, other)]

    assert listened() == [world.room]
    world.call("im.chat.user.add", world.bob, CHAT_ID=other, USERS=[world.ann.id])
    assert listened() == [world.room, other]
    world.write(lambda tx: members.force_remove(tx, world.ann.id, other))
    assert listened() == [world.room]
    world.call(UNSUBSCRIBE, world.ann)
    world.call("im.chat.user.add", world.bob, CHAT_ID=world.room, USERS=[world.add_person("Dan").id])
    assert listened() == []
    world.call(SUBSCRIBE, world.bob)
    assert listened() == [world.room, other]


def test_changes_of_messages_that_are_hidden_are_not_told(world: SubscriberWorld) -> None:
    room = world.add_chat(world.bob)
    old = world.send("secret", dialog=f"chat{room}")
    world.call("im.chat.user.add", world.bob, CHAT_ID=room, USERS=[world.ann.id], HIDE_HISTORY="Y")
    world.take_events_of_ann()
    world.edit(old, "still secret", world.bob)
    world.erase(old, world.bob)
    assert world.take_events_of_ann() == []


def test_pages_confirm_and_end_after_a_day(world: SubscriberWorld) -> None:
    for number in range(3):
        world.send(f"{number}")
    first = world.call(GET, world.ann, limit=2).result
    assert (len(first["events"]), first["hasMore"]) == (2, True)
    second = world.call(GET, world.ann, offset=first["nextOffset"]).result
    assert (len(second["events"]), second["hasMore"]) == (1, False)
    world.wait(25 * HOUR)
    world.send("new day")
    assert [event["data"]["message"]["text"] for event in world.call(GET, world.ann).result["events"]] == ["new day"]


def test_one_persons_events_are_shared_by_all_their_keys(world: SubscriberWorld) -> None:
    app = world.add_app(world.ann.id)
    world.send("hello")
    page = world.call(GET, app).result
    assert len(page["events"]) == 1
    world.call(GET, app, offset=page["nextOffset"])
    assert world.call(GET, world.ann).result["events"] == []


def test_a_person_may_wait_too(world: SubscriberWorld) -> None:
    async def late() -> None:
        await asyncio.sleep(0.1)
        await world.call_async("im.message.add", world.bob, DIALOG_ID=world.dialog, MESSAGE="hello")

    answer, _ = world.gather(world.call_async(GET, world.ann, wait=20), late())
    assert answer["result"]["events"][0]["data"]["message"]["text"] == "hello"


def test_the_permission_of_the_messenger_is_needed(world: SubscriberWorld) -> None:
    narrow = world.add_webhook(world.ann.id, "imbot")
    for method in (GET, SUBSCRIBE, UNSUBSCRIBE):
        assert world.call(method, narrow).error == "insufficient_scope"


def test_a_context_finds_the_bots_of_a_chat_and_nobody_else(world: SubscriberWorld) -> None:
    method = "im.v2.Chat.Bot.sendContext"
    assert world.call(method, world.ann, dialogId=str(world.bob.id), context={"a": 1}).error == "ACCESS_DENIED"
    assert world.call(method, world.ann, dialogId="", context={}).error == "ACCESS_DENIED"
    assert world.call(method, world.ann, dialogId="chat999999", context={}).error == "ACCESS_DENIED"
    assert world.call(method, world.ann, dialogId="999999", context={}).error == "ACCESS_DENIED"
