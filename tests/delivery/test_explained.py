"""What real attempts meet is explained by `botyard.delivery.explain`."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.chat.diagnostics import bot_health
from tests.delivery.conftest import MakeStage
from tests.delivery.handlers import answer, hang
from tests.delivery.stage import Stage


def _explained(stage: Stage, message: int, bot: int) -> list[str]:
    said: Any = stage.world.call("botyard.delivery.explain", MESSAGE_ID=message, BOT_ID=bot).result
    return [one["CODE"] for one in said["EVENTS"][0]["REASONS"]]


@pytest.fixture
def hurried(make_stage: MakeStage) -> Stage:
    """A stage where handlers have little time, and one attempt."""
    return make_stage(delivery="compat", delivery_timeout=0.3)


@pytest.mark.parametrize(
    ("behaviour", "state", "codes"),
    [
        (hang, "unconfirmed", ["UNCONFIRMED", "TIMEOUT"]),
        (answer(302, ""), "dead", ["GIVEN_UP", "REDIRECT"]),
        (answer(500, "broken"), "dead", ["GIVEN_UP", "STATUS"]),
    ],
    ids=["timeout", "redirect", "status"],
)
def test_an_answer(hurried: Stage, behaviour: Any, state: str, codes: list[str]) -> None:
    bot = hurried.bot()
    hurried.handler.behaviours["/bot"] = behaviour
    message = hurried.say(bot, "hello")
    hurried.until(lambda: hurried.states(bot) == [state, state])
    assert _explained(hurried, message, bot) == codes


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://127.0.0.1:9/", "NO_CONNECTION"),
        ("http://169.254.169.254/", "ADDRESS_REFUSED"),
        ("http://nobody.invalid/", "NAME_UNKNOWN"),
    ],
)
def test_an_address(hurried: Stage, address: str, code: str) -> None:
    bot = hurried.world.add_bot(EVENT_HANDLER=address)
    message = hurried.say(bot, "hello")
    hurried.until(lambda: hurried.states(bot) == ["dead", "dead"])
    assert _explained(hurried, message, bot) == ["GIVEN_UP", code]


def test_mended_and_sent_again(hurried: Stage) -> None:
    bot = hurried.bot()
    hurried.handler.behaviours["/bot"] = answer(500, "broken")
    message = hurried.say(bot, "hello")
    hurried.until(lambda: hurried.states(bot) == ["dead", "dead"])
    hurried.handler.behaviours.clear()
    assert hurried.world.call("botyard.delivery.resend", BOT_ID=bot).result == {"RESENT": 2, "NEXT": 0}
    hurried.until(lambda: hurried.states(bot) == ["done", "done"])
    assert _explained(hurried, message, bot) == ["DELIVERED", "LATE"]


def _text(stage: Stage, message: int, bot: int) -> str:
    said: Any = stage.world.call("botyard.delivery.explain", MESSAGE_ID=message, BOT_ID=bot).result
    return str(said["TEXT"])


def _greeted(stage: Stage) -> int:
    """A bot that has been told of its dialog, so that only messages are left."""
    bot = stage.bot()
    stage.say(bot, "zero")
    stage.until(lambda: stage.states(bot) == ["done", "done"])
    return bot


def test_what_fails_holds_the_next_one_for_ten_seconds_and_is_late_then(stage: Stage) -> None:
    bot = _greeted(stage)
    stage.handler.behaviours["/bot"] = answer(500, "broken")
    first = stage.say(bot, "one")
    stage.until(lambda: len(stage.attempts(bot)) == 3)
    second = stage.say(bot, "two")
    stage.settle()
    text = _text(stage, second, bot)
    assert "It waits behind ONIMBOTMESSAGEADD (delivery " in text
    assert "responded with status 500; attempt 2 of that one is due at 2026-09-21T14:13:25+00:00, and this one" in text
    assert text.endswith(" goes beside it from 2026-09-21T14:13:30+00:00 on.")
    stage.wait(10)
    stage.until(lambda: len(stage.attempts(bot)) == 5)
    assert _explained(stage, second, bot) == ["WAITING", "STATUS"], "it was tried beside the other"
    assert _explained(stage, first, bot) == ["WAITING", "STATUS"]
    stage.handler.behaviours.clear()
    stage.wait(30)
    stage.until(lambda: stage.states(bot) == ["done"] * 4)
    assert _explained(stage, first, bot) == ["DELIVERED", "LATE"]
    late = "It was sent 40 s after it happened, and later events of the chat may have arrived"
    assert late in _text(stage, first, bot)


def test_what_is_open_holds_the_next_one_and_then_four_of_them_do(stage: Stage) -> None:
    bot = _greeted(stage)
    stage.handler.heard.clear()
    stage.handler.behaviours["/bot"] = hang
    said = [stage.say(bot, text) for text in ("one", "two", "three", "four", "five")]
    stage.until(lambda: len(stage.handler.heard) == 1)
    stage.settle()
    assert [_explained(stage, one, bot) for one in said[:2]] == [["SENDING"], ["BEHIND"]]
    held = _text(stage, said[1], bot)
    assert "of the same chat; attempt 1 of that one is being made, and this one goes beside it from " in held
    for number in (2, 3, 4):
        stage.wait(10)
        stage.until(lambda: len(stage.handler.heard) == number)  # noqa: B023  # Called at once.
    stage.settle()
    assert _explained(stage, said[4], bot) == ["BEHIND"]
    stage.wait(10)
    stage.settle()
    assert len(stage.handler.heard) == 4
    assert "It waits for one of the 4 requests that are open for the chat to end." in _text(stage, said[4], bot)


def test_where_everything_holds_it_does_so_until_it_has_ended(make_stage: MakeStage) -> None:
    stage = make_stage(delivery="strict")
    bot = _greeted(stage)
    stage.handler.behaviours["/bot"] = answer(500, "broken")
    stage.say(bot, "one")
    stage.until(lambda: len(stage.attempts(bot)) == 3)
    second = stage.say(bot, "two")
    stage.wait(600)
    stage.settle()
    assert _explained(stage, second, bot) == ["BEHIND"]
    assert "goes beside" not in _text(stage, second, bot)


def test_where_nothing_holds_nothing_is_behind(hurried: Stage) -> None:
    bot = _greeted(hurried)
    hurried.handler.behaviours["/bot"] = answer(500, "broken")
    said = [hurried.say(bot, text) for text in ("one", "two")]
    hurried.until(lambda: hurried.states(bot) == ["done", "done", "dead", "dead"])
    assert [_explained(hurried, one, bot) for one in said] == [["GIVEN_UP", "STATUS"]] * 2


def test_a_bot_without_a_handler_is_said_to_have_none(stage: Stage) -> None:
    bot = _greeted(stage)
    stage.world.write(lambda tx: tx.run("UPDATE bot_handlers SET message_add = '' WHERE message_add <> ''"))
    message = stage.say(bot, "one")
    stage.until(lambda: stage.states(bot)[-1] == "skipped")
    assert _explained(stage, message, bot) == ["SKIPPED", "NO_HANDLER"]
    assert "no handler is bound" in _text(stage, message, bot)


def test_a_proxy_that_got_no_response(stage: Stage) -> None:
    bot = _greeted(stage)
    stage.handler.behaviours["/bot"] = answer(504)
    message = stage.say(bot, "one")
    stage.until(lambda: stage.states(bot)[-1] == "unconfirmed")
    assert _explained(stage, message, bot) == ["UNCONFIRMED", "GATEWAY"]


def test_what_a_checkup_finds(stage: Stage) -> None:
    """What was not confirmed is named until something is; what waits for its next attempt, in whatever dialog."""
    bot = _greeted(stage)
    stage.handler.behaviours["/bot"] = answer(524)
    stage.say(bot, "one")
    stage.until(lambda: stage.states(bot)[-1] == "unconfirmed")
    (found,) = stage.world.read(bot_health.overview)
    assert found.unconfirmed is not None and found.trouble is None
    assert found.unconfirmed.cause.endswith(" responded with status 524")
    stage.handler.behaviours["/bot"] = answer(503)
    ann = stage.world.add_person("Ann")
    stage.world.call("im.message.add", ann, DIALOG_ID=str(bot), MESSAGE="two")
    stage.until(lambda: len(stage.attempts(bot)) == 5)
    (found,) = stage.world.read(bot_health.overview)
    assert found.trouble is not None and found.trouble.logged.delivery.attempts == 1
    assert found.waiting is not None and (found.waiting.number, found.sending) == (2, None)
    stage.handler.behaviours.clear()
    stage.wait(5)
    stage.until(lambda: stage.states(bot)[-2:] == ["done", "done"])
    (found,) = stage.world.read(bot_health.overview)
    assert (found.trouble, found.unconfirmed, found.waiting) == (None, None, None)


def test_an_application_that_lost_its_permission(hurried: Stage) -> None:
    world = hurried.world
    app = world.add_app()
    bot = world.add_bot(app, EVENT_HANDLER=hurried.handler.url())
    world.write(lambda tx: tx.run("UPDATE apps SET scopes = 'im' WHERE id = :id", id=app.id))
    message = hurried.say(bot, "hello")
    hurried.until(lambda: hurried.states(bot) == ["skipped", "skipped"])
    assert _explained(hurried, message, bot) == ["SKIPPED", "NO_SCOPE"]
    assert hurried.handler.heard == []
