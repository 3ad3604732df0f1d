"""Messages, as live connections are told of them."""

from __future__ import annotations

from tests.api.push.story import commands_for, rendered
from tests.rooms import BotRoom
from tests.story import bot_does, reads, says
from tests.world import World


def test_members_are_told_of_a_message_each_with_a_counter(portal: World) -> None:
    room = BotRoom(portal, "bob")
    for who in (room.ann, room.bob):
        reads(portal, who, room.dialog)
    start = portal.last_event()
    message_id = says(portal, room.ann, room.dialog, "hello")
    for person, counter in ((room.ann, 0), (room.bob, 1)):
        [message] = commands_for(portal, person, start)
        assert message.command == "messageChat"
        assert message.params["dialogId"] == room.dialog
        assert message.params["counter"] == counter
        assert message.params["message"]["id"] == message_id
        assert message.params["message"]["text"] == "hello"
    assert commands_for(portal, portal.add_person("Eve"), start) == []


def test_each_side_of_a_private_dialog_has_a_name_for_it(portal: World) -> None:
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")
    start = portal.last_event()
    says(portal, ann, bob.id)
    places = {person.id: commands_for(portal, person, start)[-1].params["dialogId"] for person in (ann, bob)}
    assert places == {ann.id: str(bob.id), bob.id: str(ann.id)}
    assert {message.command for message in commands_for(portal, bob, start)} == {"message"}


def test_who_joined_later_is_not_told_of_what_is_hidden(portal: World) -> None:
    room = BotRoom(portal)
    start = portal.last_event()
    says(portal, room.ann, room.dialog, "before")
    room.does("imbot.chat.user.add", USERS=[room.bob.id], HIDE_HISTORY="Y")
    says(portal, room.ann, room.dialog, "after")
    messages = [message for message in commands_for(portal, room.bob, start) if "message" in message.params]
    texts = [message.params["message"]["text"] for message in messages]
    assert "before" not in texts and "after" in texts


def test_one_statement_tells_of_all_who_are_connected(portal: World) -> None:
    room = BotRoom(portal)
    people = [portal.add_person(f"P{number}").id for number in range(30)]
    room.does("imbot.chat.user.add", USERS=people)
    start = portal.last_event()
    says(portal, room.ann, room.dialog)
    for viewers in (None, people[:20], people[:3], [*people, *range(900_000, 900_100)]):
        [message] = rendered(portal, start, viewers)
        expected = set(people[: len(viewers)] if viewers else [*people, room.ann.id])
        assert set(message.user_ids or ()) - {portal.admin.id} == expected
    assert rendered(portal, start, []) == []
    assert bot_does(portal, "imbot.chat.user.list", CHAT_ID=room.chat)
