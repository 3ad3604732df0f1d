"""`im.search.last.*`: the dialogs that somebody has searched for last."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.model.people import Profile, UserKind
from botyard.store import chats, erasure, users
from botyard.store.engines.db import Tx
from botyard.store.search_history import KEPT
from tests.world import Person, World


class Desk:
    """Ann and Bob, who share a room."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ann, self.bob = world.add_person("Ann"), world.add_person("Bob")
        self.room = world.add_chat(self.ann, [self.bob.id], TITLE="Room", COLOR="LIME")
        self.dialog = f"chat{self.room}"

    def add(self, dialog: Any, by: Person | None = None) -> Any:
        return self.world.call("im.search.last.add", by or self.ann, DIALOG_ID=dialog).result

    def delete(self, dialog: Any, by: Person | None = None) -> Any:
        return self.world.call("im.search.last.delete", by or self.ann, DIALOG_ID=dialog).result

    def items(self, by: Person | None = None, **params: Any) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.world.call("im.search.last.get", by or self.ann, params=params).result
        return listed

    def ids(self, by: Person | None = None, **params: Any) -> list[Any]:
        return [item["id"] for item in self.items(by, **params)]


@pytest.fixture
def desk(portal: World) -> Desk:
    return Desk(portal)


def test_the_latest_are_first(desk: Desk) -> None:
    bob = desk.bob.id
    assert desk.ids() == []
    assert desk.add(desk.dialog) is desk.add(bob) is True
    assert desk.ids() == [bob, desk.dialog]
    assert desk.add(desk.dialog) is True
    assert desk.ids() == [desk.dialog, bob]
    assert desk.ids(desk.bob) == []


def test_what_is_listed(desk: Desk) -> None:
    desk.world.call("im.chat.mute", desk.bob, CHAT_ID=desk.room, MUTE="Y")
    desk.add(desk.bob.id)
    desk.add(desk.dialog)
    room, bob = desk.items()
    assert (room["type"], room["title"], room["avatar"]["url"]) == ("chat", "Room", "")
    assert room["chat"]["id"] == desk.room and room["chat"]["color"] == room["avatar"]["color"]
    assert room["chat"]["mute_list"] == {str(desk.bob.id): True} and "user" not in room
    assert (bob["type"], bob["title"], bob["user"]["id"]) == ("user", "Bob Example", desk.bob.id) and "chat" not in bob


def test_switches(desk: Desk) -> None:
    lines = desk.world.add_chat(desk.ann, ENTITY_TYPE="LINES", ENTITY_ID="livechat|1|2|3")
    line = f"chat{lines}"
    for dialog in (desk.bob.id, desk.dialog, line):
        desk.add(dialog)
    assert desk.ids(SKIP_OPENLINES="Y") == [desk.dialog, desk.bob.id]
    assert desk.ids(SKIP_CHAT="Y") == [line, desk.bob.id]
    assert desk.ids(SKIP_DIALOG="Y") == [line, desk.dialog]
    assert desk.ids(SKIP_OPENLINES="N", SKIP_CHAT="N", SKIP_DIALOG="N") == [line, desk.dialog, desk.bob.id]


def test_delete(desk: Desk) -> None:
    desk.add(desk.dialog)
    desk.add(desk.bob.id)
    assert desk.delete(desk.dialog, desk.bob) is False
    assert desk.delete(desk.dialog) is True and desk.delete(desk.dialog) is False
    assert desk.delete(desk.bob.id) is True and desk.delete(desk.bob.id) is False
    assert desk.ids() == []


def test_the_chat_of_a_private_dialog_is_the_person(desk: Desk) -> None:
    desk.world.send("Hello", desk.bob, str(desk.ann.id))
    chat_id = desk.world.call("im.dialog.get", desk.ann, DIALOG_ID=desk.bob.id).result["id"]
    assert desk.add(f"chat{chat_id}") is True and desk.ids() == [desk.bob.id]
    assert desk.delete(f"chat{chat_id}") is True and desk.ids() == []


@pytest.mark.parametrize("method", ["im.search.last.add", "im.search.last.delete"])
@pytest.mark.parametrize("dialog", ["", "room", "chat", "0"])
def test_dialogs_that_are_none(desk: Desk, method: str, dialog: str) -> None:
    answer = desk.world.call(method, desk.ann, DIALOG_ID=dialog)
    assert (answer.status, answer.error, answer.text) == (400, "DIALOG_ID_EMPTY", "Dialog ID can't be empty")


def test_what_one_may_not_see(desk: Desk) -> None:
    eve, mia = desk.world.add_person("Eve"), desk.world.add_person("Mia", kind=UserKind.EXTRANET)
    square = f"chat{desk.world.add_chat(desk.ann, TYPE='OPEN')}"
    for dialog in (desk.dialog, "chat987654321", 987654321):
        assert desk.add(dialog, eve) is False
    assert desk.add(square, eve) is True and desk.add(mia.id, eve) is True
    for dialog in (desk.dialog, square, eve.id):
        assert desk.add(dialog, mia) is False
    assert desk.ids(mia) == []


def test_what_one_may_not_see_any_more(desk: Desk) -> None:
    desk.add(desk.dialog, desk.bob)
    desk.world.call("im.chat.leave", desk.bob, CHAT_ID=desk.room)
    assert desk.ids(desk.bob) == []
    assert desk.delete(desk.dialog, desk.bob) is True and desk.delete(desk.dialog, desk.bob) is False


def test_only_so_many_are_kept(desk: Desk) -> None:
    people = [desk.world.write(lambda tx: users.add(tx, UserKind.EMPLOYEE, Profile(name="P"))) for _ in range(60)]
    for person in people:
        assert desk.add(person) is True
    desk.add(people[20])
    assert desk.ids() == [people[20], *(person for person in reversed(people[10:]) if person != people[20])]
    assert desk.world.read(_count) == KEPT


async def _count(tx: Tx) -> int:
    return len(await tx.all("SELECT user_id FROM last_searched"))


def test_what_is_gone_is_forgotten(desk: Desk) -> None:
    desk.add(desk.dialog)
    desk.add(desk.bob.id)
    desk.add(desk.ann.id, desk.bob)
    desk.world.write(lambda tx: chats.delete(tx, desk.room))
    desk.world.write(lambda tx: erasure.erase(tx, desk.bob.id, avatar=""))
    assert desk.ids() == [] and desk.world.read(_count) == 0
