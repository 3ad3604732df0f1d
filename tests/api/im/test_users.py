"""`im.user.*` and `im.revision.get`: what is known of people, and the status that they choose."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.model.people import Profile, UserKind
from botyard.store import user_details, users
from tests.world import World


def test_oneself_and_others(portal: World) -> None:
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")
    portal.write(lambda tx: users.change(tx, bob.id, Profile(work_phone="+49 2")))
    portal.write(lambda tx: user_details.change(tx, bob.id, {"UF_PHONE_INNER": "21"}))
    me = portal.call("im.user.get", ann).result
    assert (me["id"], me["name"], me["status"], me["idle"], me["phones"]) == (
        ann.id,
        "Ann Example",
        "online",
        False,
        False,
    )
    other = portal.call("im.user.get", ann, ID=bob.id, AVATAR_HR="Y").result
    assert other["phones"] == {"work_phone": "+49 2", "personal_mobile": "", "inner_phone": "21"}
    bot = portal.add_bot(None, "echo")
    assert portal.call("im.user.get", ann, ID=bot).result["type"] == "bot"


@pytest.mark.parametrize("value", [0, -1, "abc", [5]])
def test_ids_that_are_none(portal: World, value: Any) -> None:
    answer = portal.call("im.user.get", ID=value)
    assert (answer.status, answer.error, answer.text) == (400, "ID_EMPTY", "User ID can't be empty")


def test_nobody(portal: World) -> None:
    answer = portal.call("im.user.get", ID=10**9)
    assert (answer.status, answer.error, answer.text) == (400, "USER_NOT_EXISTS", "User does not exist")


@pytest.mark.parametrize("kind", [UserKind.EXTRANET, UserKind.EMAIL, UserKind.GUEST])
def test_outsiders_see_those_with_whom_they_share_a_chat(portal: World, kind: UserKind) -> None:
    eve, ann, bob = portal.add_person("Eve", kind=kind), portal.add_person("Ann"), portal.add_person("Bob")
    portal.add_chat(ann, [eve.id])
    assert portal.call("im.user.get", eve, ID=ann.id).result["id"] == ann.id
    assert portal.call("im.user.get", eve).result["id"] == eve.id
    for stranger in (bob.id, 10**9):
        answer = portal.call("im.user.get", eve, ID=stranger)
        assert (answer.status, answer.error) == (400, "ACCESS_DENIED")
        assert answer.text == "You can request only users who are part of your extranet group"
    people = portal.call("im.user.list.get", eve, ID=[eve.id, ann.id, bob.id, 10**9]).result
    assert sorted(people) == sorted([str(eve.id), str(ann.id)])


def test_several(portal: World) -> None:
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")
    by_id = portal.call("im.user.list.get", ann, ID=[bob.id, ann.id, 10**9, bob.id]).result
    assert {key: person["id"] for key, person in by_id.items()} == {str(ann.id): ann.id, str(bob.id): bob.id}
    listed = portal.call("im.user.list.get", ann, ID=f"[{bob.id},{ann.id}]", RESULT_TYPE="array").result
    assert [person["id"] for person in listed] == [ann.id, bob.id]
    assert portal.call("im.user.list.get", ann, ID=[10**9], RESULT_TYPE="array").result == []
    assert portal.call("im.user.list.get", ann, ID=[10**9]).result == {}


@pytest.mark.parametrize("params", [{}, {"ID": ""}, {"ID": []}, {"ID": "ann"}, {"ID": 5}, {"ID": "{"}])
def test_no_list_of_ids(portal: World, params: dict[str, Any]) -> None:
    answer = portal.call("im.user.list.get", params=params)
    assert (answer.status, answer.error) == (400, "INVALID_FORMAT")
    assert answer.text == "A wrong format for the ID field is passed"


def test_a_status(portal: World) -> None:
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")
    assert portal.call("im.user.status.get", ann).result is False
    for status in ("dnd", "away", "break", "online"):
        assert portal.call("im.user.status.set", ann, STATUS=status).result is True
        assert portal.call("im.user.status.get", ann).result == status
        assert portal.call("im.user.get", bob, ID=ann.id).result["status"] == status
    assert portal.call("im.user.status.get", bob).result is False


@pytest.mark.parametrize("status", ["", "DND", "busy", "idle", "online "])
def test_there_are_four_of_them(portal: World, status: str) -> None:
    answer = portal.call("im.user.status.set", STATUS=status)
    assert (answer.status, answer.error, answer.text) == (400, "STATUS_ERROR", "Status is not available")
    assert portal.call("im.user.status.get").result is False


@pytest.mark.parametrize(
    ("params", "minutes"), [({}, 10), ({"AGO": 25}, 25), ({"AGO": 1}, 1), ({"AGO": 0}, 1), ({"AGO": -5}, 1)]
)
def test_away(portal: World, params: dict[str, Any], minutes: int) -> None:
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")
    since = portal.context.clock.atom(int(portal.time) - 60 * minutes)
    assert portal.call("im.user.status.idle.start", ann, params=params).result is True
    assert portal.call("im.user.get", bob, ID=ann.id).result["idle"] == since
    assert portal.call("im.user.status.get", ann).result is False
    assert portal.call("im.user.status.idle.end", ann).result is True
    assert portal.call("im.user.get", bob, ID=ann.id).result["idle"] is False


def test_nobody_has_been_away_for_longer_than_there_is_time(portal: World) -> None:
    assert portal.call("im.user.status.idle.start", AGO=2**62).result is True
    assert portal.call("im.user.get").result["idle"].startswith("1970-01-01")


def test_nothing_of_it_is_left_of_somebody_who_is_deleted(portal: World) -> None:
    ann = portal.add_person("Ann")
    portal.call("im.user.status.set", ann, STATUS="dnd")
    portal.call("im.user.status.idle.start", ann)
    assert portal.call("botyard.user.delete", ID=ann.id).status == 200
    gone = portal.call("im.user.get", ID=ann.id).result
    assert (gone["status"], gone["idle"], gone["active"]) == ("online", False, False)


def test_revisions(portal: World) -> None:
    assert portal.call("im.revision.get").result == {
        "rest": 32,
        "web": 130,
        "mobile": 22,
        "desktop": 6,
        "im_revision_mobile": 22,
    }
