"""The files of a message and what it quotes, as the bots of the first generation are told of them; on both engines."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlsplit

import pytest

from botyard.model.events import CommandCalled, MessageEdited, MessageSent
from tests.api.imbot.conversation import Conversation
from tests.world import World
from tests.worlds.pictures import picture


@pytest.fixture(params=["application", "webhook"])
def stage(request: pytest.FixtureRequest, portal: World) -> Conversation:
    return Conversation(portal, portal.add_app() if request.param == "application" else None)


def upload(stage: Conversation, dialog: str, content: bytes = b"hello", name: str = "a.txt", text: str = "look") -> Any:
    """Ann sends a file; the file and the message."""
    fields = {"name": name, "content": base64.b64encode(content).decode(), "message": text}
    return stage.world.call("im.v2.File.upload", stage.ann, dialogId=dialog, fields=fields).result


def replies(stage: Conversation, dialog: str, reply_id: int, text: str) -> int:
    message = {"DIALOG_ID": dialog, "MESSAGE": text, "REPLY_ID": reply_id}
    return int(stage.world.call("im.message.add", stage.ann, message).result)


def params(stage: Conversation, kind: Any = MessageSent) -> Any:
    return stage.told(kind)["data"]["PARAMS"]


def loaded(stage: Conversation, url: str) -> bytes:
    assert url.startswith("http://botyard.test/")
    parts = urlsplit(url)
    answer = stage.world.get(f"{parts.path}?{parts.query}")
    assert answer.status == 200
    return bytes(answer.body)


@pytest.mark.parametrize("private", [True, False])
def test_a_file_is_told_with_a_link_that_loads_it(stage: Conversation, private: bool) -> None:
    text = "look" if private else stage.mention(" look")
    sent = upload(stage, stage.place(private), text=text)
    parts = params(stage)
    file_id = str(sent["file"]["id"])
    assert parts["PARAMS"] == {"FILE_ID": {"0": file_id}} or parts["PARAMS"] == {"FILE_ID": [file_id]}
    assert parts["MESSAGE"].strip() == "look"
    file = parts["FILES"][file_id]
    assert (file["id"], file["name"], file["type"], file["size"]) == (file_id, "a.txt", "file", "5")
    assert (file["extension"], file["authorId"], file["authorName"]) == ("txt", str(stage.ann.id), "Ann Smith")
    assert loaded(stage, file["urlDownload"]) == b"hello"


def test_a_picture_has_a_size_and_a_preview(stage: Conversation) -> None:
    sent = upload(stage, str(stage.bot), picture(), "red.png", "")
    file = params(stage)["FILES"][str(sent["file"]["id"])]
    assert file["type"] == "image"
    assert set(file["image"]) == {"width", "height"}
    assert loaded(stage, file["urlPreview"])


def test_a_message_without_them_says_nothing_of_them(stage: Conversation) -> None:
    stage.says(str(stage.bot), "Hello")
    assert not params(stage).keys() & {"FILES", "REPLY_MESSAGE", "PARAMS"}


@pytest.mark.parametrize("private", [True, False])
def test_a_quoted_message(stage: Conversation, private: bool) -> None:
    dialog = stage.place(private)
    first = stage.says(dialog, "first")
    replies(stage, dialog, first, "second")
    parts = params(stage)
    assert parts["REPLY_MESSAGE"] == {"ID": str(first), "AUTHOR_ID": str(stage.ann.id), "MESSAGE": "first"}
    assert parts["PARAMS"] == {"REPLY_ID": str(first)}


def test_a_quoted_message_of_an_edit_and_of_a_command(stage: Conversation) -> None:
    first = stage.says(f"chat{stage.room}", "first")
    stage.edits(replies(stage, f"chat{stage.room}", first, "second"), "third")
    assert params(stage, MessageEdited)["REPLY_MESSAGE"]["MESSAGE"] == "first"
    replies(stage, f"chat{stage.room}", first, "/echo this")
    parts = params(stage, CommandCalled)
    assert (parts["REPLY_MESSAGE"]["ID"], parts["PARAMS"]["REPLY_ID"]) == (str(first), str(first))


def test_what_is_quoted_and_deleted_has_no_words(stage: Conversation) -> None:
    first = stage.says(str(stage.bot), "first")
    replies(stage, str(stage.bot), first, "second")
    stage.erases(first)
    assert params(stage)["REPLY_MESSAGE"] == {"ID": str(first), "AUTHOR_ID": str(stage.ann.id), "MESSAGE": ""}


def test_what_a_bot_may_not_read_is_not_quoted_to_it(stage: Conversation) -> None:
    room = stage.world.add_chat(stage.ann)
    first = stage.says(f"chat{room}", "secret")
    stage.enters(stage.bot, room)
    replies(stage, f"chat{room}", first, "look at that")
    parts = params(stage)
    assert "REPLY_MESSAGE" not in parts
    assert parts["PARAMS"] == {"REPLY_ID": str(first)}


def test_a_file_that_is_gone_keeps_its_number_only(stage: Conversation) -> None:
    sent = upload(stage, str(stage.bot))
    stage.erases(sent["messageId"])
    parts = params(stage)
    assert "FILES" not in parts
    assert str(sent["file"]["id"]) in str(parts["PARAMS"]["FILE_ID"])


def test_the_bot_fetches_the_file_by_its_id(portal: World) -> None:
    stage = Conversation(portal, portal.add_app())
    sent = upload(stage, str(stage.bot))
    event = stage.told(MessageSent)
    token = event["data"]["BOT"][str(stage.bot)]["access_token"]
    file = portal.call("disk.file.get", token, id=sent["file"]["id"]).result
    assert loaded(stage, file["DOWNLOAD_URL"]) == b"hello"
