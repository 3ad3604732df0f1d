"""What the log says of attempts."""

from __future__ import annotations

import logging

import pytest

from botyard import __version__
from botyard.delivery.report import TRIED_SECONDS, AttemptRecord, Report, attempts_log
from botyard.model.deliveries import State
from botyard.model.recipients import Recipient
from tests.delivery.handlers import answer
from tests.world import World


@pytest.fixture
def world(delivery_world: World) -> World:
    return delivery_world


def _made(caplog: pytest.LogCaptureFixture) -> list[AttemptRecord]:
    return [record.attempt for record in caplog.records if record.name == attempts_log.name]  # type: ignore[attr-defined]


def _lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "botyard.delivery"]


def test_each_attempt_has_a_record(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, attempts_log.name)
    world.handler.behaviours["/bot"] = answer(500, "broken")
    bot = world.add_bot_with_handler(path="/bot?token=secret")
    world.handler.behaviours["/bot?token=secret"] = answer(500, "broken")
    world.send_to(bot, "Hello")
    world.run_until(lambda: len(world.attempts(bot)) >= 1)
    first = _made(caplog)[0]
    assert (first.recipient, first.event, first.status, first.again) == (f"bot:{bot}", "ONIMBOTJOINCHAT", 500, 5)
    assert first.line == f"bot:{bot} ← ONIMBOTJOINCHAT {world.handler.url()} status 500, again in 5 s"


def test_a_failure_and_its_end_are_one_line_each(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "botyard.delivery")
    bot = world.add_bot_with_handler()
    world.handler.behaviours["/bot"] = answer(503)
    world.send_to(bot, "one")
    world.run_until(lambda: len(world.attempts(bot)) >= 1)
    world.wait_and_deliver(5)
    world.run_until(lambda: len(world.attempts(bot)) >= 2)
    world.handler.behaviours.clear()
    for pause in (30, 300):
        world.wait_and_deliver(pause)
    world.run_until(lambda: world.states(bot) == ["done", "done"])
    joined, last = (
        f"bot:{bot} ← {event} {world.handler.url()}"
        for event in ("ONIMBOTJOINCHAT", world.handler.heard[-1].form["event"])
    )
    assert _lines(caplog) == [
        f"Events are not accepted by their handler: {joined} status 503, again in 5 s",
        f"Events are accepted by their handler again: {last} status 200",
    ]


def test_an_event_that_ends_otherwise_keeps_no_line_back(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Refused for now, and then not to be sent at all: it cannot be what says that the handler is well again."""
    caplog.set_level(logging.INFO, "botyard.delivery")
    app = world.add_app()
    bot = world.add_bot(app, EVENT_HANDLER=world.handler.url())
    world.handler.behaviours["/bot"] = answer(500)
    world.send_to(bot, "one")
    world.run_until(lambda: len(world.attempts(bot)) == 2)
    world.handler.behaviours.clear()
    world.write(lambda tx: tx.run("UPDATE apps SET blocked = 1 WHERE id = :id", id=app.id))
    world.wait_and_deliver(5)
    world.run_until(lambda: world.states(bot) == ["skipped"] * 2)
    world.write(lambda tx: tx.run("UPDATE apps SET blocked = 0 WHERE id = :id", id=app.id))
    world.send_to(bot, "two")
    world.run_until(lambda: world.states(bot)[2:] == ["done"])
    assert [line.partition(":")[0] for line in _lines(caplog)] == [
        "Events are not accepted by their handler",
        "Events are accepted by their handler again",
    ]


def test_an_event_that_another_server_tries_again_keeps_no_line_back(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "botyard.delivery")
    report = Report()
    refused = AttemptRecord(Recipient("bot:1"), "ONX", "http://x.test/", State.WAITING, 1, 500, "", 1, 5, delivery=1)
    done = refused._replace(outcome=State.DONE, status=200, again=None, delivery=2)
    report.attempt(refused, 100.0)
    report.attempt(done, 104.0)
    assert len(_lines(caplog)) == 1
    report.attempt(done, 105.0 + TRIED_SECONDS)
    assert len(_lines(caplog)) == 2


def test_posts_call_themselves_as_the_vendors_do(world: World) -> None:
    bot = world.add_bot_with_handler()
    world.send_to(bot, "Hello")
    world.run_until(lambda: len(world.handler.heard) == 2)
    assert {request.headers["user-agent"] for request in world.handler.heard} == {"Bitrix24 Webhook Engine"}
    assert {request.headers["botyard-version"] for request in world.handler.heard} == {__version__}
