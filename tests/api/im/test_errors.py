"""Every documented error of the first im.* methods, each by its real cause."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from tests.portals import ENGINES, opened
from tests.story import bot_does, bot_says, says
from tests.world import CONTRACT, World

NOWHERE = 987654
SCRIPT = {"TEXT": "Click", "LINK": "javascript:alert(1)"}
LONG = "x" * 61_000


class ErrorWorld(World):
    """Ann in her own `room` and in `quiet`, where she may do nothing; `foreign` is Bob's; `group` a workgroup's."""

    def set_up(self) -> None:
        self.ann, self.bob = self.add_person("Ann"), self.add_person("Bob")
        self.room = self.add_chat(self.ann, [self.bob.id])
        self.other = self.add_chat(self.ann)
        self.foreign = self.add_chat(self.bob)
        self.quiet = self.add_chat(self.bob, [self.ann.id])
        self.group = self.add_chat(self.ann, ENTITY_TYPE="SONET_GROUP", ENTITY_ID="7")
        closed = "UPDATE chats SET can_post = 'owner', manage_users_add = 'owner' WHERE id = :id"
        self.write(lambda tx: tx.run(closed, id=self.quiet))
        says(self, self.ann, self.bob.id)
        self.private = int(self.call("im.dialog.get", self.ann, DIALOG_ID=self.bob.id).result["id"])
        self.elsewhere = says(self, self.ann, f"chat{self.other}")
        self.secret = says(self, self.bob, f"chat{self.foreign}")


@pytest.fixture(scope="module", params=ENGINES)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ErrorWorld]:
    with opened(request, request.param, tmp_path_factory.mktemp("world"), ErrorWorld) as opened_world:
        yield opened_world


Params = Callable[[ErrorWorld], dict[str, Any]]


class Fails(NamedTuple):
    method: str
    code: str
    status: int
    params: Params

    def __str__(self) -> str:
        return f"{self.method} {self.code}"


def only(**more: Any) -> Params:
    return lambda world: more


def here(**more: Any) -> Params:
    """A message into Ann's room."""
    return lambda world: {"DIALOG_ID": f"chat{world.room}", "MESSAGE": "hi", **more}


def at(place: str, **more: Any) -> Params:
    return lambda world: {"CHAT_ID": getattr(world, place), **more}


def dialog(place: str, **more: Any) -> Params:
    return lambda world: {"DIALOG_ID": f"chat{getattr(world, place)}", **more}


ROWS = [
    Fails("im.chat.user.add", "CHAT_ID_EMPTY", 400, only(USERS=[1])),
    Fails("im.chat.user.add", "ACCESS_ERROR", 400, at("private", USERS=[1])),
    Fails("im.chat.user.add", "ACCESS_ERROR", 400, at("group", USERS=[1])),
    Fails("im.chat.user.add", "ACCESS_DENIED_EXTEND", 403, at("quiet", USERS=[1])),
    Fails("im.chat.user.add", "ACCESS_DENIED_EXTEND", 403, at("foreign", USERS=[1])),
    Fails("im.chat.user.add", "ACCESS_DENIED_EXTEND", 403, only(CHAT_ID=NOWHERE, USERS=[1])),
    Fails("im.message.add", "MESSAGE_EMPTY", 400, here(MESSAGE="")),
    Fails("im.message.add", "MESSAGE_EMPTY", 400, here(MESSAGE=" \n", KEYBOARD=[{"TEXT": "Go", "LINK": "/"}])),
    Fails("im.message.add", "USER_ID_EMPTY", 400, only(MESSAGE="hi")),
    Fails("im.message.add", "USER_ID_EMPTY", 400, only(MESSAGE="hi", DIALOG_ID="Bob")),
    Fails("im.message.add", "USER_NOT_FOUND", 400, only(MESSAGE="hi", DIALOG_ID=NOWHERE)),
    Fails("im.message.add", "CHAT_ID", 400, only(MESSAGE="hi", DIALOG_ID=f"chat{NOWHERE}")),
    Fails("im.message.add", "CHAT_ID", 400, dialog("foreign", MESSAGE="hi")),
    Fails("im.message.add", "CHAT_ID", 400, only(MESSAGE="hi", DIALOG_ID="sg55")),
    Fails("im.message.add", "ACCESS_ERROR", 400, dialog("quiet", MESSAGE="hi")),
    Fails("im.message.add", "PARAMS_ERROR", 400, only(MESSAGE="hi", DIALOG_ID="chat")),
    Fails("im.message.add", "ATTACH_ERROR", 400, here(ATTACH="{broken")),
    Fails("im.message.add", "ATTACH_OVERSIZE", 400, here(ATTACH=[{"MESSAGE": LONG}])),
    Fails("im.message.add", "KEYBOARD_ERROR", 400, here(KEYBOARD=[SCRIPT])),
    # The page has no codes for keyboards and menus that are too big.
    Fails("im.message.add", "KEYBOARD_ERROR", 400, here(KEYBOARD=[{"TEXT": LONG, "COMMAND": "go"}])),
    Fails("im.message.add", "MENU_ERROR", 400, here(MENU=[SCRIPT])),
    Fails("im.message.add", "MENU_ERROR", 400, here(MENU=[{"TEXT": LONG, "COMMAND": "go"}])),
    Fails("im.message.add", "REPLY_ACCESS_ERROR", 400, here(REPLY_ID=NOWHERE)),
    Fails("im.message.add", "REPLY_ACCESS_ERROR", 400, lambda world: here(REPLY_ID=world.secret)(world)),
    Fails("im.message.add", "REPLY_FROM_OTHER_CHAT_ERROR", 400, lambda world: here(REPLY_ID=world.elsewhere)(world)),
    Fails("im.dialog.get", "DIALOG_ID_EMPTY", 400, only()),
    Fails("im.dialog.get", "DIALOG_ID_EMPTY", 400, only(DIALOG_ID="chatter")),
    Fails("im.dialog.get", "ACCESS_ERROR", 403, dialog("foreign")),
    Fails("im.dialog.messages.get", "DIALOG_ID_EMPTY", 400, only()),
    Fails("im.dialog.messages.get", "FIRST_ID_STRING", 400, dialog("room", FIRST_ID="first")),
    Fails("im.dialog.messages.get", "LAST_ID_STRING", 400, dialog("room", LAST_ID="last")),
    Fails("im.dialog.messages.get", "ACCESS_ERROR", 403, dialog("foreign")),
    Fails("im.dialog.read", "DIALOG_ID_EMPTY", 400, only(MESSAGE_ID=5)),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_documented_errors(world: ErrorWorld, row: Fails) -> None:
    answer = world.call(row.method, world.ann, row.params(world))
    assert (answer.error, answer.status) == (row.code, row.status)


def test_no_documented_error_is_left_out() -> None:
    methods = {row.method for row in ROWS}
    wanted = {(name, code) for name in methods for code in CONTRACT.methods[name].codes}
    assert {(row.method, row.code) for row in ROWS} == wanted


def test_a_chat_is_made_of_people_or_not_at_all(world: ErrorWorld) -> None:
    """The page of im.chat.add has no codes of its own, so the systems' one is used."""
    for people in ("everybody", [NOWHERE], [["nested"]]):
        assert world.call("im.chat.add", world.ann, USERS=people).error == "ERROR_ARGUMENT"


def test_reading_where_one_is_not_is_false(world: ErrorWorld) -> None:
    for place in (f"chat{world.foreign}", f"chat{NOWHERE}", str(NOWHERE), "sg55"):
        assert world.call("im.dialog.read", world.ann, DIALOG_ID=place).result is False


def test_bots_are_no_shortcut(world: ErrorWorld) -> None:
    """What a bot may see is not what its owner may see, and the other way round."""
    bot = world.add_bot()
    bot_says(world, world.bob.id, "secret")
    private = world.call("im.dialog.get", world.bob, DIALOG_ID=bot).result["id"]
    assert world.call("im.dialog.get", DIALOG_ID=f"chat{private}").error == "ACCESS_ERROR"
    assert bot_does(world, "imbot.unregister", BOT_ID=bot) is True
