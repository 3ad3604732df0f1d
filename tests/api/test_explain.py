"""botyard.delivery.explain: why a bot was told of a message, or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from botyard.chat.diagnostics.reasons import DiagnosisCode
from botyard.delivery.retention import delete_expired
from botyard.model.deliveries import EndReason, State
from botyard.store import deliveries, event_queues
from botyard.store.engines.db import Tx
from tests.api.outcomes import codes, explain, second_bot, sends, sent
from tests.story import CLIENT, bot_does, says, set_chat
from tests.world import World

ROOT = Path(__file__).resolve().parent.parent.parent
TIMEOUT = "timeout: no answer within 10 s"


def test_nothing_is_told_of_the_names_that_events_have_inside(portal: World) -> None:
    bot = portal.add_bot()
    message = says(portal, portal.add_person(), bot, "hello")
    nobody = explain(portal, message, 987654)
    assert (nobody["TEXT"], nobody["EVENTS"][0]["EVENT"]) == ("There is no such bot.", "")
    missing = portal.call("botyard.delivery.explain", MESSAGE_ID=987654, BOT_ID=bot)
    assert missing.headers["botyard-hint"] == "there is no message 987654, or nothing is known of it any more"


def test_what_waits_names_what_it_waits_behind_and_why(portal: World) -> None:
    ann, bot = portal.add_person(), portal.add_bot(EVENT_HANDLER="http://localhost:9599/bot")
    message = says(portal, ann, bot, "hello")
    text = explain(portal, message, bot)["TEXT"]
    assert "It waits behind ONIMBOTJOINCHAT (delivery " in text
    assert text.endswith(") of the same chat; attempt 1 of that one is due now.")
    sends(portal)
    behind = says(portal, ann, bot, "there?")
    sends(portal, status=0, problem="no connection: Connect call failed", over=State.WAITING)
    assert explain(portal, behind, bot)["TEXT"].endswith(
        ") of the same chat: localhost:9599 refused the connection; attempt 2 of that one is due at "
        "2026-09-21T14:13:25+00:00, and this one is sent beside it from 2026-09-21T14:13:30+00:00 on."
    )
    portal.wait(10)
    assert codes(portal, behind, bot) == ["DUE"], "it waits for nothing any more, though the other has not arrived"


def test_a_bot_whose_polls_find_nothing_is_said_to_have_come(portal: World) -> None:
    bot = second_bot(portal)
    asked: dict[str, Any] = {"botId": bot, "botToken": CLIENT}
    for _ in range(3):
        portal.call("imbot.v2.Event.get", None, asked)
        portal.wait(40)
    message = says(portal, portal.add_person(), bot, "hello")
    assert codes(portal, message, bot) == ["READY"]
    text = explain(portal, message, bot)["TEXT"]
    # It came at 14:13:20, 14:14:00 and 14:14:40; a visit is noted once a minute.
    assert "and the bot last asked at 2026-09-21T14:14:40+00:00 and was given the offset " in text


def test_a_poll_that_finds_nothing_is_noted_once_a_minute(portal: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bot = second_bot(portal)
    asked: dict[str, Any] = {"botId": bot, "botToken": CLIENT}
    portal.call("imbot.v2.Event.get", None, asked)
    noted: list[list[str]] = []
    note = event_queues.note_visit

    async def counted(tx: Tx, recipients: list[str]) -> None:
        noted.append(recipients)
        await note(tx, recipients)

    monkeypatch.setattr(event_queues, "note_visit", counted)
    for _ in range(13):
        portal.wait(10)
        portal.call("imbot.v2.Event.get", None, asked)
    assert noted == [[f"bot:{bot}"]] * 2
    portal.wait(-7200)
    portal.call("imbot.v2.Event.get", None, asked)
    assert len(noted) == 3, "after a clock that was set back, too"


def test_a_reason_that_holds_no_longer_is_told_as_past(portal: World) -> None:
    app = portal.add_app()
    bot = portal.add_bot(app)
    message = says(portal, portal.add_person(), bot, "hello")
    sent(portal, over=State.SKIPPED, reason=EndReason.BLOCKED)
    assert "The bot's application was blocked." in explain(portal, message, bot)["TEXT"]
    portal.write(lambda tx: tx.run("UPDATE apps SET blocked = 1 WHERE id = :id", id=app.id))
    assert "The bot's application is blocked." in explain(portal, message, bot)["TEXT"]


def test_what_arrived_says_when(portal: World) -> None:
    ann, bot = portal.add_person(), portal.add_bot()
    message = says(portal, ann, bot, "hello")
    sent(portal)
    explanation = explain(portal, message, bot)
    assert explanation["DELIVERED"] is True
    assert explanation["TEXT"].startswith("ONIMBOTMESSAGEADD: The handler accepted it at 20")
    (event,) = explanation["EVENTS"]
    assert (event["REASONS"][0]["CODE"], event["LOG"][0]["STATUS"]) == ("DELIVERED", 200)
    assert event["DELIVERY_ID"] > 0


def test_what_waits_says_for_which_attempt_and_what_the_last_one_met(portal: World) -> None:
    ann, bot = portal.add_person(), portal.add_bot()
    message = says(portal, ann, bot, "hello")
    assert codes(portal, message, bot) == ["BEHIND"]
    sends(portal)
    sends(portal, status=0, problem=TIMEOUT, over=State.WAITING)
    explanation = explain(portal, message, bot)
    assert explanation["DELIVERED"] is False
    assert "It waits for attempt 2 at 20" in explanation["TEXT"]
    assert "no answer within 10 s" in explanation["TEXT"]
    assert codes(portal, message, bot) == ["WAITING", "TIMEOUT"]
    behind = says(portal, ann, bot, "there?")
    assert codes(portal, behind, bot) == ["BEHIND"]


@pytest.mark.parametrize(
    ("status", "problem", "code"),
    [
        (0, "address refused: 127.0.0.1 is this machine", "ADDRESS_REFUSED"),
        (0, "unknown name: no.example is not found", "NAME_UNKNOWN"),
        (0, "TLS failed: certificate has expired", "TLS_FAILED"),
        (0, "no connection: connection refused", "NO_CONNECTION"),
        (0, TIMEOUT, "TIMEOUT"),
        (0, "no answer: the connection was closed", "NO_ANSWER"),
        (0, "not written: KeyError", "NOT_SENT"),
        (0, "interrupted: the server ended before it had recorded this attempt", "INTERRUPTED"),
        (0, "stopped: the server stopped", "INTERRUPTED"),
        (504, "", "GATEWAY"),
        (524, "", "GATEWAY"),
        (301, "redirect: handlers are called where they say they are", "REDIRECT"),
        (404, "", "STATUS"),
    ],
)
def test_what_was_given_up_says_what_the_last_attempt_met(world: World, status: int, problem: str, code: str) -> None:
    ann, bot = world.add_person(), world.add_bot()
    message = says(world, ann, bot, "hello")
    sent(world, status=status, problem=problem, over=State.DEAD, reason=EndReason.USED_UP)
    assert codes(world, message, bot) == ["GIVEN_UP", code]


def test_what_was_not_for_the_bot(portal: World) -> None:
    ann, bot, other = portal.add_person("Ann"), portal.add_bot(), portal.add_bot(code="other")
    chat = portal.add_chat(ann, users=[bot])
    quiet = says(portal, ann, f"chat{chat}", "nobody in particular")
    sent(portal)
    assert codes(portal, quiet, bot) == ["NOT_MENTIONED"]
    assert codes(portal, quiet, other) == ["NOT_MEMBER"]
    portal.wait(60)
    portal.call("im.chat.user.add", ann, CHAT_ID=chat, USERS=[other])
    assert codes(portal, quiet, other) == ["JOINED_LATER"]
    own = bot_does(portal, "imbot.message.add", BOT_ID=bot, DIALOG_ID=f"chat{chat}", MESSAGE="me")
    assert codes(portal, own, bot) == ["OWN_MESSAGE"]
    system = says(portal, ann, f"chat{chat}", "noted", SYSTEM="Y")
    assert codes(portal, system, bot) == ["SYSTEM_MESSAGE"]
    assert codes(portal, quiet, bot + 1000) == ["NO_BOT"]


def test_what_stands_otherwise_now(portal: World) -> None:
    ann, bot = portal.add_person("Ann"), portal.add_bot()
    chat = portal.add_chat(ann, users=[bot])
    quiet = says(portal, ann, f"chat{chat}", "quiet")
    set_chat(portal, chat, entity_type="LINES")
    portal.write(lambda tx: tx.run("UPDATE bots SET openline = 1 WHERE user_id = :id", id=bot))
    assert codes(portal, quiet, bot) == ["CHANGED_SINCE"]
    portal.wait(8 * 86_400)
    assert codes(portal, quiet, bot) == ["FORGOTTEN"]


def test_a_chat_of_notifications_and_a_message_without_an_event(portal: World) -> None:
    ann, bot = portal.add_person("Ann"), portal.add_bot()
    chat = portal.add_chat(ann, users=[bot])
    quiet = says(portal, ann, f"chat{chat}", "quiet")
    set_chat(portal, chat, kind="S")
    assert codes(portal, quiet, bot) == ["SYSTEM_CHAT"]
    portal.write(lambda tx: tx.run("DELETE FROM events WHERE message_id = :id", id=quiet))
    assert codes(portal, quiet, bot) == ["UNRECORDED"]


def test_what_the_log_no_longer_holds(portal: World) -> None:
    ann, bot = portal.add_person("Ann"), portal.add_bot()
    chat = portal.add_chat(ann, users=[bot])
    lost = says(portal, ann, f"chat{chat}", "nobody in particular")
    kept = says(portal, ann, bot, "hello")
    portal.wait(31 * 86_400)
    portal.run(delete_expired(portal.context))
    assert codes(portal, lost, bot) == ["NOT_KEPT"]
    assert "begins at 2026-09-21T14:13:21+00:00" in explain(portal, lost, bot)["TEXT"]
    assert codes(portal, kept, bot) == ["BEHIND"], "what a delivery refers to is explained as ever"
    new = says(portal, ann, f"chat{chat}", "nobody in particular")
    portal.write(lambda tx: tx.run("DELETE FROM events WHERE message_id = :id", id=new))
    assert codes(portal, new, bot) == ["UNRECORDED"], "it was written after what is no longer kept"


def test_the_other_generation_is_told_under_another_name(portal: World) -> None:
    ann, bot = portal.add_person("Ann"), portal.add_bot()
    message = says(portal, ann, bot, "hello")
    assert codes(portal, message, bot, EVENT="ONIMBOTV2MESSAGEADD") == ["OTHER_GENERATION"]
    assert "ONIMBOTMESSAGEADD." in explain(portal, message, bot, EVENT="ONIMBOTV2MESSAGEADD")["TEXT"]
    assert codes(portal, message, bot, EVENT="ONIMBOTMESSAGEADD") == ["BEHIND"]
    assert codes(portal, message, bot, EVENT="ONIMCOMMANDADD") == ["NOT_SAID"]
    refused = portal.call("botyard.delivery.explain", MESSAGE_ID=message, BOT_ID=bot, EVENT="ONAPPINSTALL")
    assert refused.error == "ERROR_ARGUMENT"


def test_a_bot_that_fetches_sees_its_cursor(portal: World) -> None:
    ann, bot = portal.add_person("Ann"), second_bot(portal)
    message = says(portal, ann, bot, "hello")
    assert codes(portal, message, bot) == ["NEVER_FETCHED"]
    asked: dict[str, Any] = {"botId": bot, "botToken": CLIENT}
    page = portal.call("imbot.v2.Event.get", None, asked).result
    assert codes(portal, message, bot) == ["READY"]
    assert (
        f"asked at 2026-09-21T14:13:20+00:00 and was given the offset {page['nextOffset']}."
        in explain(portal, message, bot)["TEXT"]
    )
    portal.call("imbot.v2.Event.get", None, asked | {"offset": page["nextOffset"]})
    assert codes(portal, message, bot) == ["FETCHED"]
    assert explain(portal, message, bot)["DELIVERED"] is True


def test_what_nobody_fetched_has_expired(portal: World) -> None:
    ann, bot = portal.add_person("Ann"), second_bot(portal)
    message = says(portal, ann, bot, "hello")
    portal.wait(100)
    now = int(portal.time)
    portal.write(lambda tx: deliveries.expire(tx, now, 10))
    assert codes(portal, message, bot) == ["EXPIRED"]


def test_an_application_in_the_way(portal: World) -> None:
    ann, app = portal.add_person("Ann"), portal.add_app()
    bot = portal.add_bot(app)
    message = says(portal, ann, bot, "hello")

    def sets(text: str) -> None:
        portal.write(lambda tx: tx.run(f"UPDATE apps SET {text} WHERE id = :id", id=app.id))

    for text, code in (
        ("installed = 0", "NOT_INSTALLED"),
        ("installed = 1, blocked = 1", "BLOCKED"),
        ("blocked = 0, scopes = 'im'", "NO_SCOPE"),
    ):
        sets(text)
        assert codes(portal, message, bot) == ["BEHIND", code]
    sets("scopes = 'imbot'")
    sent(portal, over=State.SKIPPED, reason=EndReason.BLOCKED)
    assert codes(portal, message, bot) == ["SKIPPED", "BLOCKED"]


def test_no_handler_is_bound(portal: World) -> None:
    ann, bot = portal.add_person("Ann"), second_bot(portal, eventMode="webhook", webhookUrl="http://localhost:9/")
    message = says(portal, ann, bot, "hello")
    portal.write(lambda tx: tx.run("UPDATE bots SET webhook_url = '' WHERE user_id = :id", id=bot))
    assert codes(portal, message, bot) == ["BEHIND", "NO_HANDLER"]


def test_a_command_is_told_beside_its_message(portal: World) -> None:
    ann, bot = portal.add_person("Ann"), portal.add_bot()
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
    chat = portal.add_chat(ann)
    message = says(portal, ann, f"chat{chat}", "/help me")
    sent(portal)
    explanation = explain(portal, message, bot)
    assert explanation["DELIVERED"] is True
    assert [(event["EVENT"], event["DELIVERED"]) for event in explanation["EVENTS"]] == [
        ("ONIMBOTMESSAGEADD", False),
        ("ONIMCOMMANDADD", True),
    ]


def test_every_reason_is_in_the_guide() -> None:
    guide = (ROOT / "docs" / "how-to" / "why-not-delivered.md").read_text()
    assert [why.name for why in DiagnosisCode if f"`{why.name}`" not in guide] == []


def test_where_a_bot_is_not_its_owner_learns_nothing(portal: World) -> None:
    ann, app = portal.add_person("Ann"), portal.add_app()
    bot = portal.add_bot(app)
    narrow = app._replace(token=portal.add_token(portal.admin.id, app.id, "imbot"))
    secret = says(portal, ann, f"chat{portal.add_chat(ann)}", "secret")
    explanations = [explain(portal, number, bot, narrow) for number in (secret, secret + 1000)]
    assert explanations[0] == explanations[1]
    assert explanations[0]["EVENTS"][0]["REASONS"][0]["CODE"] == "NOT_SEEN"
    assert explanations[0]["TEXT"] == "There is no such message in a chat that the bot is in."
