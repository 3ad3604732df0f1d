"""im.message.share: a chat about a message; on both engines."""

from __future__ import annotations

import pytest

from botyard.chat.conversation import sharing
from tests.api.disk.drive import refusal
from tests.story import about, history, says
from tests.world import Person, World

MESSAGE = (400, "MESSAGE_ID_ERROR", "Message ID can't be empty")
CLOSED = (403, "ACCESS_ERROR", "You do not have access to the specified dialog")
PARAMS = (400, "PARAMS_ERROR", "Incorrect params")


@pytest.fixture
def world(file_world: World) -> World:
    return file_world


def newest_chat(world: World) -> int:
    row = world.read(lambda tx: tx.one("SELECT MAX(id) FROM chats"))
    return int(row[0]) if row else 0


def test_a_chat_about_a_message(world: World) -> None:
    message = says(world, world.ann, world.dialog, "Shall we [b]ship[/b]\nit?")
    asked = {"MESSAGE_ID": message, "DIALOG_ID": world.dialog, "TYPE": "CHAT"}
    assert world.call("im.message.share", world.ann, asked).result is True
    chat = newest_chat(world)
    seen = about(world, world.admin, f"chat{chat}")
    assert (seen["name"], seen["owner"], seen["user_counter"]) == ("Shall we ship it?", world.ann.id, 2)
    copy = history(world, world.admin, f"chat{chat}")[0]
    assert (copy["text"], copy["author_id"]) == ("Shall we [b]ship[/b]\nit?", world.ann.id)
    assert about(world, world.admin, world.dialog)["last_message_id"] == message


def test_files_come_along(world: World) -> None:
    file = world.add_file("a.txt", b"hello")
    message = world.room_history()["messages"][0]["id"]
    world.call("im.message.share", world.ann, MESSAGE_ID=message, DIALOG_ID=world.dialog, TYPE="chat")
    asked = f'{{"DIALOG_ID":"chat{newest_chat(world)}"}}'.encode()
    [copied] = world.post(f"{world.ann.path}/im.dialog.messages.get", asked).result["files"]
    assert copied["name"] == "a.txt" and copied["id"] != file["id"]
    assert world.download(copied["urlDownload"]).body == b"hello"


def test_private_dialogs(world: World) -> None:
    message = says(world, world.ann, world.admin.id, "Hi")
    world.call("im.message.share", MESSAGE_ID=message, DIALOG_ID=world.ann.id, TYPE="CHAT")
    assert about(world, world.ann, f"chat{newest_chat(world)}")["user_counter"] == 2


def test_of_a_large_chat_only_the_author_comes_along(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.call("im.chat.user.add", CHAT_ID=world.room, USERS=[world.eve.id])
    message = says(world, world.ann, world.dialog, "Hello")
    monkeypatch.setattr(sharing, "INVITED_MAX", 2)
    world.call("im.message.share", MESSAGE_ID=message, DIALOG_ID=world.dialog, TYPE="CHAT")
    chat = newest_chat(world)
    members = world.call("im.chat.user.list", CHAT_ID=chat).result
    assert sorted(members) == sorted([world.admin.id, world.ann.id])


@pytest.mark.parametrize("kind", ["TASK", "POST", "CALEND", "", "CHATS"])
def test_there_are_no_other_things(world: World, kind: str) -> None:
    message = says(world, world.ann, world.dialog, "Hello")
    before = newest_chat(world)
    asked = {"MESSAGE_ID": message, "DIALOG_ID": world.dialog, "TYPE": kind}
    assert refusal(world.call("im.message.share", world.ann, asked)) == PARAMS
    assert newest_chat(world) == before


def test_refusals(world: World) -> None:
    old = says(world, world.ann, world.dialog, "Hello")
    private = says(world, world.ann, world.ann.id, "milk")
    erased = says(world, world.ann, world.dialog, "Oh")
    world.call("im.message.delete", world.ann, MESSAGE_ID=erased)

    def share(message: int, dialog: str, by: Person = world.ann) -> tuple[int, str, str]:
        asked = {"MESSAGE_ID": message, "DIALOG_ID": dialog, "TYPE": "CHAT"}
        return refusal(world.call("im.message.share", by, asked))

    for message in (0, 999_999, private, erased):
        assert share(message, world.dialog) == MESSAGE
    assert share(old, "") == share(old, "x") == (400, "DIALOG_ID_EMPTY", "Dialog ID can't be empty")
    assert share(old, world.dialog, world.eve) == share(old, "chat999999") == CLOSED
    # What is older than the membership is not there.
    world.call("im.chat.user.add", CHAT_ID=world.room, USERS=[world.eve.id])
    assert share(old, world.dialog, world.eve) == MESSAGE


def test_readers_of_open_chats_make_nothing_of_its_messages(world: World) -> None:
    chat = world.add_chat(world.admin, [world.ann.id], TYPE="OPEN")
    message = says(world, world.ann, f"chat{chat}", "Hello")
    asked = {"MESSAGE_ID": message, "DIALOG_ID": f"chat{chat}", "TYPE": "CHAT"}
    assert refusal(world.call("im.message.share", world.eve, asked)) == CLOSED
