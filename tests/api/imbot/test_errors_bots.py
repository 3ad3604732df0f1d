"""Every documented error of imbot.register, update, unregister and bot.list, each by its real cause."""

from __future__ import annotations

from typing import Any

import pytest

from tests.worlds.furnished import Fails, FurnishedV1, Params, assert_fails
from tests.worlds.samples import HANDLER

NEW = {"CODE": "new", "EVENT_HANDLER": HANDLER, "PROPERTIES": {"NAME": "New"}}
HANDLERS = {"EVENT_MESSAGE_ADD": HANDLER, "EVENT_WELCOME_MESSAGE": HANDLER, "EVENT_BOT_DELETE": HANDLER}
NO_ADDRESS = "ftp://example.com/bot"
NOT_A_PICTURE = "bm90IGEgcGljdHVyZQ=="
SESSION = "Access for this method not allowed by session authorization."
UNNAMED = "Access denied! Client ID not specified"
NOT_FOUND = "Bot not found"
NOT_YOURS = "Bot was installed by another REST application"


@pytest.fixture
def world(furnished_v1: FurnishedV1) -> FurnishedV1:
    return furnished_v1


def new(**more: Any) -> Params[FurnishedV1]:
    return lambda world: NEW | more


def without(name: str) -> Params[FurnishedV1]:
    kept = {key: value for key, value in HANDLERS.items() if key != name}
    return lambda world: {"CODE": "new", "PROPERTIES": {"NAME": "New"}, **kept}


def supervisor(**more: Any) -> Params[FurnishedV1]:
    """A new bot whose handlers for edits and deletions count."""
    return lambda world: {"CODE": "new", "TYPE": "S", "PROPERTIES": {"NAME": "New"}, **HANDLERS, **more}


def fields(**more: Any) -> Params[FurnishedV1]:
    return lambda world: {"BOT_ID": world.echo, "FIELDS": more}


REGISTER = [
    ("WRONG_AUTH_TYPE", SESSION, new(), "session"),
    ("ACCESS_DENIED", UNNAMED, new(CLIENT_ID="")),
    ("EVENT_MESSAGE_ADD_ERROR", 'Handler for "Message add" event isn\'t specified', without("EVENT_MESSAGE_ADD")),
    ("EVENT_MESSAGE_ADD_ERROR", "Wrong handler URL", new(EVENT_MESSAGE_ADD=NO_ADDRESS)),
    ("EVENT_MESSAGE_UPDATE_ERROR", "Wrong handler URL", supervisor(EVENT_MESSAGE_UPDATE=NO_ADDRESS)),
    ("EVENT_MESSAGE_DELETE_ERROR", "Wrong handler URL", supervisor(EVENT_MESSAGE_DELETE=NO_ADDRESS)),
    (
        "EVENT_WELCOME_MESSAGE_ERROR",
        'Handler for "Welcome message" event isn\'t specified',
        without("EVENT_WELCOME_MESSAGE"),
    ),
    ("EVENT_WELCOME_MESSAGE_ERROR", "Wrong handler URL", new(EVENT_WELCOME_MESSAGE=NO_ADDRESS)),
    ("EVENT_BOT_DELETE_ERROR", 'Handler for "Bot delete" event isn\'t specified', without("EVENT_BOT_DELETE")),
    ("EVENT_BOT_DELETE_ERROR", "Wrong handler URL", new(EVENT_BOT_DELETE=NO_ADDRESS)),
    ("CODE_ERROR", "Bot code isn't specified", new(CODE=" ")),
    ("NAME_ERROR", "Bot name isn't specified", new(PROPERTIES={"WORK_POSITION": "Helper"})),
    (
        "MAX_COUNT_ERROR",
        "Has reached the maximum number of bots for application (max: 4)",
        new(CLIENT_ID="full-client"),
    ),
    ("WRONG_REQUEST", "Bot can't be created", new(CODE="other")),
    ("WRONG_REQUEST", "Bot can't be created", new(CODE="x" * 101)),
    (
        "WRONG_REQUEST",
        "Bot can't be created",
        new(PROPERTIES={"NAME": "New", "PERSONAL_PHOTO": NOT_A_PICTURE}),
    ),
]

UPDATE = [
    ("WRONG_AUTH_TYPE", SESSION, fields(CODE="new"), "session"),
    ("ACCESS_DENIED", UNNAMED, lambda world: {"BOT_ID": world.echo, "FIELDS": {"CODE": "new"}, "CLIENT_ID": ""}),
    ("BOT_ID_ERROR", NOT_FOUND, lambda world: {"BOT_ID": 987654, "FIELDS": {"CODE": "new"}}),
    ("BOT_ID_ERROR", NOT_FOUND, lambda world: {"FIELDS": {"CODE": "new"}}),
    ("BOT_ID_ERROR", NOT_FOUND, lambda world: {"BOT_ID": world.ann.id, "FIELDS": {"CODE": "new"}}),
    ("APP_ID_ERROR", NOT_YOURS, lambda world: {"BOT_ID": world.other, "FIELDS": {"CODE": "new"}}),
    ("EVENT_MESSAGE_ADD_ERROR", "Wrong handler URL", fields(EVENT_MESSAGE_ADD=NO_ADDRESS)),
    ("EVENT_MESSAGE_UPDATE_ERROR", "Wrong handler URL", fields(EVENT_MESSAGE_UPDATE=NO_ADDRESS)),
    ("EVENT_MESSAGE_DELETE_ERROR", "Wrong handler URL", fields(EVENT_MESSAGE_DELETE=NO_ADDRESS)),
    ("EVENT_WELCOME_MESSAGE_ERROR", "Wrong handler URL", fields(EVENT_WELCOME_MESSAGE=NO_ADDRESS)),
    ("EVENT_BOT_DELETE_ERROR", "Wrong handler URL", fields(EVENT_BOT_DELETE=NO_ADDRESS)),
    ("NAME_ERROR", "Bot name isn't specified", fields(PROPERTIES={"NAME": " ", "LAST_NAME": ""})),
    ("WRONG_REQUEST", "Update fields can't be empty", fields()),
    ("WRONG_REQUEST", "Update fields can't be empty", fields(CODE="", PROPERTIES={"EMAIL": ""})),
    ("WRONG_REQUEST", "Bot can't be updated", fields(CODE="second")),
    ("WRONG_REQUEST", "Bot can't be updated", fields(PROPERTIES={"PERSONAL_PHOTO": NOT_A_PICTURE})),
]

UNREGISTER = [
    ("WRONG_AUTH_TYPE", SESSION, lambda world: {"BOT_ID": world.echo}, "session"),
    ("ACCESS_DENIED", UNNAMED, lambda world: {"BOT_ID": world.echo, "CLIENT_ID": ""}),
    ("BOT_ID_ERROR", NOT_FOUND, lambda world: {"BOT_ID": 987654}),
    ("BOT_ID_ERROR", NOT_FOUND, lambda world: {}),
    ("APP_ID_ERROR", NOT_YOURS, lambda world: {"BOT_ID": world.other}),
    # Echo owns the chat of a deal, which no owner may leave.
    ("WRONG_REQUEST", "Bot can't be deleted", lambda world: {"BOT_ID": world.echo}),
]

LIST: list[tuple[Any, ...]] = [("WRONG_AUTH_TYPE", SESSION, lambda world: {}, "session")]

TABLES: dict[str, Any] = {
    "imbot.register": REGISTER,
    "imbot.update": UPDATE,
    "imbot.unregister": UNREGISTER,
    "imbot.bot.list": LIST,
}
ERRORS = [Fails(method, *row) for method, rows in TABLES.items() for row in rows]


@pytest.mark.parametrize("row", ERRORS, ids=str)
def test_bots(world: FurnishedV1, row: Fails[FurnishedV1]) -> None:
    assert_fails(world, row)


def test_a_bot_that_hears_no_edits_may_name_any_handler_for_them(world: FurnishedV1) -> None:
    """EVENT_MESSAGE_UPDATE and EVENT_MESSAGE_DELETE are ignored for types B and H without open lines."""
    answer = world.call_own(
        "imbot.register", **NEW | {"CODE": "full0", "EVENT_MESSAGE_UPDATE": NO_ADDRESS, "CLIENT_ID": "full-client"}
    )
    assert answer.status == 200
