"""What the calls that bots make most cost the database, on both engines."""

from __future__ import annotations

from typing import Any, cast

import msgspec
import pytest

from botyard.server import application
from botyard.store.engines.db import Database
from tests.delivery.statements import NotedDatabase
from tests.world import World
from tests.worlds.bots import CLIENT


class Counted:
    """A bot in a chat with a person, and what its calls cost."""

    def __init__(self, world: World) -> None:
        self._database = NotedDatabase(world.context.database)
        world.context = msgspec.structs.replace(world.context, database=cast(Database, self._database))
        world.app = application(world.context)
        self.world = world
        self.bot = world.add_bot(None, "echo", type="S")
        self.dialog = f"chat{world.add_chat(None, [self.bot])}"
        self.say()

    def say(self) -> int:
        """The bot speaks; how many statements that takes."""
        return self.cost("imbot.message.add", CLIENT_ID=CLIENT, BOT_ID=self.bot, DIALOG_ID=self.dialog, MESSAGE="hello")

    def cost(self, method: str, **params: Any) -> int:
        self._database.statements.clear()
        assert self.world.call(method, **params).status == 200
        return len(self._database.statements)


@pytest.fixture
def counted(portal: World) -> Counted:
    return Counted(portal)


def test_a_bot_that_is_alone_among_people_looks_for_no_other_bots(counted: Counted) -> None:
    assert counted.say() == 8


def test_a_bot_among_bots_looks_for_those_that_are_told(counted: Counted) -> None:
    other = counted.world.add_bot(None, "other", type="B")
    counted.world.call("im.chat.user.add", CHAT_ID=counted.dialog.removeprefix("chat"), USERS=[other])
    assert counted.say() == 9


def test_a_dialog(counted: Counted) -> None:
    assert counted.cost("imbot.dialog.get", DIALOG_ID=counted.dialog) == 3
    counted.world.call("im.dialog.read", DIALOG_ID=counted.dialog)
    assert counted.cost("imbot.dialog.get", DIALOG_ID=counted.dialog) == 3


def test_history(counted: Counted) -> None:
    assert counted.cost("im.dialog.messages.get", DIALOG_ID=counted.dialog, LIMIT=50) == 6


def test_a_forwarded_file_is_copied_charged_and_named(counted: Counted) -> None:
    """Beside what a message takes: the first is held, copied, paid for, in a folder, and part of the copy."""
    world = counted.world
    world.open_file_room()
    world.add_file("a.txt", b"hello")
    file_id, text_id = world.room_history()["messages"][0]["id"], world.send("hello")
    name = "11111111-2222-3333-4444-55555555555"
    costs = [
        counted.cost("botyard.message.forward", DIALOG_ID=world.dialog, FORWARD_IDS={f"{name}{n}": message_id})
        for n, message_id in enumerate((text_id, file_id))
    ]
    assert costs[1] - costs[0] == 6
