"""Every documented error of imbot.chat.* and imbot.dialog.get, each by its real cause."""

from __future__ import annotations

from typing import Any

import pytest

from tests.worlds.furnished import Fails, FurnishedV1, Params, assert_fails
from tests.worlds.samples import picture

NOWHERE = 987654

CHAT_EMPTY = "Chat ID can't be empty"
USER_EMPTY = "User ID can't be empty"
UNAVAILABLE = "Action unavailable"
NO_KICK = "It is forbidden to delete users of this chat"
NOT_IN = "You don't have access or user isn't a member in chat"
ALREADY_IN = "You don't have access or user already member in chat"
MANAGER = "Change manager can only owner and user must be member in chat"
OWNER = "Change owner can only owner and user must be member in chat"


@pytest.fixture
def world(furnished_v1: FurnishedV1) -> FurnishedV1:
    return furnished_v1


def at(place: str, **more: Any) -> Params[FurnishedV1]:
    """A call for one of the world's chats."""
    return lambda world: {"CHAT_ID": getattr(world, place), **more}


def ann(place: str, **more: Any) -> Params[FurnishedV1]:
    """The same about Ann."""
    return lambda world: {"CHAT_ID": getattr(world, place), "USER_ID": world.ann.id, **more}


def echo(place: str) -> Params[FurnishedV1]:
    """The same about the bot itself."""
    return lambda world: {"CHAT_ID": getattr(world, place), "USER_ID": world.echo}


def none(**more: Any) -> Params[FurnishedV1]:
    """A call for no chat."""
    return lambda world: more


def nowhere(**more: Any) -> Params[FurnishedV1]:
    """A call for a chat that does not exist."""
    return lambda world: {"CHAT_ID": NOWHERE, "USER_ID": world.ann.id, **more}


TABLES: dict[str, list[tuple[Any, ...]]] = {
    "imbot.chat.add": [
        ("INVALID_FORMAT", "Parameter USERS has wrong type", none(USERS="everybody")),
        ("INVALID_FORMAT", "Parameter USERS has wrong type", none(USERS=[["nested"]])),
        ("WRONG_REQUEST", "Chat can't be created", none(COLOR="PLAID")),
        ("WRONG_REQUEST", "Chat can't be created", none(AVATAR="bm90IGEgcGljdHVyZQ==")),
        ("WRONG_REQUEST", "Chat can't be created", none(USERS=[NOWHERE])),
    ],
    "imbot.chat.get": [
        (
            "AUTHORIZE_ERROR",
            "Method not available for guest session.",
            none(ENTITY_TYPE="CRM", ENTITY_ID="DEAL|5"),
            "guest",
        ),
        ("ACCESS_ERROR", "You don't have access to this chat", none(ENTITY_TYPE="ORDER", ENTITY_ID="1")),
    ],
    "imbot.chat.leave": [
        ("CHAT_ID_EMPTY", CHAT_EMPTY, none()),
        ("ACCESS_ERROR", UNAVAILABLE, at("private")),
        ("ACCESS_ERROR", NO_KICK, at("group")),
        ("ACCESS_ERROR", "LEAVE_OWNER_FORBIDDEN", at("deal")),
        ("WRONG_REQUEST", NOT_IN, at("foreign")),
        ("WRONG_REQUEST", NOT_IN, nowhere()),
    ],
    "imbot.chat.sendTyping": [
        ("DIALOG_ID_EMPTY", "Dialog ID can't be empty", none()),
        ("DIALOG_ID_EMPTY", "Dialog ID can't be empty", none(DIALOG_ID="everywhere")),
        ("DIALOG_ID_EMPTY", "Dialog ID can't be empty", none(DIALOG_ID=NOWHERE)),
        ("DIALOG_ID_EMPTY", "Dialog ID can't be empty", lambda world: {"DIALOG_ID": f"chat{world.foreign}"}),
    ],
    "imbot.chat.setManager": [
        ("CHAT_ID_EMPTY", CHAT_EMPTY, none()),
        ("USER_ID_EMPTY", USER_EMPTY, at("room")),
        ("WRONG_REQUEST", MANAGER, ann("joined")),
        ("WRONG_REQUEST", MANAGER, ann("private")),
        ("WRONG_REQUEST", MANAGER, ann("foreign")),
        ("WRONG_REQUEST", MANAGER, nowhere()),
        ("WRONG_REQUEST", MANAGER, at("room", USER_ID=NOWHERE)),
        ("WRONG_REQUEST", MANAGER, echo("room")),
    ],
    "imbot.chat.setOwner": [
        ("CHAT_ID_EMPTY", CHAT_EMPTY, none()),
        ("USER_ID_EMPTY", USER_EMPTY, at("room")),
        ("ACCESS_ERROR", UNAVAILABLE, ann("private")),
        ("WRONG_REQUEST", OWNER, ann("joined")),
        ("WRONG_REQUEST", OWNER, ann("foreign")),
        ("WRONG_REQUEST", OWNER, at("room", USER_ID=NOWHERE)),
    ],
    "imbot.chat.updateAvatar": [
        ("CHAT_ID_EMPTY", CHAT_EMPTY, none(AVATAR=picture())),
        ("ACCESS_DENIED", "Access denied", at("quiet", AVATAR=picture())),
        ("ACCESS_ERROR", UNAVAILABLE, at("private", AVATAR=picture())),
        ("ACCESS_ERROR", "The avatar of this chat cannot be changed", at("deal", AVATAR=picture())),
        ("AVATAR_ERROR", "Avatar incorrect type", at("room", AVATAR="bm90IGEgcGljdHVyZQ==")),
        ("AVATAR_ERROR", "Avatar incorrect type", at("room")),
        ("AVATAR_ERROR", "Avatar incorrect size (max 5000x5000)", at("room", AVATAR=picture(5001, 1))),
        ("WRONG_REQUEST", "Chat doesn't exist", nowhere(AVATAR=picture())),
        ("WRONG_REQUEST", "Chat doesn't exist", at("foreign", AVATAR=picture())),
    ],
    "imbot.chat.updateColor": [
        ("CHAT_ID_EMPTY", CHAT_EMPTY, none(COLOR="PINK")),
        ("ACCESS_ERROR", UNAVAILABLE, at("private", COLOR="PINK")),
        ("WRONG_COLOR", "This color currently unavailable", at("room", COLOR="PLAID")),
        ("WRONG_COLOR", "This color currently unavailable", at("room")),
        ("WRONG_REQUEST", "This color currently set or chat doesn't exist", nowhere(COLOR="PINK")),
        ("WRONG_REQUEST", "This color currently set or chat doesn't exist", at("foreign", COLOR="PINK")),
        ("WRONG_REQUEST", "This color currently set or chat doesn't exist", at("quiet", COLOR="PINK")),
    ],
    "imbot.chat.updateTitle": [
        ("CHAT_ID_EMPTY", CHAT_EMPTY, none(TITLE="New")),
        ("TITLE_EMPTY", "Title can't be empty", at("room")),
        ("TITLE_EMPTY", "Title can't be empty", at("room", TITLE=" \n ")),
        ("ACCESS_ERROR", UNAVAILABLE, at("private", TITLE="New")),
        ("ACCESS_ERROR", UNAVAILABLE, at("quiet", TITLE="New")),
        ("ACCESS_ERROR", UNAVAILABLE, at("foreign", TITLE="New")),
        ("ACCESS_ERROR", UNAVAILABLE, nowhere(TITLE="New")),
        ("ACCESS_ERROR", "This chat cannot be renamed", at("deal", TITLE="New")),
    ],
    "imbot.chat.user.add": [
        ("CHAT_ID_EMPTY", CHAT_EMPTY, none(USERS=[1])),
        ("ACCESS_ERROR", UNAVAILABLE, at("private", USERS=[1])),
        ("ACCESS_ERROR", "It is forbidden to add users to this chat", at("group", USERS=[1])),
        ("WRONG_REQUEST", "User IDs must be passed in array format", at("room", USERS="Ann")),
        ("WRONG_REQUEST", ALREADY_IN, lambda world: {"CHAT_ID": world.room, "USERS": [world.ann.id]}),
        ("WRONG_REQUEST", ALREADY_IN, lambda world: {"CHAT_ID": world.quiet, "USERS": [world.admin.id]}),
        ("WRONG_REQUEST", ALREADY_IN, lambda world: {"CHAT_ID": world.foreign, "USERS": [world.admin.id]}),
        ("WRONG_REQUEST", ALREADY_IN, at("room", USERS=[NOWHERE])),
        ("WRONG_REQUEST", ALREADY_IN, at("room")),
    ],
    "imbot.chat.user.delete": [
        ("CHAT_ID_EMPTY", CHAT_EMPTY, none()),
        ("USER_ID_EMPTY", USER_EMPTY, at("room")),
        ("ACCESS_ERROR", UNAVAILABLE, ann("private")),
        ("ACCESS_ERROR", NO_KICK, ann("group")),
        ("ACCESS_ERROR", "LEAVE_OWNER_FORBIDDEN", echo("deal")),
        ("WRONG_REQUEST", NOT_IN, at("room", USER_ID=NOWHERE)),
        ("WRONG_REQUEST", NOT_IN, ann("joined")),
        ("WRONG_REQUEST", NOT_IN, ann("foreign")),
    ],
    "imbot.chat.user.list": [
        ("CHAT_ID_EMPTY", CHAT_EMPTY, none()),
        ("ACCESS_ERROR", UNAVAILABLE, at("private")),
        ("ACCESS_ERROR", UNAVAILABLE, at("foreign")),
        ("ACCESS_ERROR", UNAVAILABLE, nowhere()),
    ],
    "imbot.dialog.get": [
        ("DIALOG_ID_EMPTY", "Dialog ID can't be empty", none()),
        ("DIALOG_ID_EMPTY", "Dialog ID can't be empty", none(DIALOG_ID="chat")),
        ("DIALOG_ID_EMPTY", "Dialog ID can't be empty", none(DIALOG_ID="0")),
        ("DIALOG_ID_EMPTY", "Dialog ID can't be empty", none(DIALOG_ID="chat1 OR 1=1")),
        ("ACCESS_ERROR", "You do not have access to the specified dialog", none(DIALOG_ID=NOWHERE)),
        ("ACCESS_ERROR", "You do not have access to the specified dialog", none(DIALOG_ID="sg55")),
        ("ACCESS_ERROR", "You don't have access to this chat", lambda world: {"DIALOG_ID": f"chat{world.foreign}"}),
        ("ACCESS_ERROR", "You don't have access to this chat", none(DIALOG_ID=f"chat{NOWHERE}")),
    ],
}

OF_BOTS = [method for method in TABLES if method not in ("imbot.chat.get", "imbot.dialog.get")]
WHOSE_BOT = [
    ("BOT_ID_ERROR", "Bot not found", none(BOT_ID=NOWHERE)),
    ("BOT_ID_ERROR", "Bot not found", lambda world: {"BOT_ID": world.ann.id}),
    ("BOT_ID_ERROR", "Bot not found", none(CLIENT_ID="nobody")),
    ("BOT_ID_ERROR", "Bot not found", none(CLIENT_ID="")),
    ("APP_ID_ERROR", "Bot was installed by another REST application", lambda world: {"BOT_ID": world.other}),
]

ERRORS = [Fails(method, *row) for method, rows in TABLES.items() for row in rows]
ERRORS += [Fails(method, *row) for method in OF_BOTS for row in WHOSE_BOT]


@pytest.mark.parametrize("row", ERRORS, ids=str)
def test_chats(world: FurnishedV1, row: Fails[FurnishedV1]) -> None:
    assert_fails(world, row)


@pytest.mark.parametrize("method", ["imbot.dialog.get", "im.dialog.get", "im.dialog.messages.get"])
def test_a_missing_chat_cannot_be_told_from_a_foreign_one(world: FurnishedV1, method: str) -> None:
    answers = [
        world.post(f"{world.admin.path}/{method}?DIALOG_ID=chat{chat}&raw", kind="")
        for chat in (world.foreign, NOWHERE)
    ]
    foreign, missing = [(answer.status, answer.body, answer.headers) for answer in answers]
    assert foreign == missing
    assert foreign[0] == 403


STRANGER: dict[str, dict[str, Any]] = {
    "imbot.chat.leave": {},
    "imbot.chat.setManager": {"USER_ID": 1},
    "imbot.chat.setOwner": {"USER_ID": 1},
    "imbot.chat.updateAvatar": {"AVATAR": picture()},
    "imbot.chat.updateColor": {"COLOR": "PINK"},
    "imbot.chat.updateTitle": {"TITLE": "Mine"},
    "imbot.chat.user.add": {"USERS": [1]},
    "imbot.chat.user.delete": {"USER_ID": 1},
    "imbot.chat.user.list": {},
}


@pytest.mark.parametrize("method", STRANGER)
@pytest.mark.parametrize("place", ["foreign", "deal", "group", "private"])
def test_a_strange_bot_learns_nothing_of_a_chat(world: FurnishedV1, method: str, place: str) -> None:
    theirs = STRANGER[method] | {"CLIENT_ID": "other-client"}
    seen = world.call_own(method, **theirs | {"CHAT_ID": getattr(world, place)})
    missing = world.call_own(method, **theirs | {"CHAT_ID": NOWHERE})
    assert (seen.status, seen.body) == (missing.status, missing.body)
