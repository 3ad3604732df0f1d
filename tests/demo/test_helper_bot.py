"""The demo's Helper: the first message gets a reply."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from botyard.demo import helper_bot
from botyard.demo.helper_bot import HelperBot
from tests.demo.test_demo import DemoWorld

SECONDS = 20


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[DemoWorld]:
    made = DemoWorld(tmp_path)
    yield made
    made.close()


def helper(portal: DemoWorld) -> int:
    return next(bot.id for bot in portal.shown.bots if bot.code == "demo_helper")


def history(portal: DemoWorld) -> list[dict[str, Any]]:
    """What Ben and the Helper have said to each other, oldest first."""
    response = portal.call("im.dialog.messages.get", portal.as_("ben"), DIALOG_ID=str(helper(portal)))
    return sorted(response.result["messages"], key=lambda message: message["id"])


def replies(portal: DemoWorld, *texts: str) -> list[dict[str, Any]]:
    """What the Helper says to what Ben writes; its welcome is left out."""
    bot = portal.run(helper_bot.find(portal.context))
    assert bot is not None
    portal.run(bot.register())
    for text in texts:
        portal.call("im.message.add", portal.as_("ben"), DIALOG_ID=str(helper(portal)), MESSAGE=text)

    portal.run(until_said(portal, bot, before(portal) + 1 + len(texts)))
    messages = [message for message in history(portal) if message["author_id"] == helper(portal)]
    return messages[1:]


_SAID = "SELECT count(*) FROM messages WHERE author_id = :author"
_CARDS = f"{_SAID} AND params LIKE '%ATTACH%'"


def before(portal: DemoWorld) -> int:
    """How much the Helper had said when the demo was made."""
    row = portal.read(lambda tx: tx.one(_SAID, author=helper(portal)))
    assert row is not None
    return int(row[0])


def test_it_repeats_what_it_hears_and_shows_a_keyboard_and_a_card(portal: DemoWorld) -> None:
    echo, keyboard, card, unknown = replies(portal, "Good morning", "/help", "/build", "/dance now")
    assert echo["text"] == "You said: Good morning"
    assert [button.get("COMMAND") for button in keyboard["params"]["KEYBOARD"]][:2] == ["build", "help"]
    assert card["params"]["ATTACH"][0]["BLOCKS"]
    assert unknown["text"].startswith("I do not know /dance.")


def test_a_pressed_button_is_a_command(portal: DemoWorld) -> None:
    (keyboard,) = replies(portal, "/help")
    button = keyboard["params"]["KEYBOARD"][0]
    portal.call(
        "im.message.command",
        portal.as_("ben"),
        MESSAGE_ID=keyboard["id"],
        BOT_ID=helper(portal),
        COMMAND=button["COMMAND"],
        COMMAND_PARAMS="",
    )
    bot = portal.run(helper_bot.find(portal.context))
    assert bot is not None
    cards = portal.read(lambda tx: tx.one(_CARDS, author=helper(portal)))
    assert cards is not None
    # What it had not confirmed when it ended it may say once more, so that cards are counted and not all it says.
    portal.run(until_said(portal, bot, int(cards[0]) + 1, counting=_CARDS))
    later = [message for message in history(portal) if message["id"] > keyboard["id"]]
    assert [message["params"]["ATTACH"] for message in later if "ATTACH" in message["params"]]


async def until_said(portal: DemoWorld, bot: HelperBot, wanted: int, *, counting: str = _SAID) -> None:
    """Let the Helper live until it has said so much in all."""
    task = asyncio.create_task(bot.run())
    async with asyncio.timeout(SECONDS):
        for _ in range(SECONDS * 100):
            if await portal.context.database.read(lambda tx: tx.one(counting, author=helper(portal))) == (wanted,):
                break
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_it_ends_when_its_bot_is_removed(portal: DemoWorld) -> None:
    bot = portal.run(helper_bot.find(portal.context))
    assert bot is not None
    token = portal.shown.application.access_token
    portal.call("imbot.unregister", token, BOT_ID=helper(portal))
    portal.wait(1)

    async def ended() -> None:
        async with asyncio.timeout(SECONDS):
            await bot.run()

    portal.run(ended())
    assert portal.run(helper_bot.find(portal.context)) is None


def test_it_does_not_live_where_its_application_is_gone(portal: DemoWorld) -> None:
    portal.call("botyard.app.uninstall", portal.as_("alice"), CLIENT_ID=portal.shown.application.client_id)
    assert portal.run(helper_bot.find(portal.context)) is None
