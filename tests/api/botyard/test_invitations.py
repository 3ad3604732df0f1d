"""`botyard.chat.invitation.*`: links by which people come into a chat."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.chat.conversation import invitations
from botyard.model.people import UserKind
from tests.world import Person, World


@pytest.fixture
def room(portal: World) -> World:
    """Ann and Bob share Ann's room; Eve is not in it."""
    portal.ann, portal.bob, portal.eve = (portal.add_person(name) for name in ("Ann", "Bob", "Eve"))
    portal.open_room(portal.ann, portal.bob.id)
    return portal


def refused(world: World, method: str, by: Person, **params: Any) -> str:
    answer = world.call(f"botyard.chat.invitation.{method}", by, params=params)
    assert answer.status >= 400, answer
    return answer.error


def invite(world: World, by: Person, **params: Any) -> dict[str, Any]:
    made: dict[str, Any] = world.call(
        "botyard.chat.invitation.add", by, params={"CHAT_ID": world.room, **params}
    ).result
    return made


def join(world: World, by: Person, code: str) -> int:
    return int(world.call("botyard.chat.invitation.join", by, CODE=code).result)


def listed(world: World, by: Person) -> list[int]:
    return [row["ID"] for row in world.call("botyard.chat.invitation.list", by, CHAT_ID=world.room).result]


def test_people_come_in_by_a_link(room: World) -> None:
    room.send("before")
    made = invite(room, room.bob)
    where = room.call("botyard.chat.invitation.get", room.eve, CODE=made["CODE"]).result
    assert (where["CHAT_ID"], where["TITLE"], where["MEMBERS"], where["USER_ID"]) == (room.room, "Room", 2, room.bob.id)
    assert join(room, room.eve, made["CODE"]) == join(room, room.eve, made["CODE"]) == room.room
    texts = [m["text"] for m in room.call("im.dialog.messages.get", room.eve, DIALOG_ID=room.dialog).result["messages"]]
    assert len(texts) == 1 and texts[0].endswith("joined the chat by a link")
    assert room.call("im.dialog.get", room.ann, DIALOG_ID=room.dialog).result["user_counter"] == 3
    assert room.call("botyard.chat.invitation.list", room.bob, CHAT_ID=room.room).result[0]["JOINED"] == 1
    assert [body["user_id"] for name, body in room.events() if name == "MemberJoined"][-1] == room.eve.id


def test_a_link_may_show_what_was_written_before(room: World) -> None:
    message = room.send("before")
    join(room, room.eve, invite(room, room.ann, HIDE_HISTORY="N")["CODE"])
    assert room.call("botyard.message.context", room.eve, MESSAGE_ID=message).status == 200


def test_a_link_ends(room: World) -> None:
    made, revoked = invite(room, room.bob, DAYS=2), invite(room, room.bob)
    assert room.call("botyard.chat.invitation.revoke", room.ann, CHAT_ID=room.room, ID=revoked["ID"]).result is True
    assert room.call("botyard.chat.invitation.revoke", room.ann, CHAT_ID=room.room, ID=revoked["ID"]).result is False
    room.wait(2 * invitations.DAY + 1)
    for code in (made["CODE"], revoked["CODE"], "x", made["CODE"] + "x"):
        assert room.call("botyard.chat.invitation.get", room.eve, CODE=code).result is None
        assert join(room, room.eve, code) == 0
    assert listed(room, room.ann) == []


def test_a_link_works_as_long_as_its_maker_may_add_people(room: World) -> None:
    code = invite(room, room.bob)["CODE"]
    room.call("botyard.chat.permissions.set", room.ann, CHAT_ID=room.room, MANAGE_USERS_ADD="manager")
    assert join(room, room.eve, code) == 0
    room.call("botyard.chat.permissions.set", room.ann, CHAT_ID=room.room, MANAGE_USERS_ADD="member")
    room.call("im.chat.leave", room.bob, CHAT_ID=room.room)
    assert join(room, room.eve, code) == 0
    room.call("im.chat.user.add", room.ann, CHAT_ID=room.room, USERS=[room.bob.id])
    room.call("botyard.user.deactivate", ID=room.bob.id)
    assert join(room, room.eve, code) == 0


def test_who_may_make_see_and_end_links(room: World) -> None:
    own, other = invite(room, room.bob)["ID"], invite(room, room.ann)["ID"]
    assert (listed(room, room.bob), listed(room, room.ann)) == ([own], [own, other])
    assert room.call("botyard.chat.invitation.revoke", room.bob, CHAT_ID=room.room, ID=other).result is False
    for method in ("add", "list", "revoke"):
        assert refused(room, method, room.eve, CHAT_ID=room.room, ID=own) == "ACCESS_ERROR"
    room.call("botyard.chat.permissions.set", room.ann, CHAT_ID=room.room, MANAGE_USERS_ADD="manager")
    assert refused(room, "add", room.bob, CHAT_ID=room.room) == "ACCESS_ERROR"
    for days in (0, 366):
        assert refused(room, "add", room.ann, CHAT_ID=room.room, DAYS=days) == "ERROR_ARGUMENT"
    assert refused(room, "join", room.ann, CODE="") == "ERROR_ARGUMENT"


def test_there_are_no_more_than_fifty_links(room: World) -> None:
    for _ in range(invitations.MOST):
        invite(room, room.ann, DAYS=1)
    assert refused(room, "add", room.ann, CHAT_ID=room.room) == "TOO_MANY_INVITATIONS"
    # What has expired does not count.
    room.wait(invitations.DAY + 1)
    invite(room, room.ann)


def test_outsiders_come_where_insiders_invite_them(room: World) -> None:
    extranet, other = (room.add_person(name, kind=UserKind.EXTRANET) for name in ("Xie", "Yan"))
    guest = room.add_person("Gil", kind=UserKind.GUEST)
    code = invite(room, room.ann)["CODE"]
    assert join(room, extranet, code) == room.room
    assert refused(room, "join", guest, CODE=code) == "AUTHORIZE_ERROR"
    # Somebody from outside lets nobody in of whom they may not know.
    theirs = invite(room, extranet)["CODE"]
    assert (join(room, other, theirs), join(room, room.eve, theirs)) == (0, 0)


def test_links_go_with_the_account_of_their_maker(room: World) -> None:
    invite(room, room.bob)
    room.call("botyard.user.deactivate", ID=room.bob.id)
    room.call("botyard.user.delete", ID=room.bob.id)
    assert room.count("chat_invitations") == 0
