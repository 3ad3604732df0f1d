"""What messengers do by `botyard.chat.*`, and what those are told of it who are connected."""

from __future__ import annotations

from tests.api.push.story import commands_for
from tests.world import World


def test_pins_are_told_to_those_who_see_the_message(portal: World) -> None:
    ann, bob, eve = (portal.add_person(name) for name in ("Ann", "Bob", "Eve"))
    portal.open_room(ann, bob.id)
    message = portal.send("one")
    portal.call("im.chat.user.add", ann, CHAT_ID=portal.room, USERS=[eve.id])
    start = portal.last_event()
    portal.call("botyard.chat.pin.add", bob, MESSAGE_ID=message)
    portal.call("botyard.chat.pin.add", bob, MESSAGE_ID=message)
    portal.call("botyard.chat.pin.delete", ann, MESSAGE_ID=message)
    commands = commands_for(portal, ann, start)
    assert commands == commands_for(portal, bob, start)
    assert [(live.command, live.params["userId"], live.params["active"]) for live in commands] == [
        ("messagePin", bob.id, True),
        ("messagePin", ann.id, False),
    ]
    assert commands[0].params["messageId"] == message
    # Of what was there before her she is not told.
    assert commands_for(portal, eve, start) == []


def test_permissions_are_told_to_everybody_in_the_chat(portal: World) -> None:
    ann, bob, eve = (portal.add_person(name) for name in ("Ann", "Bob", "Eve"))
    portal.open_room(ann, bob.id)
    start = portal.last_event()
    portal.call("botyard.chat.permissions.set", ann, CHAT_ID=portal.room, CAN_POST="manager", MANAGE_UI="owner")
    [command] = commands_for(portal, bob, start)
    assert command.command == "chatPermissions"
    assert command.params["permissions"] == {"can_post": "manager", "manage_ui": "owner"}
    assert commands_for(portal, eve, start) == []
