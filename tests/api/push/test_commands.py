"""What each deed tells those who are connected: its command, to whom, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from botyard.events import signals
from botyard.model.people import Profile
from botyard.model.push import PushMessage
from botyard.portal import users
from botyard.store.engines.db import Tx
from tests.api.imbot_v2.story import does, made
from tests.api.push.story import commands_for
from tests.rooms import BotRoom
from tests.story import bot_does, bot_says, reads, says
from tests.world import Person, World
from tests.worlds.samples import HANDLER, LANG, picture


class Room(BotRoom):
    """Ann and Bob are in a chat of the bot Echo; Ann has read everything, Bob has said something."""

    def __init__(self, world: World) -> None:
        super().__init__(world, "bob")
        self.first = bot_says(world, self.dialog, "first")
        self.message = says(world, self.bob, self.dialog, "hello")
        reads(world, self.ann, self.dialog)
        self.notification = self.notify("first")
        self.second = made(world, "v2")
        command = {"BOT_ID": self.bot, "COMMAND": "go", "EVENT_COMMAND_ADD": HANDLER, "LANG": LANG}
        self.command = int(bot_does(world, "imbot.command.register", **command))
        icon = {"CODE": "go", "JS_METHOD": "SEND", "JS_PARAM": "/go", "LANG": LANG}
        self.icon = int(bot_does(world, "imbot.app.register", **icon))

    def notify(self, text: str) -> int:
        """Somebody notifies Ann."""
        return int(self.world.call("im.notify.system.add", None, USER_ID=self.ann.id, MESSAGE=text, TAG=text).result)

    def call(self, who: Person, method: str, **params: Any) -> Any:
        return self.world.call(method, who, {"DIALOG_ID": self.dialog, **params}).result

    def change(self, work: Callable[[Tx], Any]) -> None:
        self.world.write(work)


async def deactivate(tx: Tx, user_id: int) -> None:
    user = await users.find(tx, str(user_id))
    assert user is not None
    await users.deactivate(tx, user)


Deed = Callable[[Room], object]
Expected = dict[str, Any]

# What is done, what Ann is told of it, what Bob is, and some of the params that Ann gets.
DEEDS: dict[str, tuple[Deed, list[str], list[str], Expected]] = {
    "a message": (
        lambda s: says(s.world, s.ann, s.dialog, "new"),
        ["messageChat"],
        ["messageChat"],
        {"counter": 0, "notify": True, "listed": True},
    ),
    "a private message": (lambda s: says(s.world, s.bob, s.ann.id), ["message"], ["message"], {"counter": 1}),
    "an edit": (
        lambda s: s.call(s.bob, "im.message.update", MESSAGE_ID=s.message, MESSAGE="better"),
        ["messageUpdate"],
        ["messageUpdate"],
        {"text": "better", "params": {"IS_EDITED": "Y"}, "type": "chat"},
    ),
    "a deletion": (
        lambda s: s.call(s.bob, "im.message.delete", MESSAGE_ID=s.message),
        ["messageDelete"],
        ["messageDelete"],
        {"text": "", "params": {"IS_DELETED": "Y"}},
    ),
    "a deletion without a mark": (
        lambda s: bot_does(s.world, "imbot.message.delete", MESSAGE_ID=s.first, COMPLETE="Y"),
        ["messageDeleteComplete"],
        ["messageDeleteComplete"],
        {"counter": 0},
    ),
    "a reaction": (
        lambda s: s.call(s.ann, "im.message.like", MESSAGE_ID=s.message),
        ["addReaction"],
        ["addReaction"],
        {"reaction": "like", "count": 1},
    ),
    "a look": (
        lambda s: reads(s.world, s.bob, s.dialog) if bot_says(s.world, s.dialog) else None,
        ["messageChat", "readMessageChatOpponent"],
        ["messageChat", "readMessageChat"],
        {"userName": "Bob Example"},
    ),
    "a look back": (
        lambda s: s.call(s.ann, "im.dialog.unread", MESSAGE_ID=s.message),
        ["unreadMessageChat"],
        ["unreadMessageChatOpponent"],
        {"counter": 1, "listed": True},
    ),
    "a pin": (lambda s: s.call(s.ann, "im.recent.pin"), ["chatPin"], [], {"active": True, "pinned": True}),
    "a chat is hidden": (lambda s: s.call(s.ann, "im.recent.hide"), ["chatHide"], [], {"listed": False}),
    "a mark": (lambda s: s.call(s.ann, "im.recent.unread", ACTION="Y"), ["chatUnread"], [], {"unread": True}),
    "a mark is gone": (
        lambda s: [s.call(s.ann, "im.recent.unread", ACTION=word) for word in "YN"],
        ["chatUnread", "chatUnread"],
        [],
        {"active": False, "unread": False},
    ),
    "a mute": (
        lambda s: s.call(s.ann, "im.chat.mute", CHAT_ID=s.chat, MUTE="Y"),
        ["chatMuteNotify"],
        [],
        {"active": True, "muted": True},
    ),
    "a title": (
        lambda s: s.does("imbot.chat.updateTitle", TITLE="New"),
        ["chatRename", "messageChat"],
        ["chatRename", "messageChat"],
        {"notify": False},
    ),
    "a colour": (
        lambda s: s.does("imbot.chat.updateColor", COLOR="PINK"),
        ["chatChangeColor", "messageChat"],
        ["chatChangeColor", "messageChat"],
        {},
    ),
    "a picture": (
        lambda s: s.does("imbot.chat.updateAvatar", AVATAR=picture()),
        ["chatAvatar", "messageChat"],
        ["chatAvatar", "messageChat"],
        {},
    ),
    "an owner": (
        lambda s: s.does("imbot.chat.setOwner", USER_ID=s.ann.id),
        ["chatOwner", "messageChat"],
        ["chatOwner", "messageChat"],
        {},
    ),
    "a manager": (
        lambda s: s.does("imbot.chat.setManager", USER_ID=s.ann.id),
        ["chatManagers"],
        ["chatManagers"],
        {"role": "manager"},
    ),
    "somebody goes": (
        lambda s: s.does("imbot.chat.user.delete", USER_ID=s.bob.id),
        ["chatUserLeave", "messageChat"],
        ["chatUserLeave"],
        {},
    ),
    "somebody comes": (
        lambda s: s.does("imbot.chat.user.add", USERS=[s.world.add_person("Cid").id]),
        ["chatUserAdd", "messageChat"],
        ["chatUserAdd", "messageChat"],
        {},
    ),
    "the owner goes": (
        lambda s: s.does("imbot.chat.leave"),
        ["chatUserLeave", "chatOwner", "messageChat"],
        ["chatUserLeave", "chatOwner", "messageChat"],
        {},
    ),
    "a status": (
        lambda s: s.call(s.bob, "im.user.status.set", STATUS="dnd"),
        ["userStatus"],
        ["userStatus"],
        {},
    ),
    "a person changes": (
        lambda s: s.change(lambda tx: users.change(tx, s.bob.id, Profile(work_position="Chef"))),
        ["userUpdate"],
        ["userUpdate"],
        {},
    ),
    "a person is deactivated": (
        lambda s: s.change(lambda tx: deactivate(tx, s.bob.id)),
        ["userUpdate"],
        [],
        {},
    ),
    "a bot comes": (lambda s: s.world.add_bot(code="new"), ["botAdd"], ["botAdd"], {"code": "new", "type": "B"}),
    "a bot changes": (
        lambda s: bot_does(s.world, "imbot.update", BOT_ID=s.bot, FIELDS={"CODE": "new"}),
        ["botUpdate"],
        ["botUpdate"],
        {"code": "new"},
    ),
    "a bot goes": (lambda s: does(s.world, "Bot.unregister", s.second), ["botDelete"], ["botDelete"], {"code": "v2"}),
    "a command goes": (
        lambda s: bot_does(s.world, "imbot.command.unregister", COMMAND_ID=s.command),
        ["commandDelete"],
        ["commandDelete"],
        {},
    ),
    "an icon changes": (
        lambda s: bot_does(s.world, "imbot.app.update", APP_ID=s.icon, JS_PARAM="/new"),
        ["appUpdate"],
        ["appUpdate"],
        {},
    ),
    "a notification": (lambda s: s.notify("second"), ["notifyAdd"], [], {"counter": 2}),
    "a notification is read": (
        lambda s: s.call(s.ann, "im.notify.read", ID=s.notification, ONLY_CURRENT="Y"),
        ["notifyRead"],
        [],
        {"counter": 0, "firstId": 0},
    ),
    "all notifications are read": (
        lambda s: s.call(s.ann, "im.notify.read.all"),
        ["notifyRead"],
        [],
        {"counter": 0, "list": []},
    ),
    "nothing more is read": (
        lambda s: [s.call(s.ann, "im.notify.read.all") for _ in range(2)],
        ["notifyRead"],
        [],
        {"counter": 0},
    ),
    "a notification is unread again": (
        lambda s: [s.call(s.ann, "im.notify.read.list", IDS=[s.notification], ACTION=word) for word in "YN"],
        ["notifyRead", "notifyUnread"],
        [],
        {"counter": 1},
    ),
    "a notification goes": (
        lambda s: s.call(s.ann, "im.notify.delete", ID=s.notification),
        ["notifyDelete"],
        [],
        {"counter": 0},
    ),
    "a notification is taken back": (
        lambda s: s.world.call("im.notify.delete", None, TAG="first", CLIENT_ID="x"),
        [],
        [],
        {},
    ),
}


@pytest.mark.parametrize("what", DEEDS)
def test_what_a_deed_tells(portal: World, what: str) -> None:
    deed, ann, bob, expected = DEEDS[what]
    room = Room(portal)
    start = portal.last_event()
    deed(room)
    of_ann, of_bob = commands_for(portal, room.ann, start), commands_for(portal, room.bob, start)
    assert [command.command for command in of_ann] == ann
    assert [command.command for command in of_bob] == bob
    if of_ann:
        assert expected.items() <= of_ann[-1].params.items()


def test_what_applications_take_back_is_told_to_each_with_the_own_counter(portal: World) -> None:
    room = Room(portal)
    app = portal.add_app()
    for person in (room.ann, room.bob):
        portal.call("im.notify.system.add", app, USER_ID=person.id, MESSAGE="hi", TAG="same")
    start = portal.last_event()
    assert portal.call("im.notify.delete", app, TAG="same").result is True
    [ann], [bob] = (commands_for(portal, person, start) for person in (room.ann, room.bob))
    assert (ann.params["counter"], bob.params["counter"]) == (1, 0)
    assert len(ann.params["list"]) == len(bob.params["list"]) == 1 and ann.params["list"] != bob.params["list"]


def test_a_confirmation_is_told_with_what_is_replied(portal: World) -> None:
    room = Room(portal)
    portal.write(
        lambda tx: tx.run(
            "UPDATE notifications SET kind = 1, buttons = :buttons WHERE id = :id",
            buttons='[{"value":"Y","title":"Yes","reply":"Thanks"}]',
            id=room.notification,
        )
    )
    start = portal.last_event()
    portal.call("im.notify.confirm", room.ann, NOTIFY_ID=room.notification, NOTIFY_VALUE="Y")
    [command] = commands_for(portal, room.ann, start)
    assert command.command == "notifyConfirm"
    assert command.params == {
        "id": room.notification,
        "notifyValue": "Y",
        "confirmMessages": ["Thanks"],
        "counter": 0,
    }


def test_typing_is_a_signal_and_no_event(portal: World) -> None:
    room = Room(portal)
    heard: list[PushMessage] = []
    signals.listen(portal.context.database, heard.append)
    says(portal, room.ann, room.bob.id)
    start = portal.last_event()
    portal.call("im.dialog.writing", room.ann, DIALOG_ID=room.dialog)
    portal.call("im.dialog.writing", room.ann, DIALOG_ID=room.bob.id)
    bot_does(portal, "imbot.chat.sendTyping", DIALOG_ID=room.dialog)
    assert portal.events(start) == []
    group, private, of_bot = heard
    assert group.command == private.command == "startWriting"
    assert (group.chat_id, group.user_ids, group.params["dialogId"]) == (room.chat, None, room.dialog)
    assert (private.user_ids, private.params["dialogId"]) == ((room.bob.id,), str(room.ann.id))
    assert (of_bot.params["userId"], of_bot.params["userName"]) == (room.bot, "Echo")


def test_a_message_that_is_gone_is_not_told(portal: World) -> None:
    """Whoever comes back later is told what is there by then."""
    room = Room(portal)
    start = portal.last_event()
    gone, erased = room.says("gone"), room.says("erased")
    room.erases(gone, complete="Y")
    room.erases(erased)
    commands = commands_for(portal, room.ann, start)
    assert [command.command for command in commands] == ["messageChat", "messageDeleteComplete", "messageDelete"]
    assert "erased" not in str(commands) and "gone" not in str(commands)
    assert commands[0].params["message"]["params"] == {"IS_DELETED": "Y"}
