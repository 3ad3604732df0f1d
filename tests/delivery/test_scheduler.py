"""What arrives, in which order, and what does not hold up whom."""

from __future__ import annotations

import base64
import hmac
import logging
import time

import pytest

from botyard.api.payloads.render_batch import RenderBatch
from botyard.delivery.rendering import SignedPayload
from botyard.delivery.retries import HandlerResponse
from botyard.model.deliveries import Delivery, EndReason
from botyard.model.events import EventRecord
from botyard.store import bots
from tests.delivery.conftest import MakeStage
from tests.delivery.handlers import answer, hang
from tests.delivery.stage import Stage


def test_what_a_person_writes_arrives_and_is_recorded(stage: Stage) -> None:
    bot = stage.bot()
    stage.say(bot, "Hello")
    stage.until(lambda: len(stage.handler.heard) == 2)
    joined, said = stage.handler.heard
    assert joined.form["event"] == "ONIMBOTJOINCHAT"
    assert said.form["event"] == "ONIMBOTMESSAGEADD"
    assert said.message == "Hello"
    assert said.headers["content-type"] == "application/x-www-form-urlencoded"
    assert said.attempt == 1
    stage.until(lambda: stage.states(bot) == ["done", "done"])
    (first, second) = stage.attempts(bot)
    assert (first.status, first.answer, first.problem) == (200, "ok", "")
    assert first.started <= second.started


def test_order_is_kept_behind_a_failing_head(stage: Stage) -> None:
    bot = stage.bot()
    stage.say(bot, "zero")
    stage.until(lambda: stage.states(bot) == ["done", "done"])
    stage.handler.heard.clear()
    stage.handler.behaviours["/bot"] = answer(500, "broken")
    for text in ("one", "two", "three"):
        stage.say(bot, text)
    stage.until(lambda: stage.handler.heard != [])
    stage.settle()
    assert [one.message for one in stage.handler.heard] == ["one"]
    stage.wait(5)
    stage.until(lambda: len(stage.handler.heard) == 2)
    assert [(one.message, one.attempt) for one in stage.handler.heard] == [("one", 1), ("one", 2)]
    stage.handler.behaviours.clear()
    stage.wait(30)
    stage.until(lambda: len(stage.handler.heard) == 5)
    assert [one.message for one in stage.handler.heard[2:]] == ["one", "two", "three"]
    stage.until(lambda: stage.states(bot) == ["done"] * 5)


def test_a_hanging_handler_holds_up_nobody_else(stage: Stage) -> None:
    slow, quick = stage.bot("slow", "/slow"), stage.bot("quick", "/quick")
    stage.handler.behaviours["/slow"] = hang
    for number in range(20):
        stage.say(slow, f"slow {number}")
        stage.say(quick, f"quick {number}")
    stage.until(lambda: len(stage.handler.at("/quick")) == 21)
    assert [one.message for one in stage.handler.at("/quick")[1:]] == [f"quick {number}" for number in range(20)]
    # It was told that it is in the dialog, and of the first that was said there.
    assert len(stage.handler.at("/slow")) == 2


def test_other_dialogs_of_a_bot_go_on_while_one_fails(stage: Stage) -> None:
    bot, ann = stage.bot(), stage.world.add_person("Ann")
    stage.say(bot, "first")
    stage.until(lambda: stage.states(bot) == ["done", "done"])
    stage.handler.behaviours["/bot"] = answer(503, retry_after="3600")
    stage.say(bot, "fails")
    stage.until(lambda: len(stage.attempts(bot)) == 3)
    stage.handler.behaviours.clear()
    stage.wait(1)
    stage.world.call("im.message.add", ann, DIALOG_ID=str(bot), MESSAGE="from Ann")
    stage.until(lambda: len(stage.handler.heard) == 5)
    # What others are told changes nothing about what the handler asked for.
    stage.wait(3500)
    assert stage.states(bot) == ["done", "done", "waiting", "done", "done"]
    stage.wait(99)
    stage.until(lambda: stage.states(bot) == ["done"] * 5)
    assert [one.message for one in stage.handler.heard[-2:]] == ["from Ann", "fails"]


def test_one_refused_event_keeps_to_its_schedule_beside_others(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "botyard.delivery")
    bot = stage.bot()
    stage.say(bot, "zero")
    stage.until(lambda: stage.states(bot) == ["done", "done"])
    stage.handler.behaviours["/bot"] = answer(500)
    stage.say(bot, "poison")
    stage.until(lambda: len(stage.attempts(bot)) == 3)
    stage.handler.behaviours.clear()
    people = [stage.world.add_person(f"Person{number}") for number in range(4)]
    for done, person in enumerate(people):
        stage.wait(1)
        stage.world.call("im.message.add", person, DIALOG_ID=str(bot), MESSAGE="fine")
        stage.until(lambda: stage.states(bot).count("done") == 2 + 2 * (done + 1))  # noqa: B023  # Called at once.
    stage.settle()
    assert [one.number for one in stage.attempts(bot)] == [1] * 11
    lines = [one.getMessage() for one in caplog.records if one.name == "botyard.delivery"]
    assert [line.partition(":")[0] for line in lines] == ["Events are not accepted by their handler"]
    stage.wait(1)
    stage.until(lambda: stage.states(bot) == ["done"] * 11)
    assert stage.handler.heard[-1].attempt == 2


def test_a_bot_that_is_back_hears_what_found_no_connection(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    bot, ann = stage.bot(), stage.world.add_person("Ann")
    stage.say(bot, "zero")
    stage.until(lambda: stage.states(bot) == ["done", "done"])

    async def refused(*_: object) -> HandlerResponse:
        return HandlerResponse(0, problem="no connection: refused")

    with monkeypatch.context() as away:
        away.setattr(stage.service._scheduler.sender, "_send", refused)
        stage.say(bot, "missed")
        stage.until(lambda: len(stage.attempts(bot)) == 3)
        stage.wait(5)
        stage.until(lambda: len(stage.attempts(bot)) == 4)
    stage.wait(1)
    stage.world.call("im.message.add", ann, DIALOG_ID=str(bot), MESSAGE="from Ann")
    # Its third attempt was due in half a minute.
    stage.until(lambda: stage.states(bot) == ["done"] * 5)
    assert [one.message for one in stage.handler.heard[-2:]] == ["from Ann", "missed"]


def test_the_vendors_way_is_a_single_attempt(make_stage: MakeStage) -> None:
    stage = make_stage(delivery="compat")
    bot = stage.bot()
    stage.handler.behaviours["/bot"] = answer(500)
    stage.say(bot, "Hello")
    stage.until(lambda: stage.states(bot) == ["dead", "dead"])
    assert {one.reason for one in stage.deliveries(bot)} == {"the last attempt failed"}
    stage.wait(100_000)
    assert len(stage.handler.heard) == 2


def test_eight_attempts_and_no_more(stage: Stage) -> None:
    bot = stage.bot()
    stage.handler.behaviours["/bot"] = answer(500)
    stage.say(bot, "Hello")
    for number, pause in enumerate([0, 5, 30, 300, 1800, 7200, 18_000, 36_000], start=1):
        stage.wait(pause)
        stage.until(lambda: len(stage.attempts(bot)) == 2 * number)  # noqa: B023  # Called at once.
    assert stage.states(bot) == ["dead", "dead"]
    assert [one.attempt for one in stage.handler.heard] == [number for number in range(1, 9) for _ in range(2)]


def test_an_event_holds_its_dialog_for_ten_seconds(stage: Stage) -> None:
    bot = stage.bot()
    stage.say(bot, "zero")
    stage.until(lambda: stage.states(bot) == ["done", "done"])
    stage.handler.heard.clear()
    stage.handler.behaviours["/bot"] = hang
    texts = ["one", "two", "three", "four", "five", "six"]
    for text in texts:
        stage.say(bot, text)
    stage.until(lambda: len(stage.handler.heard) == 1)
    stage.wait(9)
    assert [one.message for one in stage.handler.heard] == ["one"]
    for number in (2, 3, 4):
        stage.wait(1 if number == 2 else 10)
        stage.until(lambda: len(stage.handler.heard) == number)  # noqa: B023  # Called at once.
    # Four are open at most.
    stage.wait(12)
    assert [one.message for one in stage.handler.heard] == ["one", "two", "three", "four"]


def test_a_clock_that_leaps_ahead_repeats_nothing(stage: Stage) -> None:
    bot = stage.bot()
    stage.handler.behaviours["/bot"] = hang
    stage.say(bot, "one")
    stage.until(lambda: len(stage.handler.heard) == 2)
    # As far as the clock tells, the leases are over; the requests are open all the same.
    stage.wait(600)
    stage.settle()
    assert len(stage.handler.heard) == 2
    assert stage.states(bot) == ["sending", "sending"]


def test_what_arrives_late_says_so(stage: Stage) -> None:
    bot = stage.bot()
    stage.say(bot, "zero")
    stage.until(lambda: stage.states(bot) == ["done", "done"])
    stage.handler.heard.clear()
    stage.handler.behaviours["/bot"] = answer(503)
    stage.say(bot, "one")
    stage.until(lambda: len(stage.attempts(bot)) == 3)
    stage.wait(5)
    stage.until(lambda: len(stage.attempts(bot)) == 4)
    stage.handler.behaviours.clear()
    stage.say(bot, "two")
    stage.wait(5)
    # What is said later is no longer held up.
    stage.until(lambda: len(stage.handler.heard) == 3)
    stage.wait(25)
    stage.until(lambda: stage.states(bot) == ["done"] * 4)
    found = [(one.message, one.attempt, one.headers.get("botyard-late")) for one in stage.handler.heard]
    assert found == [("one", 1, None), ("one", 2, None), ("two", 1, None), ("one", 3, "35")]


def test_what_is_sent_again_says_that_it_is_late(stage: Stage) -> None:
    bot = stage.bot()
    stage.say(bot, "one")
    stage.until(lambda: stage.states(bot) == ["done", "done"])
    stage.wait(100)
    stage.world.call("botyard.delivery.resend", BOT_ID=bot, STATE="done")
    stage.until(lambda: len(stage.handler.heard) == 4)
    assert [one.headers.get("botyard-late") for one in stage.handler.heard] == [None, None, "100", "100"]
    assert [one.attempt for one in stage.handler.heard] == [1, 1, 2, 2]


def test_strict_servers_repeat_what_was_not_answered(make_stage: MakeStage) -> None:
    stage = make_stage(delivery="strict", delivery_timeout=0.2)
    bot = stage.bot()
    stage.say(bot, "zero")
    stage.until(lambda: stage.states(bot) == ["done", "done"])
    stage.handler.heard.clear()
    stage.handler.behaviours["/bot"] = hang
    stage.say(bot, "one")
    stage.say(bot, "two")
    stage.until(lambda: len(stage.attempts(bot)) == 3)
    stage.wait(5)
    stage.until(lambda: len(stage.attempts(bot)) == 4)
    stage.wait(20)
    stage.settle()
    assert [one.message for one in stage.handler.heard] == ["one"] * 2
    stage.handler.behaviours.clear()
    stage.wait(30)
    stage.until(lambda: stage.states(bot) == ["done"] * 4)
    assert [one.message for one in stage.handler.heard] == ["one"] * 3 + ["two"]


@pytest.mark.parametrize("mode", ["retry", "strict", "compat"])
def test_joining_holds_no_message(make_stage: MakeStage, mode: str) -> None:
    """Neither the event of joining itself nor its request, however long that stays open, and in no mode."""
    stage = make_stage(delivery=mode)
    bot = stage.bot()
    stage.handler.behaviours["/bot"] = hang
    stage.say(bot, "one")
    stage.say(bot, "two")
    stage.until(lambda: len(stage.handler.heard) >= 2)
    stage.settle()
    events = [one.form["event"] for one in stage.handler.heard]
    assert events == ["ONIMBOTJOINCHAT", "ONIMBOTMESSAGEADD", "ONIMBOTMESSAGEADD"][: 2 + (mode == "compat")]


def test_the_vendors_way_waits_for_nobody(make_stage: MakeStage) -> None:
    stage = make_stage(delivery="compat")
    bot = stage.bot()
    stage.handler.behaviours["/bot"] = hang
    for text in ("one", "two", "three", "four", "five", "six"):
        stage.say(bot, text)
    stage.until(lambda: len(stage.handler.heard) == 7)
    assert [one.message for one in stage.handler.heard[1:]] == ["one", "two", "three", "four", "five", "six"]


def test_applications_hear_nothing_before_they_are_installed(stage: Stage) -> None:
    app = stage.world.add_app()
    bot = stage.world.add_bot(app, EVENT_HANDLER=stage.handler.url())
    stage.world.write(lambda tx: tx.run("UPDATE apps SET installed = 0 WHERE id = :id", id=app.id))
    stage.say(bot, "Hello")
    stage.until(lambda: stage.states(bot) == ["skipped", "skipped"])
    assert {one.reason for one in stage.deliveries(bot)} == {"the application is not installed"}
    stage.world.write(lambda tx: tx.run("UPDATE apps SET installed = 1, blocked = 1 WHERE id = :id", id=app.id))
    stage.say(bot, "Hello")
    stage.until(lambda: stage.states(bot)[2:] == ["skipped"])
    assert stage.deliveries(bot)[2].reason == "the application is blocked"
    stage.world.write(lambda tx: tx.run("UPDATE apps SET blocked = 0 WHERE id = :id", id=app.id))
    stage.say(bot, "Hello")
    stage.until(lambda: stage.states(bot)[3:] == ["done"])
    assert len(stage.handler.heard) == 1


def test_a_strict_server_calls_nobody_on_its_own_machine(make_stage: MakeStage) -> None:
    stage = make_stage(profile="prod")
    bot = stage.bot()
    stage.say(bot, "Hello")
    stage.until(lambda: len(stage.attempts(bot)) == 2)
    made = stage.attempts(bot)[0]
    assert made.status == 0 and made.problem == "address refused: 127.0.0.1 is this machine"
    assert stage.handler.heard == []


def test_a_server_that_stops_gives_back_what_it_had(make_stage: MakeStage) -> None:
    stage = make_stage()
    bot = stage.bot()
    stage.handler.behaviours["/bot"] = hang
    stage.say(bot, "Hello")
    stage.say(bot, "Are you there?")
    stage.until(lambda: len(stage.handler.heard) == 2)
    begun = time.monotonic()
    stage.world.run(stage.service._scheduler.stop(0.2))
    assert time.monotonic() - begun < 5
    # The handler has what was said first; the rest has not left.
    assert stage.states(bot) == ["unconfirmed", "unconfirmed", "waiting"]
    assert stage.deliveries(bot)[2].due <= int(stage.world.time)
    assert [one.problem for one in stage.attempts(bot)] == ["stopped: the server stopped"] * 2


def test_one_letter_that_cannot_be_written_fails_alone(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = stage.bot("bad"), stage.bot("good")
    writer = stage.service._scheduler.sender.builders["bot"]

    async def write(batch: RenderBatch, what: EventRecord, delivery: Delivery) -> SignedPayload | EndReason:
        if delivery.recipient == f"bot:{bad}":
            raise LookupError("no words")
        return await writer(batch, what, delivery)

    monkeypatch.setitem(stage.service._scheduler.sender.builders, "bot", write)
    stage.say(bad, "Hello")
    stage.say(good, "Hello")
    stage.until(lambda: stage.states(good) == ["done", "done"])
    stage.until(lambda: len(stage.attempts(bad)) == 2)
    assert stage.attempts(bad)[0].problem == "not written: LookupError"
    assert stage.states(bad) == ["waiting", "waiting"]


def test_deliveries_are_signed(stage: Stage) -> None:
    bot = stage.bot()
    stage.say(bot, "Hello")
    stage.until(lambda: len(stage.handler.heard) == 2)
    first, second = stage.handler.heard
    owner = stage.world.read(lambda tx: bots.find(tx, bot)).owner  # type: ignore[union-attr]
    secret = stage.world.context.keys.signing_secret(owner)
    for heard in (first, second):
        number, moment = heard.headers["webhook-id"], heard.headers["webhook-timestamp"]
        signed = hmac.digest(secret, f"{number}.{moment}.".encode() + heard.body, "sha256")
        assert heard.headers["webhook-signature"] == "v1," + base64.b64encode(signed).decode()
    assert first.headers["webhook-id"] != second.headers["webhook-id"]
    # What we add stands in headers only.
    assert set(second.form) == {"event", "event_handler_id", "data", "ts", "auth"}
    assert secret not in first.body
