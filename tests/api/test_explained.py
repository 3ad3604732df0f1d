"""botyard.delivery.explain of what happened to a message after it was sent: edits, deletion, reactions, commands."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.chat.diagnostics.delivery_diagnosis import MOST
from botyard.delivery.retention import delete_expired
from botyard.model.events import MessageLiked
from botyard.store import events
from botyard.store.engines.db import Tx
from tests.api.imbot_v2.lab import TOKEN, Lab
from tests.story import set_chat
from tests.world import Person, World

DAY = 86_400
ADD, UPDATE, DELETE = "ONIMBOTV2MESSAGEADD", "ONIMBOTV2MESSAGEUPDATE", "ONIMBOTV2MESSAGEDELETE"
REACTION, COMMAND = "ONIMBOTV2REACTIONCHANGE", "ONIMBOTV2COMMANDADD"


@pytest.fixture
def lab(portal: World) -> Lab:
    return Lab(portal)


def answer(lab: Lab, message: int, bot: int = 0, by: Person | None = None, **more: Any) -> Any:
    asked = {"MESSAGE_ID": message, "BOT_ID": bot or lab.bot, **more}
    return lab.world.call("botyard.delivery.explain", by, asked).result


def told(lab: Lab, message: int, bot: int = 0, **more: Any) -> list[tuple[str, str]]:
    """Each event with how it stands."""
    found = answer(lab, message, bot, **more)["EVENTS"]
    return [(one["EVENT"], one["REASONS"][0]["CODE"]) for one in found]


def old_bot(lab: Lab, **handlers: str) -> int:
    """A bot of the first generation in the room, with a handler for messages, and others by `imbot.update`."""
    bot = lab.world.bot(code="old", CLIENT_ID="old", EVENT_HANDLER="http://localhost:9/")
    if handlers:
        lab.world.call("imbot.update", BOT_ID=bot, CLIENT_ID="old", FIELDS=handlers)
    lab.world.call("im.chat.user.add", lab.ann, CHAT_ID=lab.room, USERS=[bot])
    return bot


def test_edits_and_the_deletion_of_a_message(lab: Lab) -> None:
    message = lab.say(f"one {lab.mention}")
    lab.edit(message, f"two {lab.mention}")
    lab.edit(message, f"three {lab.mention}")
    page = lab.get()
    lab.get(offset=page["events"][1]["eventId"])
    lab.erase(message)
    assert told(lab, message) == [(ADD, "FETCHED"), (UPDATE, "READY"), (UPDATE, "READY"), (DELETE, "READY")]
    found = answer(lab, message)
    assert found["DELIVERED"] is False, "not all that was for the bot has arrived"
    assert [one["DELIVERED"] for one in found["EVENTS"]] == [True, False, False, False]
    numbers = [one["EVENT_ID"] for one in found["EVENTS"]]
    assert numbers == sorted(set(numbers)) and numbers[0] > 0
    assert found["EVENTS"][0]["HAPPENED"] == "2026-09-21T14:13:20+00:00"
    lab.get(offset=lab.get()["nextOffset"])
    assert answer(lab, message)["DELIVERED"] is True


def test_one_event_is_asked_about_by_its_name(lab: Lab) -> None:
    message = lab.say(f"one {lab.mention}")
    assert told(lab, message, EVENT=UPDATE) == [(UPDATE, "NOT_HAPPENED")]
    assert answer(lab, message, EVENT=UPDATE)["EVENTS"][0] | {"REASONS": []} == {
        "EVENT": UPDATE,
        "EVENT_ID": 0,
        "HAPPENED": None,
        "DELIVERED": False,
        "REASONS": [],
        "DELIVERY_ID": 0,
        "LOG": [],
    }
    assert told(lab, message, EVENT=COMMAND) == [(COMMAND, "NOT_SAID")]
    lab.edit(message, f"two {lab.mention}")
    lab.like(message)
    assert told(lab, message, EVENT=UPDATE) == [(UPDATE, "READY")]
    assert told(lab, message, EVENT=ADD) == [(ADD, "READY")]
    assert told(lab, message, EVENT="ONIMBOTMESSAGEUPDATE") == [("ONIMBOTMESSAGEUPDATE", "OTHER_GENERATION")]
    assert f"is told {UPDATE}." in answer(lab, message, EVENT="ONIMBOTMESSAGEUPDATE")["TEXT"]


def test_an_edit_is_for_whom_its_new_text_names(lab: Lab) -> None:
    message = lab.say("to nobody")
    lab.edit(message, f"to {lab.mention}")
    lab.edit(message, "to nobody after all")
    assert told(lab, message) == [(ADD, "NOT_MENTIONED"), (UPDATE, "READY"), (UPDATE, "NOT_MENTIONED")]
    assert told(lab, message, lab.eye) == [(ADD, "READY"), (UPDATE, "READY"), (UPDATE, "READY")]


def test_a_bot_of_the_first_generation_has_a_handler_for_edits_or_hears_of_none(lab: Lab) -> None:
    bot = old_bot(lab)
    named = f"[USER={bot}]Old[/USER]"
    message = lab.say(f"one {named}")
    lab.edit(message, f"two {named}")
    lab.like(message)
    assert told(lab, message, bot) == [("ONIMBOTMESSAGEADD", "BEHIND"), ("ONIMBOTMESSAGEUPDATE", "NO_HANDLER")]
    (edit,) = answer(lab, message, bot, EVENT="ONIMBOTMESSAGEUPDATE")["EVENTS"]
    assert [one["CODE"] for one in edit["REASONS"]] == ["NO_HANDLER"], "said once"
    address = {"EVENT_MESSAGE_ADD": "http://localhost:9/", "EVENT_MESSAGE_UPDATE": "http://localhost:9/edits"}
    lab.world.call("imbot.update", BOT_ID=bot, CLIENT_ID="old", FIELDS=address)
    assert told(lab, message, bot)[1] == ("ONIMBOTMESSAGEUPDATE", "CHANGED_SINCE")
    lab.edit(message, f"three {named}")
    lab.erase(message)
    assert told(lab, message, bot)[2:] == [("ONIMBOTMESSAGEUPDATE", "BEHIND"), ("ONIMBOTMESSAGEDELETE", "NO_HANDLER")]
    assert told(lab, message, bot, EVENT=REACTION) == [(REACTION, "NO_EVENT")]


def test_reactions_are_for_whom_the_message_is(lab: Lab) -> None:
    own, hers = lab.send("mine"), lab.say(f"hers {lab.mention}")
    lab.like(own)
    lab.like(hers)
    lab.call("Chat.Message.Reaction.add", messageId=hers, reaction="like")
    assert told(lab, own) == [(ADD, "OWN_MESSAGE"), (REACTION, "READY")]
    assert told(lab, hers, EVENT=REACTION) == [(REACTION, "NOT_ITS_MESSAGE"), (REACTION, "OWN_ACT")]
    lab.call("Bot.update", fields={"isReactionsEnabled": False})
    lab.like(own, lab.bob)
    assert told(lab, own, EVENT=REACTION) == [(REACTION, "READY"), (REACTION, "REACTIONS_OFF")]


def test_a_bot_that_came_between_two_edits(lab: Lab) -> None:
    late = lab.registered("late", type="supervisor")
    message = lab.say("one")
    lab.edit(message, "two")
    assert told(lab, message, late) == [(ADD, "NOT_MEMBER"), (UPDATE, "NOT_MEMBER")]
    lab.world.wait(60)
    lab.world.call("im.chat.user.add", lab.ann, CHAT_ID=lab.room, USERS=[late])
    lab.world.wait(60)
    lab.edit(message, "three")
    assert told(lab, message, late) == [(ADD, "JOINED_LATER"), (UPDATE, "JOINED_LATER"), (UPDATE, "NEVER_FETCHED")]


def test_a_button_that_was_pressed(lab: Lab) -> None:
    titles = [{"languageId": "en", "title": "Go"}]
    lab.call("Command.register", fields={"command": "go", "title": {"en": "Go"}, "lang": titles})
    message = lab.send("Well?", keyboard={"BUTTONS": [{"TEXT": "Go", "COMMAND": "go"}]})
    pressed = {"MESSAGE_ID": message, "BOT_ID": lab.bot, "COMMAND": "go", "COMMAND_PARAMS": ""}
    assert lab.world.call("im.message.command", lab.ann, pressed).result is True
    assert told(lab, message) == [(ADD, "OWN_MESSAGE"), (COMMAND, "READY")]
    assert told(lab, message, lab.eye) == [(ADD, "READY")], "a command is of its bot only"


def test_a_message_that_is_gone_without_a_mark(lab: Lab) -> None:
    message = lab.say(f"one {lab.mention}")
    lab.erase(message, complete=True)
    assert told(lab, message) == [(ADD, "READY"), (DELETE, "READY")]
    assert told(lab, message, lab.registered("stranger")) == [(ADD, "NOT_MEMBER"), (DELETE, "NOT_MEMBER")]
    assert lab.world.call("botyard.delivery.explain", MESSAGE_ID=message + 1000, BOT_ID=lab.bot).error == (
        "MESSAGE_ID_ERROR"
    )
    hook = lab.world.webhook(lab.ann.id, "imbot")
    assert answer(lab, message, by=hook, CLIENT_ID=TOKEN)["EVENTS"][1]["EVENT"] == DELETE


def test_a_chat_that_is_gone(lab: Lab) -> None:
    message = lab.say("quiet")
    lab.say(f"and {lab.mention}")

    async def forget(tx: Tx) -> None:
        for table in ("messages", "members"):
            await tx.run(f"DELETE FROM {table} WHERE chat_id = :id", id=lab.room)
        await tx.run("DELETE FROM chats WHERE id = :id", id=lab.room)

    lab.world.write(forget)
    assert told(lab, message) == [(ADD, "CHAT_GONE")]
    assert told(lab, message + 1) == [(ADD, "READY")]


def test_no_more_than_the_newest_and_the_message_itself(lab: Lab) -> None:
    message = lab.send("popular")

    async def many(tx: Tx) -> None:
        event = MessageLiked(
            actor_id=lab.ann.id, chat_id=lab.room, message_id=message, reaction="like", on=True, author_id=lab.bot
        )
        for _ in range(MOST + 10):
            await events.append(tx, event)

    lab.world.write(many)
    found = told(lab, message)
    assert found[0] == (ADD, "OWN_MESSAGE")
    assert found[1:] == [(REACTION, "CHANGED_SINCE")] * MOST


def test_what_was_written_before_events_were_noted_by_message(lab: Lab) -> None:
    """Of those only the message and its commands are found, as it was before."""
    message = lab.say(f"one {lab.mention}")
    lab.edit(message, f"two {lab.mention}")
    lab.world.write(lambda tx: tx.run("UPDATE events SET message_id = 0"))
    lab.world.wait(5)
    lab.edit(message, f"three {lab.mention}")
    assert told(lab, message) == [(ADD, "READY"), (UPDATE, "READY")]
    assert told(lab, message, EVENT=COMMAND) == [(COMMAND, "NOT_SAID")]


def test_what_the_log_no_longer_holds(lab: Lab) -> None:
    alone = f"chat{lab.world.chat(lab.ann, [lab.bot])}"
    message = lab.say(f"one {lab.mention}", dialog=alone)
    lab.edit(message, "two")
    lab.world.wait(31 * DAY)
    lab.world.run(delete_expired(lab.world.context))
    # The message itself lay ready until now: its delivery has only just expired.
    assert told(lab, message) == [(ADD, "EXPIRED")]
    assert told(lab, message, EVENT=UPDATE) == [(UPDATE, "NOT_KEPT")]
    lab.edit(message, f"three {lab.mention}")
    assert told(lab, message) == [(ADD, "EXPIRED"), (UPDATE, "READY")]


def test_edits_in_a_chat_of_notifications(lab: Lab) -> None:
    message = lab.say(f"one {lab.mention}")
    set_chat(lab.world, lab.room, kind="S")
    lab.edit(message, f"two {lab.mention}")
    assert told(lab, message) == [(ADD, "READY"), (UPDATE, "SYSTEM_CHAT")]
