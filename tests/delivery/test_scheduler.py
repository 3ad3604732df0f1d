"""What arrives, in which order, and what does not hold up whom."""

from __future__ import annotations

import base64
import hmac
import logging
import time

import pytest

from botyard.api.payloads.render_batch import RenderBatch
from botyard.delivery.rendering import SignedPayload
from botyard.model.deliveries import Delivery, EndReason
from botyard.model.events import EventRecord
from botyard.server import PAYLOAD_BUILDERS
from botyard.store import bots
from tests.conftest import MakeWorld
from tests.delivery.handlers import answer, hang
from tests.world import World


@pytest.fixture
def world(delivery_world: World) -> World:
    return delivery_world


def test_what_a_person_writes_arrives_and_is_recorded(world: World) -> None:
    bot = world.add_bot_with_handler()
    world.send_to(bot, "Hello")
    world.run_until(lambda: len(world.handler.heard) == 2)
    joined, message = world.handler.heard
    assert joined.form["event"] == "ONIMBOTJOINCHAT"
    assert message.form["event"] == "ONIMBOTMESSAGEADD"
    assert message.message == "Hello"
    assert message.headers["content-type"] == "application/x-www-form-urlencoded"
    assert message.attempt == 1
    world.run_until(lambda: world.states(bot) == ["done", "done"])
    (first, second) = world.attempts(bot)
    assert (first.status, first.answer, first.problem) == (200, "ok", "")
    assert first.started <= second.started


def test_order_is_kept_behind_a_failing_head(world: World) -> None:
    bot = world.add_bot_with_handler()
    world.send_to(bot, "zero")
    world.run_until(lambda: world.states(bot) == ["done", "done"])
    world.handler.heard.clear()
    world.handler.behaviours["/bot"] = answer(500, "broken")
    for text in ("one", "two", "three"):
        world.send_to(bot, text)
    world.run_until(lambda: world.handler.heard != [])
    world.run_for()
    assert [request.message for request in world.handler.heard] == ["one"]
    world.wait_and_deliver(5)
    world.run_until(lambda: len(world.handler.heard) == 2)
    assert [(request.message, request.attempt) for request in world.handler.heard] == [("one", 1), ("one", 2)]
    world.handler.behaviours.clear()
    world.wait_and_deliver(30)
    world.run_until(lambda: len(world.handler.heard) == 5)
    assert [request.message for request in world.handler.heard[2:]] == ["one", "two", "three"]
    world.run_until(lambda: world.states(bot) == ["done"] * 5)


def test_a_hanging_handler_holds_up_nobody_else(world: World) -> None:
    slow, quick = world.add_bot_with_handler("slow", "/slow"), world.add_bot_with_handler("quick", "/quick")
    world.handler.behaviours["/slow"] = hang
    for number in range(20):
        world.send_to(slow, f"slow {number}")
        world.send_to(quick, f"quick {number}")
    world.run_until(lambda: len(world.handler.at("/quick")) == 21)
    assert [request.message for request in world.handler.at("/quick")[1:]] == [
        f"quick {number}" for number in range(20)
    ]
    # It was told that it is in the dialog, and of the first that was said there.
    assert len(world.handler.at("/slow")) == 2


def test_other_dialogs_of_a_bot_go_on_while_one_fails(world: World) -> None:
    bot, ann = world.add_bot_with_handler(), world.add_person("Ann")
    world.send_to(bot, "first")
    world.run_until(lambda: world.states(bot) == ["done", "done"])
    world.handler.behaviours["/bot"] = answer(503, retry_after="3600")
    world.send_to(bot, "fails")
    world.run_until(lambda: len(world.attempts(bot)) == 3)
    world.handler.behaviours.clear()
    world.wait_and_deliver(1)
    world.call("im.message.add", ann, DIALOG_ID=str(bot), MESSAGE="from Ann")
    world.run_until(lambda: len(world.handler.heard) == 5)
    # What others are told changes nothing about what the handler asked for.
    world.wait_and_deliver(3500)
    assert world.states(bot) == ["done", "done", "waiting", "done", "done"]
    world.wait_and_deliver(99)
    world.run_until(lambda: world.states(bot) == ["done"] * 5)
    assert [request.message for request in world.handler.heard[-2:]] == ["from Ann", "fails"]


def test_one_refused_event_keeps_to_its_schedule_beside_others(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "botyard.delivery")
    bot = world.add_bot_with_handler()
    world.send_to(bot, "zero")
    world.run_until(lambda: world.states(bot) == ["done", "done"])
    world.handler.behaviours["/bot"] = answer(500)
    world.send_to(bot, "poison")
    world.run_until(lambda: len(world.attempts(bot)) == 3)
    world.handler.behaviours.clear()
    people = [world.add_person(f"Person{number}") for number in range(4)]
    for done, person in enumerate(people):
        world.wait_and_deliver(1)
        world.call("im.message.add", person, DIALOG_ID=str(bot), MESSAGE="fine")
        world.run_until(lambda: world.states(bot).count("done") == 2 + 2 * (done + 1))  # noqa: B023  # Called at once.
    world.run_for()
    assert [attempt.number for attempt in world.attempts(bot)] == [1] * 11
    lines = [record.getMessage() for record in caplog.records if record.name == "botyard.delivery"]
    assert [line.partition(":")[0] for line in lines] == ["Events are not accepted by their handler"]
    world.wait_and_deliver(1)
    world.run_until(lambda: world.states(bot) == ["done"] * 11)
    assert world.handler.heard[-1].attempt == 2


def test_a_bot_that_is_back_hears_what_found_no_connection(world: World) -> None:
    bot, ann = world.add_bot_with_handler(), world.add_person("Ann")
    world.send_to(bot, "zero")
    world.run_until(lambda: world.states(bot) == ["done", "done"])

    world.run(world.handler.stop())
    world.send_to(bot, "missed")
    world.run_until(lambda: len(world.attempts(bot)) == 3)
    world.wait_and_deliver(5)
    world.run_until(lambda: len(world.attempts(bot)) == 4)
    assert world.attempts(bot)[-1].problem.startswith("no connection: ")
    world.run(world.handler.come_back())
    world.wait_and_deliver(1)
    world.call("im.message.add", ann, DIALOG_ID=str(bot), MESSAGE="from Ann")
    # Its third attempt was due in half a minute.
    world.run_until(lambda: world.states(bot) == ["done"] * 5)
    assert [request.message for request in world.handler.heard[-2:]] == ["from Ann", "missed"]


def test_the_vendors_way_is_a_single_attempt(make_delivery_world: MakeWorld) -> None:
    world = make_delivery_world(delivery="compat")
    bot = world.add_bot_with_handler()
    world.handler.behaviours["/bot"] = answer(500)
    world.send_to(bot, "Hello")
    world.run_until(lambda: world.states(bot) == ["dead", "dead"])
    assert {delivery.reason for delivery in world.deliveries(bot)} == {"the last attempt failed"}
    world.wait_and_deliver(100_000)
    assert len(world.handler.heard) == 2


def test_eight_attempts_and_no_more(world: World) -> None:
    bot = world.add_bot_with_handler()
    world.handler.behaviours["/bot"] = answer(500)
    world.send_to(bot, "Hello")
    for number, pause in enumerate([0, 5, 30, 300, 1800, 7200, 18_000, 36_000], start=1):
        world.wait_and_deliver(pause)
        world.run_until(lambda: len(world.attempts(bot)) == 2 * number)  # noqa: B023  # Called at once.
    assert world.states(bot) == ["dead", "dead"]
    assert [request.attempt for request in world.handler.heard] == [number for number in range(1, 9) for _ in range(2)]


def test_an_event_holds_its_dialog_for_ten_seconds(world: World) -> None:
    bot = world.add_bot_with_handler()
    world.send_to(bot, "zero")
    world.run_until(lambda: world.states(bot) == ["done", "done"])
    world.handler.heard.clear()
    world.handler.behaviours["/bot"] = hang
    texts = ["one", "two", "three", "four", "five", "six"]
    for text in texts:
        world.send_to(bot, text)
    world.run_until(lambda: len(world.handler.heard) == 1)
    world.wait_and_deliver(9)
    assert [request.message for request in world.handler.heard] == ["one"]
    for number in (2, 3, 4):
        world.wait_and_deliver(1 if number == 2 else 10)
        world.run_until(lambda: len(world.handler.heard) == number)  # noqa: B023  # Called at once.
    # Four are open at most.
    world.wait_and_deliver(12)
    assert [request.message for request in world.handler.heard] == ["one", "two", "three", "four"]


def test_a_clock_that_leaps_ahead_repeats_nothing(world: World) -> None:
    bot = world.add_bot_with_handler()
    world.handler.behaviours["/bot"] = hang
    world.send_to(bot, "one")
    world.run_until(lambda: len(world.handler.heard) == 2)
    # As far as the clock tells, the leases are over; the requests are open all the same.
    world.wait_and_deliver(600)
    world.run_for()
    assert len(world.handler.heard) == 2
    assert world.states(bot) == ["sending", "sending"]


def test_what_arrives_late_says_so(world: World) -> None:
    bot = world.add_bot_with_handler()
    world.send_to(bot, "zero")
    world.run_until(lambda: world.states(bot) == ["done", "done"])
    world.handler.heard.clear()
    world.handler.behaviours["/bot"] = answer(503)
    world.send_to(bot, "one")
    world.run_until(lambda: len(world.attempts(bot)) == 3)
    world.wait_and_deliver(5)
    world.run_until(lambda: len(world.attempts(bot)) == 4)
    world.handler.behaviours.clear()
    world.send_to(bot, "two")
    world.wait_and_deliver(5)
    # What is said later is no longer held up.
    world.run_until(lambda: len(world.handler.heard) == 3)
    world.wait_and_deliver(25)
    world.run_until(lambda: world.states(bot) == ["done"] * 4)
    attempts = [
        (request.message, request.attempt, request.headers.get("botyard-late")) for request in world.handler.heard
    ]
    assert attempts == [("one", 1, None), ("one", 2, None), ("two", 1, None), ("one", 3, "35")]


def test_what_is_sent_again_says_that_it_is_late(world: World) -> None:
    bot = world.add_bot_with_handler()
    world.send_to(bot, "one")
    world.run_until(lambda: world.states(bot) == ["done", "done"])
    world.wait_and_deliver(100)
    world.call("botyard.delivery.resend", BOT_ID=bot, STATE="done")
    world.run_until(lambda: len(world.handler.heard) == 4)
    assert [request.headers.get("botyard-late") for request in world.handler.heard] == [None, None, "100", "100"]
    assert [request.attempt for request in world.handler.heard] == [1, 1, 2, 2]


def test_strict_servers_repeat_what_was_not_answered(make_delivery_world: MakeWorld) -> None:
    world = make_delivery_world(delivery="strict", delivery_timeout=0.2)
    bot = world.add_bot_with_handler()
    world.send_to(bot, "zero")
    world.run_until(lambda: world.states(bot) == ["done", "done"])
    world.handler.heard.clear()
    world.handler.behaviours["/bot"] = hang
    world.send_to(bot, "one")
    world.send_to(bot, "two")
    world.run_until(lambda: len(world.attempts(bot)) == 3)
    world.wait_and_deliver(5)
    world.run_until(lambda: len(world.attempts(bot)) == 4)
    world.wait_and_deliver(20)
    world.run_for()
    assert [request.message for request in world.handler.heard] == ["one"] * 2
    world.handler.behaviours.clear()
    world.wait_and_deliver(30)
    world.run_until(lambda: world.states(bot) == ["done"] * 4)
    assert [request.message for request in world.handler.heard] == ["one"] * 3 + ["two"]


@pytest.mark.parametrize("mode", ["retry", "strict", "compat"])
def test_joining_holds_no_message(make_delivery_world: MakeWorld, mode: str) -> None:
    """Neither the event of joining itself nor its request, however long that stays open, and in no mode."""
    world = make_delivery_world(delivery=mode)
    bot = world.add_bot_with_handler()
    world.handler.behaviours["/bot"] = hang
    world.send_to(bot, "one")
    world.send_to(bot, "two")
    world.run_until(lambda: len(world.handler.heard) >= 2)
    world.run_for()
    events = [request.form["event"] for request in world.handler.heard]
    assert events == ["ONIMBOTJOINCHAT", "ONIMBOTMESSAGEADD", "ONIMBOTMESSAGEADD"][: 2 + (mode == "compat")]


def test_the_vendors_way_waits_for_nobody(make_delivery_world: MakeWorld) -> None:
    world = make_delivery_world(delivery="compat")
    bot = world.add_bot_with_handler()
    world.handler.behaviours["/bot"] = hang
    for text in ("one", "two", "three", "four", "five", "six"):
        world.send_to(bot, text)
    world.run_until(lambda: len(world.handler.heard) == 7)
    assert [request.message for request in world.handler.heard[1:]] == ["one", "two", "three", "four", "five", "six"]


def test_applications_hear_nothing_before_they_are_installed(world: World) -> None:
    app = world.add_app()
    bot = world.add_bot(app, EVENT_HANDLER=world.handler.url())
    world.write(lambda tx: tx.run("UPDATE apps SET installed = 0 WHERE id = :id", id=app.id))
    world.send_to(bot, "Hello")
    world.run_until(lambda: world.states(bot) == ["skipped", "skipped"])
    assert {delivery.reason for delivery in world.deliveries(bot)} == {"the application is not installed"}
    world.write(lambda tx: tx.run("UPDATE apps SET installed = 1, blocked = 1 WHERE id = :id", id=app.id))
    world.send_to(bot, "Hello")
    world.run_until(lambda: world.states(bot)[2:] == ["skipped"])
    assert world.deliveries(bot)[2].reason == "the application is blocked"
    world.write(lambda tx: tx.run("UPDATE apps SET blocked = 0 WHERE id = :id", id=app.id))
    world.send_to(bot, "Hello")
    world.run_until(lambda: world.states(bot)[3:] == ["done"])
    assert len(world.handler.heard) == 1


def test_a_strict_server_calls_nobody_on_its_own_machine(make_delivery_world: MakeWorld) -> None:
    world = make_delivery_world(profile="prod")
    bot = world.add_bot_with_handler()
    world.send_to(bot, "Hello")
    world.run_until(lambda: len(world.attempts(bot)) == 2)
    made = world.attempts(bot)[0]
    assert made.status == 0 and made.problem == "address refused: 127.0.0.1 is this machine"
    assert world.handler.heard == []


def test_a_server_that_stops_gives_back_what_it_had(make_delivery_world: MakeWorld) -> None:
    world = make_delivery_world()
    bot = world.add_bot_with_handler()
    world.handler.behaviours["/bot"] = hang
    world.send_to(bot, "Hello")
    world.send_to(bot, "Are you there?")
    world.run_until(lambda: len(world.handler.heard) == 2)
    begun = time.monotonic()
    world.run(world.delivery.stop(0.2))
    assert time.monotonic() - begun < 5
    # The handler has what was said first; the rest has not left.
    assert world.states(bot) == ["unconfirmed", "unconfirmed", "waiting"]
    assert world.deliveries(bot)[2].due <= int(world.time)
    assert [attempt.problem for attempt in world.attempts(bot)] == ["stopped: the server stopped"] * 2


def test_one_letter_that_cannot_be_written_fails_alone(make_world: MakeWorld) -> None:
    world = make_world()
    builder, failing = PAYLOAD_BUILDERS["bot"], set[str]()

    async def build(batch: RenderBatch, what: EventRecord, delivery: Delivery) -> SignedPayload | EndReason:
        if delivery.recipient in failing:
            raise LookupError("no words")
        return await builder(batch, what, delivery)

    world.start_delivery(builders={**PAYLOAD_BUILDERS, "bot": build})
    bad, good = world.add_bot_with_handler("bad"), world.add_bot_with_handler("good")
    failing.add(f"bot:{bad}")
    world.send_to(bad, "Hello")
    world.send_to(good, "Hello")
    world.run_until(lambda: world.states(good) == ["done", "done"])
    world.run_until(lambda: len(world.attempts(bad)) == 2)
    assert world.attempts(bad)[0].problem == "not written: LookupError"
    assert world.states(bad) == ["waiting", "waiting"]


def test_deliveries_are_signed(world: World) -> None:
    bot = world.add_bot_with_handler()
    world.send_to(bot, "Hello")
    world.run_until(lambda: len(world.handler.heard) == 2)
    first, second = world.handler.heard
    owner = world.read(lambda tx: bots.find(tx, bot)).owner  # type: ignore[union-attr]
    secret = world.context.keys.signing_secret(owner)
    for heard in (first, second):
        number, moment = heard.headers["webhook-id"], heard.headers["webhook-timestamp"]
        signed = hmac.digest(secret, f"{number}.{moment}.".encode() + heard.body, "sha256")
        assert heard.headers["webhook-signature"] == "v1," + base64.b64encode(signed).decode()
    assert first.headers["webhook-id"] != second.headers["webhook-id"]
    # What we add stands in headers only.
    assert set(second.form) == {"event", "event_handler_id", "data", "ts", "auth"}
    assert secret not in first.body
