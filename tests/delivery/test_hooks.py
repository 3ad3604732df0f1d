"""What arrives, in which order, and what does not hold up whom."""

from __future__ import annotations

import base64
import hmac
import time

import pytest

from botyard.delivery.words import Letter
from botyard.model.deliveries import Delivery, Reason
from botyard.model.events import Happening
from botyard.rpc.call import Context
from botyard.store import bots
from botyard.store.db import Tx
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
    assert len(stage.handler.at("/slow")) == 1


def test_other_dialogs_of_a_bot_go_on_while_one_fails(stage: Stage) -> None:
    bot, ann = stage.bot(), stage.world.person("Ann")
    stage.say(bot, "first")
    stage.until(lambda: stage.states(bot) == ["done", "done"])
    stage.handler.behaviours["/bot"] = answer(503, retry_after="3600")
    stage.say(bot, "fails")
    stage.until(lambda: len(stage.attempts(bot)) == 3)
    stage.handler.behaviours.clear()
    stage.world.call("im.message.add", ann, DIALOG_ID=str(bot), MESSAGE="from Ann")
    stage.until(lambda: stage.states(bot) == ["done", "done", "waiting", "done", "done"])
    assert stage.handler.heard[-1].message == "from Ann"


def test_the_vendors_way_is_a_single_attempt(make_stage: MakeStage) -> None:
    stage = make_stage(delivery="compat")
    bot = stage.bot()
    stage.handler.behaviours["/bot"] = answer(500)
    stage.say(bot, "Hello")
    stage.until(lambda: stage.states(bot) == ["dead", "dead"])
    assert {one.reason for one in stage.deliveries(bot)} == {"the last attempt failed"}
    stage.wait(100_000)
    assert len(stage.handler.heard) == 2


def test_after_the_last_attempt_the_rest_goes_on(stage: Stage) -> None:
    bot = stage.bot()
    stage.handler.behaviours["/bot"] = answer(500)
    stage.say(bot, "Hello")
    for number, pause in enumerate([0, 5, 30, 300, 1800, 7200, 18_000, 36_000], start=1):
        stage.wait(pause)
        stage.until(lambda: len(stage.handler.heard) >= number)  # noqa: B023  # Called at once.
    stage.until(lambda: stage.states(bot)[0] == "dead")
    assert [one.attempt for one in stage.handler.heard[:8]] == list(range(1, 9))
    # The message has waited behind it for longer than the whole schedule.
    stage.until(lambda: stage.states(bot) == ["dead", "dead"] or len(stage.handler.heard) > 8)


def test_applications_hear_nothing_before_they_are_installed(stage: Stage) -> None:
    app = stage.world.oauth()
    bot = stage.world.bot(app, EVENT_HANDLER=stage.handler.url())
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
    stage.until(lambda: len(stage.attempts(bot)) == 1)
    (made,) = stage.attempts(bot)
    assert made.status == 0 and made.problem == "address refused: 127.0.0.1 is this machine"
    assert stage.handler.heard == []


def test_a_server_that_stops_gives_back_what_it_had(make_stage: MakeStage) -> None:
    stage = make_stage()
    bot = stage.bot()
    stage.handler.behaviours["/bot"] = hang
    stage.say(bot, "Hello")
    stage.until(lambda: stage.handler.heard != [])
    begun = time.monotonic()
    stage.world.run(stage.door._hooks.stop(0.2))
    assert time.monotonic() - begun < 5
    # The handler has the first; the second has not left.
    assert stage.states(bot) == ["unconfirmed", "waiting"]
    assert stage.deliveries(bot)[1].due <= int(stage.world.time)
    assert [one.problem for one in stage.attempts(bot)] == ["stopped: the server stopped"]


def test_one_letter_that_cannot_be_written_fails_alone(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = stage.bot("bad"), stage.bot("good")
    writer = stage.door._hooks._writers["bot"]

    async def write(tx: Tx, context: Context, what: Happening, delivery: Delivery) -> Letter | Reason:
        if delivery.recipient == f"bot:{bad}":
            raise LookupError("no words")
        return await writer(tx, context, what, delivery)

    monkeypatch.setitem(stage.door._hooks._writers, "bot", write)
    stage.say(bad, "Hello")
    stage.say(good, "Hello")
    stage.until(lambda: stage.states(good) == ["done", "done"])
    stage.until(lambda: len(stage.attempts(bad)) == 1)
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
