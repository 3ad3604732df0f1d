"""Every verb leaves its events, in the order of what happened, or none at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.imbot.cast import HANDLER, LANG, picture
from tests.story import CLIENT, bot_does, bot_says, reads, says
from tests.world import World


class Scene:
    """Ann, the bot Echo and a room of the bot with both in it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.bot = world.bot()
        self.ann, self.bob = world.person("Ann"), world.person("Bob")
        self.room = int(bot_does(world, "imbot.chat.add", USERS=[self.ann.id]))
        self.said = bot_says(world, f"chat{self.room}", "hello")
        command = {"BOT_ID": self.bot, "COMMAND": "go", "EVENT_COMMAND_ADD": HANDLER, "LANG": LANG}
        self.command = int(bot_does(world, "imbot.command.register", **command))
        icon = {"CODE": "go", "JS_METHOD": "SEND", "JS_PARAM": "/go", "LANG": LANG}
        self.icon = int(bot_does(world, "imbot.app.register", **icon))

    def does(self, method: str, **params: Any) -> Any:
        return bot_does(self.world, method, **params)

    def here(self, method: str, **params: Any) -> Any:
        return self.does(method, CHAT_ID=self.room, **params)


Deed = Callable[[Scene], object]

LOG: dict[str, tuple[Deed, list[str]]] = {
    "a bot comes": (lambda s: s.world.bot(code="new"), ["BotRegistered"]),
    "a bot comes again": (lambda s: s.world.bot(), []),
    "a bot changes": (lambda s: s.does("imbot.update", BOT_ID=s.bot, FIELDS={"CODE": "new"}), ["BotChanged"]),
    "a bot goes": (
        lambda s: s.does("imbot.unregister", BOT_ID=s.bot),
        ["MemberLeft", "MessageSent", "BotRemoved"],
    ),
    "a chat is made": (
        lambda s: s.does("imbot.chat.add", USERS=[s.ann.id], MESSAGE="hi"),
        ["ChatAdded", "MemberJoined", "MemberJoined", "MessageSent", "MessageSent", "MessageSent"],
    ),
    "a dialog is opened": (lambda s: bot_says(s.world, s.ann.id), ["ChatAdded", "MessageSent"]),
    "a dialog with a bot is opened": (
        lambda s: says(s.world, s.ann, s.bot),
        ["ChatAdded", "MemberJoined", "MessageSent"],
    ),
    "somebody comes": (
        lambda s: s.here("imbot.chat.user.add", USERS=[s.bob.id]),
        ["MemberJoined", "MessageSent"],
    ),
    "somebody is shown out": (
        lambda s: s.here("imbot.chat.user.delete", USER_ID=s.ann.id),
        ["MemberLeft", "MessageSent"],
    ),
    "the bot leaves": (lambda s: s.here("imbot.chat.leave"), ["MemberLeft", "MessageSent"]),
    "somebody leads": (lambda s: s.here("imbot.chat.setManager", USER_ID=s.ann.id), ["RoleChanged"]),
    "somebody owns": (lambda s: s.here("imbot.chat.setOwner", USER_ID=s.ann.id), ["ChatChanged", "MessageSent"]),
    "a title": (lambda s: s.here("imbot.chat.updateTitle", TITLE="New"), ["ChatChanged", "MessageSent"]),
    "a colour": (lambda s: s.here("imbot.chat.updateColor", COLOR="PINK"), ["ChatChanged", "MessageSent"]),
    "a picture": (lambda s: s.here("imbot.chat.updateAvatar", AVATAR=picture()), ["ChatChanged", "MessageSent"]),
    "typing": (lambda s: s.does("imbot.chat.sendTyping", DIALOG_ID=f"chat{s.room}"), ["Typing"]),
    "a message": (lambda s: bot_says(s.world, f"chat{s.room}"), ["MessageSent"]),
    "an edit": (lambda s: s.does("imbot.message.update", MESSAGE_ID=s.said, MESSAGE="new"), ["MessageEdited"]),
    "a deletion": (lambda s: s.does("imbot.message.delete", MESSAGE_ID=s.said), ["MessageErased"]),
    "a like": (lambda s: s.does("imbot.message.like", MESSAGE_ID=s.said), ["MessageLiked"]),
    "a look": (lambda s: reads(s.world, s.ann, f"chat{s.room}"), ["ChatRead"]),
    "a command is called": (
        lambda s: says(s.world, s.ann, f"chat{s.room}", "/go"),
        ["MessageSent", "CommandCalled"],
    ),
    "a command is answered": (
        lambda s: s.does("imbot.command.answer", COMMAND_ID=s.command, MESSAGE_ID=s.said, MESSAGE="hi"),
        ["MessageSent"],
    ),
    "a command changes": (
        lambda s: s.does("imbot.command.update", COMMAND_ID=s.command, FIELDS={"HIDDEN": "Y"}),
        ["CommandChanged"],
    ),
    "a command goes": (lambda s: s.does("imbot.command.unregister", COMMAND_ID=s.command), ["CommandChanged"]),
    "an icon changes": (lambda s: s.does("imbot.app.update", APP_ID=s.icon, JS_PARAM="/new"), ["ChatAppChanged"]),
    "an icon goes": (lambda s: s.does("imbot.app.unregister", APP_ID=s.icon), ["ChatAppChanged"]),
    "a question": (lambda s: s.world.call("imbot.dialog.get", s.ann, DIALOG_ID=f"chat{s.room}"), []),
}


@pytest.mark.parametrize("what", LOG)
def test_what_a_deed_leaves(portal: World, what: str) -> None:
    deed, types = LOG[what]
    scene = Scene(portal)
    start = portal.last_event()
    deed(scene)
    assert [type_ for type_, _ in portal.events(start)] == types


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("imbot.chat.add", {"USERS": [987654]}),
    ("imbot.message.add", {"DIALOG_ID": "987654", "MESSAGE": "hi"}),
    ("imbot.register", {"CODE": "new", "EVENT_HANDLER": HANDLER}),
    ("imbot.command.answer", {"COMMAND": "go", "MESSAGE_ID": 987654, "MESSAGE": "hi"}),
]


@pytest.mark.parametrize(("method", "params"), REFUSED)
def test_what_is_refused_leaves_nothing(portal: World, method: str, params: dict[str, Any]) -> None:
    Scene(portal)
    start = portal.last_event()
    assert portal.call(method, None, params | {"CLIENT_ID": CLIENT}).status >= 400
    assert portal.events(start) == []


def test_an_event_names_who_did_it(portal: World) -> None:
    """The bot for what a bot does in chats, the holder of the key for what is done to the bot itself."""
    scene = Scene(portal)
    start = portal.last_event()
    scene.here("imbot.chat.updateTitle", TITLE="New")
    says(portal, scene.ann, f"chat{scene.room}")
    scene.does("imbot.update", BOT_ID=scene.bot, FIELDS={"CODE": "new"})
    actors = [body["actor_id"] for _, body in portal.events(start)]
    assert actors == [scene.bot, scene.bot, scene.ann.id, portal.admin.id]
