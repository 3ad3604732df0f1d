"""disk.file.get: files of chats by their id, for those who may see them; on both engines."""

from __future__ import annotations

from types import NoneType
from typing import Any

import pytest

from botyard.chat.conversation import members
from botyard.store import chats
from botyard.store.engines.db import Tx
from contract import pages
from tests.files.room import Room
from tests.world import Answer, Person, World


@pytest.fixture
def room(portal: World) -> Room:
    return Room(portal)


def asked(room: Room, file_id: Any, by: Person | None = None) -> Answer:
    return room.world.call("disk.file.get", by or room.me, id=file_id)


def said(answer: Answer) -> tuple[int, str, str]:
    return answer.status, answer.error, answer.text


def test_a_file_and_a_link_to_it(room: Room) -> None:
    file = room.sent("a.txt", b"hello")
    found = asked(room, file["id"], room.ann).result
    assert (found["ID"], found["NAME"], found["SIZE"], found["TYPE"]) == (str(file["id"]), "a.txt", "5", "file")
    assert (found["CREATED_BY"], found["DELETED_TYPE"], found["DELETE_TIME"]) == (str(room.me.id), "0", None)
    assert found["PARENT_ID"] == str(room.world.call("im.dialog.get", DIALOG_ID=room.dialog).result["disk_folder_id"])
    assert room.get(found["DOWNLOAD_URL"]).body == b"hello"
    assert room.get(found["DETAIL_URL"]).status == 200


def test_its_fields_are_those_of_the_page(room: Room) -> None:
    page = next(page for page in pages.family("disk").methods if page.method == "disk.file.get")
    found = asked(room, room.sent("a.txt", b"hello")["id"]).result
    documented = (page.result or {})["properties"]
    # The page allows numbers for ids; its sample has none.
    shown = dict.fromkeys(documented, str) | {"CODE": NoneType, "DELETE_TIME": NoneType}
    assert {name: type(value) for name, value in found.items()} == shown


@pytest.mark.parametrize("file_id", [None, "", 0, -1, "x"])
def test_no_id(room: Room, file_id: Any) -> None:
    assert said(asked(room, file_id)) == (400, "ERROR_ARGUMENT", "Invalid value of parameter {Parameter #0}")


def test_a_file_that_is_not_there(room: Room) -> None:
    assert said(asked(room, 999_999)) == (400, "ERROR_NOT_FOUND", "Could not find entity with id 999999")


def test_a_stranger_is_refused(room: Room) -> None:
    file = room.sent("a.txt", b"hello")
    assert said(asked(room, file["id"], room.eve)) == (400, "ACCESS_DENIED", "Access denied")


def test_so_is_whom_the_history_is_hidden_from(room: Room) -> None:
    file = room.sent("a.txt", b"hello")

    async def work(tx: Tx) -> None:
        me = await chats.find(tx, room.id, room.me.id)
        assert me is not None
        await members.add(tx, me, [room.eve.id], hide_history=True)

    room.world.write(work)
    assert asked(room, file["id"], room.eve).error == "ACCESS_DENIED"
    assert asked(room, room.sent("b.txt", b"later")["id"], room.eve).result["NAME"] == "b.txt"


def test_a_link_ends_with_the_membership(room: Room) -> None:
    url = asked(room, room.sent("a.txt", b"hello")["id"], room.ann).result["DOWNLOAD_URL"]

    async def leave(tx: Tx) -> None:
        ann = await chats.find(tx, room.id, room.ann.id)
        assert ann is not None
        await members.leave(tx, ann)

    room.world.write(leave)
    assert room.get(url).status == 403


def test_it_takes_the_permission(room: Room) -> None:
    file = room.sent("a.txt", b"hello")
    assert asked(room, file["id"], room.world.webhook(room.me.id, "im")).error == "insufficient_scope"


class Inbox:
    """A file that Ann has sent to a bot of the administrator's webhook, who is not in that dialog."""

    def __init__(self, room: Room) -> None:
        self.room, self.world = room, room.world
        self.bot = room.world.bot(code="reader")
        self.file = int(room.send("a.txt", b"hello", room.ann, str(self.bot)).result["file"]["id"])

    def asked(self, by: Person | None = None, **named: Any) -> Answer:
        return self.world.call("disk.file.get", by or self.room.me, id=self.file, **named)


@pytest.fixture
def inbox(room: Room) -> Inbox:
    return Inbox(room)


@pytest.mark.parametrize("which", ["both", "word"])
def test_a_webhooks_bot_in_the_chat_counts(inbox: Inbox, which: str) -> None:
    number: dict[str, Any] = {"BOT_ID": inbox.bot} if which == "both" else {}
    inbox.world.bot(code="elsewhere")
    found = inbox.asked(CLIENT_ID="test-client", **number).result
    assert inbox.room.get(found["DOWNLOAD_URL"]).body == b"hello"
    assert inbox.room.get(found["DETAIL_URL"]).status == 200


def test_an_applications_bot_counts_by_its_number(inbox: Inbox) -> None:
    app = inbox.world.oauth()
    bot = inbox.world.bot(app, code="of-the-application")
    file = inbox.room.send("b.txt", b"more", inbox.room.ann, str(bot)).result["file"]["id"]
    assert inbox.world.call("disk.file.get", app, {"id": file}).error == "ACCESS_DENIED"
    assert inbox.world.call("disk.file.get", app, {"id": file, "BOT_ID": bot}).result["NAME"] == "b.txt"


def test_a_bot_that_is_not_the_callers_or_not_there_does_not(inbox: Inbox) -> None:
    other = inbox.world.bot(code="other", CLIENT_ID="other-client")
    refused: list[dict[str, Any]] = [
        {},
        {"BOT_ID": inbox.bot},
        {"BOT_ID": inbox.bot, "CLIENT_ID": "other-client"},
        {"BOT_ID": other, "CLIENT_ID": "other-client"},
        {"BOT_ID": other, "CLIENT_ID": "test-client"},
    ]
    for named in refused:
        assert said(inbox.asked(**named)) == (400, "ACCESS_DENIED", "Access denied")


def test_it_takes_the_permission_for_bots(inbox: Inbox) -> None:
    hook = inbox.world.webhook(inbox.room.me.id, "disk")
    assert inbox.asked(hook, CLIENT_ID="test-client").error == "ACCESS_DENIED"
    both = inbox.world.webhook(inbox.room.me.id, "disk,imbot")
    assert inbox.asked(both, CLIENT_ID="test-client").result["NAME"] == "a.txt"
