"""Every documented error of imbot.v2.Chat.Message.* and imbot.v2.Event.get, each by its real cause."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from tests.portals import ENGINES, opened
from tests.world import World

Params = Callable[["MessageWorld"], dict[str, Any]]


class MessageWorld(World):
    """A world with messages and keys to point at; tests change nothing in it."""

    def set_up(self) -> None:
        self.open_bot_room()
        self.said, self.heard = self.send_as_bot(), self.send("hello")
        self.secret = self.send("secret", dialog=f"chat{self.add_chat(self.ann)}")
        self.foreign = int(
            self.call(
                "imbot.v2.Bot.register", botToken="other", fields={"code": "foreign", "properties": {"name": "F"}}
            ).result["bot"]["id"]
        )
        self.call_as_bot("Chat.Message.Reaction.add", messageId=self.heard, reaction="like")
        self.session = self.add_token(self.admin.id, None)
        self.narrow = self.add_webhook(self.admin.id, "imbot")


class Fails(NamedTuple):
    """A call that must end with a documented error. ``by`` names who of the world calls."""

    method: str
    code: str
    text: str
    status: int
    params: Params
    by: str = "admin"

    def __str__(self) -> str:
        return f"{self.method} {self.code}"


def of(**params: Any) -> Params:
    return lambda world: params


# A call of each method that would be fine.
FINE: dict[str, Params] = {
    "Chat.Message.send": lambda world: {"dialogId": world.dialog, "fields": {"message": "hi"}},
    "Chat.Message.update": lambda world: {"messageId": world.said, "fields": {"message": "hi"}},
    "Chat.Message.delete": lambda world: {"messageId": world.said},
    "Chat.Message.read": lambda world: {"dialogId": world.dialog},
    "Chat.Message.get": lambda world: {"messageId": world.heard},
    "Chat.Message.getContext": lambda world: {"messageId": world.heard},
    "Chat.Message.Reaction.add": lambda world: {"messageId": world.heard, "reaction": "fire"},
    "Chat.Message.Reaction.delete": lambda world: {"messageId": world.heard, "reaction": "fire"},
    "Event.get": lambda world: {},
}
DENIED = ("ACCESS_DENIED", "Access denied", 403)
NOBODY, STRANGE = 10**9, "chat1000000"
OF_BOTS = [
    ("BOT_TOKEN_NOT_SPECIFIED", "Bot token is not specified", 400, {"botToken": ""}),
    ("BOT_ID_REQUIRED", "Bot ID is required", 400, {"botId": 0}),
    ("BOT_NOT_FOUND", "Bot not found", 400, {"botId": NOBODY}),
]


def everywhere() -> Iterator[Fails]:
    """What every method of a bot answers."""
    for method, fine in FINE.items():
        for code, text, status, params in OF_BOTS:
            yield Fails(method, code, text, status, lambda world, fine=fine, params=params: fine(world) | params)  # type: ignore[misc]
        text = "Bot is registered by another application"
        yield Fails(
            method,
            "BOT_OWNERSHIP_ERROR",
            text,
            403,
            lambda world, fine=fine: fine(world) | {"botId": world.foreign},  # type: ignore[misc]
        )


def sends(**fields: Any) -> Params:
    return lambda world: {"dialogId": world.dialog, "fields": {"message": "hi", **fields}}


ROWS = [
    *everywhere(),
    *(Fails("Chat.Message.send", *DENIED, of(dialogId=i, fields={"message": "x"})) for i in (STRANGE, "", "x", "999")),
    Fails("Chat.Message.send", "EMPTY_MESSAGE", "Message is empty", 400, sends(message=" ")),
    Fails(
        "Chat.Message.send",
        "EMPTY_MESSAGE",
        "Message is empty",
        400,
        sends(message="", keyboard=[{"TEXT": "Go", "COMMAND": "go"}]),
    ),
    *(
        Fails("Chat.Message.send", "SENDING_FAILED", "Sending failed", 400, sends(**fields))
        for fields in (
            {"attach": "{"},
            {"attach": [{"MESSAGE": "x" * 60_001}]},
            {"keyboard": "["},
            {"keyboard": [{"TEXT": "x" * 60_001, "COMMAND": "go"}]},
            {"replyId": NOBODY},
            {"forwardIds": {"a": "b"}},
        )
    ),
    Fails(
        "Chat.Message.send",
        "SENDING_FAILED",
        "Sending failed",
        400,
        lambda world: sends(replyId=world.secret)(world),
    ),
    *(
        Fails("Chat.Message.update", *DENIED, params)
        for params in (
            lambda world: {"messageId": world.heard, "fields": {"message": "x"}},
            of(messageId=NOBODY, fields={"message": "x"}),
            of(fields={"message": "x"}),
        )
    ),
    *(
        Fails("Chat.Message.delete", *DENIED, params)
        for params in (lambda world: {"messageId": world.heard}, of(messageId=NOBODY), of())
    ),
    *(Fails("Chat.Message.read", *DENIED, of(dialogId=dialog)) for dialog in (STRANGE, "", "999")),
    *(
        Fails("Chat.Message.read", "MESSAGE_NOT_FOUND", "Message not found", 400, params)
        for params in (
            lambda world: {"dialogId": world.dialog, "messageId": world.secret},
            lambda world: {"dialogId": world.dialog, "messageId": NOBODY},
        )
    ),
    *(
        Fails(f"Chat.Message.{name}", "BOT_TYPE_NOT_ALLOWED", "Bot type not allowed", 403, FINE["Chat.Message.get"])
        for name in ("get", "getContext")
    ),
    Fails("Chat.Message.get", *DENIED, lambda world: {"botId": world.eye, "messageId": world.secret}),
    Fails("Chat.Message.get", *DENIED, lambda world: {"botId": world.eye, "messageId": NOBODY}),
    Fails(
        "Chat.Message.getContext",
        "MESSAGE_NOT_FOUND",
        "Message not found",
        400,
        lambda world: {"botId": world.eye, "messageId": NOBODY},
    ),
    Fails(
        "Chat.Message.getContext",
        "MESSAGE_ACCESS_DENIED",
        "Message access denied",
        403,
        lambda world: {"botId": world.eye, "messageId": world.secret},
    ),
    *(
        row
        for name in ("add", "delete")
        for row in (
            Fails(
                f"Chat.Message.Reaction.{name}",
                *DENIED,
                lambda world: {"messageId": world.secret, "reaction": "like"},
            ),
            Fails(f"Chat.Message.Reaction.{name}", *DENIED, of(messageId=NOBODY, reaction="like")),
            Fails(
                f"Chat.Message.Reaction.{name}",
                "REACTION_NOT_FOUND",
                "Reaction not found",
                400,
                lambda world: {"messageId": world.heard, "reaction": "shrug"},
            ),
        )
    ),
    Fails(
        "Chat.Message.Reaction.add",
        "REACTION_ALREADY_SET",
        "Reaction already set",
        400,
        lambda world: {"messageId": world.heard, "reaction": "like"},
    ),
    Fails("Event.get", "SCOPE_ERROR", "Scope error", 403, of(withUserEvents=True), "narrow"),
    Fails("Event.get", "USER_NOT_SUBSCRIBED", "User not subscribed", 400, of(withUserEvents=True)),
]


@pytest.fixture(scope="module", params=ENGINES)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MessageWorld]:
    """One world for each engine."""
    with opened(request, request.param, tmp_path_factory.mktemp("world"), MessageWorld) as opened_world:
        yield opened_world


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_an_error_is_told_as_documented(world: MessageWorld, row: Fails) -> None:
    before = world.last_event()
    answer = world.call_as_bot(row.method, getattr(world, row.by), **row.params(world))
    assert (answer.error, answer.text, answer.status) == (row.code, row.text, row.status)
    assert world.last_event() == before, "a refused call leaves nothing behind"


@pytest.mark.parametrize("method", FINE)
def test_a_persons_session_has_no_bots(world: MessageWorld, method: str) -> None:
    answer = world.call_as_bot(method, world.session, **FINE[method](world))
    assert answer.error == "WRONG_AUTH_TYPE"


def test_only_who_may_post_does(world: MessageWorld) -> None:
    quiet = world.add_chat(world.ann, [world.echo])
    world.write(lambda tx: tx.run("UPDATE chats SET can_post = 'owner' WHERE id = :id", id=quiet))
    answer = world.call_as_bot("Chat.Message.send", dialogId=f"chat{quiet}", fields={"message": "hi"})
    assert (answer.error, answer.status) == ("ACCESS_DENIED", 403)
