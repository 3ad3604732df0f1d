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


class Rooms:
    """Ann in her own `room` and in `quiet`, where she may do nothing; `foreign` is Bob's; `group` a workgroup's."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ann, self.bob = world.add_person("Ann"), world.add_person("Bob")
        self.room = world.add_chat(self.ann, [self.bob.id])
        self.other = world.add_chat(self.ann)
        self.foreign = world.add_chat(self.bob)
        self.quiet = world.add_chat(self.bob, [self.ann.id])
        self.group = world.add_chat(self.ann, ENTITY_TYPE="SONET_GROUP", ENTITY_ID="7")
        closed = "UPDATE chats SET can_post = 'owner', manage_users_add = 'owner' WHERE id = :id"
        world.write(lambda tx: tx.run(closed, id=self.quiet))
        says(world, self.ann, self.bob.id)
        self.private = int(world.call("im.dialog.get", self.ann, DIALOG_ID=self.bob.id).result["id"])
        self.elsewhere = says(world, self.ann, f"chat{self.other}")
        self.secret = says(world, self.bob, f"chat{self.foreign}")


@pytest.fixture(scope="module", params=ENGINES)
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    with opened(request, request.param, tmp_path_factory.mktemp("scene"), World) as world:
        yield Rooms(world)


Params = Callable[[Rooms], dict[str, Any]]


class Fails(NamedTuple):
    method: str
    code: str
    status: int
    params: Params

    def __str__(self) -> str:
        return f"{self.method} {self.code}"


def given(**more: Any) -> Params:
    return lambda scene: more


def here(**more: Any) -> Params:
    """A message into Ann's room."""
    return lambda scene: {"DIALOG_ID": f"chat{scene.room}", "MESSAGE": "hi", **more}


def at(place: str, **more: Any) -> Params:
    return lambda scene: {"CHAT_ID": getattr(scene, place), **more}


def dialog(place: str, **more: Any) -> Params:
    return lambda scene: {"DIALOG_ID": f"chat{getattr(scene, place)}", **more}


ROWS = [
    Fails("im.chat.user.add", "CHAT_ID_EMPTY", 400, given(USERS=[1])),
    Fails("im.chat.user.add", "ACCESS_ERROR", 400, at("private", USERS=[1])),
    Fails("im.chat.user.add", "ACCESS_ERROR", 400, at("group", USERS=[1])),
    Fails("im.chat.user.add", "ACCESS_DENIED_EXTEND", 403, at("quiet", USERS=[1])),
    Fails("im.chat.user.add", "ACCESS_DENIED_EXTEND", 403, at("foreign", USERS=[1])),
    Fails("im.chat.user.add", "ACCESS_DENIED_EXTEND", 403, given(CHAT_ID=NOWHERE, USERS=[1])),
    Fails("im.message.add", "MESSAGE_EMPTY", 400, here(MESSAGE="")),
    Fails("im.message.add", "MESSAGE_EMPTY", 400, here(MESSAGE=" \n", KEYBOARD=[{"TEXT": "Go", "LINK": "/"}])),
    Fails("im.message.add", "USER_ID_EMPTY", 400, given(MESSAGE="hi")),
    Fails("im.message.add", "USER_ID_EMPTY", 400, given(MESSAGE="hi", DIALOG_ID="Bob")),
    Fails("im.message.add", "USER_NOT_FOUND", 400, given(MESSAGE="hi", DIALOG_ID=NOWHERE)),
    Fails("im.message.add", "CHAT_ID", 400, given(MESSAGE="hi", DIALOG_ID=f"chat{NOWHERE}")),
    Fails("im.message.add", "CHAT_ID", 400, dialog("foreign", MESSAGE="hi")),
    Fails("im.message.add", "CHAT_ID", 400, given(MESSAGE="hi", DIALOG_ID="sg55")),
    Fails("im.message.add", "ACCESS_ERROR", 400, dialog("quiet", MESSAGE="hi")),
    Fails("im.message.add", "PARAMS_ERROR", 400, given(MESSAGE="hi", DIALOG_ID="chat")),
    Fails("im.message.add", "ATTACH_ERROR", 400, here(ATTACH="{broken")),
    Fails("im.message.add", "ATTACH_OVERSIZE", 400, here(ATTACH=[{"MESSAGE": LONG}])),
    Fails("im.message.add", "KEYBOARD_ERROR", 400, here(KEYBOARD=[SCRIPT])),
    # The page has no codes for keyboards and menus that are too big.
    Fails("im.message.add", "KEYBOARD_ERROR", 400, here(KEYBOARD=[{"TEXT": LONG, "COMMAND": "go"}])),
    Fails("im.message.add", "MENU_ERROR", 400, here(MENU=[SCRIPT])),
    Fails("im.message.add", "MENU_ERROR", 400, here(MENU=[{"TEXT": LONG, "COMMAND": "go"}])),
    Fails("im.message.add", "REPLY_ACCESS_ERROR", 400, here(REPLY_ID=NOWHERE)),
    Fails("im.message.add", "REPLY_ACCESS_ERROR", 400, lambda scene: here(REPLY_ID=scene.secret)(scene)),
    Fails("im.message.add", "REPLY_FROM_OTHER_CHAT_ERROR", 400, lambda scene: here(REPLY_ID=scene.elsewhere)(scene)),
    Fails("im.dialog.get", "DIALOG_ID_EMPTY", 400, given()),
    Fails("im.dialog.get", "DIALOG_ID_EMPTY", 400, given(DIALOG_ID="chatter")),
    Fails("im.dialog.get", "ACCESS_ERROR", 403, dialog("foreign")),
    Fails("im.dialog.messages.get", "DIALOG_ID_EMPTY", 400, given()),
    Fails("im.dialog.messages.get", "FIRST_ID_STRING", 400, dialog("room", FIRST_ID="first")),
    Fails("im.dialog.messages.get", "LAST_ID_STRING", 400, dialog("room", LAST_ID="last")),
    Fails("im.dialog.messages.get", "ACCESS_ERROR", 403, dialog("foreign")),
    Fails("im.dialog.read", "DIALOG_ID_EMPTY", 400, given(MESSAGE_ID=5)),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_documented_errors(scene: Rooms, row: Fails) -> None:
    answer = scene.world.call(row.method, scene.ann, row.params(scene))
    assert (answer.error, answer.status) == (row.code, row.status)


def test_no_documented_error_is_left_out() -> None:
    methods = {row.method for row in ROWS}
    wanted = {(name, code) for name in methods for code in CONTRACT.methods[name].codes}
    assert {(row.method, row.code) for row in ROWS} == wanted


def test_a_chat_is_made_of_people_or_not_at_all(scene: Rooms) -> None:
    """The page of im.chat.add has no codes of its own, so the systems' one is used."""
    for people in ("everybody", [NOWHERE], [["nested"]]):
        assert scene.world.call("im.chat.add", scene.ann, USERS=people).error == "ERROR_ARGUMENT"


def test_reading_where_one_is_not_is_false(scene: Rooms) -> None:
    for place in (f"chat{scene.foreign}", f"chat{NOWHERE}", str(NOWHERE), "sg55"):
        assert scene.world.call("im.dialog.read", scene.ann, DIALOG_ID=place).result is False


def test_bots_are_no_shortcut(scene: Rooms) -> None:
    """What a bot may see is not what its owner may see, and the other way round."""
    bot = scene.world.add_bot()
    bot_says(scene.world, scene.bob.id, "secret")
    private = scene.world.call("im.dialog.get", scene.bob, DIALOG_ID=bot).result["id"]
    assert scene.world.call("im.dialog.get", DIALOG_ID=f"chat{private}").error == "ACCESS_ERROR"
    assert bot_does(scene.world, "imbot.unregister", BOT_ID=bot) is True
