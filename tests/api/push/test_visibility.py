"""Nobody is told by a live connection what they could not read by a call."""

from __future__ import annotations

import pytest

from botyard.api.payloads import push_payloads
from botyard.model.people import UserKind
from tests.api.imbot_v2.story import does, made
from tests.api.push.story import commands_for, rendered
from tests.rooms import BotRoom
from tests.story import bot_does, reads, says
from tests.world import World


def names(world: World, person: int, after: int) -> list[str]:
    return [command.command for command in commands_for(world, person, after)]


def test_strangers_are_told_nothing_of_a_chat(portal: World) -> None:
    room = BotRoom(portal)
    start = portal.last_event()
    message_id = says(portal, room.ann, room.dialog)
    portal.call("im.message.update", room.ann, MESSAGE_ID=message_id, MESSAGE="new")
    portal.call("im.message.like", room.ann, MESSAGE_ID=message_id)
    portal.call("im.recent.pin", room.ann, DIALOG_ID=room.dialog)
    room.does("imbot.chat.updateTitle", TITLE="Secret")
    portal.call("im.message.delete", room.ann, MESSAGE_ID=message_id)
    assert names(portal, room.bob.id, start) == []
    assert names(portal, portal.admin.id, start) == []


def test_whoever_has_left_is_told_that_and_nothing_else(portal: World) -> None:
    room = BotRoom(portal, "bob")
    start = portal.last_event()
    says(portal, room.ann, room.dialog, "before")
    room.does("imbot.chat.user.delete", USER_ID=room.bob.id)
    says(portal, room.ann, room.dialog, "after")
    # Rendered after Bob went: of what was said while he was here he is told nothing any more.
    assert names(portal, room.bob.id, start) == ["chatUserLeave"]


def test_hidden_history_stays_hidden(portal: World) -> None:
    room = BotRoom(portal)
    start = portal.last_event()
    hidden = room.says("hidden")
    room.does("imbot.chat.user.add", USERS=[room.bob.id], HIDE_HISTORY="Y")
    portal.call("im.message.like", room.ann, MESSAGE_ID=hidden)
    bot_does(portal, "imbot.message.update", MESSAGE_ID=hidden, MESSAGE="hidden still")
    bot_does(portal, "imbot.message.delete", MESSAGE_ID=hidden)
    commands = commands_for(portal, room.bob, start)
    assert [command.command for command in commands] == ["chatUserAdd", "messageChat"]
    assert "hidden" not in str(commands)


def test_the_last_message_behind_a_deleted_one_may_be_hidden(portal: World) -> None:
    room = BotRoom(portal)
    hidden = room.says("hidden")
    room.does("imbot.chat.user.add", USERS=[room.bob.id], HIDE_HISTORY="Y")
    [(joined,)] = portal.read(lambda tx: tx.all("SELECT MAX(id) FROM messages WHERE chat_id = :chat", chat=room.chat))
    start = portal.last_event()
    room.erases(joined, complete="Y")
    by_person = {who.id: commands_for(portal, who, start)[0].params["lastMessage"] for who in (room.ann, room.bob)}
    assert by_person[room.ann.id]["id"] == hidden
    assert by_person[room.bob.id] is None


def test_notifications_are_for_their_owner_alone(portal: World) -> None:
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")
    start = portal.last_event()
    notification = portal.call("im.notify.personal.add", ann, USER_ID=bob.id, MESSAGE="secret").result
    portal.call("im.notify.read", bob, ID=notification, ONLY_CURRENT="Y")
    portal.call("im.notify.delete", bob, ID=notification)
    # Of a notification that is gone only that it went.
    assert names(portal, bob.id, start) == ["notifyRead", "notifyDelete"]
    assert names(portal, ann.id, start) == names(portal, portal.admin.id, start) == []


def test_outsiders_are_of_people_those_they_share_a_chat_with(portal: World) -> None:
    room = BotRoom(portal)
    guest = portal.add_person("Gus", kind=UserKind.EXTRANET)
    room.does("imbot.chat.user.add", USERS=[guest.id])
    start = portal.last_event()
    portal.call("im.user.status.set", room.ann, STATUS="dnd")
    portal.call("im.user.status.set", room.bob, STATUS="dnd")
    portal.add_user("new")
    portal.add_bot(code="other")
    of_people = [command.params["users"] for command in commands_for(portal, guest, start)]
    assert [list(users) for users in of_people] == [[str(room.ann.id)]]
    assert names(portal, room.ann.id, start) == ["userStatus", "userStatus", "userAdd", "botAdd"]


def test_of_hidden_bots_and_commands_nobody_is_told(portal: World) -> None:
    ann = portal.add_person("Ann")
    start = portal.last_event()
    bot = made(portal, "dark", isHidden=True)
    does(portal, "Command.register", bot, fields={"command": "go", "title": {"en": "Go"}})
    does(portal, "Bot.update", bot, fields={"properties": {"name": "Darker"}})
    does(portal, "Bot.unregister", bot)
    shown = made(portal, "shown")
    does(portal, "Command.register", shown, fields={"command": "go", "title": {"en": "Go"}, "hidden": True})
    assert names(portal, ann.id, start) == ["botAdd"]


def test_nothing_of_chats_of_notifications_is_told(portal: World) -> None:
    room = BotRoom(portal)
    room.set(kind="S")
    start = portal.last_event()
    says(portal, room.ann, room.dialog)
    reads(portal, room.ann, room.dialog)
    assert rendered(portal, start) == []


def test_in_a_crowd_only_those_are_told_whom_it_concerns(portal: World, monkeypatch: pytest.MonkeyPatch) -> None:
    room = BotRoom(portal, "bob")
    crowd = [portal.add_person(f"P{number}").id for number in range(4)]
    room.does("imbot.chat.user.add", USERS=crowd)
    says(portal, room.bob, room.dialog, "who has seen this?")
    start = portal.last_event()
    reads(portal, room.ann, room.dialog)
    assert names(portal, crowd[0], start) == ["readMessageChatOpponent"]
    monkeypatch.setattr(push_payloads, "CROWD", 3)
    assert names(portal, crowd[0], start) == []
    assert names(portal, room.ann.id, start) == ["readMessageChat"]
    assert names(portal, room.bob.id, start) == ["readMessageChatOpponent"]
