"""The tokens that events carry reach the handler, and nobody else by way of logs, records or answers."""

from __future__ import annotations

import asyncio
import logging

import pytest

from botyard.api.payloads.webhook_payload import WebhookPayload
from botyard.delivery.masking import MASK, masked
from botyard.model.owners import Owner
from botyard.wire import forms
from tests.delivery.handlers import Heard, answer
from tests.world import World

TOKENS = ("access_token", "refresh_token", "application_token")


@pytest.fixture
def world(delivery_world: World) -> World:
    return delivery_world


def test_a_handler_that_echoes_leaves_no_tokens_behind(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    app = world.add_app()
    bot = world.add_bot(app, EVENT_HANDLER=world.handler.url("/bot"))

    async def echo(heard: Heard, writer: asyncio.StreamWriter) -> None:
        await answer(500, f"Notice: {forms.parse(heard.body)} {heard.body.decode()}")(writer)

    world.handler.respond = echo  # type: ignore[method-assign]
    world.send_to(bot, "Hello")
    world.run_until(lambda: len(world.attempts(bot)) == 2)
    heard = world.handler.heard[0]
    secrets = {token for token in _tokens(heard.form) if len(token) > 8}
    assert len(secrets) >= 3
    delivery = world.deliveries(bot)[0].id
    shown = world.call("botyard.delivery.get", ID=delivery).result
    stored = world.read(lambda tx: tx.all("SELECT answer, problem FROM attempts"))
    assert shown["LOG"][0]["ANSWER"].startswith("Notice: ") and MASK in shown["LOG"][0]["ANSWER"]
    assert world.context.keys.signing_text(Owner(f"app:{app.client_id}")) not in caplog.text
    for secret in secrets:
        assert secret not in caplog.text + str(shown) + str(stored)


def _tokens(value: object) -> list[str]:
    if not isinstance(value, dict):
        return []
    own = [str(value[name]) for name in TOKENS if name in value]
    return own + [token for inner in value.values() for token in _tokens(inner)]


POST = WebhookPayload(
    "E", {"BOT": {"7": {"AUTH": {"refresh_token": "b" * 32}}}}, {"access_token": "a" * 16 + "c" * 16}, ""
)


@pytest.mark.parametrize(
    ("response", "kept"),
    [
        ("ok", "ok"),
        (f"got {'b' * 32} and {'a' * 16}{'c' * 16}.", f"got {MASK} and {MASK}."),
        (f"cut off {'b' * 31}", f"cut off {MASK}"),
        (f"cut off {'a' * 16}ccc", f"cut off {MASK}"),
        ("a word that ends in aaaaaaa", "a word that ends in aaaaaaa"),
    ],
)
def test_what_is_kept_of_an_answer(response: str, kept: str) -> None:
    assert masked(response, POST) == kept
