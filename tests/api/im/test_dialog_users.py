"""`im.dialog.users.list`, `im.dialog.unread` and `im.dialog.read.all`."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.model.people import UserKind
from tests.world import Answer, Person, World


class Hall:
    """A room with people of all kinds and a bot, and a private dialog."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ann, self.bob, self.cid = (world.add_person(name) for name in ("Ann", "Bob", "Cid"))
        self.mail = world.add_person("Mia", kind=UserKind.EMAIL)
        self.bot = world.add_bot(None, "echo", "S")
        self.chat = world.add_chat(self.ann, [self.bob.id, self.mail.id])
        world.call("im.chat.user.add", self.ann, CHAT_ID=self.chat, USERS=[self.bot])
        self.dialog = f"chat{self.chat}"
        self.everybody = [self.ann.id, self.bob.id, self.mail.id, self.bot]

    def users(self, by: Person | None = None, **params: Any) -> Answer:
        return self.world.call("im.dialog.users.list", by or self.bob, params={"DIALOG_ID": self.dialog, **params})

    def ids(self, **params: Any) -> list[int]:
        return [person["id"] for person in self.users(**params).result]

    def counter(self, by: Person) -> tuple[int, int]:
        shown = self.world.call("im.dialog.get", by, DIALOG_ID=self.dialog).result
        return shown["counter"], shown["unread_id"]

    def unread(self, by: Person, message_id: Any, dialog: str = "") -> Answer:
        return self.world.call("im.dialog.unread", by, DIALOG_ID=dialog or self.dialog, MESSAGE_ID=message_id)


@pytest.fixture
def hall(portal: World) -> Hall:
    return Hall(portal)


def test_everybody_in_a_dialog(hall: Hall) -> None:
    answer = hall.users()
    assert [person["id"] for person in answer.result] == hall.everybody
    assert answer.body["total"] == 4 and "next" not in answer.body
    assert answer.result[0]["name"] == "Ann Example"
    hall.world.send("Hi", hall.ann, str(hall.bob.id))
    assert hall.ids(DIALOG_ID=str(hall.ann.id)) == [hall.ann.id, hall.bob.id]


def test_pages_of_users(hall: Hall) -> None:
    first = hall.users(LIMIT=3)
    assert [person["id"] for person in first.result] == hall.everybody[:3]
    assert (first.body["total"], first.body["next"]) == (4, 3)
    assert hall.ids(LIMIT=3, OFFSET=3) == hall.everybody[3:]
    assert hall.ids(LIMIT=3, LAST_ID=hall.mail.id) == hall.everybody[3:]
    assert hall.ids(LIMIT=0) == hall.ids(LIMIT=-1, OFFSET=-1, LAST_ID=-1) == hall.everybody
    assert hall.ids(OFFSET=2**62) == []


def test_without_system_users(hall: Hall) -> None:
    ann, bob, mail, bot = hall.everybody
    for words, listed in (
        ("", [ann, bob]),
        ("bot", [ann, bob, bot]),
        ("email", [ann, bob, mail]),
        ("bot, EMAIL", hall.everybody),
        ("network", [ann, bob]),
    ):
        answer = hall.users(SKIP_EXTERNAL="Y", SKIP_EXTERNAL_EXCEPT_TYPES=words)
        assert [person["id"] for person in answer.result] == listed
        assert answer.body["total"] == len(listed)
    assert hall.ids(SKIP_EXTERNAL="N", SKIP_EXTERNAL_EXCEPT_TYPES="bot") == hall.everybody


def test_dialogs_of_others(hall: Hall) -> None:
    for dialog in (hall.dialog, "chat987654321"):
        answer = hall.users(hall.cid, DIALOG_ID=dialog)
        assert (answer.status, answer.error) == (403, "ACCESS_ERROR")
        assert answer.text == "You do not have access to the specified dialog"
        assert hall.unread(hall.cid, 5, dialog).result is False
    assert hall.users(DIALOG_ID="").error == "DIALOG_ID_EMPTY"


def test_unread_from_a_message_on(hall: Hall) -> None:
    first, second, third = (hall.world.send(text, hall.ann, hall.dialog) for text in ("one", "two", "three"))
    hall.world.call("im.dialog.read", hall.bob, DIALOG_ID=hall.dialog)
    assert hall.counter(hall.bob) == (0, 0)
    views = hall.world.call("im.dialog.get", hall.ann, DIALOG_ID=hall.dialog).result["last_message_views"]
    assert [viewer["user_id"] for viewer in views["first_viewers"]] == [hall.bob.id]
    assert hall.unread(hall.bob, second).result is True
    assert hall.counter(hall.bob) == (2, second)
    shown = hall.world.call("im.dialog.get", hall.bob, DIALOG_ID=hall.dialog).result
    assert (shown["last_id"], shown["marked_id"]) == (first, second)
    views = hall.world.call("im.dialog.get", hall.ann, DIALOG_ID=hall.dialog).result["last_message_views"]
    assert (views["first_viewers"], views["count_of_viewers"]) == ([], 0)
    assert hall.unread(hall.bob, third).result is True, "it is unread already"
    assert hall.counter(hall.bob) == (2, second)
    assert hall.world.call("im.counters.get", hall.bob).result["CHAT"] == {str(hall.chat): 2}
    hall.world.call("im.dialog.read", hall.bob, DIALOG_ID=hall.dialog)
    assert hall.counter(hall.bob) == (0, 0)
    views = hall.world.call("im.dialog.get", hall.ann, DIALOG_ID=hall.dialog).result["last_message_views"]
    assert [viewer["user_id"] for viewer in views["first_viewers"]] == [hall.bob.id]


def test_unread_from_the_first_message_on(hall: Hall) -> None:
    message_id = hall.world.send("Hi", hall.ann, str(hall.bob.id))
    hall.world.call("im.dialog.read", hall.bob, DIALOG_ID=str(hall.ann.id))
    hall.world.call("im.recent.hide", hall.bob, DIALOG_ID=str(hall.ann.id))
    assert hall.unread(hall.bob, message_id, str(hall.ann.id)).result is True
    item = hall.world.call("im.recent.list", hall.bob).result["items"][0]
    assert (item["id"], item["counter"], item["last_id"]) == (hall.ann.id, 1, 0)


def test_messages_that_are_not_there(hall: Hall) -> None:
    elsewhere = hall.world.send("Hi", hall.ann, str(hall.bob.id))
    assert hall.unread(hall.bob, elsewhere).result is False
    assert hall.unread(hall.bob, 987_654_321).result is False
    before = hall.world.send("before", hall.ann, hall.dialog)
    hall.world.call("im.chat.user.add", hall.ann, CHAT_ID=hall.chat, USERS=[hall.cid.id])
    assert hall.unread(hall.cid, before).result is False, "it is hidden from who came later"
    for message_id in (0, -1, "", "abc"):
        answer = hall.unread(hall.bob, message_id)
        assert (answer.status, answer.error) == (400, "MESSAGE_ID_ERROR")
        assert answer.text == "First unread message id can't be empty"
    assert hall.unread(hall.bob, before, "room").error == "DIALOG_ID_EMPTY"


def test_all_at_once(hall: Hall) -> None:
    chats = [hall.world.add_chat(hall.ann, [hall.bob.id]) for _ in range(45)]
    for chat in chats:
        hall.world.send("Hello", hall.ann, f"chat{chat}")
    hall.world.send("Hello", hall.ann, str(hall.bob.id))
    hall.world.call("im.dialog.read", hall.bob, DIALOG_ID=f"chat{chats[0]}")
    hall.world.call("im.recent.unread", hall.bob, DIALOG_ID=f"chat{chats[0]}")
    counters = hall.world.call("im.counters.get", hall.bob).result
    assert (counters["TYPE"]["ALL"], counters["CHAT_UNREAD"]) == (45, [chats[0]])
    assert hall.world.call("im.dialog.read.all", hall.bob).result is True
    counters = hall.world.call("im.counters.get", hall.bob).result
    assert (counters["TYPE"]["ALL"], counters["CHAT"], counters["CHAT_UNREAD"]) == (0, [], [])
    assert hall.world.call("im.dialog.read.all", hall.bob).result is True
    assert hall.world.call("im.recent.list", hall.bob, UNREAD_ONLY="Y").result["items"] == []
