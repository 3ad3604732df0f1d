"""imbot.v2.File.*: as the pages say, answer by answer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from botyard.chat.media import uploads
from botyard.model.chats import Role
from botyard.store import members
from botyard.store.engines.db import Tx
from tests.world import Answer, World
from tests.worlds.bots import TOKEN
from tests.worlds.files import base64_of


@pytest.fixture
def world(bot_world: World) -> World:
    return bot_world


def upload(
    world: World, content: bytes | str = b"hello", dialog: str = "", name: str = "report.pdf", **more: Any
) -> Answer:
    text = content if isinstance(content, str) else base64_of(content)
    fields = {"name": name, "content": text, "message": "Here is the report"}
    return world.call_as_bot("File.upload", dialogId=dialog or world.dialog, fields=fields, **more)


def sent(world: World) -> dict[str, Any]:
    result: dict[str, Any] = upload(world).result
    return result


def test_the_documented_sample(world: World) -> None:
    result = upload(world, "SGVsbG8gV29ybGQh").result
    file = result["file"]
    assert result == {
        "file": file,
        "messageId": result["messageId"],
        "chatId": world.room,
        "dialogId": world.dialog,
    }
    assert set(file) == {
        "id", "chatId", "date", "type", "name", "extension", "size", "image", "authorId", "authorName",
        "isTranscribable", "isVideoNote", "isVoiceNote",
    }  # fmt: skip
    assert (file["name"], file["extension"], file["size"]) == ("report.pdf", "pdf", 12)
    assert (file["chatId"], file["authorId"], file["authorName"]) == (world.room, world.echo, "Echo")


def test_the_message_of_the_file(world: World) -> None:
    result = sent(world)
    message = world.call_as_bot("Chat.Message.get", botId=world.eye, messageId=result["messageId"]).result["message"]
    assert (message["text"], message["authorId"]) == ("Here is the report", world.echo)
    assert message["params"]["FILE_ID"] == [result["file"]["id"]]


def test_others_hear_of_it(world: World) -> None:
    result = sent(world)
    ((kind, data),) = world.take_events(world.eye)
    assert kind == "ONIMBOTV2MESSAGEADD"
    assert data["message"]["params"]["FILE_ID"] == [result["file"]["id"]]
    assert world.take_events() == []


def test_a_private_dialog_is_opened(world: World) -> None:
    result = upload(world, dialog=str(world.bob.id)).result
    assert result["dialogId"] == str(world.bob.id)


def test_a_long_text_is_cut(world: World) -> None:
    fields = {"name": "a.txt", "content": "aGVsbG8=", "message": "x" * 30_000}
    result = world.call_as_bot("File.upload", dialogId=world.dialog, fields=fields).result
    message = world.call_as_bot("Chat.Message.get", botId=world.eye, messageId=result["messageId"]).result["message"]
    assert len(message["text"]) == 20_000
    assert message["text"].endswith(" (...)")


def test_a_link_to_download(world: World) -> None:
    file = sent(world)["file"]
    url = world.call_as_bot("File.download", fileId=file["id"]).result["downloadUrl"]
    assert "/rest/download.json?token=imbot%7C" in url
    assert world.get(url.removeprefix("http://botyard.test")).body == b"hello"


def test_an_application(world: World) -> None:
    app = world.add_app(world.admin.id)
    made = {"code": "mine", "properties": {"name": "Mine"}}
    bot = world.call("imbot.v2.Bot.register", app, fields=made).result["bot"]["id"]
    fields = {"name": "a.txt", "content": "aGVsbG8="}
    asked = {"botId": bot, "dialogId": str(world.ann.id), "fields": fields}
    file = world.call("imbot.v2.File.upload", app, asked).result["file"]
    assert world.call("imbot.v2.File.download", app, botId=bot, fileId=file["id"]).result["downloadUrl"]


# Errors of upload.


def refusal(answer: Answer) -> tuple[int, str, str]:
    return answer.status, answer.error, answer.text


@pytest.mark.parametrize("method", ["File.upload", "File.download"])
def test_whose_bot(world: World, method: str) -> None:
    def asked(**params: Any) -> tuple[int, str, str]:
        return refusal(world.call(f"imbot.v2.{method}", None, params))

    assert asked(botId=world.echo) == (400, "BOT_TOKEN_NOT_SPECIFIED", "Bot token is not specified")
    assert asked(botToken=TOKEN) == (400, "BOT_ID_REQUIRED", "Bot ID is required")
    assert asked(botId=world.ann.id, botToken=TOKEN) == (400, "BOT_NOT_FOUND", "Bot not found")
    foreign = (403, "BOT_OWNERSHIP_ERROR", "Bot is registered by another application")
    assert asked(botId=world.echo, botToken="other") == foreign


@pytest.mark.parametrize("fields", [{}, {"name": "a.txt"}, {"content": "aGVsbG8="}, {"name": "a.txt", "content": ""}])
def test_file_empty(world: World, fields: dict[str, str]) -> None:
    answer = world.call_as_bot("File.upload", dialogId=world.dialog, fields=fields)
    assert refusal(answer) == (400, "FILE_EMPTY", "File name or content is empty")


def test_file_invalid_content(world: World) -> None:
    assert refusal(upload(world, "?")) == (400, "FILE_INVALID_CONTENT", "Invalid base64 content")


@pytest.mark.parametrize("dialog", ["x", "chat999999", "999999", "chat1x"])
def test_file_folder_error(world: World, dialog: str) -> None:
    closed = world.add_chat(world.bob)
    wrong = upload(world, dialog=dialog)
    assert refusal(wrong) == (400, "FILE_FOLDER_ERROR", "Failed to get chat folder")
    assert upload(world, dialog=f"chat{closed}").body == wrong.body


def test_a_chat_that_closes_meanwhile(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    put = uploads.put

    async def gone(tx: Tx) -> bool:
        return await members.remove(tx, world.room, world.echo)

    def meanwhile(*args: Any, **named: Any) -> Any:
        work = world.context.database.write(gone)
        assert asyncio.run_coroutine_threadsafe(_whole(work), world.loop.loop).result(10)
        return put(*args, **named)

    monkeypatch.setattr(uploads, "put", meanwhile)
    assert upload(world).error == "FILE_FOLDER_ERROR"
    assert world.no_files_left()


async def _whole(work: Any) -> Any:
    return await work


def test_file_upload_failed(world: World) -> None:
    answer = upload(world, name="../a.txt")
    assert refusal(answer) == (400, "FILE_UPLOAD_FAILED", "File upload failed: its name must not hold a path")


def test_file_send_failed(world: World) -> None:
    async def silent(tx: Tx) -> None:
        await tx.run("UPDATE chats SET can_post = :role WHERE id = :id", role=Role.OWNER, id=world.room)

    world.write(silent)
    assert refusal(upload(world)) == (400, "FILE_SEND_FAILED", "Failed to send message")


def test_file_too_large(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "SIZE_MAX", 3)
    assert refusal(upload(world)) == (400, "FILE_TOO_LARGE", "File is too large")


# Errors of download.


@pytest.mark.parametrize("file_id", [0, 999_999, "x"])
def test_file_not_found(world: World, file_id: object) -> None:
    assert refusal(world.call_as_bot("File.download", fileId=file_id)) == (400, "FILE_NOT_FOUND", "File not found")


def test_file_access_error(world: World) -> None:
    closed = world.add_chat(world.ann)
    fields = {"name": "a.txt", "content": "aGVsbG8="}
    asked = {"dialogId": f"chat{closed}", "fields": fields}
    file = world.call("im.v2.File.upload", world.ann, asked).result["file"]
    assert refusal(world.call_as_bot("File.download", fileId=file["id"])) == (
        403,
        "FILE_ACCESS_ERROR",
        "File access error",
    )
