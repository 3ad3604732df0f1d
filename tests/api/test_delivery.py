"""botyard.delivery.*: what became of deliveries, as administrators and owners of bots are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from botyard.api.imbot import events as first
from botyard.api.imbot_v2 import events as second
from botyard.chat.explain import NAMES
from botyard.chat.reasons import Why
from botyard.delivery.keeping import tidy
from botyard.model.deliveries import Reason, State
from botyard.store import deliveries
from botyard.store.db import Tx
from tests.story import CLIENT, bot_does, says, set_chat
from tests.world import Answer, AppKey, Person, World

ROOT = Path(__file__).resolve().parent.parent.parent
TIMEOUT = "timeout: no answer within 10 s"


def _sends(world: World, *, status: int = 200, problem: str = "", over: State = State.DONE, reason: str = "") -> int:
    """The first delivery to each bot and chat is sent with this result. How many that were."""
    now = int(world.time)

    async def work(tx: Tx) -> int:
        heads = await tx.all(
            """SELECT MIN(id) FROM deliveries WHERE state IN ('waiting', 'sending') AND due <= :now
               GROUP BY recipient, lane""",
            now=now,
        )
        for (number,) in heads:
            await _ends(tx, number, over, reason, now)
            if over is not State.SKIPPED:
                await _tries(tx, number, status, problem, now)
        return len(heads)

    return world.write(work)


async def _ends(tx: Tx, number: int, over: State, reason: str, now: int) -> None:
    await tx.run(
        """UPDATE deliveries SET state = :state, reason = :reason, due = :due, finished = :finished WHERE id = :id""",
        state=over.value,
        reason=reason,
        due=now + 5,
        finished=None if over is State.WAITING else now,
        id=number,
    )


async def _tries(tx: Tx, number: int, status: int, problem: str, now: int) -> None:
    await tx.run("UPDATE deliveries SET attempts = attempts + 1 WHERE id = :id", id=number)
    await tx.run(
        """INSERT INTO attempts (delivery_id, number, started, took, status, answer, problem)
           SELECT id, attempts, :started, 12, :status, 'the answer', :problem FROM deliveries WHERE id = :id""",
        started=now * 1000,
        status=status,
        problem=problem,
        id=number,
    )


def _sent(world: World, **more: Any) -> None:
    while _sends(world, **more):
        pass


def _explain(world: World, message: int, bot: int, by: Person | AppKey | None = None, **more: Any) -> Any:
    return world.call("botyard.delivery.explain", by, {"MESSAGE_ID": message, "BOT_ID": bot, **more}).result


def _codes(world: World, message: int, bot: int, **more: Any) -> list[str]:
    """The reasons of the only event."""
    (event,) = _explain(world, message, bot, **more)["EVENTS"]
    return [one["CODE"] for one in event["REASONS"]]


def _list(world: World, by: Person | AppKey | None = None, **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.call("botyard.delivery.list", by, more).result["DELIVERIES"]
    return found


def _v2(world: World, code: str = "two", **fields: Any) -> int:
    given = {"code": code, "properties": {"name": code}, "eventMode": "fetch", **fields}
    return int(world.call("imbot.v2.Bot.register", botToken=CLIENT, fields=given).result["bot"]["id"])


# Why not.


def test_what_arrived_says_when(portal: World) -> None:
    ann, bot = portal.person(), portal.bot()
    message = says(portal, ann, bot, "hello")
    _sent(portal)
    said = _explain(portal, message, bot)
    assert said["DELIVERED"] is True
    assert said["TEXT"].startswith("ONIMBOTMESSAGEADD: The handler accepted it at 20")
    (event,) = said["EVENTS"]
    assert (event["REASONS"][0]["CODE"], event["LOG"][0]["STATUS"]) == ("DELIVERED", 200)
    assert event["DELIVERY_ID"] > 0


def test_what_waits_says_for_which_attempt_and_what_the_last_one_met(portal: World) -> None:
    ann, bot = portal.person(), portal.bot()
    message = says(portal, ann, bot, "hello")
    assert _codes(portal, message, bot) == ["BEHIND"]
    _sends(portal)
    _sends(portal, status=0, problem=TIMEOUT, over=State.WAITING)
    said = _explain(portal, message, bot)
    assert said["DELIVERED"] is False
    assert "It waits for attempt 2 at 20" in said["TEXT"]
    assert "no answer within 10 s" in said["TEXT"]
    assert _codes(portal, message, bot) == ["WAITING", "TIMEOUT"]
    behind = says(portal, ann, bot, "there?")
    assert _codes(portal, behind, bot) == ["BEHIND"]


@pytest.mark.parametrize(
    ("status", "problem", "code"),
    [
        (0, "address refused: 127.0.0.1 is this machine", "ADDRESS_REFUSED"),
        (0, "unknown name: no.example is not found", "NAME_UNKNOWN"),
        (0, "TLS failed: certificate has expired", "TLS_FAILED"),
        (0, "no connection: connection refused", "NO_CONNECTION"),
        (0, TIMEOUT, "TIMEOUT"),
        (0, "no answer: the connection was closed", "NO_ANSWER"),
        (0, "not written: KeyError", "NO_ANSWER"),
        (301, "redirect: handlers are called where they say they are", "REDIRECT"),
        (404, "", "STATUS"),
    ],
)
def test_what_was_given_up_says_what_the_last_attempt_met(world: World, status: int, problem: str, code: str) -> None:
    ann, bot = world.person(), world.bot()
    message = says(world, ann, bot, "hello")
    _sent(world, status=status, problem=problem, over=State.DEAD, reason=Reason.USED_UP)
    assert _codes(world, message, bot) == ["GIVEN_UP", code]


def test_what_was_not_for_the_bot(portal: World) -> None:
    ann, bot, other = portal.person("Ann"), portal.bot(), portal.bot(code="other")
    chat = portal.chat(ann, users=[bot])
    quiet = says(portal, ann, f"chat{chat}", "nobody in particular")
    _sent(portal)
    assert _codes(portal, quiet, bot) == ["NOT_MENTIONED"]
    assert _codes(portal, quiet, other) == ["NOT_MEMBER"]
    portal.wait(60)
    portal.call("im.chat.user.add", ann, CHAT_ID=chat, USERS=[other])
    assert _codes(portal, quiet, other) == ["JOINED_LATER"]
    own = bot_does(portal, "imbot.message.add", BOT_ID=bot, DIALOG_ID=f"chat{chat}", MESSAGE="me")
    assert _codes(portal, own, bot) == ["OWN_MESSAGE"]
    system = says(portal, ann, f"chat{chat}", "noted", SYSTEM="Y")
    assert _codes(portal, system, bot) == ["SYSTEM_MESSAGE"]
    assert _codes(portal, quiet, bot + 1000) == ["NO_BOT"]


def test_what_stands_otherwise_now(portal: World) -> None:
    ann, bot = portal.person("Ann"), portal.bot()
    chat = portal.chat(ann, users=[bot])
    quiet = says(portal, ann, f"chat{chat}", "quiet")
    set_chat(portal, chat, entity_type="LINES")
    portal.write(lambda tx: tx.run("UPDATE bots SET openline = 1 WHERE user_id = :id", id=bot))
    assert _codes(portal, quiet, bot) == ["CHANGED_SINCE"]
    portal.wait(8 * 86_400)
    assert _codes(portal, quiet, bot) == ["FORGOTTEN"]


def test_a_chat_of_notifications_and_a_message_without_an_event(portal: World) -> None:
    ann, bot = portal.person("Ann"), portal.bot()
    chat = portal.chat(ann, users=[bot])
    quiet = says(portal, ann, f"chat{chat}", "quiet")
    set_chat(portal, chat, kind="S")
    assert _codes(portal, quiet, bot) == ["SYSTEM_CHAT"]
    portal.write(lambda tx: tx.run("DELETE FROM events WHERE message_id = :id", id=quiet))
    assert _codes(portal, quiet, bot) == ["UNRECORDED"]


def test_what_the_log_no_longer_holds(portal: World) -> None:
    ann, bot = portal.person("Ann"), portal.bot()
    chat = portal.chat(ann, users=[bot])
    lost = says(portal, ann, f"chat{chat}", "nobody in particular")
    kept = says(portal, ann, bot, "hello")
    portal.wait(31 * 86_400)
    portal.run(tidy(portal.context))
    assert _codes(portal, lost, bot) == ["NOT_KEPT"]
    assert "before 2026-09-21T14:13:21+00:00" in _explain(portal, lost, bot)["TEXT"]
    assert _codes(portal, kept, bot) == ["BEHIND"], "what a delivery refers to is explained as ever"
    new = says(portal, ann, f"chat{chat}", "nobody in particular")
    portal.write(lambda tx: tx.run("DELETE FROM events WHERE message_id = :id", id=new))
    assert _codes(portal, new, bot) == ["UNRECORDED"], "it was written after what is no longer kept"


def test_the_other_generation_is_told_under_another_name(portal: World) -> None:
    ann, bot = portal.person("Ann"), portal.bot()
    message = says(portal, ann, bot, "hello")
    assert _codes(portal, message, bot, EVENT="ONIMBOTV2MESSAGEADD") == ["OTHER_GENERATION"]
    assert "ONIMBOTMESSAGEADD." in _explain(portal, message, bot, EVENT="ONIMBOTV2MESSAGEADD")["TEXT"]
    assert _codes(portal, message, bot, EVENT="ONIMBOTMESSAGEADD") == ["BEHIND"]
    assert _codes(portal, message, bot, EVENT="ONIMCOMMANDADD") == ["NOT_SAID"]
    refused = portal.call("botyard.delivery.explain", MESSAGE_ID=message, BOT_ID=bot, EVENT="ONAPPINSTALL")
    assert refused.error == "ERROR_ARGUMENT"


def test_a_bot_that_fetches_sees_its_cursor(portal: World) -> None:
    ann, bot = portal.person("Ann"), _v2(portal)
    message = says(portal, ann, bot, "hello")
    assert _codes(portal, message, bot) == ["NEVER_FETCHED"]
    asked: dict[str, Any] = {"botId": bot, "botToken": CLIENT}
    page = portal.call("imbot.v2.Event.get", None, asked).result
    assert _codes(portal, message, bot) == ["READY"]
    assert f"the offset {page['nextOffset']} at 20" in _explain(portal, message, bot)["TEXT"]
    portal.call("imbot.v2.Event.get", None, asked | {"offset": page["nextOffset"]})
    assert _codes(portal, message, bot) == ["FETCHED"]
    assert _explain(portal, message, bot)["DELIVERED"] is True


def test_what_nobody_fetched_has_expired(portal: World) -> None:
    ann, bot = portal.person("Ann"), _v2(portal)
    message = says(portal, ann, bot, "hello")
    portal.wait(100)
    now = int(portal.time)
    portal.write(lambda tx: deliveries.expire(tx, now, now, 10))
    assert _codes(portal, message, bot) == ["EXPIRED"]


def test_an_application_in_the_way(portal: World) -> None:
    ann, app = portal.person("Ann"), portal.oauth()
    bot = portal.bot(app)
    message = says(portal, ann, bot, "hello")

    def sets(text: str) -> None:
        portal.write(lambda tx: tx.run(f"UPDATE apps SET {text} WHERE id = :id", id=app.id))

    for text, code in (
        ("installed = 0", "NOT_INSTALLED"),
        ("installed = 1, blocked = 1", "BLOCKED"),
        ("blocked = 0, scopes = 'im'", "NO_SCOPE"),
    ):
        sets(text)
        assert _codes(portal, message, bot) == ["BEHIND", code]
    sets("scopes = 'imbot'")
    _sent(portal, over=State.SKIPPED, reason=Reason.BLOCKED)
    assert _codes(portal, message, bot) == ["SKIPPED", "BLOCKED"]


def test_no_handler_is_bound(portal: World) -> None:
    ann, bot = portal.person("Ann"), _v2(portal, eventMode="webhook", webhookUrl="http://localhost:9/")
    message = says(portal, ann, bot, "hello")
    portal.write(lambda tx: tx.run("UPDATE bots SET webhook_url = '' WHERE user_id = :id", id=bot))
    assert _codes(portal, message, bot) == ["BEHIND", "NO_HANDLER"]


def test_a_command_is_told_beside_its_message(portal: World) -> None:
    ann, bot = portal.person("Ann"), portal.bot()
    phrases = [{"LANGUAGE_ID": "en", "TITLE": "Help", "PARAMS": ""}]
    address = "http://localhost:9/"
    bot_does(
        portal,
        "imbot.command.register",
        BOT_ID=bot,
        COMMAND="help",
        LANG=phrases,
        EVENT_COMMAND_ADD=address,
        COMMON="Y",
    )
    chat = portal.chat(ann)
    message = says(portal, ann, f"chat{chat}", "/help me")
    _sent(portal)
    said = _explain(portal, message, bot)
    assert said["DELIVERED"] is True
    assert [(one["EVENT"], one["DELIVERED"]) for one in said["EVENTS"]] == [
        ("ONIMBOTMESSAGEADD", False),
        ("ONIMCOMMANDADD", True),
    ]


def test_the_names_are_those_of_the_families() -> None:

    for kind, names in NAMES.items():
        families = {"v1": first.WORDS.get(kind), "v2": second.WORDS.get(kind)}
        assert names == {dialect: words.name for dialect, words in families.items() if words}


def test_every_reason_is_in_the_guide() -> None:
    guide = (ROOT / "docs" / "how-to" / "why-not-delivered.md").read_text()
    assert [why.name for why in Why if f"`{why.name}`" not in guide] == []


# Lists.


def test_lists_of_a_bot_of_a_state_and_of_a_time(portal: World) -> None:
    ann, one, two = portal.person("Ann"), portal.bot(), portal.bot(code="two")
    says(portal, ann, one, "first")
    says(portal, ann, two, "second")
    _sent(portal)
    portal.wait(100)
    noon = int(portal.time)
    says(portal, ann, one, "third")
    _sent(portal, status=500, over=State.DEAD, reason=Reason.USED_UP)
    shown = _list(portal)
    assert [(found["BOT_ID"], found["STATE"]) for found in shown] == [
        (one, "dead"),
        (two, "done"),
        (two, "done"),
        (one, "done"),
        (one, "done"),
    ]
    assert [found["EVENT"] for found in shown[:2]] == ["MessageSent", "MessageSent"]
    ids = [found["ID"] for found in shown]
    assert [found["ID"] for found in _list(portal, BOT_ID=one)] == [ids[0], ids[3], ids[4]]
    assert [found["ID"] for found in _list(portal, BOT_ID=one, STATE="done")] == ids[3:]
    for state in ("dead", "missed"):
        assert [found["ID"] for found in _list(portal, STATE=state)] == ids[:1]
        assert [found["ID"] for found in _list(portal, STATE=state, BOT_ID=one)] == ids[:1]
    assert _list(portal, STATE="open") == []
    assert [found["ID"] for found in _list(portal, FROM=noon)] == ids[:1]
    assert [found["ID"] for found in _list(portal, TO=noon)] == ids[1:]
    assert [found["ID"] for found in _list(portal, TO=noon, BOT_ID=one)] == ids[3:]
    assert _list(portal, FROM="2100-01-01T00:00:00+00:00") == []
    assert _list(portal, TO="2001-01-01") == []
    assert [found["ID"] for found in _list(portal, RECIPIENT=f"bot:{two}")] == ids[1:3]


def test_pages_go_on_until_there_is_no_more(portal: World) -> None:
    ann, bot = portal.person("Ann"), portal.bot()
    for number in range(5):
        says(portal, ann, bot, str(number))
    for more in ({}, {"BOT_ID": bot}, {"STATE": "open"}):
        seen, before = [], 0
        while True:
            page = portal.call("botyard.delivery.list", None, {"LIMIT": 4, "BEFORE": before, **more}).result
            seen += [one["ID"] for one in page["DELIVERIES"]]
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
    assert error("explain", BOT_ID=world.bot()) == "MESSAGE_ID_ERROR"


def test_one_with_its_attempts(portal: World) -> None:
    ann, bot = portal.person("Ann"), portal.bot()
    says(portal, ann, bot, "hello")
    _sends(portal, status=503, over=State.WAITING)
    portal.wait(10)
    _sends(portal)
    first = _list(portal)[-1]["ID"]
    shown = portal.call("botyard.delivery.get", ID=first).result
    assert (shown["STATE"], shown["ATTEMPTS"], shown["DUE"]) == ("done", 2, None)
    assert [(one["NUMBER"], one["STATUS"], one["MILLISECONDS"], one["ANSWER"]) for one in shown["LOG"]] == [
        (1, 503, 12, "the answer"),
        (2, 200, 12, "the answer"),
    ]
    assert shown["LOG"][0]["STARTED"].startswith("20")


# Again.


def test_one_is_sent_again(portal: World) -> None:
    ann, bot = portal.person("Ann"), portal.bot()
    message = says(portal, ann, bot, "hello")
    _sent(portal, status=404, over=State.DEAD, reason=Reason.FINAL)
    number = _list(portal)[0]["ID"]
    assert portal.call("botyard.delivery.resend", ID=number).result == {"RESENT": 1, "NEXT": 0}
    assert portal.call("botyard.delivery.resend", ID=number).result == {"RESENT": 0, "NEXT": 0}
    assert _codes(portal, message, bot) == ["WAITING", "STATUS"]
    _sent(portal)
    shown = portal.call("botyard.delivery.get", ID=number).result
    assert [(one["NUMBER"], one["STATUS"]) for one in shown["LOG"]] == [(1, 404), (2, 200)]


def test_all_that_was_missed_is_sent_again(portal: World) -> None:
    ann, one, two = portal.person("Ann"), portal.bot(), portal.bot(code="two")
    says(portal, ann, one, "arrives")
    _sent(portal)
    portal.wait(50)
    noon = int(portal.time)
    for bot in (one, two):
        says(portal, ann, bot, "lost")
    _sent(portal, status=500, over=State.DEAD, reason=Reason.USED_UP)
    assert portal.call("botyard.delivery.resend", BOT_ID=two).result["RESENT"] == 2
    assert portal.call("botyard.delivery.resend", TO=noon).result["RESENT"] == 0
    assert portal.call("botyard.delivery.resend", ALL=True).result["RESENT"] == 1
    _sent(portal)
    assert {found["STATE"] for found in _list(portal)} == {"done"}
    assert portal.call("botyard.delivery.resend", FROM=noon, STATE="done").result["RESENT"] == 3


def test_what_expired_can_be_fetched_after_all(portal: World) -> None:
    ann, bot = portal.person("Ann"), _v2(portal)
    says(portal, ann, bot, "hello")
    portal.wait(100)
    now = int(portal.time)
    portal.write(lambda tx: deliveries.expire(tx, now, now, 10))
    assert portal.call("botyard.delivery.resend", BOT_ID=bot).result["RESENT"] == 2
    page = portal.call("imbot.v2.Event.get", botId=bot, botToken=CLIENT).result
    assert [one["type"] for one in page["events"]] == ["ONIMBOTV2JOINCHAT", "ONIMBOTV2MESSAGEADD"]


# Who may ask.


def test_owners_ask_about_their_own_bots(portal: World) -> None:
    ann, app = portal.person("Ann"), portal.oauth()
    stranger = portal.webhook(ann.id, "imbot")
    mine, hooked = portal.bot(app), portal.bot(stranger, code="hooked", CLIENT_ID="hers")
    message = says(portal, ann, mine, "hello")
    narrow = app._replace(token=portal.token(ann.id, app.id, "imbot"))

    def asks(who: Person | AppKey, **params: Any) -> Answer:
        return portal.call("botyard.delivery.list", who, params)

    assert len(asks(narrow, BOT_ID=mine).result["DELIVERIES"]) == 2
    assert asks(narrow, BOT_ID=hooked).error == "APP_ID_ERROR"
    assert asks(narrow).error == "ACCESS_DENIED"
    assert asks(narrow, RECIPIENT=f"bot:{hooked}").error == "ACCESS_DENIED"
    assert asks(stranger, BOT_ID=hooked, CLIENT_ID="hers").result["DELIVERIES"] == []
    assert asks(stranger, BOT_ID=mine, CLIENT_ID="hers").error == "APP_ID_ERROR"
    number = asks(narrow, BOT_ID=mine).result["DELIVERIES"][0]["ID"]
    assert portal.call("botyard.delivery.get", narrow, ID=number).result["BOT_ID"] == mine
    assert portal.call("botyard.delivery.get", stranger, ID=number, CLIENT_ID="hers").error == "DELIVERY_NOT_FOUND"
    assert portal.call("botyard.delivery.resend", narrow, ALL=True).error == "ACCESS_DENIED"
    assert _explain(portal, message, mine, narrow)["EVENTS"][0]["REASONS"][0]["CODE"] == "BEHIND"
    assert portal.call("botyard.delivery.explain", portal.webhook(ann.id, "im"), MESSAGE_ID=1).error == (
        "insufficient_scope"
    )


def test_an_administrator_without_the_permission_is_an_owner_like_others(portal: World) -> None:
    hook = portal.webhook(portal.admin.id, "imbot")
    assert portal.call("botyard.delivery.list", hook).error == "ACCESS_DENIED"


def test_where_a_bot_is_not_its_owner_learns_nothing(portal: World) -> None:
    ann, app = portal.person("Ann"), portal.oauth()
    bot = portal.bot(app)
    narrow = app._replace(token=portal.token(ann.id, app.id, "imbot"))
    secret = says(portal, ann, f"chat{portal.chat(ann)}", "secret")
    said = [_explain(portal, number, bot, narrow) for number in (secret, secret + 1000)]
    assert said[0] == said[1]
    assert said[0]["EVENTS"][0]["REASONS"][0]["CODE"] == "NOT_MEMBER"
