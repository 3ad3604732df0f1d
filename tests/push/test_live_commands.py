"""What clients are told of chats on real connections: at once, and when they come back."""

from __future__ import annotations

import json
from typing import Any

from botyard.api.payloads import push_payloads
from botyard.model.events import EventRecord, MessageErased, MessageSent
from botyard.model.mids import Position
from botyard.model.push import PushMessage
from botyard.push import event_reader
from botyard.push.event_reader import EventReader
from botyard.push.memberships import Memberships
from tests.api.push.story import commands_for
from tests.push.clients import channel_ids, config, listening
from tests.web.live import Live
from tests.world import World


def test_a_chat_is_followed_by_commands_alone(live: Live) -> None:
    world = live.world
    ann, bob = world.add_person("Ann"), world.add_person("Bob")
    with listening(live, ann) as hers, listening(live, bob) as his:
        chat = world.call("im.chat.add", ann, TITLE="Room", USERS=[bob.id]).result
        dialog = f"chat{chat}"
        message = world.call("im.message.add", ann, DIALOG_ID=dialog, MESSAGE="hello").result
        joined = his.command("chatUserAdd")
        assert joined["params"]["dialogId"] == dialog
        while (got := his.command("messageChat"))["params"]["message"]["id"] != message:
            pass
        assert (got["params"]["message"]["text"], got["params"]["counter"]) == ("hello", 1)
        world.call("im.dialog.read", bob, DIALOG_ID=dialog)
        assert his.command("readMessageChat")["params"]["counter"] == 0
        assert hers.command("readMessageChatOpponent")["params"]["lastId"] == message
        world.call("im.recent.pin", bob, DIALOG_ID=dialog)
        assert his.command("chatPin")["params"]["pinned"] is True
        world.call("im.user.status.set", bob, STATUS="dnd")
        assert hers.command("userStatus")["params"]["users"][str(bob.id)]["status"] == "dnd"
        world.call("im.notify.personal.add", bob, USER_ID=ann.id, MESSAGE="look")
        assert hers.command("notifyAdd")["params"]["notification"]["text"] == "look"
        world.call("im.chat.user.delete", ann, CHAT_ID=chat, USER_ID=bob.id)
        assert his.command("chatUserLeave")["params"]["userId"] == bob.id
        world.call("im.message.add", ann, DIALOG_ID=dialog, MESSAGE="alone")
        assert his.silent()


def test_who_comes_back_is_not_told_what_was_taken_back(live: Live) -> None:
    world = live.world
    ann, bob = world.add_person("Ann"), world.add_person("Bob")
    with listening(live, bob) as his, listening(live, ann) as hers:
        world.call("im.message.add", ann, DIALOG_ID=bob.id, MESSAGE="first")
        his.command("message"), hers.command("message")
        last = his.mids[-1]
        # It is rendered for Bob as well, and may be kept.
        secret = world.call("im.message.add", ann, DIALOG_ID=bob.id, MESSAGE="secret").result
        his.command("message")
        world.call("im.message.delete", ann, MESSAGE_ID=secret)
        his.command("messageDelete")
    ids = channel_ids(config(live, bob))
    with listening(live, channels=ids, mid=last) as his:
        again = [his.next() for _ in range(2)]
    assert [message["command"] for message in again] == ["message", "messageDelete"]
    assert "secret" not in json.dumps(again)


def connected(*people: int) -> Memberships:
    memberships = Memberships()
    for user_id in people:
        memberships.arrive(user_id)
    return memberships


def reader(world: World, rendered: list[int]) -> EventReader:
    """A reader that notes which events are rendered."""

    async def render(batch: Any, record: EventRecord, viewers: frozenset[int] | None) -> list[PushMessage]:
        if isinstance(record.event, MessageSent | MessageErased):
            rendered.append(record.id)
        return await push_payloads.render(batch, record, viewers)

    return EventReader(world.context, render)


def test_what_is_kept_rendered_has_a_bound_and_goes_with_its_message(portal: World, monkeypatch: Any) -> None:
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")
    portal.call("im.message.add", ann, DIALOG_ID=bob.id, MESSAGE="first")
    start = portal.last_event()
    message_id = portal.call("im.message.add", ann, DIALOG_ID=bob.id, MESSAGE="second").result
    sent = portal.last_event()
    rendered: list[int] = []
    kept, people = reader(portal, rendered), connected(ann.id, bob.id)
    for _ in range(2):
        portal.run(kept.page(start, people))
    assert len(rendered) == 1
    portal.call("im.message.delete", ann, MESSAGE_ID=message_id)
    erased = portal.last_event()
    portal.run(kept.page(sent, people))
    portal.run(kept.missed(Position(sent), erased, user_id=bob.id, viewers=frozenset({bob.id})))
    assert rendered == [sent, erased, sent]
    assert "second" not in str(commands_for(portal, bob, start))
    # Two are connected, and two are named: nothing is kept where that is too much.
    monkeypatch.setattr(event_reader, "MOST_NAMED", 3)
    rendered.clear()
    other, before = reader(portal, rendered), portal.last_event()
    portal.call("im.message.add", ann, DIALOG_ID=bob.id, MESSAGE="third")
    for _ in range(2):
        portal.run(other.page(before, people))
    assert len(rendered) == 2
