"""What real attempts meet is explained by `botyard.delivery.explain`."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.chat.diagnostics import bot_health
from tests.conftest import MakeWorld
from tests.delivery.handlers import answer, hang
from tests.world import World


@pytest.fixture
def world(delivery_world: World) -> World:
    return delivery_world


def _explained(world: World, message: int, bot: int) -> list[str]:
    explanation: Any = world.call("botyard.delivery.explain", MESSAGE_ID=message, BOT_ID=bot).result
    return [reason["CODE"] for reason in explanation["EVENTS"][0]["REASONS"]]


@pytest.fixture
def hurried(make_delivery_world: MakeWorld) -> World:
    """A world where handlers have little time, and one attempt."""
    return make_delivery_world(delivery="compat", delivery_timeout=0.3)


@pytest.mark.parametrize(
    ("behaviour", "state", "codes"),
    [
        (hang, "unconfirmed", ["UNCONFIRMED", "TIMEOUT"]),
        (answer(302, ""), "dead", ["GIVEN_UP", "REDIRECT"]),
        (answer(500, "broken"), "dead", ["GIVEN_UP", "STATUS"]),
    ],
    ids=["timeout", "redirect", "status"],
)
def test_an_answer(hurried: World, behaviour: Any, state: str, codes: list[str]) -> None:
    bot = hurried.add_bot_with_handler()
    hurried.handler.behaviours["/bot"] = behaviour
    message = hurried.send_to(bot, "hello")
    hurried.run_until(lambda: hurried.states(bot) == [state, state])
    assert _explained(hurried, message, bot) == codes


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://127.0.0.1:9/", "NO_CONNECTION"),
        ("http://169.254.169.254/", "ADDRESS_REFUSED"),
        ("http://nobody.invalid/", "NAME_UNKNOWN"),
    ],
)
def test_an_address(hurried: World, address: str, code: str) -> None:
    bot = hurried.add_bot(EVENT_HANDLER=address)
    message = hurried.send_to(bot, "hello")
    hurried.run_until(lambda: hurried.states(bot) == ["dead", "dead"])
    assert _explained(hurried, message, bot) == ["GIVEN_UP", code]


def test_mended_and_sent_again(hurried: World) -> None:
    bot = hurried.add_bot_with_handler()
    hurried.handler.behaviours["/bot"] = answer(500, "broken")
    message = hurried.send_to(bot, "hello")
    hurried.run_until(lambda: hurried.states(bot) == ["dead", "dead"])
    hurried.handler.behaviours.clear()
    assert hurried.call("botyard.delivery.resend", BOT_ID=bot).result == {"RESENT": 2, "NEXT": 0}
    hurried.run_until(lambda: hurried.states(bot) == ["done", "done"])
    assert _explained(hurried, message, bot) == ["DELIVERED", "LATE"]


def _text(world: World, message: int, bot: int) -> str:
    explanation: Any = world.call("botyard.delivery.explain", MESSAGE_ID=message, BOT_ID=bot).result
    return str(explanation["TEXT"])


def _greeted(world: World) -> int:
    """A bot that has been told of its dialog, so that only messages are left."""
    bot = world.add_bot_with_handler()
    world.send_to(bot, "zero")
    world.run_until(lambda: world.states(bot) == ["done", "done"])
    return bot


def test_what_fails_holds_the_next_one_for_ten_seconds_and_is_late_then(world: World) -> None:
    bot = _greeted(world)
    world.handler.behaviours["/bot"] = answer(500, "broken")
    first = world.send_to(bot, "one")
    world.run_until(lambda: len(world.attempts(bot)) == 3)
    second = world.send_to(bot, "two")
    world.run_for()
    text = _text(world, second, bot)
    assert "It waits behind ONIMBOTMESSAGEADD (delivery " in text
    assert "responded with status 500; attempt 2 of that one is due at 2026-09-21T14:13:25+00:00, and this one" in text
    assert text.endswith(" is sent beside it from 2026-09-21T14:13:30+00:00 on.")
    world.wait_and_deliver(10)
    world.run_until(lambda: len(world.attempts(bot)) == 5)
    assert _explained(world, second, bot) == ["WAITING", "STATUS"], "it was tried beside the other"
    assert _explained(world, first, bot) == ["WAITING", "STATUS"]
    world.handler.behaviours.clear()
    world.wait_and_deliver(30)
    world.run_until(lambda: world.states(bot) == ["done"] * 4)
    assert _explained(world, first, bot) == ["DELIVERED", "LATE"]
    late = "It was sent 40 s after it happened, and later events of the chat may have arrived"
    assert late in _text(world, first, bot)


def test_what_is_open_holds_the_next_one_and_then_four_of_them_do(world: World) -> None:
    bot = _greeted(world)
    world.handler.heard.clear()
    world.handler.behaviours["/bot"] = hang
    message_ids = [world.send_to(bot, text) for text in ("one", "two", "three", "four", "five")]
    world.run_until(lambda: len(world.handler.heard) == 1)
    world.run_for()
    assert [_explained(world, message_id, bot) for message_id in message_ids[:2]] == [["SENDING"], ["BEHIND"]]
    held = _text(world, message_ids[1], bot)
    assert "of the same chat; attempt 1 of that one is being made, and this one is sent beside it from " in held
    for number in (2, 3, 4):
        world.wait_and_deliver(10)
        world.run_until(lambda: len(world.handler.heard) == number)  # noqa: B023  # Called at once.
    world.run_for()
    assert _explained(world, message_ids[4], bot) == ["BEHIND"]
    world.wait_and_deliver(10)
    world.run_for()
    assert len(world.handler.heard) == 4
    assert "It waits until one of the 4 open requests of the chat ends." in _text(world, message_ids[4], bot)


def test_where_everything_holds_it_does_so_until_it_has_ended(make_delivery_world: MakeWorld) -> None:
    world = make_delivery_world(delivery="strict")
    bot = _greeted(world)
    world.handler.behaviours["/bot"] = answer(500, "broken")
    world.send_to(bot, "one")
    world.run_until(lambda: len(world.attempts(bot)) == 3)
    second = world.send_to(bot, "two")
    world.wait_and_deliver(600)
    world.run_for()
    assert _explained(world, second, bot) == ["BEHIND"]
    assert "sent beside" not in _text(world, second, bot)


def test_where_nothing_holds_nothing_is_behind(hurried: World) -> None:
    bot = _greeted(hurried)
    hurried.handler.behaviours["/bot"] = answer(500, "broken")
    message_ids = [hurried.send_to(bot, text) for text in ("one", "two")]
    hurried.run_until(lambda: hurried.states(bot) == ["done", "done", "dead", "dead"])
    assert [_explained(hurried, message_id, bot) for message_id in message_ids] == [["GIVEN_UP", "STATUS"]] * 2


def test_a_bot_without_a_handler_is_said_to_have_none(world: World) -> None:
    bot = _greeted(world)
    world.write(lambda tx: tx.run("UPDATE bot_handlers SET message_add = '' WHERE message_add <> ''"))
    message = world.send_to(bot, "one")
    world.run_until(lambda: world.states(bot)[-1] == "skipped")
    assert _explained(world, message, bot) == ["SKIPPED", "NO_HANDLER"]
    assert "no handler is bound" in _text(world, message, bot)


def test_a_proxy_that_got_no_response(world: World) -> None:
    bot = _greeted(world)
    world.handler.behaviours["/bot"] = answer(504)
    message = world.send_to(bot, "one")
    world.run_until(lambda: world.states(bot)[-1] == "unconfirmed")
    assert _explained(world, message, bot) == ["UNCONFIRMED", "GATEWAY"]


def test_what_a_checkup_finds(world: World) -> None:
    """What was not confirmed is named until something is; what waits for its next attempt, in whatever dialog."""
    bot = _greeted(world)
    world.handler.behaviours["/bot"] = answer(524)
    world.send_to(bot, "one")
    world.run_until(lambda: world.states(bot)[-1] == "unconfirmed")
    (health,) = world.read(bot_health.overview)
    assert health.unconfirmed is not None and health.trouble is None
    assert health.unconfirmed.cause.endswith(" responded with status 524")
    world.handler.behaviours["/bot"] = answer(503)
    ann = world.add_person("Ann")
    world.call("im.message.add", ann, DIALOG_ID=str(bot), MESSAGE="two")
    world.run_until(lambda: len(world.attempts(bot)) == 5)
    (health,) = world.read(bot_health.overview)
    assert health.trouble is not None and health.trouble.logged.delivery.attempts == 1
    assert health.waiting is not None and (health.waiting.number, health.sending) == (2, None)
    world.handler.behaviours.clear()
    world.wait_and_deliver(5)
    world.run_until(lambda: world.states(bot)[-2:] == ["done", "done"])
    (health,) = world.read(bot_health.overview)
    assert (health.trouble, health.unconfirmed, health.waiting) == (None, None, None)


def test_an_application_that_lost_its_permission(hurried: World) -> None:
    world = hurried
    app = world.add_app()
    bot = world.add_bot(app, EVENT_HANDLER=hurried.handler.url())
    world.write(lambda tx: tx.run("UPDATE apps SET scopes = 'im' WHERE id = :id", id=app.id))
    message = hurried.send_to(bot, "hello")
    hurried.run_until(lambda: hurried.states(bot) == ["skipped", "skipped"])
    assert _explained(hurried, message, bot) == ["SKIPPED", "NO_SCOPE"]
    assert hurried.handler.heard == []
