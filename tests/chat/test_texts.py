"""Texts of messages end after 20,000 characters with a mark, wherever they come from."""

from __future__ import annotations

import pytest

from botyard.chat.content.texts import MESSAGE_MAX, clipped
from botyard.chat.conversation import messages
from botyard.store import chats
from botyard.store.engines.db import Tx
from tests.story import bot_does, bot_says, says, texts
from tests.world import World
from tests.worlds.samples import HANDLER, LANG

LONG = "x" * (MESSAGE_MAX + 1)
CUT = "x" * (MESSAGE_MAX - 6) + " (...)"


@pytest.mark.parametrize(
    ("text", "stored"),
    [("", ""), ("x" * MESSAGE_MAX, "x" * MESSAGE_MAX), (LONG, CUT), ("😀" * 30_000, "😀" * 19_994 + " (...)")],
)
def test_where_it_ends(text: str, stored: str) -> None:
    assert clipped(text) == stored


class Office:
    """Ann in a room with a bot."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ann = world.add_person("Ann")
        self.bot = world.add_bot(type="S")
        self.room = world.add_chat(self.ann, [self.bot])
        self.dialog = f"chat{self.room}"

    def newest(self) -> str:
        return texts(self.world, self.ann, self.dialog)[0]


def test_of_people_and_bots(portal: World) -> None:
    office = Office(portal)
    says(portal, office.ann, office.dialog, LONG)
    assert office.newest() == CUT
    message_id = bot_says(portal, office.dialog, LONG)
    assert office.newest() == CUT
    bot_does(portal, "imbot.message.update", MESSAGE_ID=message_id, MESSAGE="y" + LONG)
    assert office.newest() == "y" + CUT[1:]
    bot_says(portal, office.dialog, LONG, SYSTEM="Y")
    assert office.newest() == CUT


def test_of_new_chats(portal: World) -> None:
    ann = portal.add_person("Ann")
    portal.add_bot()
    made = [
        portal.call("im.chat.add", ann, USERS=[portal.admin.id], MESSAGE=LONG).result,
        bot_does(portal, "imbot.chat.add", USERS=[ann.id], MESSAGE=LONG),
    ]
    assert [CUT in texts(portal, ann, f"chat{chat}") for chat in made] == [True, True]


def test_of_answers_to_commands(portal: World) -> None:
    office = Office(portal)
    command = {"COMMAND": "echo", "EVENT_COMMAND_ADD": HANDLER, "LANG": LANG}
    number = bot_does(portal, "imbot.command.register", BOT_ID=office.bot, **command)
    called = says(portal, office.ann, office.dialog, "/echo")
    bot_does(portal, "imbot.command.answer", COMMAND_ID=number, MESSAGE_ID=called, MESSAGE=LONG)
    assert office.newest() == CUT


def test_of_what_the_portal_says_itself(portal: World) -> None:
    office = Office(portal)

    async def note(tx: Tx) -> None:
        who = await chats.find(tx, office.room, office.ann.id, locked=True)
        assert who is not None
        await messages.add_system_message(tx, who, LONG, code="CHAT_JOIN")

    portal.write(note)
    assert office.newest() == CUT


def test_the_event_says_the_same(portal: World) -> None:
    office = Office(portal)
    says(portal, office.ann, office.dialog, LONG + "\n/echo")
    [event] = [body for kind, body in portal.due(office.bot) if kind == "MessageSent"]
    assert event["text"] == CUT
