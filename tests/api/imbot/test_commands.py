"""Slash commands: who may call them where, who is told, and how a bot answers."""

from __future__ import annotations

from typing import Any, cast

import msgspec
import pytest

from botyard.chat.bots.command_calls import CALLED_MAX
from botyard.model.people import UserKind
from botyard.store import bot_commands
from botyard.store.engines.db import Database
from tests.delivery.statements import NotedDatabase
from tests.story import CLIENT, bot_does, happened, history, params_of, says
from tests.world import World
from tests.worlds.samples import HANDLER, LANG


class Desk:
    """The bot Echo with a command, Ann, and two chats of hers: `inside` with the bot and `outside` without."""

    def __init__(self, world: World, **command: Any) -> None:
        self.world = world
        self.bot = world.add_bot()
        self.ann = world.add_person("Ann")
        self.inside, self.outside = f"chat{world.add_chat(self.ann, [self.bot])}", f"chat{world.add_chat(self.ann)}"
        self.command = self.registers(**command)

    def registers(self, **command: Any) -> int:
        params = {"BOT_ID": self.bot, "COMMAND": "echo", "EVENT_COMMAND_ADD": HANDLER, "LANG": LANG, **command}
        return int(bot_does(self.world, "imbot.command.register", **params))

    def counted(self, text: str) -> int:
        """How many statements a message takes."""
        world = self.world
        plain = world.context.database
        noted = NotedDatabase(plain)
        world.context = msgspec.structs.replace(world.context, database=cast(Database, noted))
        says(world, self.ann, self.bot, text)
        world.context = msgspec.structs.replace(world.context, database=plain)
        return len(noted.statements)

    def called(self, where: int | str, text: str) -> list[tuple[int, str]]:
        """Which commands a message calls, with their parameters."""
        start = self.world.last_event()
        says(self.world, self.ann, where, text)
        return [(event["command_id"], event["params"]) for event in happened(self.world, start, "CommandCalled")]


# What Ann writes → the parameters of the calls of /echo.
CALLS = [
    ("/echo", [""]),
    ("/echo hello  world ", ["hello  world"]),
    ("/echo one\n/echo two", ["one"]),
    ("hello\n/echo later", ["later"]),
    ("/ echo", []),
    ("//echo", []),
    ("say /echo", []),
    ("/echoes", []),
    ("[code]/echo[/code]", []),
    ("/other", []),
]


@pytest.mark.parametrize(("text", "params"), CALLS)
def test_what_calls_a_command(world: World, text: str, params: list[str]) -> None:
    desk = Desk(world)
    assert desk.called(desk.bot, text) == [(desk.command, param) for param in params]


@pytest.mark.parametrize("common", ["Y", "N"])
def test_where_a_command_may_be_called(portal: World, common: str) -> None:
    desk = Desk(portal, COMMON=common)
    assert desk.called(desk.bot, "/echo 1") == desk.called(desk.inside, "/echo 1") == [(desk.command, "1")]
    assert desk.called(desk.outside, "/echo 1") == ([(desk.command, "1")] if common == "Y" else [])


@pytest.mark.parametrize("support", ["Y", "N"])
def test_people_from_outside_need_the_bots_consent(portal: World, support: str) -> None:
    desk = Desk(portal, EXTRANET_SUPPORT=support)
    guest = portal.add_person("Eve", kind=UserKind.EXTRANET)
    portal.add_chat(desk.ann, [desk.bot, guest.id])
    start = portal.last_event()
    says(portal, guest, desk.bot, "/echo")
    assert len(happened(portal, start, "CommandCalled")) == (1 if support == "Y" else 0)


def test_a_call_is_due_to_its_bot_alone(portal: World) -> None:
    desk = Desk(portal)
    other = portal.add_bot(code="other", type="S", CLIENT_ID="others")
    theirs = {"COMMAND": "other", "EVENT_COMMAND_ADD": HANDLER, "LANG": LANG}
    bot_does(portal, "imbot.command.register", CLIENT_ID="others", **theirs)
    message_id = says(portal, desk.ann, desk.inside, "/echo hello")
    [event] = [body for type_, body in portal.due(desk.bot) if type_ == "CommandCalled"]
    assert (
        event
        | {
            "actor_id": desk.ann.id,
            "chat_id": int(desk.inside.removeprefix("chat")),
            "bot_id": desk.bot,
            "command_id": desk.command,
            "command": "echo",
            "params": "hello",
            "context": "TEXTAREA",
            "message_id": message_id,
        }
        == event
    )
    assert "CommandCalled" not in [type_ for type_, _ in portal.due(other)]


def test_a_message_may_call_several_commands(portal: World) -> None:
    desk = Desk(portal)
    second = desk.registers(COMMAND="/second")
    assert desk.called(desk.bot, "/second 2\n/echo 1") == [(second, "2"), (desk.command, "1")]


def test_however_many_lines_ask_once(world: World) -> None:
    desk = Desk(world)
    cost = desk.counted("/a")
    assert desk.counted("/a\n" * 6_000) == cost
    assert desk.counted("\n".join(f"/a{number}" for number in range(3_000))) == cost
    assert desk.called(desk.bot, "/a\n" * 6_000 + "/echo") == [(desk.command, "")]
    assert desk.called(desk.bot, "/usr/bin\n" * 100 + "/echo") == [(desk.command, "")], "a path is no command"


def test_a_message_calls_so_many_bots(world: World) -> None:
    """Whoever registers a common command is called by anybody's message."""
    desk = Desk(world, COMMON="Y")
    for number in range(CALLED_MAX + 5):
        bot = world.add_bot(code=f"b{number}", CLIENT_ID=f"client{number}")
        theirs = {"COMMAND": "echo", "COMMON": "Y", "EVENT_COMMAND_ADD": HANDLER, "LANG": LANG}
        bot_does(world, "imbot.command.register", CLIENT_ID=f"client{number}", BOT_ID=bot, **theirs)
    assert len(desk.called(desk.bot, "/echo")) == CALLED_MAX


def test_system_messages_and_bots_call_nothing(portal: World) -> None:
    desk = Desk(portal, COMMON="Y")
    start = portal.last_event()
    says(portal, desk.ann, desk.inside, "/echo", SYSTEM="Y")
    portal.add_bot(code="other", CLIENT_ID="others")
    bot_does(portal, "imbot.message.add", CLIENT_ID="others", DIALOG_ID=desk.ann.id, MESSAGE="/echo")
    assert happened(portal, start, "CommandCalled") == []


def test_the_same_command_again_is_renewed(portal: World) -> None:
    desk = Desk(portal)
    assert desk.registers(HIDDEN="Y", LANG=[]) == desk.command
    command = portal.read(lambda tx: bot_commands.find(tx, desk.command))
    assert command is not None
    assert (command.hidden, command.lang) == (True, [])
    changes = [event["change"] for event in happened(portal, 0, "CommandChanged")]
    assert changes == ["add", "update"]


def test_two_bots_may_have_commands_of_one_name(portal: World) -> None:
    desk = Desk(portal, COMMON="Y")
    other = portal.add_bot(code="other")
    theirs = desk.registers(BOT_ID=other, COMMON="Y")
    assert desk.called(desk.outside, "/echo") == [(desk.command, ""), (theirs, "")]


def test_update_changes_what_is_given(portal: World) -> None:
    desk = Desk(portal)
    lang = [{"LANGUAGE_ID": "de", "TITLE": "Echo", "PARAMS": "Text"}, {"LANGUAGE_ID": "", "TITLE": "lost"}]
    fields = {"COMMAND": "/parrot", "EXTRANET_SUPPORT": "Y", "LANG": lang}
    assert bot_does(portal, "imbot.command.update", COMMAND_ID=desk.command, FIELDS=fields) is True
    command = portal.read(lambda tx: bot_commands.find(tx, desk.command))
    assert command is not None
    assert (command.command, command.extranet, command.handler, command.lang) == ("parrot", True, HANDLER, lang[:1])
    assert desk.called(desk.bot, "/echo") == []
    assert desk.called(desk.bot, "/parrot") == [(desk.command, "")]


def test_unregister_takes_a_command_away(portal: World) -> None:
    desk = Desk(portal)
    assert bot_does(portal, "imbot.command.unregister", COMMAND_ID=desk.command) is True
    assert desk.called(desk.bot, "/echo") == []
    assert happened(portal, 0, "CommandChanged")[-1]["change"] == "delete"


@pytest.mark.parametrize("named", ["COMMAND_ID", "COMMAND"])
def test_an_answer_goes_where_the_command_was_called(portal: World, named: str) -> None:
    desk = Desk(portal)
    message_id = says(portal, desk.ann, desk.inside, "/echo hello")
    answer = bot_does(
        portal,
        "imbot.command.answer",
        **{named: desk.command if named == "COMMAND_ID" else "/echo"},
        MESSAGE_ID=message_id,
        MESSAGE=" Done. ",
        ATTACH={"BLOCKS": [{"MESSAGE": "Task details"}, {"DELIMITER": True}]},
        KEYBOARD={"BUTTONS": [{"TEXT": "Repeat", "COMMAND": "echo repeat"}]},
        MENU=[{"TEXT": "site", "LINK": "https://example.com"}],
        URL_PREVIEW="N",
    )
    newest = history(portal, desk.ann, desk.inside)[0]
    assert (newest["id"], newest["author_id"], newest["text"]) == (answer, desk.bot, "Done.")
    params = params_of(portal, desk.ann, desk.inside, answer)
    assert params.keys() == {"ATTACH", "KEYBOARD", "MENU", "URL_ONLY"}
    assert params["KEYBOARD"][0] | {"COMMAND": "echo", "COMMAND_PARAMS": "repeat"} == params["KEYBOARD"][0]


def test_a_common_command_is_answered_where_its_bot_is_not(portal: World) -> None:
    desk = Desk(portal, COMMON="Y")
    before = says(portal, desk.ann, desk.outside, "before")
    message_id = says(portal, desk.ann, desk.outside, "/echo")
    bot_does(portal, "imbot.command.answer", COMMAND_ID=desk.command, MESSAGE_ID=message_id, MESSAGE="here")
    assert history(portal, desk.ann, desk.outside)[0]["author_id"] == desk.bot
    # The call opens that one door, for that one command.
    other = desk.registers(COMMAND="other")
    for command, message in ((desk.command, before), (other, message_id)):
        params = {"COMMAND_ID": command, "MESSAGE_ID": message, "MESSAGE": "x", "CLIENT_ID": CLIENT}
        assert portal.call("imbot.command.answer", None, params).error == "WRONG_REQUEST"


def test_a_call_may_be_answered_where_only_managers_write(portal: World) -> None:
    desk = Desk(portal)
    chat = int(desk.inside.removeprefix("chat"))
    quiet = says(portal, desk.ann, desk.inside, "just talking")
    message_id = says(portal, desk.ann, desk.inside, "/echo")
    portal.write(lambda tx: tx.run("UPDATE chats SET can_post = 'owner' WHERE id = :id", id=chat))
    params = {"COMMAND_ID": desk.command, "MESSAGE": "x", "CLIENT_ID": CLIENT}
    assert portal.call("imbot.command.answer", None, params | {"MESSAGE_ID": message_id}).status == 200
    assert portal.call("imbot.command.answer", None, params | {"MESSAGE_ID": quiet}).error == "WRONG_REQUEST"


def test_an_answer_may_be_the_systems(portal: World) -> None:
    desk = Desk(portal)
    message_id = says(portal, desk.ann, desk.bot, "/echo")
    params = {"COMMAND_ID": desk.command, "MESSAGE_ID": message_id, "MESSAGE": "done", "SYSTEM": "Y"}
    bot_does(portal, "imbot.command.answer", **params)
    assert history(portal, desk.ann, desk.bot)[0]["author_id"] == 0
