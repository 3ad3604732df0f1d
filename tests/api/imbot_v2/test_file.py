"""imbot.v2.File.*: as the pages say, answer by answer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from botyard.chat.media import uploads
from botyard.model.chats import Role
from botyard.store import members
from botyard.store.engines.db import Tx
from tests.api.imbot_v2.lab import TOKEN, Lab
from tests.files.room import Room, base64_of
from tests.world import Answer, World


@pytest.fixture
def lab(portal: World) -> Lab:
    return Lab(portal)


def upload(
    lab: Lab, content: bytes | str = b"hello", dialog: str = "", name: str = "report.pdf", **more: Any
) -> Answer:
    text = content if isinstance(content, str) else base64_of(content)
    fields = {"name": name, "content": text, "message": "Here is the report"}
    return lab.call("File.upload", dialogId=dialog or lab.dialog, fields=fields, **more)


def sent(lab: Lab) -> dict[str, Any]:
    result: dict[str, Any] = upload(lab).result
    return result


def test_the_documented_sample(lab: Lab) -> None:
    result = upload(lab, "SGVsbG8gV29ybGQh").result
    file = result["file"]
    assert result == {"file": file, "messageId": result["messageId"], "chatId": lab.room, "dialogId": lab.dialog}
    assert set(file) == {
        "id", "chatId", "date", "type", "name", "extension", "size", "image", "authorId", "authorName",
        "isTranscribable", "isVideoNote", "isVoiceNote",
    }  # fmt: skip
    assert (file["name"], file["extension"], file["size"]) == ("report.pdf", "pdf", 12)
    assert (file["chatId"], file["authorId"], file["authorName"]) == (lab.room, lab.bot, "Echo")


def test_the_message_of_the_file(lab: Lab) -> None:
    result = sent(lab)
    message = lab.call("Chat.Message.get", botId=lab.eye, messageId=result["messageId"]).result["message"]
    assert (message["text"], message["authorId"]) == ("Here is the report", lab.bot)
    assert message["params"]["FILE_ID"] == [result["file"]["id"]]


def test_others_hear_of_it(lab: Lab) -> None:
    result = sent(lab)
    ((kind, data),) = lab.news(lab.eye)
    assert kind == "ONIMBOTV2MESSAGEADD"
    assert data["message"]["params"]["FILE_ID"] == [result["file"]["id"]]
    assert lab.news() == []


def test_a_private_dialog_is_opened(lab: Lab) -> None:
    result = upload(lab, dialog=str(lab.bob.id)).result
    assert result["dialogId"] == str(lab.bob.id)


def test_a_long_text_is_cut(lab: Lab) -> None:
    fields = {"name": "a.txt", "content": "aGVsbG8=", "message": "x" * 30_000}
    result = lab.call("File.upload", dialogId=lab.dialog, fields=fields).result
    message = lab.call("Chat.Message.get", botId=lab.eye, messageId=result["messageId"]).result["message"]
    assert len(message["text"]) == 20_000
    assert message["text"].endswith(" (...)")


def test_a_link_to_download(lab: Lab) -> None:
    file = sent(lab)["file"]
    url = lab.call("File.download", fileId=file["id"]).result["downloadUrl"]
    assert "/rest/download.json?token=imbot%7C" in url
    assert lab.world.get(url.removeprefix("http://botyard.test")).body == b"hello"


def test_an_application(lab: Lab) -> None:
    app = lab.world.oauth(lab.me.id)
    made = {"code": "mine", "properties": {"name": "Mine"}}
    bot = lab.world.call("imbot.v2.Bot.register", app, fields=made).result["bot"]["id"]
    fields = {"name": "a.txt", "content": "aGVsbG8="}
    asked = {"botId": bot, "dialogId": str(lab.ann.id), "fields": fields}
    file = lab.world.call("imbot.v2.File.upload", app, asked).result["file"]
    assert lab.world.call("imbot.v2.File.download", app, botId=bot, fileId=file["id"]).result["downloadUrl"]


# Errors of upload.


def said(answer: Answer) -> tuple[int, str, str]:
    return answer.status, answer.error, answer.text


@pytest.mark.parametrize("method", ["File.upload", "File.download"])
def test_whose_bot(lab: Lab, method: str) -> None:
    def asked(**params: Any) -> tuple[int, str, str]:
        return said(lab.world.call(f"imbot.v2.{method}", None, params))

    assert asked(botId=lab.bot) == (400, "BOT_TOKEN_NOT_SPECIFIED", "Bot token is not specified")
    assert asked(botToken=TOKEN) == (400, "BOT_ID_REQUIRED", "Bot ID is required")
    assert asked(botId=lab.ann.id, botToken=TOKEN) == (400, "BOT_NOT_FOUND", "Bot not found")
    foreign = (403, "BOT_OWNERSHIP_ERROR", "Bot is registered by another application")
    assert asked(botId=lab.bot, botToken="other") == foreign


@pytest.mark.parametrize("fields", [{}, {"name": "a.txt"}, {"content": "aGVsbG8="}, {"name": "a.txt", "content": ""}])
def test_file_empty(lab: Lab, fields: dict[str, str]) -> None:
    answer = lab.call("File.upload", dialogId=lab.dialog, fields=fields)
    assert said(answer) == (400, "FILE_EMPTY", "File name or content is empty")


def test_file_invalid_content(lab: Lab) -> None:
    assert said(upload(lab, "?")) == (400, "FILE_INVALID_CONTENT", "Invalid base64 content")


@pytest.mark.parametrize("dialog", ["x", "chat999999", "999999", "chat1x"])
def test_file_folder_error(lab: Lab, dialog: str) -> None:
    closed = lab.world.chat(lab.bob)
    wrong = upload(lab, dialog=dialog)
    assert said(wrong) == (400, "FILE_FOLDER_ERROR", "Failed to get chat folder")
    assert upload(lab, dialog=f"chat{closed}").body == wrong.body


def test_a_chat_that_closes_meanwhile(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    put = uploads.put

    async def gone(tx: Tx) -> bool:
        return await members.remove(tx, lab.room, lab.bot)

    def meanwhile(*given: Any) -> Any:
        work = lab.world.context.database.write(gone)
        assert asyncio.run_coroutine_threadsafe(_whole(work), lab.world.runner.get_loop()).result(10)
        return put(*given)

    monkeypatch.setattr(uploads, "put", meanwhile)
    assert upload(lab).error == "FILE_FOLDER_ERROR"
    assert Room(lab.world).nothing_left()


async def _whole(work: Any) -> Any:
    return await work


def test_file_upload_failed(lab: Lab) -> None:
    answer = upload(lab, name="../a.txt")
    assert said(answer) == (400, "FILE_UPLOAD_FAILED", "File upload failed: its name must not hold a path")


def test_file_send_failed(lab: Lab) -> None:
    async def silent(tx: Tx) -> None:
        await tx.run("UPDATE chats SET can_post = :role WHERE id = :id", role=Role.OWNER, id=lab.room)

    lab.world.write(silent)
    assert said(upload(lab)) == (400, "FILE_SEND_FAILED", "Failed to send message")


def test_file_too_large(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "SIZE_MAX", 3)
    assert said(upload(lab)) == (400, "FILE_TOO_LARGE", "File is too large")


# Errors of download.


@pytest.mark.parametrize("file_id", [0, 999_999, "x"])
def test_file_not_found(lab: Lab, file_id: object) -> None:
    assert said(lab.call("File.download", fileId=file_id)) == (400, "FILE_NOT_FOUND", "File not found")


def test_file_access_error(lab: Lab) -> None:
    closed = lab.world.chat(lab.ann)
    fields = {"name": "a.txt", "content": "aGVsbG8="}
    asked = {"dialogId": f"chat{closed}", "fields": fields}
    file = lab.world.call("im.v2.File.upload", lab.ann, asked).result["file"]
    assert said(lab.call("File.download", fileId=file["id"])) == (403, "FILE_ACCESS_ERROR", "File access error")
