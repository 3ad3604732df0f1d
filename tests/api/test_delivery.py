"""botyard.delivery.list, get and resend: deliveries as administrators and owners of bots see them, and send again."""

from __future__ import annotations

from typing import Any

from botyard.model.deliveries import EndReason, State
from botyard.store import deliveries
from tests.api.outcomes import codes, explain, listed, second_bot, sends, sent
from tests.story import CLIENT, says
from tests.world import Answer, AppKey, Person, World

# Lists.


def test_lists_of_a_bot_of_a_state_and_of_a_time(portal: World) -> None:
    ann, first, second = portal.add_person("Ann"), portal.add_bot(), portal.add_bot(code="two")
    says(portal, ann, first, "first")
    says(portal, ann, second, "second")
    sent(portal)
    portal.wait(100)
    noon = int(portal.time)
    says(portal, ann, first, "third")
    sent(portal, status=500, over=State.DEAD, reason=EndReason.USED_UP)
    shown = listed(portal)
    assert [(delivery["BOT_ID"], delivery["STATE"]) for delivery in shown] == [
        (first, "dead"),
        (second, "done"),
        (second, "done"),
        (first, "done"),
        (first, "done"),
    ]
    assert [delivery["EVENT"] for delivery in shown[:2]] == ["ONIMBOTMESSAGEADD", "ONIMBOTMESSAGEADD"]
    ids = [delivery["ID"] for delivery in shown]
    assert [delivery["ID"] for delivery in listed(portal, BOT_ID=first)] == [ids[0], ids[3], ids[4]]
    assert [delivery["ID"] for delivery in listed(portal, BOT_ID=first, STATE="done")] == ids[3:]
    for state in ("dead", "missed"):
        assert [delivery["ID"] for delivery in listed(portal, STATE=state)] == ids[:1]
        assert [delivery["ID"] for delivery in listed(portal, STATE=state, BOT_ID=first)] == ids[:1]
    assert listed(portal, STATE="open") == []
    assert [delivery["ID"] for delivery in listed(portal, FROM=noon)] == ids[:1]
    assert [delivery["ID"] for delivery in listed(portal, TO=noon)] == ids[1:]
    assert [delivery["ID"] for delivery in listed(portal, TO=noon, BOT_ID=first)] == ids[3:]
    assert listed(portal, FROM="2100-01-01T00:00:00+00:00") == []
    assert listed(portal, TO="2001-01-01") == []
    assert [delivery["ID"] for delivery in listed(portal, RECIPIENT=f"bot:{second}")] == ids[1:3]


def test_pages_go_on_until_there_is_no_more(portal: World) -> None:
    ann, bot = portal.add_person("Ann"), portal.add_bot()
    for number in range(5):
        says(portal, ann, bot, str(number))
    for more in ({}, {"BOT_ID": bot}, {"STATE": "open"}):
        seen, before = [], 0
        while True:
            page = portal.call("botyard.delivery.list", None, {"LIMIT": 4, "BEFORE": before, **more}).result
            seen += [delivery["ID"] for delivery in page["DELIVERIES"]]
            before = page["NEXT"]
            if not before:
                break
        assert len(seen) == len(set(seen)) == 6
        assert seen == sorted(seen, reverse=True)


def test_what_is_asked_for_wrongly(world: World) -> None:
    def error(method: str, **params: Any) -> str:
        return world.call(f"botyard.delivery.{method}", None, params).error

    assert error("list", STATE="lost") == "ERROR_ARGUMENT"
    assert error("list", FROM="yesterday") == "ERROR_ARGUMENT"
    assert error("get", ID=99) == "DELIVERY_NOT_FOUND"
    assert error("resend", ID=99) == "DELIVERY_NOT_FOUND"
    assert error("resend") == "ERROR_ARGUMENT"
    assert error("resend", ALL=True, STATE="waiting") == "ERROR_ARGUMENT"
    assert error("explain", BOT_ID=world.add_bot()) == "MESSAGE_ID_ERROR"


def test_one_with_its_attempts(portal: World) -> None:
    ann, bot = portal.add_person("Ann"), portal.add_bot()
    says(portal, ann, bot, "hello")
    sends(portal, status=503, over=State.WAITING)
    portal.wait(10)
    sends(portal)
    first = listed(portal)[-1]["ID"]
    shown = portal.call("botyard.delivery.get", ID=first).result
    assert (shown["STATE"], shown["ATTEMPTS"], shown["DUE"]) == ("done", 2, None)
    assert [
        (attempt["NUMBER"], attempt["STATUS"], attempt["MILLISECONDS"], attempt["ANSWER"]) for attempt in shown["LOG"]
    ] == [
        (1, 503, 12, "the answer"),
        (2, 200, 12, "the answer"),
    ]
    assert shown["LOG"][0]["STARTED"].startswith("20")


# Again.


def test_one_is_sent_again(portal: World) -> None:
    ann, bot = portal.add_person("Ann"), portal.add_bot()
    message = says(portal, ann, bot, "hello")
    sent(portal, status=404, over=State.DEAD, reason=EndReason.FINAL)
    number = listed(portal)[0]["ID"]
    assert portal.call("botyard.delivery.resend", ID=number).result == {"RESENT": 1, "NEXT": 0}
    assert portal.call("botyard.delivery.resend", ID=number).result == {"RESENT": 0, "NEXT": 0}
    assert codes(portal, message, bot) == ["DUE", "STATUS"]
    sent(portal)
    shown = portal.call("botyard.delivery.get", ID=number).result
    assert [(attempt["NUMBER"], attempt["STATUS"]) for attempt in shown["LOG"]] == [(1, 404), (2, 200)]


def test_all_that_was_missed_is_sent_again(portal: World) -> None:
    ann, first, second = portal.add_person("Ann"), portal.add_bot(), portal.add_bot(code="two")
    says(portal, ann, first, "arrives")
    sent(portal)
    portal.wait(50)
    noon = int(portal.time)
    for bot in (first, second):
        says(portal, ann, bot, "lost")
    sent(portal, status=500, over=State.DEAD, reason=EndReason.USED_UP)
    assert portal.call("botyard.delivery.resend", BOT_ID=second).result["RESENT"] == 2
    assert portal.call("botyard.delivery.resend", TO=noon).result["RESENT"] == 0
    assert portal.call("botyard.delivery.resend", ALL=True).result["RESENT"] == 1
    sent(portal)
    assert {delivery["STATE"] for delivery in listed(portal)} == {"done"}
    assert portal.call("botyard.delivery.resend", FROM=noon, STATE="done").result["RESENT"] == 3


def test_what_expired_can_be_fetched_after_all(portal: World) -> None:
    ann, bot = portal.add_person("Ann"), second_bot(portal)
    says(portal, ann, bot, "hello")
    portal.wait(100)
    now = int(portal.time)
    portal.write(lambda tx: deliveries.expire(tx, now, 10))
    assert portal.call("botyard.delivery.resend", BOT_ID=bot).result["RESENT"] == 2
    page = portal.call("imbot.v2.Event.get", botId=bot, botToken=CLIENT).result
    assert [event["type"] for event in page["events"]] == ["ONIMBOTV2JOINCHAT", "ONIMBOTV2MESSAGEADD"]


# Who may ask.


def test_owners_ask_about_their_own_bots(portal: World) -> None:
    ann, app = portal.add_person("Ann"), portal.add_app()
    stranger = portal.add_webhook(ann.id, "imbot")
    mine, hooked = portal.add_bot(app), portal.add_bot(stranger, code="hooked", CLIENT_ID="hers")
    message = says(portal, ann, mine, "hello")
    narrow = app._replace(token=portal.add_token(portal.admin.id, app.id, "imbot"))
    persons = app._replace(token=portal.add_token(ann.id, app.id, "imbot"))

    def asks(who: Person | AppKey, **params: Any) -> Answer:
        return portal.call("botyard.delivery.list", who, params)

    assert len(asks(narrow, BOT_ID=mine).result["DELIVERIES"]) == 2
    # A person's token of the application is asked about the bots that the person registered.
    assert asks(persons, BOT_ID=mine).error == "APP_ID_ERROR"
    assert asks(narrow, BOT_ID=hooked).error == "APP_ID_ERROR"
    assert asks(narrow).error == "ACCESS_DENIED"
    assert asks(narrow, RECIPIENT=f"bot:{hooked}").error == "ACCESS_DENIED"
    assert asks(stranger, BOT_ID=hooked, CLIENT_ID="hers").result["DELIVERIES"] == []
    assert asks(stranger, BOT_ID=mine, CLIENT_ID="hers").error == "APP_ID_ERROR"
    number = asks(narrow, BOT_ID=mine).result["DELIVERIES"][0]["ID"]
    assert portal.call("botyard.delivery.get", narrow, ID=number).result["BOT_ID"] == mine
    assert portal.call("botyard.delivery.get", stranger, ID=number, CLIENT_ID="hers").error == "DELIVERY_NOT_FOUND"
    assert portal.call("botyard.delivery.resend", narrow, ALL=True).error == "ACCESS_DENIED"
    assert explain(portal, message, mine, narrow)["EVENTS"][0]["REASONS"][0]["CODE"] == "BEHIND"
    assert portal.call("botyard.delivery.explain", portal.add_webhook(ann.id, "im"), MESSAGE_ID=1).error == (
        "insufficient_scope"
    )


def test_an_administrator_without_the_permission_is_an_owner_like_others(portal: World) -> None:
    hook = portal.add_webhook(portal.admin.id, "imbot")
    assert portal.call("botyard.delivery.list", hook).error == "ACCESS_DENIED"
