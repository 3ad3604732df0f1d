"""Every documented error of imbot.v2.Chat.Message.* and imbot.v2.Event.get, each by its real cause."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from tests.api.imbot_v2.lab import Lab
from tests.portals import ENGINES, opened

Params = Callable[["MessageLab"], dict[str, Any]]


class MessageLab(Lab):
    """The lab with messages and keys to point at; tests change nothing in it."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.said, self.heard = self.send(), self.say("hello")
        self.secret = self.say("secret", dialog=f"chat{self.world.chat(self.ann)}")
        self.foreign = int(
            self.world.call(
                "imbot.v2.Bot.register", botToken="other", fields={"code": "foreign", "properties": {"name": "F"}}
            ).result["bot"]["id"]
        )
        self.call("Chat.Message.Reaction.add", messageId=self.heard, reaction="like")
        self.session = self.world.token(self.me.id, None)
        self.narrow = self.world.webhook(self.me.id, "imbot")


class Fails(NamedTuple):
    """A call that must end with a documented error. ``by`` names who of the stage calls."""

    method: str
    code: str
    text: str
    status: int
    params: Params
    by: str = "me"

    def __str__(self) -> str:
        return f"{self.method} {self.code}"


def of(**params: Any) -> Params:
    return lambda stage: params


# A call of each method that would be fine.
FINE: dict[str, Params] = {
    "Chat.Message.send": lambda stage: {"dialogId": stage.dialog, "fields": {"message": "hi"}},
    "Chat.Message.update": lambda stage: {"messageId": stage.said, "fields": {"message": "hi"}},
    "Chat.Message.delete": lambda stage: {"messageId": stage.said},
    "Chat.Message.read": lambda stage: {"dialogId": stage.dialog},
    "Chat.Message.get": lambda stage: {"messageId": stage.heard},
    "Chat.Message.getContext": lambda stage: {"messageId": stage.heard},
    "Chat.Message.Reaction.add": lambda stage: {"messageId": stage.heard, "reaction": "fire"},
    "Chat.Message.Reaction.delete": lambda stage: {"messageId": stage.heard, "reaction": "fire"},
    "Event.get": lambda stage: {},
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
            yield Fails(method, code, text, status, lambda stage, fine=fine, params=params: fine(stage) | params)  # type: ignore[misc]
        text = "Bot is registered by another application"
        yield Fails(
            method,
            "BOT_OWNERSHIP_ERROR",
            text,
            403,
            lambda stage, fine=fine: fine(stage) | {"botId": stage.foreign},  # type: ignore[misc]
        )


def sends(**fields: Any) -> Params:
    return lambda stage: {"dialogId": stage.dialog, "fields": {"message": "hi", **fields}}


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
        lambda stage: sends(replyId=stage.secret)(stage),
    ),
    *(
        Fails("Chat.Message.update", *DENIED, params)
        for params in (
            lambda stage: {"messageId": stage.heard, "fields": {"message": "x"}},
            of(messageId=NOBODY, fields={"message": "x"}),
            of(fields={"message": "x"}),
        )
    ),
    *(
        Fails("Chat.Message.delete", *DENIED, params)
        for params in (lambda stage: {"messageId": stage.heard}, of(messageId=NOBODY), of())
    ),
    *(Fails("Chat.Message.read", *DENIED, of(dialogId=dialog)) for dialog in (STRANGE, "", "999")),
    *(
        Fails("Chat.Message.read", "MESSAGE_NOT_FOUND", "Message not found", 400, params)
        for params in (
            lambda stage: {"dialogId": stage.dialog, "messageId": stage.secret},
            lambda stage: {"dialogId": stage.dialog, "messageId": NOBODY},
        )
    ),
    *(
        Fails(f"Chat.Message.{name}", "BOT_TYPE_NOT_ALLOWED", "Bot type not allowed", 403, FINE["Chat.Message.get"])
        for name in ("get", "getContext")
    ),
    Fails("Chat.Message.get", *DENIED, lambda stage: {"botId": stage.eye, "messageId": stage.secret}),
    Fails("Chat.Message.get", *DENIED, lambda stage: {"botId": stage.eye, "messageId": NOBODY}),
    Fails(
        "Chat.Message.getContext",
        "MESSAGE_NOT_FOUND",
        "Message not found",
        400,
        lambda stage: {"botId": stage.eye, "messageId": NOBODY},
    ),
    Fails(
        "Chat.Message.getContext",
        "MESSAGE_ACCESS_DENIED",
        "Message access denied",
        403,
        lambda stage: {"botId": stage.eye, "messageId": stage.secret},
    ),
    *(
        row
        for name in ("add", "delete")
        for row in (
            Fails(
                f"Chat.Message.Reaction.{name}",
                *DENIED,
                lambda stage: {"messageId": stage.secret, "reaction": "like"},
            ),
            Fails(f"Chat.Message.Reaction.{name}", *DENIED, of(messageId=NOBODY, reaction="like")),
            Fails(
                f"Chat.Message.Reaction.{name}",
                "REACTION_NOT_FOUND",
                "Reaction not found",
                400,
                lambda stage: {"messageId": stage.heard, "reaction": "shrug"},
            ),
        )
    ),
    Fails(
        "Chat.Message.Reaction.add",
        "REACTION_ALREADY_SET",
        "Reaction already set",
        400,
        lambda stage: {"messageId": stage.heard, "reaction": "like"},
    ),
    Fails("Event.get", "SCOPE_ERROR", "Scope error", 403, of(withUserEvents=True), "narrow"),
    Fails("Event.get", "USER_NOT_SUBSCRIBED", "User not subscribed", 400, of(withUserEvents=True)),
]


@pytest.fixture(scope="module", params=ENGINES)
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MessageLab]:
    """One stage for each engine."""
    with opened(request, request.param, tmp_path_factory.mktemp("stage")) as world:
        yield MessageLab(world)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_an_error_is_told_as_documented(stage: MessageLab, row: Fails) -> None:
    before = stage.world.last_event()
    answer = stage.call(row.method, getattr(stage, row.by), **row.params(stage))
    assert (answer.error, answer.text, answer.status) == (row.code, row.text, row.status)
    assert stage.world.last_event() == before, "a refused call leaves nothing behind"


@pytest.mark.parametrize("method", FINE)
def test_a_persons_session_has_no_bots(stage: MessageLab, method: str) -> None:
    answer = stage.call(method, stage.session, **FINE[method](stage))
    assert answer.error == "WRONG_AUTH_TYPE"


def test_only_who_may_post_does(stage: MessageLab) -> None:
    quiet = stage.world.chat(stage.ann, [stage.bot])
    stage.world.write(lambda tx: tx.run("UPDATE chats SET can_post = 'owner' WHERE id = :id", id=quiet))
    answer = stage.call("Chat.Message.send", dialogId=f"chat{quiet}", fields={"message": "hi"})
    assert (answer.error, answer.status) == ("ACCESS_DENIED", 403)
