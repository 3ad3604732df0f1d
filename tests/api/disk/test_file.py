"""disk.file.get: files of chats by their id, for those who may see them; on both engines."""

from __future__ import annotations

import json
from typing import Any

import pytest

from botyard.chat import members
from botyard.store import chats
from botyard.store.db import Tx
from tests.files.room import Room
from tests.world import SHARED, Answer, Person, World

DOCUMENTED = SHARED / "contract" / "optional" / "disk.json"


@pytest.fixture
def room(portal: World) -> Room:
    return Room(portal)


def asked(room: Room, file_id: Any, by: Person | None = None) -> Answer:
    return room.world.call("disk.file.get", by or room.me, id=file_id)


def said(answer: Answer) -> tuple[int, str, str]:
    return answer.status, answer.error, answer.text


def test_a_file_and_a_link_to_it(room: Room) -> None:
    file = room.sent("a.txt", b"hello")
    found = asked(room, file["id"], room.ann).result
    assert (found["ID"], found["NAME"], found["SIZE"], found["TYPE"]) == (str(file["id"]), "a.txt", "5", "file")
    assert (found["CREATED_BY"], found["DELETED_TYPE"], found["DELETE_TIME"]) == (str(room.me.id), "0", None)
    assert found["PARENT_ID"] == str(room.world.call("im.dialog.get", DIALOG_ID=room.dialog).result["disk_folder_id"])
    assert room.get(found["DOWNLOAD_URL"]).body == b"hello"
    assert room.get(found["DETAIL_URL"]).status == 200


def test_its_fields_are_those_of_the_page(room: Room) -> None:
    if not DOCUMENTED.exists():
        pytest.skip("the documented methods are not at hand")
    methods = json.loads(DOCUMENTED.read_text())["methods"]
    sample = next(one for one in methods if one["method"] == "disk.file.get")["response_example"]["result"]
    found = asked(room, room.sent("a.txt", b"hello")["id"]).result
    assert {name: type(value) for name, value in found.items()} == {name: type(sample[name]) for name in sample}


@pytest.mark.parametrize("file_id", [None, "", 0, -1, "x"])
def test_no_id(room: Room, file_id: Any) -> None:
    assert said(asked(room, file_id)) == (400, "ERROR_ARGUMENT", "Invalid value of parameter {Parameter #0}")


def test_a_file_that_is_not_there(room: Room) -> None:
    assert said(asked(room, 999_999)) == (400, "ERROR_NOT_FOUND", "Could not find entity with id 999999")


def test_a_stranger_is_refused(room: Room) -> None:
    file = room.sent("a.txt", b"hello")
    assert said(asked(room, file["id"], room.eve)) == (400, "ACCESS_DENIED", "Access denied")


def test_so_is_whom_the_history_is_hidden_from(room: Room) -> None:
    file = room.sent("a.txt", b"hello")

    async def work(tx: Tx) -> None:
        found = await chats.find(tx, room.id, room.me.id)
        assert found is not None
        await members.add(tx, room.me.id, *found, [room.eve.id], hide_history=True, now=int(room.world.time))

    room.world.write(work)
    assert asked(room, file["id"], room.eve).error == "ACCESS_DENIED"
    assert asked(room, room.sent("b.txt", b"later")["id"], room.eve).result["NAME"] == "b.txt"


def test_a_link_ends_with_the_membership(room: Room) -> None:
    url = asked(room, room.sent("a.txt", b"hello")["id"], room.ann).result["DOWNLOAD_URL"]

    async def leave(tx: Tx) -> None:
        chat, member = await chats.find(tx, room.id, room.ann.id) or (None, None)
        assert chat is not None
        await members.leave(tx, room.ann.id, chat, member, int(room.world.time))

    room.world.write(leave)
    assert room.get(url).status == 403


def test_it_takes_the_permission(room: Room) -> None:
    file = room.sent("a.txt", b"hello")
    assert asked(room, file["id"], room.world.webhook(room.me.id, "im")).error == "insufficient_scope"
