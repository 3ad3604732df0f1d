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
from tests.world import World
from tests.worlds.pictures import picture


@pytest.fixture
def world(file_world: World) -> World:
    return file_world


def test_the_documented_sample(world: World) -> None:
    asked = {"name": "report.pdf", "content": "SGVsbG8gV29ybGQh", "message": "Here is the report"}
    result = world.call("im.v2.File.upload", dialogId=world.dialog, fields=asked).result
    file = result["file"]
    shown = {name: file[name] for name in ("name", "extension", "size", "type", "status", "progress")}
    assert shown == {
        "name": "report.pdf",
        "extension": "pdf",
        "size": 12,
        "type": "file",
        "status": "done",
        "progress": 100,
    }
    assert file["viewerAttrs"]["objectId"] == str(file["id"])
    assert file["viewerAttrs"]["imChatId"] == world.room
    assert world.download(file["urlDownload"]).body == b"Hello World!"


def test_pictures_in_the_history_are_as_in_its_sample(world: World) -> None:
    file = world.add_file("image.png", picture(), world.ann)
    shown = world.call("im.dialog.messages.get", world.ann, DIALOG_ID=world.dialog, LIMIT=1).result["files"]
    assert shown == [file]


def test_a_link_to_download(world: World) -> None:
    url = world.download_url(world.add_file("a.txt", b"hello"), world.ann)
    assert "/rest/download.json?token=im%7C" in url
    assert world.download(url).body == b"hello"


def test_a_link_to_a_file_of_a_private_dialog(world: World) -> None:
    file = world.upload("a.txt", b"hello", dialog=str(world.eve.id)).result["file"]
    asked = {"dialogId": str(world.admin.id), "fileId": file["id"]}
    assert world.download(world.call("im.v2.File.download", world.eve, asked).result["downloadUrl"]).body == b"hello"


# Errors of upload.


@pytest.mark.parametrize(
    "fields", [{}, {"name": "a.txt"}, {"content": "aGVsbG8="}, {"name": " ", "content": "aGVsbG8="}, None]
)
def test_file_empty(world: World, fields: object) -> None:
    answer = world.call("im.v2.File.upload", dialogId=world.dialog, fields=fields)
    assert (answer.status, answer.error, answer.text) == (400, "FILE_EMPTY", "File name and content are required")


def test_file_invalid_content(world: World) -> None:
    answer = world.upload("a.txt", "?")
    assert (answer.status, answer.error, answer.text) == (400, "FILE_INVALID_CONTENT", "Invalid base64 content")


@pytest.mark.parametrize("dialog", ["", "x", "chat", "999999"])
def test_chat_not_found(world: World, dialog: str) -> None:
    fields = {"name": "a.txt", "content": "aGVsbG8="}
    answer = world.call("im.v2.File.upload", dialogId=dialog, fields=fields)
    assert (answer.status, answer.error, answer.text) == (400, "CHAT_NOT_FOUND", "CHAT_NOT_FOUND")


def test_access_denied_tells_nothing_of_chats(world: World) -> None:
    closed = world.upload("a.txt", b"x", world.eve)
    none = world.upload("a.txt", b"x", world.eve, "chat999999")
    assert (closed.status, closed.error, closed.text) == (403, "ACCESS_DENIED", "Access denied")
    assert (none.status, none.body) == (closed.status, closed.body)


def test_folder_error(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    put = uploads.put

    async def gone(tx: Tx) -> bool:
        return await members.remove(tx, world.room, world.ann.id)

    async def shown_out() -> bool:
        return await world.context.database.write(gone)

    def meanwhile(*args: Any, **named: Any) -> Any:
        assert asyncio.run_coroutine_threadsafe(shown_out(), world.loop.loop).result(10)
        return put(*args, **named)

    monkeypatch.setattr(uploads, "put", meanwhile)
    answer = world.upload("a.txt", b"x", world.ann)
    assert (answer.status, answer.error, answer.text) == (400, "FOLDER_ERROR", "Failed to get chat folder")
    assert world.no_files_left()


def test_upload_failed(world: World) -> None:
    answer = world.upload("../a.txt", b"x")
    assert (answer.status, answer.error) == (400, "UPLOAD_FAILED")
    assert answer.text == "File upload failed: its name must not hold a path"


def test_upload_failed_for_reasons_of_the_disk(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **named: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(uploads, "put", full)
    answer = world.upload("a.txt", b"x")
    assert (answer.status, answer.error, answer.text) == (400, "UPLOAD_FAILED", "File upload failed")


def test_send_failed(world: World) -> None:
    async def muted(tx: Tx) -> None:
        await tx.run("UPDATE chats SET can_post = :role WHERE id = :id", role=Role.OWNER, id=world.room)

    world.write(muted)
    answer = world.upload("a.txt", b"x", world.ann)
    assert (answer.status, answer.error, answer.text) == (400, "SEND_FAILED", "Failed to send message")
    world.add_file("a.txt", b"x")


def test_file_too_large(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "SIZE_MAX", 3)
    answer = world.upload("a.txt", b"four")
    assert (answer.status, answer.error, answer.text) == (400, "FILE_TOO_LARGE", "File is too large")


# Errors of download.


@pytest.mark.parametrize("file_id", [0, -1, 999_999, "x", None])
def test_file_not_found(world: World, file_id: object) -> None:
    answer = world.call("im.v2.File.download", dialogId=world.dialog, fileId=file_id)
    assert (answer.status, answer.error, answer.text) == (400, "FILE_NOT_FOUND", "File not found")


def test_a_file_of_another_chat_is_not_found(world: World) -> None:
    file = world.add_file("a.txt", b"x")
    other = world.add_chat(world.eve, [world.admin.id])
    answer = world.call("im.v2.File.download", dialogId=f"chat{other}", fileId=file["id"])
    assert answer.error == "FILE_NOT_FOUND"


def test_no_access_to_the_chat(world: World) -> None:
    file = world.add_file("a.txt", b"x")
    answer = world.call("im.v2.File.download", world.eve, dialogId=world.dialog, fileId=file["id"])
    assert (answer.status, answer.error, answer.text) == (403, "ACCESS_DENIED", "Access denied")


def test_what_was_sent_before_one_came_is_not_found(world: World) -> None:
    file = world.add_file("a.txt", b"x")
    world.call("im.chat.user.add", CHAT_ID=world.room, USERS=[world.eve.id], HIDE_HISTORY="Y")
    answer = world.call("im.v2.File.download", world.eve, dialogId=world.dialog, fileId=file["id"])
    assert answer.error == "FILE_NOT_FOUND"


def test_the_scope_is_im(world: World) -> None:
    key = world.add_webhook(world.admin.id, "imbot,user")
    assert world.upload("a.txt", b"x", key).error == "insufficient_scope"


def test_a_swept_file_is_a_failed_upload(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def gone(*_: object) -> bool:
        return False

    monkeypatch.setattr(rows, "take", gone)
    refused = world.upload("a.txt", b"x")
    assert (refused.error, refused.text) == ("UPLOAD_FAILED", "File upload failed")
