"""Every documented error of imbot.message.*, imbot.command.* and imbot.app.*, each by its real cause."""

from __future__ import annotations

from typing import Any

import pytest

from tests.worlds.furnished import Fails, FurnishedV1, Params, assert_fails
from tests.worlds.samples import HANDLER, LANG

NOWHERE = 987654
NOT_A_PICTURE = "bm90IGEgcGljdHVyZQ=="
HASH = "d1ab17949a572b0979d8db0d5b349cd2"
SCRIPT = {"TEXT": "Click", "LINK": "javascript:alert(1)"}
LONG = "x" * 31_000

MESSAGE_EMPTY = "Message can't be empty"
MESSAGE_ID = "Message ID can't be empty"
NOT_ADDED = "Message isn't added"
LOCKED = "Time has expired for modification or you don't have access"
NOT_YOURS = "Command was installed by another REST application"
NO_HANDLER = 'Handler for "Command add" event isn\'t specified'

CONTENT: list[tuple[str, str, dict[str, Any]]] = [
    ("ATTACH_ERROR", "Incorrect attach params", {"ATTACH": [{"POEM": "no such block"}]}),
    ("ATTACH_ERROR", "Incorrect attach params", {"ATTACH": "{broken"}),
    ("ATTACH_OVERSIZE", "You have exceeded the maximum allowable size of attach", {"ATTACH": [{"MESSAGE": LONG}]}),
    ("KEYBOARD_ERROR", "Incorrect keyboard params", {"KEYBOARD": [SCRIPT]}),
    (
        "KEYBOARD_OVERSIZE",
        "You have exceeded the maximum allowable size of keyboard",
        {"KEYBOARD": [{"TEXT": LONG, "COMMAND": "echo"}]},
    ),
    ("MENU_ERROR", "Incorrect menu params", {"MENU": [SCRIPT]}),
]
MENU_TOO_BIG = {"MENU": [{"TEXT": LONG, "COMMAND": "echo"}]}
MENU_OVERSIZE = ("MENU_OVERSIZE", "You have exceeded the maximum allowable size of menu", MENU_TOO_BIG)
# The page of imbot.command.answer has no code for it.
MENU_WRONG = ("MENU_ERROR", "Incorrect menu params", MENU_TOO_BIG)


@pytest.fixture
def world(furnished_v1: FurnishedV1) -> FurnishedV1:
    return furnished_v1


def say(**more: Any) -> Params[FurnishedV1]:
    return lambda world: {"DIALOG_ID": f"chat{world.room}", "MESSAGE": "hi", **more}


def only(**more: Any) -> Params[FurnishedV1]:
    """Nothing but this."""
    return lambda world: more


def message(which: str, **more: Any) -> Params[FurnishedV1]:
    """A call for one of the world's messages."""
    return lambda world: {"MESSAGE_ID": getattr(world, which), **more}


def answer(**more: Any) -> Params[FurnishedV1]:
    return lambda world: {"COMMAND_ID": world.command, "MESSAGE_ID": world.heard, "MESSAGE": "hi", **more}


def command(**more: Any) -> Params[FurnishedV1]:
    return lambda world: {"BOT_ID": world.echo, "COMMAND": "new", "EVENT_COMMAND_ADD": HANDLER, "LANG": LANG, **more}


def change(which: str, **fields: Any) -> Params[FurnishedV1]:
    return lambda world: {"COMMAND_ID": getattr(world, which), "FIELDS": fields}


def script(**more: Any) -> Params[FurnishedV1]:
    """A chat application that runs a command."""
    return lambda world: {"CODE": "new", "JS_METHOD": "SEND", "JS_PARAM": "/help", "LANG": LANG, **more}


def frame(**more: Any) -> Params[FurnishedV1]:
    """A chat application that opens a frame."""
    sizes = {"IFRAME_WIDTH": 350, "IFRAME_HEIGHT": 150, "HASH": HASH, "LANG": LANG}
    return lambda world: {"CODE": "new", "IFRAME": "https://example.com/frame", **sizes, **more}


def icon(which: str, **more: Any) -> Params[FurnishedV1]:
    return lambda world: {"APP_ID": getattr(world, which), **more}


def of(build: Any, rows: list[tuple[str, str, dict[str, Any]]]) -> list[tuple[Any, ...]]:
    return [(code, text, build(**params)) for code, text, params in rows]


TABLES: dict[str, list[tuple[Any, ...]]] = {
    "imbot.message.add": [
        ("DIALOG_ID_EMPTY", "Dialog ID can't be empty", only(MESSAGE="hi")),
        ("DIALOG_ID_EMPTY", "Dialog ID can't be empty", only(MESSAGE="hi", DIALOG_ID="", FROM_USER_ID=1)),
        ("MESSAGE_EMPTY", MESSAGE_EMPTY, say(MESSAGE="")),
        ("MESSAGE_EMPTY", MESSAGE_EMPTY, say(MESSAGE=" \n ", KEYBOARD=[{"TEXT": "Go", "COMMAND": "go"}])),
        *of(say, [*CONTENT, MENU_OVERSIZE]),
        ("WRONG_REQUEST", NOT_ADDED, lambda world: {"DIALOG_ID": f"chat{world.foreign}", "MESSAGE": "hi"}),
        ("WRONG_REQUEST", NOT_ADDED, say(DIALOG_ID=f"chat{NOWHERE}")),
        ("WRONG_REQUEST", NOT_ADDED, say(DIALOG_ID=NOWHERE)),
        ("WRONG_REQUEST", NOT_ADDED, lambda world: {"DIALOG_ID": f"chat{world.quiet}", "MESSAGE": "hi"}),
        ("WRONG_REQUEST", NOT_ADDED, only(FROM_USER_ID=NOWHERE, TO_USER_ID=NOWHERE + 1, MESSAGE="hi")),
    ],
    "imbot.message.update": [
        ("MESSAGE_ID_ERROR", MESSAGE_ID, only(MESSAGE="hi")),
        ("MESSAGE_ID_ERROR", MESSAGE_ID, only(MESSAGE="hi", MESSAGE_ID=-1)),
        *of(lambda **more: message("said", **more), [*CONTENT, MENU_OVERSIZE]),
        ("CANT_EDIT_MESSAGE", LOCKED, message("heard", MESSAGE="hi")),
        ("CANT_EDIT_MESSAGE", LOCKED, message("secret", MESSAGE="hi")),
        ("CANT_EDIT_MESSAGE", LOCKED, message("old", MESSAGE="hi")),
        ("CANT_EDIT_MESSAGE", LOCKED, only(MESSAGE_ID=NOWHERE, MESSAGE="hi")),
    ],
    "imbot.message.delete": [
        ("MESSAGE_ID_ERROR", MESSAGE_ID, only()),
        ("CANT_EDIT_MESSAGE", LOCKED, message("secret")),
        ("CANT_EDIT_MESSAGE", LOCKED, only(MESSAGE_ID=NOWHERE)),
        # The other bot is in no chat at all.
        ("CANT_EDIT_MESSAGE", LOCKED, message("said", CLIENT_ID="other-client")),
    ],
    "imbot.message.like": [
        ("MESSAGE_ID_ERROR", MESSAGE_ID, only()),
        ("MESSAGE_ID_ERROR", MESSAGE_ID, message("secret")),
        ("MESSAGE_ID_ERROR", MESSAGE_ID, only(MESSAGE_ID=NOWHERE)),
        ("WITHOUT_CHANGES", "Action completed without changes", message("heard", ACTION="minus")),
    ],
    "imbot.command.register": [
        ("EVENT_COMMAND_ADD_ERROR", NO_HANDLER, command(EVENT_COMMAND_ADD="")),
        ("EVENT_COMMAND_ADD_ERROR", "Wrong handler URL", command(EVENT_COMMAND_ADD="example.com/bot")),
        ("COMMAND_ERROR", "Command isn't specified", command(COMMAND=" / ")),
        ("LANG_ERROR", "Lang set can't be empty", command(LANG=[])),
        ("LANG_ERROR", "Lang set can't be empty", command(LANG=[{"LANGUAGE_ID": "en"}])),
        ("WRONG_REQUEST", "Command can't be created", command(COMMAND="two words")),
        ("WRONG_REQUEST", "Command can't be created", command(COMMAND="x" * 61)),
    ],
    "imbot.command.update": [
        ("COMMAND_ID_ERROR", "Command not found", only(FIELDS={"COMMAND": "new"})),
        ("COMMAND_ID_ERROR", "Command not found", only(COMMAND_ID=NOWHERE, FIELDS={"COMMAND": "new"})),
        ("APP_ID_ERROR", NOT_YOURS, change("other_command", COMMAND="new")),
        ("EVENT_COMMAND_ADD_ERROR", "Wrong handler URL", change("command", EVENT_COMMAND_ADD="example.com/bot")),
        ("WRONG_REQUEST", "Update fields can't be empty", change("command")),
        ("WRONG_REQUEST", "Command can't be updated", change("command", COMMAND="taken")),
        ("WRONG_REQUEST", "Command can't be updated", change("command", COMMAND="two words")),
        ("WRONG_REQUEST", "Command can't be updated", change("command", LANG=[{"LANGUAGE_ID": "en"}])),
    ],
    "imbot.command.unregister": [
        ("COMMAND_ID_ERROR", "Command not found", only()),
        ("COMMAND_ID_ERROR", "Command not found", only(COMMAND_ID=NOWHERE)),
        ("APP_ID_ERROR", NOT_YOURS, lambda world: {"COMMAND_ID": world.other_command}),
    ],
    "imbot.command.answer": [
        ("COMMAND_ID_ERROR", "Command not found", only(MESSAGE="hi")),
        ("COMMAND_ID_ERROR", "Command not found", answer(COMMAND_ID=NOWHERE)),
        ("COMMAND_ID_ERROR", "Command not found", answer(COMMAND_ID=0, COMMAND="unheard")),
        ("APP_ID_ERROR", NOT_YOURS, answer(COMMAND_ID=0, COMMAND="/theirs")),
        ("MESSAGE_ID_EMPTY", MESSAGE_ID, answer(MESSAGE_ID=0)),
        ("MESSAGE_EMPTY", MESSAGE_EMPTY, answer(MESSAGE=" ")),
        *of(answer, [*CONTENT, MENU_WRONG]),
        ("WRONG_REQUEST", NOT_ADDED, answer(MESSAGE_ID=NOWHERE)),
        ("WRONG_REQUEST", NOT_ADDED, lambda world: answer(MESSAGE_ID=world.secret)(world)),
    ],
    "imbot.app.register": [
        ("IFRAME_HTTPS", "Iframe link must use HTTPS", frame(IFRAME="http://example.com/frame")),
        ("HASH_ERROR", "Hash isn't specified", frame(HASH="")),
        ("HASH_ERROR", "Hash isn't specified", frame(HASH="x" * 33)),
        ("PARAMS_ERROR", "Incorrect JS command or iframe parameters", frame(IFRAME="")),
        ("PARAMS_ERROR", "Incorrect JS command or iframe parameters", frame(IFRAME_WIDTH=249)),
        ("PARAMS_ERROR", "Incorrect JS command or iframe parameters", frame(IFRAME_HEIGHT=49)),
        ("PARAMS_ERROR", "Incorrect JS command or iframe parameters", script(JS_METHOD="DANCE")),
        ("PARAMS_ERROR", "Incorrect JS command or iframe parameters", script(JS_PARAM="")),
        ("PARAMS_ERROR", "Incorrect JS command or iframe parameters", script(JS_PARAM="/help <b>")),
        ("PARAMS_ERROR", "Incorrect JS command or iframe parameters", script(JS_METHOD="SUPPORT", JS_PARAM="short")),
        ("PARAMS_ERROR", "Incorrect JS command or iframe parameters", script(CONTEXT="KITCHEN")),
        ("LANG_ERROR", "Lang set can't be empty", script(LANG=[])),
        ("WRONG_REQUEST", "Application can't be created", script(CODE="")),
        ("WRONG_REQUEST", "Application can't be created", script(ICON_FILE=NOT_A_PICTURE)),
    ],
    "imbot.app.update": [
        ("CHAT_APP_ID_ERROR", "Application not found", only()),
        ("CHAT_APP_ID_ERROR", "Application not found", only(APP_ID=NOWHERE, JS_PARAM="/new")),
        ("APP_ID_ERROR", "Application was installed by another REST application", icon("other_icon", JS_PARAM="/new")),
        ("IFRAME_HTTPS", "Iframe link must use HTTPS", icon("icon", IFRAME="http://example.com/frame")),
        ("WRONG_REQUEST", "Application can't be updated", icon("icon")),
        ("WRONG_REQUEST", "Application can't be updated", icon("icon", JS_METHOD="DANCE")),
        ("WRONG_REQUEST", "Application can't be updated", icon("icon", LANG=[])),
        ("WRONG_REQUEST", "Application can't be updated", icon("icon", FIELDS={"ICON_FILE": NOT_A_PICTURE})),
    ],
    "imbot.app.unregister": [
        ("CHAT_APP_ID_ERROR", "Application not found", only()),
        ("CHAT_APP_ID_ERROR", "Application not found", only(APP_ID=NOWHERE)),
        ("APP_ID_ERROR", "Application was installed by another REST application", icon("other_icon")),
    ],
}

OF_BOTS: dict[str, dict[str, Any]] = {
    "imbot.message.add": {"DIALOG_ID": "1", "MESSAGE": "hi"},
    "imbot.message.update": {"MESSAGE_ID": 1, "MESSAGE": "hi"},
    "imbot.message.delete": {"MESSAGE_ID": 1},
    "imbot.message.like": {"MESSAGE_ID": 1},
    "imbot.command.register": {"COMMAND": "new", "EVENT_COMMAND_ADD": HANDLER, "LANG": LANG},
    "imbot.app.register": {"CODE": "new", "JS_METHOD": "SEND", "JS_PARAM": "/help", "LANG": LANG},
}
WHOSE_BOT = [
    ("BOT_ID_ERROR", "Bot not found", only(BOT_ID=NOWHERE)),
    ("BOT_ID_ERROR", "Bot not found", only(CLIENT_ID="nobody")),
    ("APP_ID_ERROR", "Bot was installed by another REST application", lambda world: {"BOT_ID": world.other}),
]


def with_(valid: dict[str, Any], build: Params[FurnishedV1]) -> Params[FurnishedV1]:
    return lambda world: valid | build(world)


ERRORS = [Fails(method, *row) for method, rows in TABLES.items() for row in rows]
ERRORS += [
    Fails(method, code, text, with_(valid, build))
    for method, valid in OF_BOTS.items()
    for code, text, build in WHOSE_BOT
]


@pytest.mark.parametrize("row", ERRORS, ids=str)
def test_messages_and_commands(world: FurnishedV1, row: Fails[FurnishedV1]) -> None:
    assert_fails(world, row)
