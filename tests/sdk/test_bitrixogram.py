"""bitrixogram: bracketed forms, a CLIENT_ID in every call, and no BOT_ID where a message is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from aiohttp import ClientSession
from bitrixogram.core import BitrixBot
from bitrixogram.keyboard import ReplyKeyboardBuilder

from tests.sdk.answers import held, refused, same_dialog
from tests.sdk.live import CHAT, Live

pytestmark = [pytest.mark.sdk, pytest.mark.live]
T = TypeVar("T")
CLIENT = "ogram-key"


@pytest.fixture(scope="module")
def bot(live: Live) -> int:
    """A bot of the webhook, registered under this CLIENT_ID."""
    params = {
        "CODE": "ogram",
        "CLIENT_ID": CLIENT,
        "EVENT_HANDLER": "http://localhost:9/",
        "PROPERTIES": {"NAME": "Ogram"},
    }
    return int(held("imbot.register", live.asked("imbot.register", params)))


def _with(live: Live, bot: int, work: Callable[[BitrixBot], Awaitable[T]]) -> T:
    async def whole() -> T:
        async with ClientSession() as session:
            return await work(BitrixBot(live.webhook, CLIENT, str(bot), session))

    return asyncio.run(whole())


def _said(live: Live, bot: int, **more: Any) -> int:
    answer = _with(live, bot, lambda client: client.send_message(1, "Hello, [b]you[/b]", **more))
    return int(held("imbot.message.add", answer))


def _found(live: Live, bot: int, message_id: int) -> Any:
    history = held("im.dialog.messages.get", live.asked("im.dialog.messages.get", {"DIALOG_ID": str(bot)}))
    return next(message for message in history["messages"] if message["id"] == message_id)


def _keyboard() -> Any:
    builder = ReplyKeyboardBuilder().button("Ship", command="ship", command_params="128").newline()
    return builder.button("Notes", link="https://example.com/").adjust(2).as_markup()


def test_a_message_without_anything(live: Live, bot: int) -> None:
    message = _found(live, bot, _said(live, bot))
    assert (message["author_id"], message["text"]) == (bot, "Hello, [b]you[/b]")


def test_a_keyboard(live: Live, bot: int) -> None:
    buttons = _found(live, bot, _said(live, bot, keyboard=_keyboard()))["params"]["KEYBOARD"]
    assert [button.get("TEXT") or button["TYPE"] for button in buttons] == ["Ship", "NEWLINE", "Notes"]
    assert (buttons[0]["COMMAND"], buttons[0]["COMMAND_PARAMS"]) == ("ship", "128")


def test_an_attachment(live: Live, bot: int) -> None:
    attach = {
        "ID": 1,
        "COLOR": "#29619b",
        "BLOCKS": [{"MESSAGE": "Build 128"}, {"LINK": {"NAME": "Notes", "LINK": "https://example.com/"}}],
    }
    (shown,) = _found(live, bot, _said(live, bot, attach=attach))["params"]["ATTACH"]
    assert shown["BLOCKS"][0]["MESSAGE"] == "Build 128"


def test_changing_and_deleting(live: Live, bot: int) -> None:
    message_id = _said(live, bot, keyboard=_keyboard())

    async def change(client: BitrixBot) -> Any:
        return await client.update_message("Shipped", None, chat_id=1, message_id=message_id)

    assert held("imbot.message.update", _with(live, bot, change)) is True
    message = _found(live, bot, message_id)
    assert message["text"] == "Shipped"
    assert "KEYBOARD" not in message["params"]
    assert held("imbot.message.delete", _with(live, bot, lambda client: client.message_delete(message_id))) is True


def test_commands(live: Live, bot: int) -> None:
    wanted = [{"COMMAND": "ship", "TITLE": "Ship", "PARAMS": "build"}]
    _with(live, bot, lambda client: client.register_commands(wanted, "http://localhost:9/"))
    # The client throws the answers away; the same command again is the same command.
    params = {"BOT_ID": bot, "CLIENT_ID": CLIENT, "COMMAND": "ship", "EVENT_COMMAND_ADD": "http://localhost:9/"}
    lang = [{"LANGUAGE_ID": "en", "TITLE": "Ship", "PARAMS": "build"}]
    first = held("imbot.command.register", live.asked("imbot.command.register", {**params, "LANG": lang}))
    again = held("imbot.command.register", live.asked("imbot.command.register", {**params, "LANG": lang}))
    assert first == again


def test_any_method(live: Live, bot: int) -> None:
    answer = _with(live, bot, lambda client: client.rest_command("imbot.dialog.get", {"DIALOG_ID": CHAT}))
    held("imbot.dialog.get", answer)
    same_dialog(live, answer["result"])


def test_a_refusal_is_answered_as_it_is(live: Live, bot: int) -> None:
    answer = _with(live, bot, lambda client: client.send_message(1, ""))
    assert refused("imbot.message.add", answer) == "MESSAGE_EMPTY"
