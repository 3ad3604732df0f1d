"""im.v2.Event.*: what people who are subscribed are told of their chats."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from botyard.chat.conversation import members
from tests.api.imbot_v2.lab import Lab
from tests.api.samples_v2 import deviations
from tests.world import Person, World

GET, SUBSCRIBE, UNSUBSCRIBE = "im.v2.Event.get", "im.v2.Event.subscribe", "im.v2.Event.unsubscribe"
HOUR = 3600


class Subscriber(Lab):
    """Ann listens; Bob shares `room` with her."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.room = world.chat(self.bob, [self.ann.id])
        assert world.call(SUBSCRIBE, self.ann).result is True

    def say(self, text: str, by: Person | None = None, dialog: str = "") -> int:
        """Bob says something in the room."""
        return super().say(text, by or self.bob, dialog)

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """What lies ready for Ann, which is confirmed."""
        page = self.world.call(GET, self.ann).result
        self.world.call(GET, self.ann, offset=page["nextOffset"])
        return [(one["type"], one["data"]) for one in page["events"]]


@pytest.fixture
def house(portal: World) -> Subscriber:
    return Subscriber(portal)


def test_without_a_subscription_there_is_nothing(house: Subscriber) -> None:
    house.say("hello")
    page = house.world.call(GET, house.bob).result
    assert page == {"events": [], "nextOffset": 1, "hasMore": False}


def test_a_subscription_is_made_once_and_ended_once(house: Subscriber) -> None:
    world = house.world
    assert world.call(SUBSCRIBE, house.ann).result is True
    house.say("one")
    for _ in range(2):
        assert world.call(UNSUBSCRIBE, house.ann).result is True
    house.say("two")
    assert [data["message"]["text"] for _, data in house.told()] == ["one"], "what was kept stays"
    world.call(SUBSCRIBE, house.ann)
    house.say("three")
    assert [data["message"]["text"] for _, data in house.told()] == ["three"]


def test_the_body_of_each_event(house: Subscriber) -> None:
    world = house.world
    cid = world.person("Cid")
    said = house.say("hello")
    house.edit(said, "better", house.bob)
    house.like(said, house.bob)
    house.erase(said, house.bob)
    world.call("im.chat.user.add", house.bob, CHAT_ID=house.room, USERS=[cid.id])
    found = [(name, data) for name, data in house.told() if not data.get("message", {}).get("isSystem")]
    assert [name for name, _ in found] == [
        "ONIMV2MESSAGEADD",
        "ONIMV2MESSAGEUPDATE",
        "ONIMV2REACTIONCHANGE",
        "ONIMV2MESSAGEDELETE",
        "ONIMV2JOINCHAT",
    ]
    for name, data in found:
        assert deviations(name, data) == []
        assert data["chat"]["dialogId"] == f"chat{house.room}"
        assert [data["user"][key] for key in ("idle", "lastActivityDate", "mobileLastDate", "desktopLastDate")] == [
            False
        ] * 4
    add, update, like, delete, join = (data for _, data in found)
    assert (add["message"]["text"], update["message"]["text"]) == ("hello", "better")
    assert (like["reaction"], like["action"]) == ("like", "add")
    assert delete["messageId"] == said
    assert (join["dialogId"], join["user"]["id"]) == (f"chat{house.room}", cid.id)


def test_a_private_dialog_is_seen_from_ones_own_side(house: Subscriber) -> None:
    house.say("psst", dialog=str(house.ann.id))
    ((name, data),) = house.told()
    assert (name, data["chat"]["dialogId"], data["chat"]["messageType"]) == (
        "ONIMV2MESSAGEADD",
        str(house.bob.id),
        "P",
    )


def test_own_messages_are_part_of_the_stream(house: Subscriber) -> None:
    house.say("mine", by=house.ann)
    ((_, data),) = house.told()
    assert data["user"]["id"] == house.ann.id


def test_chats_that_come_later_are_heard_and_those_that_are_left_are_not(house: Subscriber) -> None:
    world = house.world
    later = world.chat(house.bob, [house.ann.id])
    house.told()
    house.say("here", dialog=f"chat{later}")
    assert [data["message"]["text"] for _, data in house.told()] == ["here"]
    world.write(lambda tx: members.force_remove(tx, house.ann.id, later))
    house.told()
    house.say("without her", dialog=f"chat{later}")
    assert house.told() == []
    house.say("elsewhere", dialog=f"chat{world.chat(house.bob)}")
    assert house.told() == []


def test_listeners_are_looked_for_only_where_there_are_some(house: Subscriber) -> None:
    world = house.world
    other = world.chat(house.bob, [world.person("Cid").id])

    def listened() -> list[int]:
        """The chats that are known to be listened to, of these two."""
        rows = world.read(lambda tx: tx.all("SELECT id FROM chats WHERE listened = 1 ORDER BY id"))
        return [row[0] for row in rows if row[0] in (house.room, other)]

    assert listened() == [house.room]
    world.call("im.chat.user.add", house.bob, CHAT_ID=other, USERS=[house.ann.id])
    assert listened() == [house.room, other]
    world.write(lambda tx: members.force_remove(tx, house.ann.id, other))
    assert listened() == [house.room]
    world.call(UNSUBSCRIBE, house.ann)
    world.call("im.chat.user.add", house.bob, CHAT_ID=house.room, USERS=[world.person("Dan").id])
    assert listened() == []
    world.call(SUBSCRIBE, house.bob)
    assert listened() == [house.room, other]


def test_changes_of_messages_that_are_hidden_are_not_told(house: Subscriber) -> None:
    world = house.world
    room = world.chat(house.bob)
    old = house.say("secret", dialog=f"chat{room}")
    world.call("im.chat.user.add", house.bob, CHAT_ID=room, USERS=[house.ann.id], HIDE_HISTORY="Y")
    house.told()
    house.edit(old, "still secret", house.bob)
    house.erase(old, house.bob)
    assert house.told() == []


def test_pages_confirm_and_end_after_a_day(house: Subscriber) -> None:
    world = house.world
    for number in range(3):
        house.say(f"{number}")
    first = world.call(GET, house.ann, limit=2).result
    assert (len(first["events"]), first["hasMore"]) == (2, True)
    second = world.call(GET, house.ann, offset=first["nextOffset"]).result
    assert (len(second["events"]), second["hasMore"]) == (1, False)
    world.wait(25 * HOUR)
    house.say("new day")
    assert [one["data"]["message"]["text"] for one in world.call(GET, house.ann).result["events"]] == ["new day"]


def test_one_persons_events_are_shared_by_all_their_keys(house: Subscriber) -> None:
    world = house.world
    app = world.oauth(house.ann.id)
    house.say("hello")
    page = world.call(GET, app).result
    assert len(page["events"]) == 1
    world.call(GET, app, offset=page["nextOffset"])
    assert world.call(GET, house.ann).result["events"] == []


def test_a_person_may_wait_too(house: Subscriber) -> None:
    async def late() -> None:
        await asyncio.sleep(0.1)
        await house.asked("im.message.add", house.bob, DIALOG_ID=house.dialog, MESSAGE="hello")

    answer, _ = house.together(house.asked(GET, house.ann, wait=20), late())
    assert answer["result"]["events"][0]["data"]["message"]["text"] == "hello"


def test_the_permission_of_the_messenger_is_needed(house: Subscriber) -> None:
    narrow = house.world.webhook(house.ann.id, "imbot")
    for method in (GET, SUBSCRIBE, UNSUBSCRIBE):
        assert house.world.call(method, narrow).error == "insufficient_scope"


def test_a_context_finds_the_bots_of_a_chat_and_nobody_else(house: Subscriber) -> None:
    world = house.world
    method = "im.v2.Chat.Bot.sendContext"
    assert world.call(method, house.ann, dialogId=str(house.bob.id), context={"a": 1}).error == "ACCESS_DENIED"
    assert world.call(method, house.ann, dialogId="", context={}).error == "ACCESS_DENIED"
    assert world.call(method, house.ann, dialogId="chat999999", context={}).error == "ACCESS_DENIED"
    assert world.call(method, house.ann, dialogId="999999", context={}).error == "ACCESS_DENIED"
