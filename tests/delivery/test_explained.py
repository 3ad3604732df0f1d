"""What real attempts meet is explained by `botyard.delivery.explain`."""

from __future__ import annotations

from typing import Any

import pytest

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
    bot = hurried.world.bot(EVENT_HANDLER=address)
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
    assert _explained(hurried, message, bot) == ["DELIVERED"]


def test_an_application_that_lost_its_permission(hurried: Stage) -> None:
    world = hurried.world
    app = world.oauth()
    bot = world.bot(app, EVENT_HANDLER=hurried.handler.url())
    world.write(lambda tx: tx.run("UPDATE apps SET scopes = 'im' WHERE id = :id", id=app.id))
    message = hurried.say(bot, "hello")
    hurried.until(lambda: hurried.states(bot) == ["skipped", "skipped"])
    assert _explained(hurried, message, bot) == ["SKIPPED", "NO_SCOPE"]
    assert hurried.handler.heard == []
