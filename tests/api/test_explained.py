"""botyard.delivery.explain of what happened to a message after it was sent: edits, deletion, reactions, commands."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.chat.diagnostics.delivery_diagnosis import MOST
from botyard.config import Settings
from botyard.delivery.retention import delete_expired
from botyard.model.bots import TOLD_MAX
from botyard.model.events import MessageLiked
from botyard.store import events
from botyard.store.engines.db import Tx
from tests.story import set_chat
from tests.world import AppKey, Person, World
from tests.worlds.bots import TOKEN

DAY = 86_400
ADD, UPDATE, DELETE = "ONIMBOTV2MESSAGEADD", "ONIMBOTV2MESSAGEUPDATE", "ONIMBOTV2MESSAGEDELETE"
REACTION, COMMAND = "ONIMBOTV2REACTIONCHANGE", "ONIMBOTV2COMMANDADD"


@pytest.fixture
def world(bot_world: World) -> World:
    return bot_world


def answer(world: World, message: int, bot: int = 0, by: Person | None = None, **more: Any) -> Any:
    asked = {"MESSAGE_ID": message, "BOT_ID": bot or world.echo, **more}
    return world.call("botyard.delivery.explain", by, asked).result


def statuses(world: World, message: int, bot: int = 0, **more: Any) -> list[tuple[str, str]]:
    """Each event with how it stands."""
    reports = answer(world, message, bot, **more)["EVENTS"]
    return [(report["EVENT"], report["REASONS"][0]["CODE"]) for report in reports]


def old_bot(world: World, **handlers: str) -> int:
    """A bot of the first generation in the room, with a handler for messages, and others by `imbot.update`."""
    bot = world.add_bot(code="old", CLIENT_ID="old", EVENT_HANDLER="http://localhost:9/")
    if handlers:
        world.call("imbot.update", BOT_ID=bot, CLIENT_ID="old", FIELDS=handlers)
    world.call("im.chat.user.add", world.ann, CHAT_ID=world.room, USERS=[bot])
    return bot


def test_edits_and_the_deletion_of_a_message(world: World) -> None:
    message = world.send(f"one {world.mention}")
    world.edit(message, f"two {world.mention}")
    world.edit(message, f"three {world.mention}")
    page = world.fetch_events()
    world.fetch_events(offset=page["events"][1]["eventId"])
    world.erase(message)
    assert statuses(world, message) == [(ADD, "FETCHED"), (UPDATE, "READY"), (UPDATE, "READY"), (DELETE, "READY")]
    explanation = answer(world, message)
    assert explanation["DELIVERED"] is False, "not all that was for the bot has arrived"
    assert [event["DELIVERED"] for event in explanation["EVENTS"]] == [True, False, False, False]
    numbers = [event["EVENT_ID"] for event in explanation["EVENTS"]]
    assert numbers == sorted(set(numbers)) and numbers[0] > 0
    assert explanation["EVENTS"][0]["HAPPENED"] == "2026-09-21T14:13:20+00:00"
    world.fetch_events(offset=world.fetch_events()["nextOffset"])
    assert answer(world, message)["DELIVERED"] is True


def test_one_event_is_asked_about_by_its_name(world: World) -> None:
    message = world.send(f"one {world.mention}")
    assert statuses(world, message, EVENT=UPDATE) == [(UPDATE, "NOT_HAPPENED")]
    assert answer(world, message, EVENT=UPDATE)["EVENTS"][0] | {"REASONS": []} == {
        "EVENT": UPDATE,
        "EVENT_ID": 0,
        "HAPPENED": None,
        "DELIVERED": False,
        "REASONS": [],
        "DELIVERY_ID": 0,
        "LOG": [],
    }
    assert statuses(world, message, EVENT=COMMAND) == [(COMMAND, "NOT_SAID")]
    world.edit(message, f"two {world.mention}")
    world.like(message)
    assert statuses(world, message, EVENT=UPDATE) == [(UPDATE, "READY")]
    assert statuses(world, message, EVENT=ADD) == [(ADD, "READY")]
    assert statuses(world, message, EVENT="ONIMBOTMESSAGEUPDATE") == [("ONIMBOTMESSAGEUPDATE", "OTHER_GENERATION")]
    assert f"receives {UPDATE}." in answer(world, message, EVENT="ONIMBOTMESSAGEUPDATE")["TEXT"]


def test_an_edit_is_for_whom_its_new_text_names(world: World) -> None:
    message = world.send("to nobody")
    world.edit(message, f"to {world.mention}")
    world.edit(message, "to nobody after all")
    assert statuses(world, message) == [(ADD, "NOT_MENTIONED"), (UPDATE, "READY"), (UPDATE, "NOT_MENTIONED")]
    assert statuses(world, message, world.eye) == [(ADD, "READY"), (UPDATE, "READY"), (UPDATE, "READY")]


def test_a_bot_of_the_first_generation_has_a_handler_for_edits_or_hears_of_none(world: World) -> None:
    bot = old_bot(world)
    named = f"[USER={bot}]Old[/USER]"
    message = world.send(f"one {named}")
    world.edit(message, f"two {named}")
    world.like(message)
    assert statuses(world, message, bot) == [("ONIMBOTMESSAGEADD", "BEHIND"), ("ONIMBOTMESSAGEUPDATE", "NO_HANDLER")]
    (edit,) = answer(world, message, bot, EVENT="ONIMBOTMESSAGEUPDATE")["EVENTS"]
    assert [reason["CODE"] for reason in edit["REASONS"]] == ["NO_HANDLER"], "said once"
    address = {"EVENT_MESSAGE_ADD": "http://localhost:9/", "EVENT_MESSAGE_UPDATE": "http://localhost:9/edits"}
    world.call("imbot.update", BOT_ID=bot, CLIENT_ID="old", FIELDS=address)
    assert statuses(world, message, bot)[1] == ("ONIMBOTMESSAGEUPDATE", "CHANGED_SINCE")
    world.edit(message, f"three {named}")
    world.erase(message)
    assert statuses(world, message, bot)[2:] == [
        ("ONIMBOTMESSAGEUPDATE", "BEHIND"),
        ("ONIMBOTMESSAGEDELETE", "NO_HANDLER"),
    ]
    assert statuses(world, message, bot, EVENT=REACTION) == [(REACTION, "NO_EVENT")]


def test_reactions_are_for_whom_the_message_is(world: World) -> None:
    own, hers = world.send_as_bot("mine"), world.send(f"hers {world.mention}")
    world.like(own)
    world.like(hers)
    world.call_as_bot("Chat.Message.Reaction.add", messageId=hers, reaction="like")
    assert statuses(world, own) == [(ADD, "OWN_MESSAGE"), (REACTION, "READY")]
    assert statuses(world, hers, EVENT=REACTION) == [(REACTION, "NOT_ITS_MESSAGE"), (REACTION, "OWN_ACT")]
    world.call_as_bot("Bot.update", fields={"isReactionsEnabled": False})
    world.like(own, world.bob)
    assert statuses(world, own, EVENT=REACTION) == [(REACTION, "READY"), (REACTION, "REACTIONS_OFF")]


def test_a_bot_that_came_between_two_edits(world: World) -> None:
    late = world.add_bot_v2("late", type="supervisor")
    message = world.send("one")
    world.edit(message, "two")
    assert statuses(world, message, late) == [(ADD, "NOT_MEMBER"), (UPDATE, "NOT_MEMBER")]
    world.wait(60)
    world.call("im.chat.user.add", world.ann, CHAT_ID=world.room, USERS=[late])
    world.wait(60)
    world.edit(message, "three")
    assert statuses(world, message, late) == [
        (ADD, "JOINED_LATER"),
        (UPDATE, "JOINED_LATER"),
        (UPDATE, "NEVER_FETCHED"),
    ]


def test_a_button_that_was_pressed(world: World) -> None:
    titles = [{"languageId": "en", "title": "Go"}]
    world.call_as_bot("Command.register", fields={"command": "go", "title": {"en": "Go"}, "lang": titles})
    message = world.send_as_bot("Well?", keyboard={"BUTTONS": [{"TEXT": "Go", "COMMAND": "go"}]})
    pressed = {"MESSAGE_ID": message, "BOT_ID": world.echo, "COMMAND": "go", "COMMAND_PARAMS": ""}
    assert world.call("im.message.command", world.ann, pressed).result is True
    assert statuses(world, message) == [(ADD, "OWN_MESSAGE"), (COMMAND, "READY")]
    assert statuses(world, message, world.eye) == [(ADD, "READY")], "a command is of its bot only"


def test_a_message_that_is_gone_without_a_mark(world: World) -> None:
    message = world.send(f"one {world.mention}")
    world.erase(message, complete=True)
    assert statuses(world, message) == [(ADD, "READY"), (DELETE, "READY")]
    assert statuses(world, message, world.add_bot_v2("stranger")) == [(ADD, "NOT_MEMBER"), (DELETE, "NOT_MEMBER")]
    assert world.call("botyard.delivery.explain", MESSAGE_ID=message + 1000, BOT_ID=world.echo).error == (
        "MESSAGE_ID_ERROR"
    )
    hook = world.add_webhook(world.ann.id, "imbot")
    assert answer(world, message, by=hook, CLIENT_ID=TOKEN)["EVENTS"][1]["EVENT"] == DELETE


def test_a_chat_that_is_gone(world: World) -> None:
    message = world.send("quiet")
    world.send(f"and {world.mention}")

    async def forget(tx: Tx) -> None:
        for table in ("messages", "members", "chat_words"):
            await tx.run(f"DELETE FROM {table} WHERE chat_id = :id", id=world.room)
        await tx.run("DELETE FROM chats WHERE id = :id", id=world.room)

    world.write(forget)
    assert statuses(world, message) == [(ADD, "CHAT_GONE")]
    assert statuses(world, message + 1) == [(ADD, "READY")]


def test_no_more_than_the_newest_and_the_message_itself(world: World) -> None:
    message = world.send_as_bot("popular")

    async def many(tx: Tx) -> None:
        event = MessageLiked(
            actor_id=world.ann.id,
            chat_id=world.room,
            message_id=message,
            reaction="like",
            on=True,
            author_id=world.echo,
        )
        for _ in range(MOST + 10):
            await events.append(tx, event)

    world.write(many)
    reports = statuses(world, message)
    assert reports[0] == (ADD, "OWN_MESSAGE")
    assert reports[1:] == [(REACTION, "CHANGED_SINCE")] * MOST


def test_what_was_written_before_events_were_noted_by_message(world: World) -> None:
    """Of those only the message and its commands are found, as it was before."""
    message = world.send(f"one {world.mention}")
    world.edit(message, f"two {world.mention}")
    world.write(lambda tx: tx.run("UPDATE events SET message_id = 0"))
    world.wait(5)
    world.edit(message, f"three {world.mention}")
    assert statuses(world, message) == [(ADD, "READY"), (UPDATE, "READY")]
    assert statuses(world, message, EVENT=COMMAND) == [(COMMAND, "NOT_SAID")]


def test_what_the_log_no_longer_holds(world: World) -> None:
    alone = f"chat{world.add_chat(world.ann, [world.echo])}"
    message = world.send(f"one {world.mention}", dialog=alone)
    world.edit(message, "two")
    world.wait(31 * DAY)
    world.run(delete_expired(world.context))
    # The message itself lay ready until now: its delivery has only just expired.
    assert statuses(world, message) == [(ADD, "EXPIRED")]
    assert statuses(world, message, EVENT=UPDATE) == [(UPDATE, "NOT_KEPT")]
    world.edit(message, f"three {world.mention}")
    assert statuses(world, message) == [(ADD, "EXPIRED"), (UPDATE, "READY")]


def test_edits_in_a_chat_of_notifications(world: World) -> None:
    message = world.send(f"one {world.mention}")
    set_chat(world, world.room, kind="S")
    world.edit(message, f"two {world.mention}")
    assert statuses(world, message) == [(ADD, "READY"), (UPDATE, "SYSTEM_CHAT")]


def test_the_bots_of_one_person_who_are_told_are_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under however many keys they are registered; those of others, and of applications, are counted apart."""
    for module in ("events.outbox", "chat.diagnostics.delivery_diagnosis"):
        monkeypatch.setattr(f"botyard.{module}.TOLD_MAX", 3)
    eyes = [registered(world, f"key-of-eye-{number}") for number in range(4)]
    of_ann, of_app = registered(world, "key-of-ann", world.ann), registered(world, "", world.add_app())
    world.call("im.chat.user.add", world.ann, CHAT_ID=world.room, USERS=[*eyes, of_ann, of_app])
    message = world.send("to all who see everything")
    # The supervisor that is in the room from the start is the first of the three.
    stands = [statuses(world, message, bot)[0][1] for bot in (world.eye, *eyes, of_ann, of_app)]
    there = "NEVER_FETCHED"
    assert stands == ["READY", there, there, "TOO_MANY", "TOO_MANY", there, there]
    assert (
        answer(world, message, eyes[3])["TEXT"].count("3 other bots that the same person registered by webhooks") == 1
    )
    # Who left makes room, and one that does not listen takes none.
    world.call("im.chat.user.delete", world.ann, CHAT_ID=world.room, USER_ID=eyes[0])
    assert statuses(world, world.send("again"), eyes[2])[0][1] == there
    assert statuses(world, world.send(f"for {world.mention}"), world.echo)[0][1] == "READY"


def test_the_bound_is_that_of_an_application() -> None:
    assert Settings().max_bots == TOLD_MAX


def registered(world: World, token: str, by: Person | AppKey | None = None) -> int:
    """A bot that is told of everything in its chats."""
    fields = {"code": token or "of-app", "properties": {"name": "Eye"}, "type": "supervisor", "eventMode": "fetch"}
    more = {"botToken": token} if token else {}
    return int(world.call("imbot.v2.Bot.register", by, {"fields": fields, **more}).result["bot"]["id"])
