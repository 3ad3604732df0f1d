"""`im.notify`, `im.notify.personal.add`, `.system.add` and `.delete`: sending notifications, and taking them back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from botyard.model.notifications import KEPT, NotificationDraft
from botyard.model.people import UserKind
from botyard.store import notifications, users
from tests.api.im.office import Office
from tests.world import World

CLIENT = "the-key-of-a-webhook"
SENDERS = ["im.notify", "im.notify.personal.add", "im.notify.system.add"]
ATTACH = [{"BLOCKS": [{"MESSAGE": "Five chairs"}]}]


@pytest.fixture
def office(portal: World) -> Office:
    ann, bob, cid = (portal.add_person(name) for name in ("Ann", "Bob", "Cid"))
    return Office(portal, ann, bob, cid)


# Sending.


def test_a_notification_as_it_arrives(office: Office) -> None:
    number = office.send("  Lunch is ready \n", MESSAGE_OUT="Lunch", ATTACH=ATTACH)
    box = office.box()
    (shown,) = box["notifications"]
    attach = shown.pop("params")["ATTACH"]
    assert attach[0]["BLOCKS"] == [{"MESSAGE": "Five chairs"}]
    assert shown == {
        "id": number,
        "chat_id": box["chat_id"],
        "author_id": office.ann.id,
        "date": office.world.context.clock.atom(int(office.world.now())),
        "notify_type": 2,
        "notify_module": "rest",
        "notify_event": "rest_notify",
        "notify_tag": "",
        "notify_sub_tag": "",
        "notify_title": "",
        "setting_name": "rest|rest_notify",
        "text": "Lunch is ready",
        "notify_read": "N",
    }
    assert (box["total_count"], box["total_unread_count"]) == (1, 1)
    assert [user["id"] for user in box["users"]] == [office.ann.id]


def test_nothing_but_lists_before_the_first(office: Office) -> None:
    office.send("for Bob")
    assert office.box(office.cid) == {"notifications": [], "users": []}


def test_the_number_of_the_chat_is_no_chats(office: Office) -> None:
    office.send("one")
    number = office.box()["chat_id"]
    office.send("two")
    office.send("three", to=office.cid)
    assert office.box()["chat_id"] == number
    assert office.box(office.cid)["chat_id"] != number
    assert office.world.add_chat(office.ann) not in (number, office.box(office.cid)["chat_id"])
    assert office.world.call("im.dialog.get", office.bob, DIALOG_ID=f"chat{number}").status == 403


def test_whose_name_it_has(office: Office) -> None:
    kinds: list[tuple[str, dict[str, Any], int]] = [
        ("im.notify", {}, 2),
        ("im.notify", {"TYPE": "USER"}, 2),
        ("im.notify", {"TYPE": "system"}, 4),
        ("im.notify.personal.add", {}, 2),
        ("im.notify.system.add", {}, 4),
    ]
    for method, params, kind in kinds:
        office.world.call(method, office.ann, params, USER_ID=office.bob.id, MESSAGE="x")
        newest = office.box()["notifications"][0]
        assert (newest["notify_type"], newest["author_id"]) == (kind, office.ann.id if kind == 2 else 0)


@pytest.mark.parametrize("method", SENDERS)
def test_what_is_refused(office: Office, method: str) -> None:
    def refused(**params: Any) -> tuple[int, str, str]:
        answer = office.world.call(method, office.ann, {"USER_ID": office.bob.id, "MESSAGE": "x", **params})
        return answer.status, answer.error, answer.text

    for nobody in (0, -5, "", "x"):
        assert refused(USER_ID=nobody) == (400, "USER_ID_EMPTY", "User ID can't be empty")
    for nothing in ("", " \n"):
        assert refused(MESSAGE=nothing, ATTACH=ATTACH) == (400, "MESSAGE_EMPTY", "Message can't be empty")
    assert refused(ATTACH="no JSON") == (400, "ATTACH_ERROR", "Incorrect attach params")
    large = [{"BLOCKS": [{"MESSAGE": "x" * 60_000}]}]
    assert refused(ATTACH=large)[:2] == (400, "ATTACH_OVERSIZE")
    token = office.world.add_token(office.ann.id, None)
    answer = office.world.call(method, token, USER_ID=office.bob.id, MESSAGE="x")
    assert (answer.status, answer.error) == (403, "WRONG_AUTH_TYPE")
    assert office.box()["notifications"] == []


def test_an_application_notifies(office: Office) -> None:
    app = office.world.add_app(office.ann.id)
    assert office.send("from the application", by=app) == office.box()["notifications"][0]["id"]


def test_an_attachment_may_be_text(office: Office) -> None:
    office.send("x", ATTACH=json.dumps(ATTACH))
    assert office.box()["notifications"][0]["params"]["ATTACH"][0]["BLOCKS"] == [{"MESSAGE": "Five chairs"}]


def test_who_cannot_be_notified(office: Office) -> None:
    gone, bot = office.world.add_person("Gone"), office.world.add_bot(office.ann)
    office.world.write(lambda tx: users.set_active(tx, gone.id, False))
    for user_id in (gone.id, bot, 987_654):
        answer = office.world.call("im.notify", office.ann, USER_ID=user_id, MESSAGE="x")
        assert (answer.status, answer.result) == (200, False)
    assert office.world.count("notifications") == 0


@pytest.mark.parametrize("kind", [UserKind.EXTRANET, UserKind.GUEST])
def test_outsiders_notify_those_with_whom_they_share_a_chat(office: Office, kind: UserKind) -> None:
    outsider = office.world.add_person("Out", kind=kind)
    assert office.send("hello", by=outsider) is False
    office.world.add_chat(office.ann, [office.bob.id, outsider.id])
    assert office.send("hello", by=outsider) > 0
    assert office.send("hello", by=outsider, to=office.cid) is False
    assert office.send("to myself", by=outsider, to=outsider) > 0


def test_an_outsider_is_not_shown_an_author_whom_it_does_not_know(office: Office) -> None:
    outsider = office.world.add_person("Out", kind=UserKind.EXTRANET)
    office.send("hello", to=outsider)
    box = office.box(outsider)
    assert [shown["author_id"] for shown in box["notifications"]] == [office.ann.id]
    assert box["users"] == []


def test_long_texts_are_cut(office: Office) -> None:
    office.send("x" * 30_000)
    assert len(office.texts()[0]) == 20_000


def test_the_newest_are_kept(office: Office) -> None:
    async def fill(tx: Any) -> None:
        for number in range(KEPT):
            await notifications.add(tx, NotificationDraft(office.bob.id, f"number {number}"))

    office.world.write(fill)
    office.send("for Cid", to=office.cid)
    office.send("one more")
    box = office.box()
    assert (box["total_count"], box["notifications"][0]["text"]) == (KEPT, "one more")
    assert office.search(SEARCH_TEXT="number 0") == []
    assert office.search(SEARCH_TEXT="number 1", LIMIT=1) == [f"number {KEPT - 1}"]
    assert office.texts(office.cid) == ["for Cid"]


# Tags.


def test_a_tag_is_one_recipients(office: Office) -> None:
    for text, to in (("first", office.bob), ("first", office.cid), ("second", office.bob)):
        office.send(text, to=to, TAG="DEAL_5", SUB_TAG="DEAL", CLIENT_ID=CLIENT)
    assert (office.texts(), office.texts(office.cid)) == (["second"], ["first"])


def test_a_further_tag_is_many_times_there(office: Office) -> None:
    office.send("one", SUB_TAG="DEAL", CLIENT_ID=CLIENT)
    office.send("two", SUB_TAG="DEAL", CLIENT_ID=CLIENT)
    assert office.texts() == ["two", "one"]


def test_tags_belong_to_the_application(office: Office) -> None:
    first, second = office.world.add_app(office.ann.id), office.world.add_app(office.ann.id)
    office.send("one", by=first, TAG="T")
    office.send("other", by=second, TAG="T")
    office.send("webhook", TAG="T", CLIENT_ID=CLIENT)
    office.send("another key", TAG="T", CLIENT_ID=CLIENT + "2")
    office.send("without a key", TAG="T")
    office.send("another webhook", by=office.cid, TAG="T")
    assert len(office.texts()) == 6
    assert len({shown["notify_tag"] for shown in office.box()["notifications"]}) == 6
    office.send("one again", by=first, TAG="T")
    office.send("without a key again", TAG="T")
    assert sorted(office.texts()) == [
        "another key",
        "another webhook",
        "one again",
        "other",
        "webhook",
        "without a key again",
    ]
    assert office.box()["notifications"][-1]["notify_tag"].startswith("MP|")
    assert CLIENT not in str(office.box())


def test_deleting_by_tags(office: Office) -> None:
    app = office.world.add_app(office.ann.id)
    for to in (office.bob, office.cid):
        office.send("tagged", by=app, to=to, TAG="T", SUB_TAG="S")
        office.send("grouped", by=app, to=to, SUB_TAG="S")
        office.send("of a webhook", to=to, TAG="T", SUB_TAG="S", CLIENT_ID=CLIENT)
    assert office.call("delete", app, TAG="T").result is True
    assert office.call("delete", app, TAG="T").result is False
    assert office.texts() == office.texts(office.cid) == ["of a webhook", "grouped"]
    assert office.call("delete", office.cid, SUB_TAG="S", CLIENT_ID="another").result is False
    assert office.call("delete", office.ann, SUB_TAG="S", CLIENT_ID=CLIENT).result is True
    assert office.texts() == office.texts(office.cid) == ["grouped"]


def test_long_tags_are_found_again(office: Office) -> None:
    tag = "T" * 1000
    office.send("one", TAG=tag, CLIENT_ID=CLIENT)
    office.send("two", TAG=tag, CLIENT_ID=CLIENT)
    assert office.texts() == ["two"]
    assert office.call("delete", office.ann, TAG=tag, CLIENT_ID=CLIENT).result is True


def test_deleting_ones_own(office: Office) -> None:
    number = office.send("x", TAG="T", CLIENT_ID=CLIENT)
    assert office.call("delete", office.ann, ID=number).result is False
    assert office.call("delete", office.cid, ID=number).result is False
    assert office.call("delete", office.bob, ID=number).result is True
    assert office.call("delete", office.bob, ID=number).result is False


def test_what_deleting_refuses(office: Office) -> None:
    nothing = office.call("delete")
    assert (nothing.status, nothing.error, nothing.text) == (400, "PARAMS_ERROR", "Incorrect params")
    for tags in ({"TAG": "T"}, {"SUB_TAG": "S"}):
        unnamed = office.call("delete", office.ann, **tags)
        assert (unnamed.status, unnamed.error) == (403, "ACCESS_DENIED")
        assert unnamed.text == "Access denied! Client ID not specified"
    session = office.world.add_token(office.bob.id, None)
    assert office.call("delete", session, TAG="T", CLIENT_ID=CLIENT).error == "PARAMS_ERROR"
    number = office.send("x")
    assert office.call("delete", session, ID=number).result is True
