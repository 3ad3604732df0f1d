"""imbot.dialog.get: each of the 38 fields follows the world."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import pytest

from botyard.api.shapes.dialog import Dialog
from botyard.model.people import UserKind
from botyard.store import chats, members
from tests.rooms import NEWS, TITLE, WatchedRoom
from tests.world import CONTRACT, World
from tests.worlds.samples import picture

PLAIN = dict.fromkeys(("avatar", "rename", "extend", "call", "mute", "leave", "leave_owner", "send", "user_list"), True)
OF_A_DEAL = PLAIN | {"avatar": False, "rename": False, "leave_owner": False, "path": "", "path_title": ""}
PERMISSIONS = {
    "manage_users_add": "member",
    "manage_users_delete": "manager",
    "manage_ui": "member",
    "manage_settings": "owner",
    "manage_messages": "member",
    "can_post": "member",
}
NO_LINK = {"type": "", "url": "", "id": ""}
DEAL = {"ENTITY_TYPE": "CRM", "ENTITY_ID": "DEAL|5"}
DEAL_LINK = {"type": "DEAL", "url": "/crm/deal/details/5/", "id": "DEAL|5"}
BEGAN = "2026-09-21T14:13:20+00:00"
A_MINUTE_LATER = "2026-09-21T14:14:20+00:00"

Happens = Callable[[WatchedRoom], object]


class Row(NamedTuple):
    """A field, what it is at first, what happens, and what it is then. Functions are asked with the room."""

    field: str
    first: Any
    happens: Happens
    then: Any


def does(method: str, **params: Any) -> Happens:
    return lambda room: room.does(method, **params)


def to_bob(method: str) -> Happens:
    return lambda room: room.does(method, USER_ID=room.bob.id)


def sets(**columns: Any) -> Happens:
    return lambda room: room.set(**columns)


def opens(**params: Any) -> Happens:
    return lambda room: room.opens(**params)


def muted(room: WatchedRoom) -> None:
    room.world.write(lambda tx: members.set_muted(tx, room.chat, room.bob.id, muted=True))


def marked(room: WatchedRoom) -> None:
    room.world.write(lambda tx: members.mark_unread(tx, room.chat, room.bob.id, message_id=77))


def entity_data(room: WatchedRoom) -> None:
    room.world.write(lambda tx: chats.set_entity_data(tx, room.chat, ("one", "two", "three")))


def guest_comes(room: WatchedRoom) -> None:
    guest = room.world.add_person("Eve", kind=UserKind.EXTRANET)
    room.does("imbot.chat.user.add", USERS=[guest.id])


def a_minute_passes(room: WatchedRoom) -> None:
    room.world.wait(60)
    room.opens()


def ann_reads(room: WatchedRoom) -> None:
    room.last = room.says()
    room.world.wait(60)
    room.reads("ann")


def bot_speaks(room: WatchedRoom) -> None:
    room.last = room.says()


def bob_reads(room: WatchedRoom) -> None:
    bot_speaks(room)
    room.reads()


def last(room: WatchedRoom) -> int:
    return room.last


def nobody_read(room: WatchedRoom) -> list[dict[str, Any]]:
    """The author has read, with everybody else nothing is known."""
    return [
        {"user_id": room.ann.id, "user_name": "Ann Example", "message_id": 0, "date": None},
        {"user_id": room.bot, "user_name": "Echo", "message_id": room.start, "date": BEGAN},
    ]


def ann_has_read(room: WatchedRoom) -> list[dict[str, Any]]:
    ann, bot = nobody_read(room)
    return [ann | {"message_id": room.last, "date": A_MINUTE_LATER}, bot | {"message_id": room.last}]


def nobody_viewed(room: WatchedRoom) -> dict[str, Any]:
    return {"message_id": room.start, "first_viewers": [], "count_of_viewers": 0}


def ann_viewed(room: WatchedRoom) -> dict[str, Any]:
    viewer = {"user_id": room.ann.id, "user_name": "Ann Example", "date": A_MINUTE_LATER}
    return {"message_id": room.last, "first_viewers": [viewer], "count_of_viewers": 0}


def avatar_is_served(room: WatchedRoom) -> str:
    """Whatever the address is: behind it is the picture."""
    address = str(room.sees()["avatar"])
    assert address.startswith("http://botyard.test/avatar/")
    return address


ROWS = [
    Row("id", lambda room: room.chat, opens(), lambda room: int(room.asked.removeprefix("chat"))),
    Row("parent_chat_id", 0, sets(parent_chat_id=5), 5),
    Row("parent_message_id", 0, sets(parent_message_id=6), 6),
    Row("name", TITLE, does("imbot.chat.updateTitle", TITLE=" Hall\n"), "Hall"),
    Row("description", NEWS, sets(description="Old news"), "Old news"),
    Row("owner", lambda room: room.bot, to_bob("imbot.chat.setOwner"), lambda room: room.bob.id),
    Row("extranet", False, guest_comes, True),
    Row("avatar", "", does("imbot.chat.updateAvatar", AVATAR=picture()), avatar_is_served),
    Row("color", "#64a513", does("imbot.chat.updateColor", COLOR="PINK"), "#f76187"),
    Row("type", "chat", opens(**DEAL), "crm"),
    Row("counter", 0, bot_speaks, 1),
    Row("user_counter", 3, guest_comes, 4),
    Row("message_count", 2, bot_speaks, 3),
    Row("unread_id", 0, bot_speaks, last),
    Row("restrictions", PLAIN, opens(**DEAL), OF_A_DEAL),
    Row("last_message_id", lambda room: room.start, bot_speaks, last),
    Row("last_id", lambda room: room.sees()["last_id"], bob_reads, last),
    Row("marked_id", 0, marked, 77),
    Row("disk_folder_id", 0, sets(disk_folder_id=8), 8),
    Row("entity_type", "", opens(**DEAL), "CRM"),
    Row("entity_id", "", opens(**DEAL), "DEAL|5"),
    Row("entity_data_1", "", entity_data, "one"),
    Row("entity_data_2", "", entity_data, "two"),
    Row("entity_data_3", "", entity_data, "three"),
    Row("mute_list", [], muted, lambda room: {str(room.bob.id): True}),
    Row("date_create", BEGAN, a_minute_passes, A_MINUTE_LATER),
    Row("message_type", "C", opens(TYPE="OPEN"), "O"),
    Row("public", "", sets(public="http://botyard.test/online/x"), "http://botyard.test/online/x"),
    Row("role", "member", to_bob("imbot.chat.setManager"), "manager"),
    Row("entity_link", NO_LINK, opens(**DEAL), DEAL_LINK),
    Row("text_field_enabled", True, sets(text_field=0), False),
    Row("background_id", None, sets(background_id="3"), 3),
    Row("permissions", PERMISSIONS, sets(can_post="manager"), PERMISSIONS | {"can_post": "manager"}),
    Row("is_new", True, bob_reads, False),
    Row("readed_list", nobody_read, ann_reads, ann_has_read),
    Row(
        "manager_list",
        lambda room: [room.bot],
        to_bob("imbot.chat.setManager"),
        lambda room: [room.bob.id, room.bot],
    ),
    Row("last_message_views", nobody_viewed, ann_reads, ann_viewed),
    Row("dialog_id", lambda room: f"chat{room.chat}", opens(), lambda room: room.asked),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.field)
def test_a_field_follows_the_world(portal: World, row: Row) -> None:
    room = WatchedRoom(portal)
    first = room.sees()[row.field]
    assert first == value_in(row.first, room)
    row.happens(room)
    then = room.sees()[row.field]
    assert then == value_in(row.then, room)
    assert then != first


def value_in(value: Any, room: WatchedRoom) -> Any:
    return value(room) if callable(value) else value


def test_no_field_is_left_out() -> None:
    assert [row.field for row in ROWS] == [field.name for field in msgspec.structs.fields(Dialog)]
    assert len(ROWS) == 38


def test_the_fields_are_the_documented_ones() -> None:
    documented = CONTRACT.methods["imbot.dialog.get"].result or {}
    assert {row.field for row in ROWS} == documented["properties"].keys()
