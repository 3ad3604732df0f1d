"""Every documented error of imbot.v2.Bot, Chat and Command, each by its real cause."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.api import MODULES
from botyard.rpc.registry import Registry
from contract.pages import Page
from tests.world import CONTRACT
from tests.worlds.bots import TOKEN
from tests.worlds.furnished import OTHER, Fails, FurnishedV2, Params, assert_fails
from tests.worlds.samples import HANDLER, picture

NOWHERE = 987654
NO_ADDRESS = "ftp://example.com/bot"
NO_PICTURE = "bm90IGEgcGljdHVyZQ=="
DENIED = ("ACCESS_DENIED", "Access denied")
UNANSWERED = ("COMMAND_ANSWER_FAILED", "Command answer failed")
UNNAMED = ("BOT_TOKEN_NOT_SPECIFIED", "Bot token is not specified")
NO_IDS = ("EMPTY_USER_IDS", "Empty user IDs")


@pytest.fixture
def world(furnished_v2: FurnishedV2) -> FurnishedV2:
    return furnished_v2


def echo(**params: Any) -> Params[FurnishedV2]:
    """A call for Echo."""
    return lambda world: {"botId": world.echo, **params}


def fields(**more: Any) -> Params[FurnishedV2]:
    return echo(fields=more)


def new(**more: Any) -> Params[FurnishedV2]:
    """A new bot."""
    return lambda world: {"fields": {"code": "new", "botToken": TOKEN, "properties": {"name": "New"}, **more}}


def at(place: str, **more: Any) -> Params[FurnishedV2]:
    """A call of Echo for one of the world's chats."""
    return lambda world: {"botId": world.echo, "dialogId": f"chat{getattr(world, place)}", **more}


def ann(place: str) -> Params[FurnishedV2]:
    """The same about Ann."""
    return lambda world: at(place, userId=world.ann.id, userIds=[world.ann.id])(world)


def private(**more: Any) -> Params[FurnishedV2]:
    """A call of Echo for its private dialog with Ann."""
    return lambda world: {"botId": world.echo, "dialogId": str(world.ann.id), **more}


def command(**more: Any) -> Params[FurnishedV2]:
    """A call of Echo for its command."""
    return lambda world: {"botId": world.echo, "commandId": world.command, **more}


def answer(**more: Any) -> Params[FurnishedV2]:
    """An answer of Echo to Ann's call, but for what is given."""

    def params(world: FurnishedV2) -> dict[str, Any]:
        right = {"botId": world.echo, "commandId": world.command, "messageId": world.called}
        return right | {"dialogId": f"chat{world.room}", "fields": {"message": "Here"}} | more

    return params


NOT_IN: list[tuple[Any, ...]] = [(*DENIED, at("foreign")), (*DENIED, echo(dialogId=f"chat{NOWHERE}"))]
NO_DIALOG: list[tuple[Any, ...]] = [
    (*DENIED, echo()),
    (*DENIED, echo(dialogId="everywhere")),
    (*DENIED, echo(dialogId=str(NOWHERE))),
    *NOT_IN,
]

TABLES: dict[str, list[tuple[Any, ...]]] = {
    "imbot.v2.Bot.register": [
        (
            "BOT_TOKEN_NOT_SPECIFIED",
            "Bot token is not specified",
            lambda world: new(botToken="")(world) | {"botToken": ""},
        ),
        ("BOT_CODE_REQUIRED", "Bot code is required", new(code=" ")),
        ("BOT_CODE_REQUIRED", "Bot code is required", lambda world: {}),
        ("BOT_PROPERTIES_REQUIRED", "Bot properties are required", new(properties={})),
        ("BOT_PROPERTIES_REQUIRED", "Bot properties are required", new(properties={"name": " ", "lastName": "Bot"})),
        ("BOT_CODE_ALREADY_TAKEN", "Bot code is already taken", new(code="other")),
        ("BOT_INVALID_TYPE", "Invalid bot type", new(type="B")),
        ("BOT_INVALID_EVENT_MODE", "Invalid event mode", new(eventMode="push")),
        ("BOT_WEBHOOK_URL_REQUIRED", "Webhook URL is required", new(eventMode="webhook")),
        ("BOT_REGISTER_FAILED", "Bot registration failed", new(code="x" * 101)),
        ("BOT_INVALID_CALLBACK", "Invalid callback URL", new(eventMode="webhook", webhookUrl=NO_ADDRESS)),
        ("BOT_INVALID_CALLBACK", "Invalid callback URL", new(webhookUrl=NO_ADDRESS)),
        ("BOT_LIMIT_EXCEEDED", "Bot limit exceeded", new(botToken="full-token")),
        (
            "BOT_AVATAR_INCORRECT_TYPE",
            "Avatar must be an image",
            new(properties={"name": "New", "avatar": NO_PICTURE}),
        ),
        (
            "BOT_AVATAR_INCORRECT_SIZE",
            "Avatar exceeds maximum size",
            new(properties={"name": "New", "avatar": picture(5001, 1)}),
        ),
    ],
    "imbot.v2.Bot.update": [
        ("BOT_INVALID_EVENT_MODE", "Invalid event mode", fields(eventMode="push")),
        ("BOT_INVALID_CALLBACK", "Invalid callback URL", fields(webhookUrl=NO_ADDRESS)),
        ("BOT_INVALID_CALLBACK", "Invalid callback URL", fields(eventMode="webhook")),
        ("BOT_AVATAR_INCORRECT_TYPE", "Avatar must be an image", fields(properties={"avatar": NO_PICTURE})),
        ("BOT_AVATAR_INCORRECT_SIZE", "Avatar exceeds maximum size", fields(properties={"avatar": picture(5001, 1)})),
        ("BOT_TOKEN_ROTATION_FAILED", "Bot token rotation failed", fields(botToken=OTHER)),
        ("BOT_TOKEN_ROTATION_FAILED", "Bot token rotation failed", fields(botToken="x" * 41)),
    ],
    "imbot.v2.Bot.unregister": [
        # Echo owns the chat of a deal, which no owner may leave.
        ("BOT_UNREGISTER_FAILED", "Bot unregistration failed", echo()),
    ],
    "imbot.v2.Bot.get": [
        (*UNNAMED, echo(botToken="")),
        ("PARAMS_REQUIRED", "Required parameters are missing", lambda world: {}),
        ("BOT_NOT_FOUND", "Bot not found", lambda world: {"botId": NOWHERE}),
        ("BOT_NOT_FOUND", "Bot not found", lambda world: {"botId": world.ann.id}),
        ("BOT_NOT_FOUND", "Bot not found", lambda world: {"code": "nobody"}),
    ],
    "imbot.v2.Bot.list": [(*UNNAMED, echo(botToken=" "))],
    "imbot.v2.Chat.add": [],
    "imbot.v2.Chat.get": NO_DIALOG,
    "imbot.v2.Chat.update": [
        *NO_DIALOG,
        (*DENIED, private(fields={"title": "New"})),
        (*DENIED, at("deal", fields={"title": "New"})),
        (*DENIED, at("deal", fields={"avatar": picture()})),
        (*DENIED, at("quiet", fields={"title": "New"})),
        (*DENIED, at("quiet", fields={"description": "New"})),
        (*DENIED, at("quiet", fields={"color": "pink"})),
        (*DENIED, at("quiet", fields={"avatar": picture()})),
    ],
    "imbot.v2.Chat.leave": [*NO_DIALOG, (*DENIED, private()), (*DENIED, at("group")), (*DENIED, at("deal"))],
    "imbot.v2.Chat.setOwner": [
        *NO_DIALOG,
        (*DENIED, ann("joined")),
        (*DENIED, ann("foreign")),
        (*DENIED, at("room")),
        (*DENIED, at("room", userId=NOWHERE)),
        (*DENIED, lambda world: private(userId=world.ann.id)(world)),
    ],
    "imbot.v2.Chat.User.add": [
        *NO_DIALOG,
        (*DENIED, private(userIds=[1])),
        (*DENIED, at("group", userIds=[1])),
        (*DENIED, at("quiet", userIds=[1])),
    ],
    "imbot.v2.Chat.User.delete": [
        *NO_DIALOG,
        (*DENIED, lambda world: private(userId=world.ann.id)(world)),
        (*DENIED, at("group", userId=1)),
        (*DENIED, ann("joined")),
        (*DENIED, at("joined", userId=NOWHERE)),
        (*DENIED, lambda world: at("deal", userId=world.echo)(world)),
    ],
    "imbot.v2.Chat.User.list": [*NO_DIALOG, (*DENIED, private())],
    "imbot.v2.Chat.InputAction.notify": NO_DIALOG,
    "imbot.v2.Chat.TextField.enabled": NO_DIALOG,
    "imbot.v2.Command.register": [
        ("COMMAND_NAME_INVALID", "Command name is invalid", fields(command=["help"])),
        ("COMMAND_NAME_INVALID", "Command name is invalid", fields(command=5)),
        ("COMMAND_REQUIRED", "Command is required", fields(title={"en": "Help"})),
        ("COMMAND_REQUIRED", "Command is required", fields(command="/", title={"en": "Help"})),
        ("COMMAND_REQUIRED", "Command is required", echo()),
        ("COMMAND_TITLE_REQUIRED", "Command title is required", fields(command="help")),
        ("COMMAND_TITLE_REQUIRED", "Command title is required", fields(command="help", title={"en": " "})),
        ("COMMAND_TITLE_REQUIRED", "Command title is required", echo(command="help")),
        ("COMMAND_REGISTER_FAILED", "Command registration failed", fields(command="help me", title={"en": "Help"})),
    ],
    "imbot.v2.Command.update": [
        ("COMMAND_NOT_FOUND", "Command not found", echo()),
        ("COMMAND_NOT_FOUND", "Command not found", echo(commandId=NOWHERE)),
        (
            "COMMAND_NOT_FOUND",
            "Command not found",
            lambda world: {"botId": world.echo, "commandId": world.other_command},
        ),
        ("COMMAND_NOT_FOUND", "Command not found", lambda world: {"botId": world.second, "commandId": world.command}),
        ("COMMAND_NAME_EMPTY", "Command name is empty", command(fields={"command": ""})),
        ("COMMAND_NAME_EMPTY", "Command name is empty", command(fields={"command": "/"})),
        ("COMMAND_NAME_INVALID", "Command name is invalid", command(fields={"command": {"en": "help"}})),
        ("COMMAND_NAME_INVALID", "Command name is invalid", command(fields={"command": "help me"})),
        ("COMMAND_ALREADY_EXISTS", "Command already exists", command(fields={"command": "taken"})),
    ],
    "imbot.v2.Command.unregister": [
        ("COMMAND_NOT_FOUND", "Command not found", echo()),
        (
            "COMMAND_NOT_FOUND",
            "Command not found",
            lambda world: {"botId": world.echo, "commandId": world.other_command},
        ),
    ],
    "imbot.v2.Command.list": [],
    "imbot.v2.Command.answer": [
        (*UNANSWERED, answer(commandId=NOWHERE)),
        (*UNANSWERED, lambda world: answer(commandId=world.other_command)(world)),
        (*UNANSWERED, answer(messageId=NOWHERE)),
        (*UNANSWERED, answer(dialogId="")),
        (*UNANSWERED, answer(dialogId=f"chat{NOWHERE}")),
        (*UNANSWERED, lambda world: answer(dialogId=str(world.ann.id))(world)),
        (*UNANSWERED, answer(fields={})),
        (*UNANSWERED, answer(fields={"message": " \n"})),
        (*UNANSWERED, answer(fields={"attach": "{"})),
        (*UNANSWERED, answer(fields={"message": "x", "keyboard": [{"TEXT": "x" * 60_001, "LINK": HANDLER}]})),
    ],
}
MANAGERS: list[tuple[Any, ...]] = [
    (*NO_IDS, at("room")),
    (*NO_IDS, at("room", userIds=[])),
    (*NO_IDS, at("room", userIds=["", 0])),
    # The ids are asked for before the bot is.
    (*NO_IDS, echo(botId=NOWHERE)),
    *((*DENIED, lambda world, p=params: p(world) | {"userIds": [world.ann.id]}) for _, _, params in NO_DIALOG),
    (*DENIED, ann("joined")),
    (*DENIED, lambda world: private(userIds=[world.ann.id])(world)),
]
TABLES |= {"imbot.v2.Chat.Manager.add": MANAGERS, "imbot.v2.Chat.Manager.delete": MANAGERS}

WHOSE_BOT: list[tuple[Any, ...]] = [
    (*UNNAMED, echo(botToken="", userIds=[1])),
    (*UNNAMED, echo(botToken="  ", userIds=[1])),
    ("BOT_ID_REQUIRED", "Bot ID is required", lambda world: {"userIds": [1]}),
    ("BOT_ID_REQUIRED", "Bot ID is required", echo(botId=0, userIds=[1])),
    ("BOT_NOT_FOUND", "Bot not found", echo(botId=NOWHERE, userIds=[1])),
    ("BOT_NOT_FOUND", "Bot not found", lambda world: {"botId": world.ann.id, "userIds": [1]}),
    (
        "BOT_OWNERSHIP_ERROR",
        "Bot is registered by another application",
        lambda world: {"botId": world.other, "userIds": [1]},
    ),
    ("BOT_OWNERSHIP_ERROR", "Bot is registered by another application", echo(botToken="nobody", userIds=[1])),
    ("BOT_OWNERSHIP_ERROR", "Bot is registered by another application", echo(userIds=[1]), "key"),
]
OF_BOTS = [name for name in TABLES if name not in ("imbot.v2.Bot.register", "imbot.v2.Bot.get", "imbot.v2.Bot.list")]

ERRORS = [Fails(method, *row) for method, rows in TABLES.items() for row in rows]
ERRORS += [Fails(method, *row) for method in OF_BOTS for row in WHOSE_BOT]
SHOWN = {(row.method, row.code) for row in ERRORS}


@pytest.mark.parametrize("row", ERRORS, ids=str)
def test_errors(world: FurnishedV2, row: Fails[FurnishedV2]) -> None:
    assert_fails(world, row)


@pytest.mark.parametrize("method", [name for name in TABLES if name != "imbot.v2.Bot.get"])
def test_a_session_owns_no_bots(world: FurnishedV2, method: str) -> None:
    answer = world.call_own(method, world.session, botId=world.echo, userIds=[1])
    assert (answer.error, answer.status) == ("WRONG_AUTH_TYPE", 403)


def test_a_token_of_more_than_forty_characters_is_refused(world: FurnishedV2) -> None:
    """The change log has a code for it that is on no page."""
    body = b'{"fields": {"code": "new", "botToken": "%s", "properties": {"name": "New"}}}' % (b"x" * 41)
    answer = world.post(f"{world.admin.path}/imbot.v2.Bot.register", body)
    assert (answer.error, answer.status) == ("BOT_TOKEN_INVALID_LENGTH", 400)


STRANGER: dict[str, dict[str, Any]] = {
    "imbot.v2.Chat.get": {},
    "imbot.v2.Chat.update": {"fields": {"title": "Mine"}},
    "imbot.v2.Chat.leave": {},
    "imbot.v2.Chat.setOwner": {"userId": 1},
    "imbot.v2.Chat.User.add": {"userIds": [1]},
    "imbot.v2.Chat.User.delete": {"userId": 1},
    "imbot.v2.Chat.User.list": {},
    "imbot.v2.Chat.Manager.add": {"userIds": [1]},
    "imbot.v2.Chat.Manager.delete": {"userIds": [1]},
    "imbot.v2.Chat.InputAction.notify": {},
    "imbot.v2.Chat.TextField.enabled": {"enabled": False},
}


@pytest.mark.parametrize("method", STRANGER)
@pytest.mark.parametrize("place", ["foreign", "deal", "private"])
def test_a_strange_bot_learns_nothing_of_a_chat(world: FurnishedV2, method: str, place: str) -> None:
    theirs = STRANGER[method] | {"botId": world.other, "botToken": OTHER}
    seen = world.call_own(method, **theirs | {"dialogId": f"chat{getattr(world, place)}"})
    missing = world.call_own(method, **theirs | {"dialogId": f"chat{NOWHERE}"})
    assert (seen.status, seen.body) == (missing.status, missing.body)


# What else imbot.v2 has is shown elsewhere: messages, events and files.
ELSEWHERE = ("imbot.v2.Chat.Message.", "imbot.v2.Event.", "imbot.v2.File.")


def pages() -> dict[str, Page]:
    return {page.method: page for page in CONTRACT.families["imbot.v2"] if not page.method.startswith(ELSEWHERE)}


def test_every_documented_method_is_here() -> None:
    assert len(pages()) == 23
    assert pages().keys() <= {method.name for method in Registry(MODULES)}
    assert TABLES.keys() == pages().keys() - {"imbot.v2.Revision.get"}


def test_every_documented_error_is_shown() -> None:
    assert {(name, error.code) for name, page in pages().items() for error in page.errors} == SHOWN


def test_texts_are_the_documented_ones() -> None:
    wanted = {(name, error.code, error.message) for name, page in pages().items() for error in page.errors}
    assert {(row.method, row.code, row.text) for row in ERRORS} == wanted
