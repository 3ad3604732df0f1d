"""Chats of open lines: their kind, and what is known of the conversation; on both engines."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from botyard.model.events import MemberJoined, MessageEdited, MessageErased, MessageSent
from botyard.store.engines.db import Tx
from tests.api.imbot.conversation import Conversation
from tests.world import World

LINE: dict[str, Any] = {
    "ENTITY_TYPE": "LINES",
    "ENTITY_ID": "telegrambot|2|209607941|744",
    "ENTITY_DATA_1": "Y|LEAD|13|N|N|7",
    "ENTITY_DATA_2": "LEAD|13",
    "ENTITY_DATA_3": "N",
}


@pytest.fixture
def stage(portal: World) -> Conversation:
    return Conversation(portal, portal.add_app())


def line(stage: Conversation, **more: Any) -> int:
    return stage.world.add_chat(stage.ann, [stage.bot], **LINE, **more)


@pytest.mark.parametrize("more", [{}, {"TYPE": "OPEN"}, {"TYPE": "CHAT"}])
def test_events_tell_that_it_is_an_open_line(stage: Conversation, more: dict[str, Any]) -> None:
    chat = line(stage, **more)
    params = stage.told(MemberJoined)["data"]["PARAMS"]
    assert (params["CHAT_TYPE"], params["MESSAGE_TYPE"], params["CHAT_ENTITY_TYPE"]) == ("L", "L", "LINES")
    message_id = stage.says(f"chat{chat}", "hello")
    stage.edits(message_id, "hello!")
    stage.erases(message_id)
    for kind in (MessageSent, MessageEdited, MessageErased):
        params = stage.told(kind)["data"]["PARAMS"]
        assert (params["CHAT_TYPE"], params["MESSAGE_TYPE"]) == ("L", "L")
        assert {name: params[f"CHAT_{name}"] for name in LINE} == LINE


def test_so_do_the_methods(stage: Conversation) -> None:
    dialog = stage.world.call("im.dialog.get", stage.ann, DIALOG_ID=f"chat{line(stage)}").result
    assert (dialog["type"], dialog["message_type"]) == ("lines", "L")
    assert [dialog[f"entity_data_{number}"] for number in (1, 2, 3)] == [LINE[f"ENTITY_DATA_{n}"] for n in (1, 2, 3)]


def test_a_bot_makes_one(stage: Conversation) -> None:
    made = {"BOT_ID": stage.bot, "USERS": [stage.ann.id], **LINE}
    chat = stage.world.call("imbot.chat.add", stage.owner, made).result
    dialog = stage.world.call("im.dialog.get", stage.ann, DIALOG_ID=f"chat{chat}").result
    assert (dialog["message_type"], dialog["entity_data_1"]) == ("L", LINE["ENTITY_DATA_1"])


@pytest.mark.parametrize("word", ["lines", "Lines"])
def test_lines_in_any_case(stage: Conversation, word: str) -> None:
    people = {"USERS": [stage.ann.id], **LINE, "ENTITY_TYPE": word}
    mine = stage.world.call("im.chat.add", stage.ann, **people | {"ENTITY_ID": "livechat|1|2|3"}).result
    made = stage.world.call("imbot.chat.add", stage.owner, {"BOT_ID": stage.bot, **people}).result
    for chat in (mine, made):
        dialog = stage.world.call("im.dialog.get", stage.ann, DIALOG_ID=f"chat{chat}").result
        assert (dialog["type"], dialog["message_type"], dialog["entity_type"]) == ("lines", "L", "LINES")
    asked = {"ENTITY_TYPE": word, "ENTITY_ID": LINE["ENTITY_ID"]}
    assert int(stage.world.call("imbot.chat.get", stage.ann, asked).result["ID"]) == made


def test_other_chats_have_data_too_and_stay_as_they_are(stage: Conversation) -> None:
    chat = stage.world.add_chat(stage.ann, ENTITY_TYPE="CRM", ENTITY_ID="DEAL|7", ENTITY_DATA_2="COMPANY|1")
    dialog = stage.world.call("im.dialog.get", stage.ann, DIALOG_ID=f"chat{chat}").result
    assert (dialog["message_type"], dialog["entity_data_1"], dialog["entity_data_2"]) == ("C", "", "COMPANY|1")


def test_what_was_made_before_becomes_one(portal: World) -> None:
    """0023 gives the kind to the chats of an older database."""
    chats = [portal.add_chat(ENTITY_TYPE=kind, ENTITY_ID="1") for kind in ("LINES", "LIVECHAT", "")]
    file = Path(str(resources.files("botyard.store") / "migrations")) / "0023_open_lines.sql"

    async def work(tx: Tx) -> None:
        await tx.run("UPDATE chats SET kind = 'C'")
        await tx.run(file.read_text())

    portal.write(work)
    rows = portal.read(lambda tx: tx.all("SELECT kind FROM chats ORDER BY id"))
    assert [row[0] for row in rows[-len(chats) :]] == ["L", "C", "C"]
