"""im.v2.File.*: as the pages say, answer by answer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from botyard.chat.media import uploads
from botyard.model.chats import Role
from botyard.store import files as rows
from botyard.store import members
from botyard.store.engines.db import Tx
from tests.files.room import Room, picture
from tests.world import World


@pytest.fixture
def room(portal: World) -> Room:
    return Room(portal)


def test_the_documented_sample(room: Room) -> None:
    asked = {"name": "report.pdf", "content": "SGVsbG8gV29ybGQh", "message": "Here is the report"}
    result = room.world.call("im.v2.File.upload", dialogId=room.dialog, fields=asked).result
    file = result["file"]
    told = {name: file[name] for name in ("name", "extension", "size", "type", "status", "progress")}
    assert told == {
        "name": "report.pdf",
        "extension": "pdf",
        "size": 12,
        "type": "file",
        "status": "done",
        "progress": 100,
    }
    assert file["viewerAttrs"]["objectId"] == str(file["id"])
    assert file["viewerAttrs"]["imChatId"] == room.id
    assert room.get(file["urlDownload"]).body == b"Hello World!"


def test_pictures_in_the_history_are_as_in_its_sample(room: Room) -> None:
    file = room.sent("image.png", picture(), room.ann)
    shown = room.world.call("im.dialog.messages.get", room.ann, DIALOG_ID=room.dialog, LIMIT=1).result["files"]
    assert shown == [file]


def test_a_link_to_download(room: Room) -> None:
    url = room.link(room.sent("a.txt", b"hello"), room.ann)
    assert "/rest/download.json?token=im%7C" in url
    assert room.get(url).body == b"hello"


def test_a_link_to_a_file_of_a_private_dialog(room: Room) -> None:
    file = room.send("a.txt", b"hello", dialog=str(room.eve.id)).result["file"]
    asked = {"dialogId": str(room.me.id), "fileId": file["id"]}
    assert room.get(room.world.call("im.v2.File.download", room.eve, asked).result["downloadUrl"]).body == b"hello"


# Errors of upload.


@pytest.mark.parametrize(
    "fields", [{}, {"name": "a.txt"}, {"content": "aGVsbG8="}, {"name": " ", "content": "aGVsbG8="}, None]
)
def test_file_empty(room: Room, fields: object) -> None:
    answer = room.world.call("im.v2.File.upload", dialogId=room.dialog, fields=fields)
    assert (answer.status, answer.error, answer.text) == (400, "FILE_EMPTY", "File name and content are required")


def test_file_invalid_content(room: Room) -> None:
    answer = room.send("a.txt", "?")
    assert (answer.status, answer.error, answer.text) == (400, "FILE_INVALID_CONTENT", "Invalid base64 content")


@pytest.mark.parametrize("dialog", ["", "x", "chat", "999999"])
def test_chat_not_found(room: Room, dialog: str) -> None:
    fields = {"name": "a.txt", "content": "aGVsbG8="}
    answer = room.world.call("im.v2.File.upload", dialogId=dialog, fields=fields)
    assert (answer.status, answer.error, answer.text) == (400, "CHAT_NOT_FOUND", "CHAT_NOT_FOUND")


def test_access_denied_tells_nothing_of_chats(room: Room) -> None:
    closed = room.send("a.txt", b"x", room.eve)
    none = room.send("a.txt", b"x", room.eve, "chat999999")
    assert (closed.status, closed.error, closed.text) == (403, "ACCESS_DENIED", "Access denied")
    assert (none.status, none.body) == (closed.status, closed.body)


def test_folder_error(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    put = uploads.put

    async def gone(tx: Tx) -> bool:
        return await members.remove(tx, room.id, room.ann.id)

    async def shown_out() -> bool:
        return await room.world.context.database.write(gone)

    def meanwhile(*given: Any) -> Any:
        assert asyncio.run_coroutine_threadsafe(shown_out(), room.world.runner.get_loop()).result(10)
        return put(*given)

    monkeypatch.setattr(uploads, "put", meanwhile)
    answer = room.send("a.txt", b"x", room.ann)
    assert (answer.status, answer.error, answer.text) == (400, "FOLDER_ERROR", "Failed to get chat folder")
    assert room.nothing_left()


def test_upload_failed(room: Room) -> None:
    answer = room.send("../a.txt", b"x")
    assert (answer.status, answer.error) == (400, "UPLOAD_FAILED")
    assert answer.text == "File upload failed: its name must not hold a path"


def test_upload_failed_for_reasons_of_the_disk(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(uploads, "put", full)
    answer = room.send("a.txt", b"x")
    assert (answer.status, answer.error, answer.text) == (400, "UPLOAD_FAILED", "File upload failed")


def test_send_failed(room: Room) -> None:
    async def muted(tx: Tx) -> None:
        await tx.run("UPDATE chats SET can_post = :role WHERE id = :id", role=Role.OWNER, id=room.id)

    room.world.write(muted)
    answer = room.send("a.txt", b"x", room.ann)
    assert (answer.status, answer.error, answer.text) == (400, "SEND_FAILED", "Failed to send message")
    room.sent("a.txt", b"x")


def test_file_too_large(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "SIZE_MAX", 3)
    answer = room.send("a.txt", b"four")
    assert (answer.status, answer.error, answer.text) == (400, "FILE_TOO_LARGE", "File is too large")


# Errors of download.


@pytest.mark.parametrize("file_id", [0, -1, 999_999, "x", None])
def test_file_not_found(room: Room, file_id: object) -> None:
    answer = room.world.call("im.v2.File.download", dialogId=room.dialog, fileId=file_id)
    assert (answer.status, answer.error, answer.text) == (400, "FILE_NOT_FOUND", "File not found")


def test_a_file_of_another_chat_is_not_found(room: Room) -> None:
    file = room.sent("a.txt", b"x")
    other = room.world.chat(room.eve, [room.me.id])
    answer = room.world.call("im.v2.File.download", dialogId=f"chat{other}", fileId=file["id"])
    assert answer.error == "FILE_NOT_FOUND"


def test_no_access_to_the_chat(room: Room) -> None:
    file = room.sent("a.txt", b"x")
    answer = room.world.call("im.v2.File.download", room.eve, dialogId=room.dialog, fileId=file["id"])
    assert (answer.status, answer.error, answer.text) == (403, "ACCESS_DENIED", "Access denied")


def test_what_was_sent_before_one_came_is_not_found(room: Room) -> None:
    file = room.sent("a.txt", b"x")
    room.world.call("im.chat.user.add", CHAT_ID=room.id, USERS=[room.eve.id], HIDE_HISTORY="Y")
    answer = room.world.call("im.v2.File.download", room.eve, dialogId=room.dialog, fileId=file["id"])
    assert answer.error == "FILE_NOT_FOUND"


def test_the_scope_is_im(room: Room) -> None:
    key = room.world.webhook(room.me.id, "imbot,user")
    assert room.send("a.txt", b"x", key).error == "insufficient_scope"


def test_a_swept_file_is_a_failed_upload(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    async def gone(*_: object) -> bool:
        return False

    monkeypatch.setattr(rows, "take", gone)
    refused = room.send("a.txt", b"x")
    assert (refused.error, refused.text) == ("UPLOAD_FAILED", "File upload failed")
