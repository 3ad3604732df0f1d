"""`im.chat.*`: chats as their members lead, change and leave them."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from tests.story import about
from tests.world import Answer, Person, World
from tests.worlds.samples import picture


class Room(NamedTuple):
    """A chat of Ann with Bob in it; Cid is not."""

    world: World
    chat: int
    ann: Person
    bob: Person
    cid: Person

    def call(self, method: str, by: Person | None = None, /, **params: Any) -> Answer:
        return self.world.call(f"im.chat.{method}", by or self.ann, {"CHAT_ID": self.chat, **params})

    def seen(self, by: Person | None = None) -> dict[str, Any]:
        return about(self.world, by or self.ann, f"chat{self.chat}")


@pytest.fixture
def room(portal: World) -> Room:
    ann, bob, cid = (portal.add_person(name) for name in ("Ann", "Bob", "Cid"))
    return Room(portal, portal.add_chat(ann, [bob.id]), ann, bob, cid)


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("setOwner", {"USER_ID": 1}),
    ("updateAvatar", {"AVATAR": "x"}),
    ("updateColor", {"COLOR": "AQUA"}),
    ("updateTitle", {"TITLE": "New"}),
]


@pytest.mark.parametrize(("method", "params"), CHANGES)
def test_a_chat_is_named(room: Room, method: str, params: dict[str, Any]) -> None:
    for chat in (0, "", "chat5"):
        refused = room.call(method, CHAT_ID=chat, **params)
        assert (refused.status, refused.error) == (400, "CHAT_ID_EMPTY")
    for dialog in (room.bob.id, "chat", "x"):
        room.world.call("im.message.add", room.ann, DIALOG_ID=room.bob.id, MESSAGE="hi")
        assert room.call(method, DIALOG_ID=dialog, **params).error == "DIALOG_ID_EMPTY"


@pytest.mark.parametrize("method", ["leave", "user.delete", "user.list"])
def test_a_chat_is_named_by_its_number(room: Room, method: str) -> None:
    assert room.call(method, CHAT_ID=0, USER_ID=1).error == "CHAT_ID_EMPTY"


def test_a_private_dialog_is_no_group(room: Room) -> None:
    room.world.call("im.message.add", room.ann, DIALOG_ID=room.bob.id, MESSAGE="hi")
    private = about(room.world, room.ann, room.bob.id)["id"]
    for method, params in [*CHANGES, ("leave", {}), ("user.list", {}), ("user.delete", {"USER_ID": room.bob.id})]:
        refused = room.call(method, CHAT_ID=private, **params)
        assert (refused.error, refused.text) == ("ACCESS_ERROR", "Action unavailable"), method


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("setOwner", {"USER_ID": 1}, "WRONG_REQUEST"),
        ("updateAvatar", {"AVATAR": picture()}, "WRONG_REQUEST"),
        ("updateColor", {"COLOR": "AQUA"}, "WRONG_REQUEST"),
        ("updateTitle", {"TITLE": "New"}, "ACCESS_ERROR"),
        ("leave", {}, "ACCESS_DENIED_KICK"),
        ("mute", {}, "ACCESS_ERROR"),
        ("user.list", {}, "ACCESS_ERROR"),
        ("user.delete", {"USER_ID": 1}, "ACCESS_ERROR"),
    ],
)
def test_a_closed_chat_is_like_none(room: Room, method: str, params: dict[str, Any], code: str) -> None:
    closed, missing = room.call(method, room.cid, **params), room.call(method, room.cid, CHAT_ID=10**9, **params)
    assert (closed.status, closed.error, closed.text) == (missing.status, missing.error, missing.text)
    assert closed.error == code


def test_the_chat_of_an_entity(room: Room) -> None:
    chat = room.world.add_chat(room.ann, ENTITY_TYPE="CRM", ENTITY_ID="DEAL|7")
    asked = {"ENTITY_TYPE": "CRM", "ENTITY_ID": "DEAL|7"}
    assert room.call("get", **asked).result == {"ID": chat}
    assert room.call("get", room.cid, **asked).result is None
    assert room.call("get", ENTITY_TYPE="CRM", ENTITY_ID="DEAL|8").result is None


def test_a_chat_is_renamed(room: Room) -> None:
    assert room.call("updateTitle", TITLE="  New\nname ").result is True
    assert room.seen()["name"].split() == ["New", "name"]
    assert room.call("updateTitle", CHAT_ID=0, DIALOG_ID=f"chat{room.chat}", TITLE="Again").result is True
    assert room.seen()["name"] == "Again"
    assert room.call("updateTitle", TITLE=" \n ").error == "TITLE_EMPTY"
    deal = room.world.add_chat(room.ann, ENTITY_TYPE="CRM", ENTITY_ID="DEAL|7")
    refused = room.call("updateTitle", CHAT_ID=deal, TITLE="New")
    assert (refused.error, refused.text) == ("ACCESS_ERROR", "This chat cannot be renamed")


def test_a_chat_changes_its_colour(room: Room) -> None:
    assert room.call("updateColor", COLOR="PLAID").error == "WRONG_COLOR"
    assert room.call("updateColor", COLOR="AQUA").result is True
    assert room.call("updateColor", COLOR="AQUA").error == "WRONG_REQUEST"


def test_a_chat_gets_a_picture(room: Room) -> None:
    assert room.call("updateAvatar", AVATAR=picture()).result is True
    assert "/avatar/" in room.seen()["avatar"]
    for wrong in ("", "bm8gcGljdHVyZQ=="):
        refused = room.call("updateAvatar", AVATAR=wrong)
        assert (refused.error, refused.text) == ("AVATAR_ERROR", "Avatar incorrect type")
    big = room.call("updateAvatar", AVATAR=picture(5001, 1))
    assert (big.error, big.text) == ("AVATAR_ERROR", "Avatar incorrect size (max 5000x5000)")
    deal = room.world.add_chat(room.ann, ENTITY_TYPE="CRM", ENTITY_ID="DEAL|7")
    assert room.call("updateAvatar", CHAT_ID=deal, AVATAR=picture()).text == "The avatar of this chat cannot be changed"
    room.world.write(lambda tx: tx.run("UPDATE chats SET manage_ui = 'owner' WHERE id = :id", id=room.chat))
    denied = room.call("updateAvatar", room.bob, AVATAR=picture())
    assert (denied.status, denied.error, denied.text) == (400, "ACCESS_DENIED", "Access denied")


def test_a_chat_is_handed_over(room: Room) -> None:
    assert room.call("setOwner", USER_ID=0).error == "USER_ID_EMPTY"
    assert room.call("setOwner", USER_ID=room.cid.id).error == "WRONG_REQUEST"
    assert room.call("setOwner", room.bob, USER_ID=room.bob.id).error == "WRONG_REQUEST"
    assert room.call("setOwner", USER_ID=room.bob.id).result is True
    assert (room.seen()["owner"], room.seen(room.bob)["role"]) == (room.bob.id, "owner")


def test_notifications_are_switched_off_and_on(room: Room) -> None:
    assert room.call("mute", room.bob).result is True
    assert room.seen()["mute_list"] == {str(room.bob.id): True}
    assert room.call("mute", room.bob, CHAT_ID=0, DIALOG_ID=f"chat{room.chat}", MUTE="N").result is True
    assert room.seen()["mute_list"] == []
    room.world.call("im.message.add", room.ann, DIALOG_ID=room.bob.id, MESSAGE="hi")
    assert room.call("mute", DIALOG_ID=room.bob.id).result is True
    assert about(room.world, room.ann, room.bob.id)["mute_list"] == {str(room.ann.id): True}
    assert room.call("mute", CHAT_ID=0).error == "CHAT_ID_EMPTY"
    assert room.call("mute", DIALOG_ID="x").error == "DIALOG_ID_EMPTY"


def test_who_only_reads_an_open_chat_is_not_notified_of_it(room: Room) -> None:
    square = room.world.add_chat(room.ann, TYPE="OPEN")
    refused = room.call("mute", room.cid, CHAT_ID=square)
    assert (refused.status, refused.error, refused.text) == (403, "ACCESS_ERROR", "This chat cannot be muted")


def test_a_member_leaves(room: Room) -> None:
    assert room.call("leave", room.bob).result is True
    assert room.call("user.list").result == [room.ann.id]
    assert room.call("leave", room.bob).error == "ACCESS_DENIED_KICK"
    deal = room.world.add_chat(room.ann, ENTITY_TYPE="CRM", ENTITY_ID="DEAL|7")
    assert room.call("leave", CHAT_ID=deal).error == "ACCESS_DENIED_KICK"
    group = room.world.add_chat(room.ann, ENTITY_TYPE="SONET_GROUP", ENTITY_ID="7")
    assert room.call("leave", CHAT_ID=group).text == "It is forbidden to delete users of this chat"


def test_a_member_is_removed(room: Room) -> None:
    assert room.call("user.delete", USER_ID=0).error == "USER_ID_EMPTY"
    missing = room.call("user.delete", USER_ID=room.cid.id)
    assert (missing.error, missing.text) == ("USER_NOT_FOUND", "The specified user is not in the chat")
    assert room.call("user.delete", room.bob, USER_ID=room.ann.id).error == "ACCESS_DENIED_KICK"
    assert room.call("user.delete", USER_ID=room.bob.id).result is True
    assert room.call("user.list").result == [room.ann.id]
    group = room.world.add_chat(room.ann, [room.bob.id], ENTITY_TYPE="SONET_GROUP", ENTITY_ID="7")
    refused = room.call("user.delete", CHAT_ID=group, USER_ID=room.bob.id)
    assert (refused.error, refused.text) == ("ACCESS_ERROR", "It is forbidden to delete users of this chat")
