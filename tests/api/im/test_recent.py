"""`im.recent.*`: the list of one's chats."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world import Person, World

DAY = 86_400

CROWD = 20
"""Beyond so many members a dialog no longer names them all."""


class Desk:
    """Ann, who has a room with Bob, a private dialog with him, and another room."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ann, self.bob = world.add_person("Ann"), world.add_person("Bob")
        world.owner = self.bob
        self.room = world.add_chat(self.bob, [self.ann.id], TITLE="Room", COLOR="LIME")
        world.wait(60)
        self.first = world.send("Hello", self.bob, str(self.ann.id))
        world.wait(60)
        self.hall = world.add_chat(self.ann, [self.bob.id], TITLE="Hall")
        world.wait(60)

    def items(self, by: Person | None = None, **params: Any) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.world.call("im.recent.list", by or self.ann, params=params).result["items"]
        return listed

    def order(self, by: Person | None = None, **params: Any) -> list[Any]:
        return [item["id"] for item in self.items(by, **params)]

    def item(self, dialog: Any, by: Person | None = None) -> dict[str, Any]:
        (item,) = [item for item in self.items(by) if item["id"] == dialog]
        return item

    def gotten(self, **params: Any) -> list[Any]:
        return [item["id"] for item in self.world.call("im.recent.get", self.ann, params=params).result]

    def say(self, text: str, chat: int = 0, by: Person | None = None) -> int:
        return self.world.send(text, by or self.bob, f"chat{chat or self.room}")


@pytest.fixture
def desk(portal: World) -> Desk:
    return Desk(portal)


def test_the_latest_are_first(desk: Desk) -> None:
    bob, room, hall = desk.bob.id, f"chat{desk.room}", f"chat{desk.hall}"
    assert desk.order() == [hall, bob, room] == desk.gotten()
    desk.say("now")
    assert desk.order() == [room, hall, bob] == desk.gotten()
    assert desk.order(desk.bob) == [room, hall, desk.ann.id]


def test_a_group_chat(desk: Desk) -> None:
    message_id = desk.say("[b]Hi[/b],\n[USER=5]Ann[/USER]![br][URL=https://a.example]Look[/URL]")
    desk.world.call("im.chat.mute", desk.ann, CHAT_ID=desk.room)
    item = desk.item(f"chat{desk.room}")
    assert item["message"] == {
        "id": message_id,
        "text": "Hi, Ann! Look",
        "file": False,
        "author_id": desk.bob.id,
        "attach": False,
        "sticker": None,
        "date": item["date_last_activity"],
        "status": "received",
        "uuid": None,
    }
    assert (item["chat_id"], item["type"], item["title"]) == (desk.room, "chat", "Room")
    assert (item["counter"], item["pinned"], item["unread"], item["has_reminder"]) == (1, False, False, False)
    assert item["avatar"] == {"url": "", "color": item["chat"]["color"]}
    assert item["user"]["id"] == desk.bob.id
    chat = item["chat"]
    assert (chat["name"], chat["owner"], chat["role"], chat["user_counter"]) == ("Room", desk.bob.id, "MEMBER", 2)
    assert (chat["mute_list"], chat["manager_list"]) == ({str(desk.ann.id): True}, [desk.bob.id])
    assert "lines" not in item


def test_a_private_dialog(desk: Desk) -> None:
    item = desk.item(desk.bob.id)
    assert (item["type"], item["title"], item["user"]["id"]) == ("user", "Bob Example", desk.bob.id)
    assert item["chat"] == {"text_field_enabled": True, "background_id": None, "mute_list": []}
    assert (item["counter"], item["message"]["id"]) == (1, desk.first)
    desk.world.call("im.dialog.read", desk.ann, DIALOG_ID=desk.bob.id)
    assert desk.item(desk.bob.id)["counter"] == 0
    assert desk.item(desk.bob.id)["last_id"] == desk.first
    assert desk.item(desk.ann.id, desk.bob)["message"]["status"] == "delivered"


def test_what_a_message_carries(desk: Desk) -> None:
    attach = {"BLOCKS": [{"MESSAGE": "More"}]}
    desk.world.call("im.message.add", desk.bob, DIALOG_ID=f"chat{desk.room}", MESSAGE="[b]See[/b]", ATTACH=attach)
    shown = desk.item(f"chat{desk.room}")["message"]
    assert (shown["text"], shown["attach"], shown["file"]) == ("See [Attachment]", True, False)
    (original,) = [item for item in desk.items(GET_ORIGINAL_TEXT="Y") if item["chat_id"] == desk.room]
    assert original["message"]["text"] == "[b]See[/b]"
    (parsed,) = [item for item in desk.items(PARSE_TEXT="Y") if item["chat_id"] == desk.room]
    assert parsed["message"]["text"] == "See [Attachment]"
    fields = {"name": "hello.txt", "content": "SGVsbG8h"}
    assert desk.world.call("im.v2.File.upload", desk.bob, dialogId=f"chat{desk.room}", fields=fields).status == 200
    assert desk.item(f"chat{desk.room}")["message"]["file"] is True
    erased = desk.say("gone")
    desk.world.erase(erased, desk.bob)
    assert desk.item(f"chat{desk.room}")["message"]["text"] == "This message was deleted"


def test_a_note_of_the_system_has_no_author(desk: Desk) -> None:
    desk.world.call("im.chat.updateTitle", desk.bob, CHAT_ID=desk.room, TITLE="Den")
    item = desk.item(f"chat{desk.room}")
    assert (item["user"], item["message"]["author_id"], item["counter"]) == ({"id": 0}, 0, 0)


def test_pinned_ones_are_above(desk: Desk) -> None:
    world, room, hall = desk.world, f"chat{desk.room}", f"chat{desk.hall}"
    assert world.call("im.recent.pin", desk.ann, DIALOG_ID=room).result is True
    assert desk.order() == [room, hall, desk.bob.id] == desk.gotten()
    assert desk.item(room)["pinned"] is True
    assert desk.item(room, desk.bob)["pinned"] is False, "everybody pins for themselves"
    world.call("im.recent.pin", desk.ann, DIALOG_ID=str(desk.bob.id))
    assert desk.order() == [desk.bob.id, room, hall]
    desk.say("now")
    assert desk.order() == [room, desk.bob.id, hall]
    assert world.call("im.recent.pin", desk.ann, DIALOG_ID=room, PIN="N").result is True
    assert desk.order() == [desk.bob.id, room, hall]


def test_hidden_until_the_next_message(desk: Desk) -> None:
    world, room = desk.world, f"chat{desk.room}"
    world.call("im.recent.pin", desk.ann, DIALOG_ID=room)
    assert world.call("im.recent.hide", desk.ann, DIALOG_ID=room).result is True
    assert room not in desk.order() and room not in desk.gotten()
    assert room in desk.order(desk.bob)
    desk.say("again")
    assert desk.order()[0] == room
    assert desk.item(room)["pinned"] is False
    for again in ("im.recent.pin", "im.recent.unread"):
        world.call("im.recent.hide", desk.ann, DIALOG_ID=room)
        assert room not in desk.order()
        world.call(again, desk.ann, DIALOG_ID=room)
        assert room in desk.order()


def test_a_mark_by_hand(desk: Desk) -> None:
    world, room = desk.world, f"chat{desk.room}"
    world.call("im.dialog.read", desk.ann, DIALOG_ID=room)
    assert world.call("im.recent.unread", desk.ann, DIALOG_ID=room).result is True
    assert (desk.item(room)["unread"], desk.item(room)["counter"]) == (True, 0)
    assert desk.order(UNREAD_ONLY="Y") == [desk.bob.id, room]
    desk.say("one")
    assert (desk.item(room)["unread"], desk.item(room)["counter"]) == (True, 1)
    assert world.call("im.recent.unread", desk.ann, DIALOG_ID=room, ACTION="N").result is True
    assert (desk.item(room)["unread"], desk.item(room)["counter"]) == (False, 0)
    for method in ("im.dialog.read", "im.message.add"):
        world.call("im.recent.unread", desk.ann, DIALOG_ID=room)
        world.call(method, desk.ann, DIALOG_ID=room, MESSAGE="I was here")
        assert desk.item(room)["unread"] is False


@pytest.mark.parametrize("method", ["im.recent.pin", "im.recent.hide", "im.recent.unread"])
def test_dialogs_that_are_none(desk: Desk, method: str) -> None:
    for dialog in ("", "room", "chat", "0"):
        answer = desk.world.call(method, desk.ann, DIALOG_ID=dialog)
        assert (answer.status, answer.error, answer.text) == (400, "DIALOG_ID_EMPTY", "Dialog ID can't be empty")


def test_chats_of_others(desk: Desk) -> None:
    eve = desk.world.add_person("Eve")
    for dialog in (f"chat{desk.room}", "chat987654321", str(desk.bob.id)):
        answer = desk.world.call("im.recent.pin", eve, DIALOG_ID=dialog)
        assert (answer.status, answer.error) == (400, "ACCESS_ERROR")
        assert answer.text == "You don't have permission to pin this chat"
        assert desk.world.call("im.recent.hide", eve, DIALOG_ID=dialog).result is False
        assert desk.world.call("im.recent.unread", eve, DIALOG_ID=dialog).result is False
    assert desk.order(eve) == []
    square = desk.world.add_chat(desk.bob, TYPE="OPEN")
    assert desk.world.call("im.recent.pin", eve, DIALOG_ID=f"chat{square}").error == "ACCESS_ERROR"
    assert desk.world.call("im.recent.hide", eve, DIALOG_ID=f"chat{square}").result is False


def test_an_empty_dialog_is_not_listed(desk: Desk) -> None:
    eve = desk.world.add_person("Eve")
    desk.world.call("im.dialog.writing", desk.ann, DIALOG_ID=eve.id)
    assert eve.id not in desk.order()
    message_id = desk.world.send("Hi", eve, str(desk.ann.id))
    assert desk.order()[0] == eve.id
    desk.world.erase(message_id, eve, complete=True)
    assert eve.id not in desk.order()


def test_what_was_said_before_one_came_is_not_shown(desk: Desk) -> None:
    eve = desk.world.add_person("Eve")
    desk.say("a secret")
    desk.world.call("im.chat.user.add", desk.bob, CHAT_ID=desk.room, USERS=[eve.id])
    note = desk.item(f"chat{desk.room}", eve)["message"]["id"]
    sql = """UPDATE chats SET last_message_id = (SELECT MAX(id) FROM messages WHERE chat_id = :chat AND id < :note)
             WHERE id = :chat"""
    desk.world.write(lambda tx: tx.run(sql, chat=desk.room, note=note))
    shown = desk.item(f"chat{desk.room}", eve)
    assert (shown["message"]["id"], shown["message"]["text"], shown["user"]) == (0, "", {"id": 0})


def test_notifications_are_counted(desk: Desk) -> None:
    desk.say("Hi")
    assert desk.world.call("im.notify.personal.add", USER_ID=desk.ann.id, MESSAGE="News").status == 200
    totals = desk.world.call("im.counters.get", desk.ann).result["TYPE"]
    assert totals == {"ALL": 3, "NOTIFY": 1, "CHAT": 1, "LINES": 0, "DIALOG": 1, "MESSENGER": 2}


def test_switches(desk: Desk) -> None:
    room, hall, bob = f"chat{desk.room}", f"chat{desk.hall}", desk.bob.id
    lines = desk.world.add_chat(desk.bob, [desk.ann.id], ENTITY_TYPE="LINES", ENTITY_ID="livechat|7|1|2")
    desk.world.wait(1)
    line = f"chat{lines}"
    assert desk.order() == [line, hall, bob, room]
    assert desk.order(SKIP_OPENLINES="Y") == [hall, bob, room] == desk.gotten(SKIP_OPENLINES="Y")
    assert desk.order(SKIP_DIALOG="Y") == [line, hall, room] == desk.gotten(SKIP_DIALOG="Y")
    assert desk.order(SKIP_CHAT="Y") == [line, bob] == desk.gotten(SKIP_CHAT="Y")
    assert desk.gotten(ONLY_OPENLINES="Y") == [line]
    assert desk.order(ONLY_COPILOT="Y") == desk.order(ONLY_CHANNEL="Y") == []
    assert desk.order(SKIP_UNDISTRIBUTED_OPENLINES="Y") == [line, hall, bob, room]
    for sql in (
        f"UPDATE chats SET owner_id = 0 WHERE id = {lines}",
        f"UPDATE chats SET kind = 'N', manage_messages = 'owner' WHERE id IN ({desk.room}, {desk.hall})",
    ):
        desk.world.write(lambda tx, sql=sql: tx.run(sql))  # type: ignore[misc]  # Bound now.
    assert desk.order(SKIP_UNDISTRIBUTED_OPENLINES="Y") == [hall, bob, room]
    assert desk.order(ONLY_CHANNEL="Y") == [hall, room]
    assert desk.order(ONLY_CHANNEL="Y", CAN_MANAGE_MESSAGES="Y") == [hall]
    shown = desk.item(line)
    assert shown["lines"] == {"id": 7, "status": 0, "date_create": shown["chat"]["date_create"]}


def test_pages(desk: Desk) -> None:
    world, chats = desk.world, []
    for number in range(7):
        chats.append(f"chat{world.add_chat(desk.ann, TITLE=f'Room {number}')}")
        world.wait(1)
    everything = desk.order()
    assert everything[:7] == chats[::-1]
    pages = [world.call("im.recent.list", desk.ann, OFFSET=start, LIMIT=4) for start in (0, 4, 8, 12)]
    assert [item["id"] for page in pages for item in page.result["items"]] == everything
    assert [page.result["hasMore"] for page in pages] == [True, True, False, False]
    assert all(page.result["hasMorePages"] is page.result["hasMore"] for page in pages)
    assert [page.body["total"] for page in pages] == [-1] * 4
    world.call("im.recent.pin", desk.ann, DIALOG_ID=chats[0])
    first = desk.items(LIMIT=4)
    assert first[0]["id"] == chats[0]
    rest = desk.order(LAST_MESSAGE_DATE=first[-1]["message"]["date"], LIMIT=4)
    assert rest == [chats[4], chats[3], chats[2], chats[1]], "from the last one on, and none of the pinned again"
    assert desk.order(LIMIT=-3) == desk.order(LIMIT=0) == desk.order(OFFSET=-1) == desk.order()
    assert desk.order(OFFSET=2**62) == []
    assert desk.order(LAST_MESSAGE_DATE="yesterday") == desk.order()


def test_what_has_changed_since(desk: Desk) -> None:
    world, room, hall, bob = desk.world, f"chat{desk.room}", f"chat{desk.hall}", desk.bob.id
    atom = world.context.clock.atom
    world.wait(DAY)
    then = atom(int(world.time))
    for name in ("LAST_UPDATE", "LAST_SYNC_DATE"):
        assert desk.gotten(**{name: then}) == []
    world.wait(60)
    desk.say("news")
    assert desk.gotten(LAST_SYNC_DATE=then) == [room]
    world.call("im.dialog.read", desk.ann, DIALOG_ID=bob)
    assert desk.gotten(LAST_SYNC_DATE=then) == [room, bob]
    world.call("im.recent.pin", desk.ann, DIALOG_ID=hall)
    assert desk.gotten(LAST_UPDATE=then) == [hall, room, bob]
    assert desk.item(hall)["date_update"] == atom(int(world.time))
    assert desk.item(hall)["date_last_activity"] < then
    assert desk.gotten(LAST_UPDATE=then, LAST_SYNC_DATE=atom(int(world.time) + 60)) == []
    world.wait(8 * DAY)
    assert desk.gotten(LAST_SYNC_DATE=then) == []
    assert desk.gotten(LAST_UPDATE=then) == [hall, room, bob]
    assert desk.gotten(LAST_SYNC_DATE="never") == desk.gotten()


def test_a_crowd_has_its_place_too(desk: Desk) -> None:
    world, room = desk.world, f"chat{desk.room}"
    crowd = [world.add_person("Cid").id for _ in range(CROWD - 2)]
    world.call("im.chat.user.add", desk.bob, CHAT_ID=desk.room, USERS=crowd)
    world.wait(1)
    other = f"chat{world.add_chat(desk.ann)}"
    assert desk.order()[:2] == [other, room]
    more = world.add_person("Dan")
    world.wait(1)
    world.call("im.chat.user.add", desk.bob, CHAT_ID=desk.room, USERS=[more.id])
    assert desk.order()[:2] == [room, other]
    world.wait(1)
    world.call("im.recent.hide", desk.ann, DIALOG_ID=room)
    assert room not in desk.order()
    message_id = desk.say("Hello all of you")
    assert desk.order()[0] == room
    assert (desk.item(room)["counter"], desk.item(room)["message"]["id"]) == (1, message_id)
    assert desk.order(UNREAD_ONLY="Y")[0] == room
    world.wait(1)
    world.send("Hi", desk.ann, other)
    assert desk.order()[:2] == [other, room]
    assert desk.order(LAST_MESSAGE_DATE=desk.item(room)["message"]["date"])[0] == room
    world.call("im.recent.pin", desk.ann, DIALOG_ID=room)
    assert desk.order()[0] == room == desk.gotten()[0]
    world.call("im.chat.leave", more, CHAT_ID=desk.room)
    world.wait(1)
    world.call("im.recent.pin", desk.ann, DIALOG_ID=room, PIN="N")
    assert desk.order()[0] == room
    world.wait(1)
    world.send("Hi", desk.ann, other)
    assert desk.order()[:2] == [other, room]
    desk.say("Fewer now")
    assert desk.order()[:2] == [room, other]


def test_who_leaves_has_it_no_longer(desk: Desk) -> None:
    desk.world.call("im.chat.leave", desk.ann, CHAT_ID=desk.room)
    assert f"chat{desk.room}" not in desk.order()
    desk.say("without Ann")
    assert f"chat{desk.room}" not in desk.order()
