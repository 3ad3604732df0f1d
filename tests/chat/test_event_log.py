"""Every verb leaves its events, in the order of what happened, or none at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.rooms import BotRoom
from tests.story import CLIENT, bot_does, bot_says, reads, says
from tests.world import World
from tests.worlds.samples import HANDLER, LANG, picture


class LoggedRoom(BotRoom):
    """A chat of the bot Echo, who has said something in it and has a command and an icon."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.said = self.says("hello")
        command = {"BOT_ID": self.bot, "COMMAND": "go", "EVENT_COMMAND_ADD": HANDLER, "LANG": LANG}
        self.command = int(bot_does(world, "imbot.command.register", **command))
        icon = {"CODE": "go", "JS_METHOD": "SEND", "JS_PARAM": "/go", "LANG": LANG}
        self.icon = int(bot_does(world, "imbot.app.register", **icon))

    def person(self, method: str, **params: Any) -> Any:
        """Ann does something to the dialog."""
        return self.world.call(method, self.ann, {"DIALOG_ID": self.dialog, **params}).result

    def elsewhere(self, method: str, **params: Any) -> Any:
        """The bot does something that names its place itself."""
        return bot_does(self.world, method, **params)


Deed = Callable[[LoggedRoom], object]

LOG: dict[str, tuple[Deed, list[str]]] = {
    "a bot comes": (lambda s: s.world.add_bot(code="new"), ["BotRegistered"]),
    "a bot comes again": (lambda s: s.world.add_bot(), []),
    "a bot changes": (lambda s: s.elsewhere("imbot.update", BOT_ID=s.bot, FIELDS={"CODE": "new"}), ["BotChanged"]),
    "a bot goes": (
        lambda s: s.elsewhere("imbot.unregister", BOT_ID=s.bot),
        ["MemberLeft", "ChatChanged", "MessageSent", "BotRemoved"],
    ),
    "a chat is made": (
        lambda s: s.elsewhere("imbot.chat.add", USERS=[s.ann.id], MESSAGE="hi"),
        ["ChatAdded", "MemberJoined", "MemberJoined", "MessageSent", "MessageSent", "MessageSent"],
    ),
    "a dialog is opened": (lambda s: bot_says(s.world, s.ann.id), ["ChatAdded", "MessageSent"]),
    "a dialog with a bot is opened": (
        lambda s: says(s.world, s.ann, s.bot),
        ["ChatAdded", "MemberJoined", "MessageSent"],
    ),
    "somebody comes": (
        lambda s: s.does("imbot.chat.user.add", USERS=[s.bob.id]),
        ["MemberJoined", "MessageSent"],
    ),
    "somebody is shown out": (
        lambda s: s.does("imbot.chat.user.delete", USER_ID=s.ann.id),
        ["MemberLeft", "MessageSent"],
    ),
    "the bot leaves": (lambda s: s.does("imbot.chat.leave"), ["MemberLeft", "ChatChanged", "MessageSent"]),
    "somebody leads": (lambda s: s.does("imbot.chat.setManager", USER_ID=s.ann.id), ["RoleChanged"]),
    "somebody owns": (lambda s: s.does("imbot.chat.setOwner", USER_ID=s.ann.id), ["ChatChanged", "MessageSent"]),
    "a title": (lambda s: s.does("imbot.chat.updateTitle", TITLE="New"), ["ChatChanged", "MessageSent"]),
    "a colour": (lambda s: s.does("imbot.chat.updateColor", COLOR="PINK"), ["ChatChanged", "MessageSent"]),
    "a picture": (lambda s: s.does("imbot.chat.updateAvatar", AVATAR=picture()), ["ChatChanged", "MessageSent"]),
    "typing": (lambda s: s.elsewhere("imbot.chat.sendTyping", DIALOG_ID=s.dialog), []),
    "a message": (lambda s: bot_says(s.world, s.dialog), ["MessageSent"]),
    "an edit": (lambda s: s.elsewhere("imbot.message.update", MESSAGE_ID=s.said, MESSAGE="new"), ["MessageEdited"]),
    "a deletion": (lambda s: s.elsewhere("imbot.message.delete", MESSAGE_ID=s.said), ["MessageErased"]),
    "a like": (lambda s: s.elsewhere("imbot.message.like", MESSAGE_ID=s.said), ["MessageLiked"]),
    "a look": (lambda s: reads(s.world, s.ann, s.dialog), ["ChatRead"]),
    "a command is called": (
        lambda s: says(s.world, s.ann, s.dialog, "/go"),
        ["MessageSent", "CommandCalled"],
    ),
    "a command is answered": (
        lambda s: s.elsewhere("imbot.command.answer", COMMAND_ID=s.command, MESSAGE_ID=s.said, MESSAGE="hi"),
        ["MessageSent"],
    ),
    "a command changes": (
        lambda s: s.elsewhere("imbot.command.update", COMMAND_ID=s.command, FIELDS={"HIDDEN": "Y"}),
        ["CommandChanged"],
    ),
    "a command goes": (lambda s: s.elsewhere("imbot.command.unregister", COMMAND_ID=s.command), ["CommandChanged"]),
    "an icon changes": (lambda s: s.elsewhere("imbot.app.update", APP_ID=s.icon, JS_PARAM="/new"), ["ChatAppChanged"]),
    "an icon goes": (lambda s: s.elsewhere("imbot.app.unregister", APP_ID=s.icon), ["ChatAppChanged"]),
    "a chat is pinned": (lambda s: s.person("im.recent.pin"), ["ChatPinned"]),
    "a chat is hidden": (lambda s: s.person("im.recent.hide"), ["ChatHidden"]),
    "a chat is muted": (lambda s: s.world.call("im.chat.mute", s.ann, CHAT_ID=s.chat, MUTE="Y"), ["ChatMuted"]),
    "a chat is marked": (lambda s: s.person("im.recent.unread", ACTION="Y"), ["ChatMarked"]),
    "a message is unread again": (
        lambda s: (reads(s.world, s.ann, s.dialog), s.person("im.dialog.unread", MESSAGE_ID=s.said)),
        ["ChatRead", "ChatUnread"],
    ),
    "a status": (lambda s: s.person("im.user.status.set", STATUS="dnd"), ["StatusChanged"]),
    "an absence": (lambda s: s.person("im.user.status.idle.start"), ["StatusChanged"]),
    "a return": (lambda s: s.person("im.user.status.idle.end"), ["StatusChanged"]),
    "a notification": (
        lambda s: s.world.call("im.notify.system.add", None, USER_ID=s.ann.id, MESSAGE="hi"),
        ["NotificationAdded"],
    ),
    "a question": (lambda s: s.world.call("imbot.dialog.get", s.ann, DIALOG_ID=s.dialog), []),
}


@pytest.mark.parametrize("what", LOG)
def test_what_a_deed_leaves(portal: World, what: str) -> None:
    deed, types = LOG[what]
    room = LoggedRoom(portal)
    start = portal.last_event()
    deed(room)
    assert [type_ for type_, _ in portal.events(start)] == types


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("imbot.chat.add", {"USERS": [987654]}),
    ("imbot.message.add", {"DIALOG_ID": "987654", "MESSAGE": "hi"}),
    ("imbot.register", {"CODE": "new", "EVENT_HANDLER": HANDLER}),
    ("imbot.command.answer", {"COMMAND": "go", "MESSAGE_ID": 987654, "MESSAGE": "hi"}),
]


@pytest.mark.parametrize(("method", "params"), REFUSED)
def test_what_is_refused_leaves_nothing(portal: World, method: str, params: dict[str, Any]) -> None:
    LoggedRoom(portal)
    start = portal.last_event()
    assert portal.call(method, None, params | {"CLIENT_ID": CLIENT}).status >= 400
    assert portal.events(start) == []


def test_an_event_names_who_did_it(portal: World) -> None:
    """The bot for what a bot does in chats, the holder of the key for what is done to the bot itself."""
    room = LoggedRoom(portal)
    start = portal.last_event()
    room.does("imbot.chat.updateTitle", TITLE="New")
    says(portal, room.ann, room.dialog)
    room.elsewhere("imbot.update", BOT_ID=room.bot, FIELDS={"CODE": "new"})
    actors = [body["actor_id"] for _, body in portal.events(start)]
    assert actors == [room.bot, room.bot, room.ann.id, portal.admin.id]
