"""The other methods of `im.notify.*`: reading notifications, marking, answering and searching them."""

from __future__ import annotations

import json

import pytest

from botyard.delivery.retention import DAY, delete_expired
from botyard.model.notifications import NotificationDraft
from botyard.model.people import UserKind
from botyard.store import notifications
from tests.api.im.office import Office
from tests.conftest import MakeWorld
from tests.world import World

CLIENT = "the-key-of-a-webhook"


@pytest.fixture
def office(portal: World) -> Office:
    ann, bob, cid = (portal.add_person(name) for name in ("Ann", "Bob", "Cid"))
    return Office(portal, ann, bob, cid)


# Pages.


def test_pages_begin_with_confirmations(office: Office) -> None:
    for number in range(1, 4):
        office.ask(f"ask {number}")
        office.send(f"say {number}")
    everything = ["ask 3", "ask 2", "ask 1", "say 3", "say 2", "say 1"]
    assert office.texts() == everything
    for size in range(1, 7):
        page = office.box(LIMIT=size)["notifications"]
        read = [shown["text"] for shown in page]
        while page:
            kind = 1 if page[-1]["notify_type"] == 1 else 3
            page = office.box(LIMIT=size, LAST_ID=page[-1]["id"], LAST_TYPE=kind)["notifications"]
            read += [shown["text"] for shown in page]
        assert read == everything


def test_a_page_goes_on_among_the_others_whatever_the_step_before_was(office: Office) -> None:
    office.ask("ask 1")
    for number in range(1, 4):
        office.send(f"say {number}")
    last = office.box(LIMIT=2)["notifications"][-1]["id"]
    assert office.texts(LIMIT=2, LAST_ID=last, LAST_TYPE=1) == ["say 2", "say 1"]
    assert office.texts(LIMIT=2, LAST_ID=last, LAST_TYPE=2) == ["say 2", "say 1"]


def test_a_page_holds_fifty(office: Office) -> None:
    for number in range(60):
        office.send(f"number {number}")
    for limit in ({}, {"LIMIT": 50}, {"LIMIT": 1000}, {"LIMIT": 0}, {"LIMIT": "x"}):
        assert len(office.texts(**limit)) == 50
    assert office.texts(LIMIT=2) == ["number 59", "number 58"]
    assert office.box()["total_count"] == 60


def test_what_pages_refuse(office: Office) -> None:
    office.send("x")
    for alone in ({"LAST_ID": 5}, {"LAST_TYPE": 1}):
        refused = office.call("get", **alone)
        assert (refused.status, refused.error) == (400, "LAST_ID_AND_LAST_TYPE")
        assert refused.text == "Parameters LAST_ID and LAST_TYPE should be used together"
    refused = office.call("get", LAST_ID="last", LAST_TYPE=1)
    assert (refused.status, refused.error, refused.text) == (
        400,
        "LAST_ID_STRING",
        "Last notification ID can't be string",
    )


def test_text_is_converted(office: Office) -> None:
    office.send("[B]5 < 6[/B]\n[url=https://example.com/?a&b]see[/url] [url=javascript:alert(1)]no[/url]")
    assert office.texts(CONVERT_TEXT="Y") == [
        '<b>5 &lt; 6</b><br><a href="https://example.com/?a&amp;b" rel="noopener noreferrer">see</a> no'
    ]
    assert office.texts(CONVERT_TEXT="N")[0].startswith("[B]5 < 6[/B]\n")
    assert (
        office.call("history.search", SEARCH_TEXT="see", CONVERT_TEXT="Y")
        .result["notifications"][0]["text"]
        .startswith("<b>")
    )


# Read marks.


def test_reading_from_an_id_on(office: Office) -> None:
    first, second, third = (office.send(text) for text in ("one", "two", "three"))
    office.send("for Cid", to=office.cid)
    assert office.call("read", ID=second).result is True
    assert office.unread() == [first]
    assert office.box()["total_unread_count"] == 1
    assert office.call("read", ID=third, ACTION="N").result is True
    assert office.unread() == [third, first]
    assert office.call("read", ID=0).result is True
    assert office.unread() == []
    assert office.box(office.cid)["total_unread_count"] == 1


def test_reading_one(office: Office) -> None:
    first, second, third = (office.send(text) for text in ("one", "two", "three"))
    office.call("read", ID=second, ONLY_CURRENT="Y")
    assert office.unread() == [third, first]
    office.call("read", ID=second, ONLY_CURRENT="Y", ACTION="N")
    assert office.unread() == [third, second, first]
    assert office.call("read", office.cid, ID=second, ONLY_CURRENT="Y").result is True
    for nothing in ({}, {"ID": ""}, {"ID": -1}):
        assert office.call("read", **nothing).result is True
    assert office.unread() == [third, second, first]


def test_reading_a_list(office: Office) -> None:
    ids = [office.send(str(number)) for number in range(5)]
    assert office.call("read.list", IDS=ids[:2]).result is True
    assert office.unread() == ids[:1:-1]
    # At the first that is no id it ends.
    office.call("read.list", IDS=[ids[2], 0, ids[3]])
    office.call("read.list", IDS={"0": ids[3], "1": "x", "2": ids[4]})
    assert office.unread() == [ids[4]]
    office.call("read.list", IDS=ids[:1], ACTION="N")
    office.call("read.list", IDS=ids[1:2], ACTION="other")
    assert office.unread() == [ids[4], ids[1], ids[0]]
    office.call("read.list", office.cid, IDS=ids)
    assert len(office.unread()) == 3
    assert office.call("read.list", IDS=[]).result is True


def test_a_list_has_to_be_one(office: Office) -> None:
    for wrong in ({}, {"IDS": 5}, {"IDS": "x"}, {"IDS": None}):
        refused = office.call("read.list", **wrong)
        assert (refused.status, refused.error, refused.text) == (
            400,
            "PARAMS_ERROR",
            "No IDS param or it is not an array",
        )


def test_reading_all(office: Office) -> None:
    office.ask("ask")
    office.send("say")
    office.send("for Cid", to=office.cid)
    assert office.call("read.all").result == {"result": True, "newCounter": 0}
    assert office.unread() == []
    assert office.box(office.cid)["total_unread_count"] == 1


# Answers and buttons.


def test_an_answer_goes_to_the_author(office: Office) -> None:
    number = office.send("Is the room free?\nToday")
    reply = office.call("answer", NOTIFY_ID=number, ANSWER_TEXT=" Yes ").result
    assert reply == {"result_message": ["Your response has been successfully sent."]}
    history = office.world.call("im.dialog.messages.get", office.ann, DIALOG_ID=office.bob.id).result
    (message,) = history["messages"]
    assert (message["author_id"], message["text"]) == (office.bob.id, ">>Is the room free?\n>>Today\nYes")
    assert office.unread() == []


def test_what_cannot_be_answered(office: Office) -> None:
    system = office.send("from the system", TYPE="SYSTEM")
    own = office.send("note", by=office.bob)
    foreign = office.send("for Cid", to=office.cid)
    for number in (system, own, foreign, office.ask("Coming?"), 987_654):
        assert office.call("answer", NOTIFY_ID=number, ANSWER_TEXT="Yes").result == {"result_message": False}
    assert office.world.count("messages") == 0
    outsider = office.world.add_person("Out", kind=UserKind.EXTRANET)
    number = office.send("hello", to=outsider)
    answer = office.call("answer", outsider, NOTIFY_ID=number, ANSWER_TEXT="Who are you?")
    assert answer.result == {"result_message": False}


def test_what_answering_refuses(office: Office) -> None:
    number = office.send("x")
    for nothing in (0, -1, "x", ""):
        refused = office.call("answer", NOTIFY_ID=nothing, ANSWER_TEXT="Yes")
        assert (refused.status, refused.error, refused.text) == (400, "ID_ERROR", "Notification ID can't be empty")
    for empty in ("", "  "):
        refused = office.call("answer", NOTIFY_ID=number, ANSWER_TEXT=empty)
        assert (refused.status, refused.error) == (400, "ANSWER_TEXT_ERROR")
        assert refused.text == "ANSWER_TEXT can't be empty"


def test_a_button_is_pressed(office: Office) -> None:
    first, second = office.ask("Join the chat?"), office.ask("Join another?")
    (shown, _) = office.box()["notifications"]
    buttons = json.loads(shown["notify_buttons"])
    assert (shown["id"], shown["notify_type"]) == (second, 1)
    assert [(button["TEXT"], button["VALUE"], button["COMMAND_PARAMS"]) for button in buttons] == [
        ("Accept", "Y", f"{second}|Y"),
        ("No", "N", f"{second}|N"),
    ]
    assert office.call("confirm", NOTIFY_ID=second, NOTIFY_VALUE="Y").result == {"result_message": ["Accepted"]}
    assert office.call("confirm", NOTIFY_ID=second, NOTIFY_VALUE="Y").result == {"result_message": False}
    assert office.call("confirm", office.cid, NOTIFY_ID=first, NOTIFY_VALUE="Y").result == {"result_message": False}
    assert office.call("confirm", NOTIFY_ID=first, NOTIFY_VALUE="perhaps").result == {"result_message": False}
    assert office.texts() == ["Join the chat?"]
    assert office.call("confirm", NOTIFY_ID=first, NOTIFY_VALUE="N").result == {"result_message": ["No"]}
    assert "notify_buttons" not in office.box()


@pytest.mark.parametrize("name", ["ID", "NOTIFY_ID"])
def test_what_is_answered_and_pressed_by_either_name(office: Office, name: str) -> None:
    question, button = office.send("Is the room free?"), office.ask("Join the chat?")
    sent = office.call("answer", **{name: question}, ANSWER_TEXT="Yes").result
    assert sent == {"result_message": ["Your response has been successfully sent."]}
    pressed = office.call("confirm", **{name: button}, NOTIFY_VALUE="Y").result
    assert pressed == {"result_message": ["Accepted"]}


def test_what_pressing_refuses(office: Office) -> None:
    for nothing in (0, -1, "x"):
        refused = office.call("confirm", NOTIFY_ID=nothing, NOTIFY_VALUE="Y")
        assert (refused.status, refused.error, refused.text) == (400, "ID_ERROR", "Notification ID can't be empty")
    refused = office.call("confirm", NOTIFY_ID=office.send("x"), NOTIFY_VALUE="")
    assert (refused.status, refused.error, refused.text) == (
        400,
        "NOTIFY_VALUE_ERROR",
        "Notification Value can't be empty",
    )


# Searching.


def test_searching_text(office: Office) -> None:
    for text in ("An INVOICE of 5%", "invoice_7", "ÄRGER", "nothing"):
        office.send(text)
    office.send("invoice of Cid", to=office.cid)
    assert office.search(SEARCH_TEXT="invoice") == ["invoice_7", "An INVOICE of 5%"]
    assert office.search(SEARCH_TEXT="ärg") == ["ÄRGER"]
    assert office.search(SEARCH_TEXT="of 5%") == ["An INVOICE of 5%"]
    assert office.search(SEARCH_TEXT="e_7") == ["invoice_7"]
    assert office.search(SEARCH_TEXT="%%%") == office.search(SEARCH_TEXT="___") == []


def test_a_search_goes_on(office: Office) -> None:
    for number in range(5):
        office.send(f"number {number}")
    first = office.call("history.search", SEARCH_TEXT="number", LIMIT=2).result
    assert (first["total_results"], first["chat_id"]) == (5, office.box()["chat_id"])
    assert [user["id"] for user in first["users"]] == [office.ann.id]
    last = first["notifications"][-1]["id"]
    second = office.call("history.search", SEARCH_TEXT="number", LIMIT=2, LAST_ID=last).result
    assert [shown["text"] for shown in second["notifications"]] == ["number 2", "number 1"]
    assert "total_results" not in second


def test_what_a_search_needs(office: Office) -> None:
    office.send("ab")
    for params in ({}, {"SEARCH_TEXT": "ab"}, {"SEARCH_TEXT": " ab "}, {"GROUP_TAG": "S"}, {"SEARCH_DATE": "x"}):
        refused = office.call("history.search", **params)
        assert (refused.status, refused.error) == (400, "SEARCH_TEXT_ERROR")
        assert refused.text == "SEARCH_TEXT can't be less than 3 symbols"
    one_end = office.call("history.search", SEARCH_DATE_FROM="2020-01-01", SEARCH_TEXT="ab")
    assert one_end.error == "SEARCH_TEXT_ERROR"
    refused = office.call("history.search", SEARCH_TEXT="abc", LAST_ID="x")
    assert (refused.error, refused.text) == ("LAST_ID_STRING", "Last notification ID can't be string")
    assert office.search(SEARCH_TEXT="ab", SEARCH_TYPE="rest") == ["ab"]


def test_searching_by_kind(office: Office) -> None:
    office.send("of rest")
    task = NotificationDraft(office.bob.id, "of tasks", module="tasks", event="task_update")
    office.world.write(lambda tx: notifications.add(tx, task))
    assert office.search(SEARCH_TYPE="tasks") == office.search(SEARCH_TYPE="tasks|task_update") == ["of tasks"]
    assert office.search(SEARCH_TYPE="tasks|other") == []
    assert office.search(SEARCH_TYPES=["rest|rest_notify", "other"]) == ["of rest"]
    assert office.search(SEARCH_TYPES=["rest"], SEARCH_TYPE="tasks") == ["of tasks", "of rest"]


def test_searching_by_author(office: Office) -> None:
    office.send("of Ann")
    office.send("of Cid", by=office.cid)
    office.send("of nobody", TYPE="SYSTEM")
    assert office.search(SEARCH_AUTHORS=[office.cid.id]) == ["of Cid"]
    assert office.search(SEARCH_AUTHORS=[office.cid.id, office.ann.id]) == ["of Cid", "of Ann"]


def test_searching_by_group(office: Office) -> None:
    app = office.world.add_app(office.bob.id)
    office.send("grouped", by=app, SUB_TAG="G")
    office.send("other", by=app, SUB_TAG="H")
    office.send("of a webhook", SUB_TAG="G", CLIENT_ID=CLIENT)
    shown = office.call("history.search", SEARCH_TEXT="of a webhook").result["notifications"][0]
    assert office.search(GROUP_TAG=shown["notify_sub_tag"], SEARCH_TYPE="rest") == ["of a webhook"]
    answer = office.call("history.search", app, GROUP_TAG="G", SEARCH_TYPE="rest").result
    assert [shown["text"] for shown in answer["notifications"]] == ["grouped"]


def test_searching_by_date(office: Office) -> None:
    day = "2026-09-21"
    office.world.set_clock(1_790_000_000 - office.world.now())
    for text in ("Monday", "Tuesday", "Wednesday"):
        office.send(text)
        office.world.wait(86_400)
    shown = {shown["text"]: shown["date"] for shown in office.box()["notifications"]}
    assert shown["Monday"].startswith(day), shown
    assert office.search(SEARCH_DATE=day) == office.search(SEARCH_DATE=f"{day}T23:00:00+00:00") == ["Monday"]
    assert office.search(SEARCH_DATE_FROM="2026-09-22", SEARCH_DATE_TO="2026-09-23") == ["Wednesday", "Tuesday"]
    exact = shown["Tuesday"]
    assert office.search(SEARCH_DATE_FROM=exact, SEARCH_DATE_TO=exact) == ["Tuesday"]
    assert office.search(SEARCH_DATE="0001-01-01") == office.search(SEARCH_DATE="9999-12-31") == []
    assert office.search(SEARCH_DATE_FROM="2026-09-22", SEARCH_DATE_TO="9999-12-31") == ["Wednesday", "Tuesday"]


def test_the_schema(office: Office) -> None:
    schema = office.call("schema.get").result
    assert {module["MODULE_ID"] for module in schema.values()} == set(schema) == {"rest"}
    office.send("x")
    assert office.box()["notifications"][0]["setting_name"] in [event["ID"] for event in schema["rest"]["LIST"]]


# How long they stay.


def test_old_ones_go(make_world: MakeWorld) -> None:
    world = make_world(notification_days=10)
    for text in ("old", "new"):
        world.call("im.notify", USER_ID=world.admin.id, MESSAGE=text)
        if text == "old":
            world.wait(6 * DAY)
    world.wait(5 * DAY)
    world.run(delete_expired(world.context))
    box = world.call("im.notify.get").result
    assert ([shown["text"] for shown in box["notifications"]], box["total_count"]) == (["new"], 1)


def test_they_go_with_the_account(office: Office) -> None:
    office.send("x")
    office.send("from Bob", by=office.bob, to=office.cid)
    assert office.world.call("botyard.user.delete", ID=office.bob.id).result is True
    for table in ("notifications", "notification_chats"):
        rows = office.world.read(lambda tx, table=table: tx.all(f"SELECT user_id FROM {table}"))  # type: ignore[misc]
        assert [row[0] for row in rows] == [office.cid.id]
