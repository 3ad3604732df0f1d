"""Handlers that behave badly: what is recorded of each, and what becomes of the delivery."""

from __future__ import annotations

import asyncio

import pytest

from botyard.delivery.client import HandlerClient
from botyard.delivery.guard import Guard
from botyard.delivery.retries import HandlerResponse
from tests.conftest import MakeWorld
from tests.delivery.handlers import (
    Behaviour,
    Handler,
    answer,
    bare_lines,
    close_early,
    close_in_body,
    drip_body,
    drip_head,
    hang,
    huge,
    late,
    latin_reason,
    nonsense,
)
from tests.world import World

# Behaviour → state after the first attempt, seconds to the next one, status, start of the recorded problem.
BEHAVIOURS = {
    "204": (answer(204), "done", 0, 204, ""),
    "299": (answer(299), "done", 0, 299, ""),
    "bare line feeds": (bare_lines, "done", 0, 200, ""),
    "a reason in Latin-1": (latin_reason, "done", 0, 200, ""),
    "a body that never ends": (drip_body, "done", 0, 200, ""),
    "hangs up within the body": (close_in_body, "done", 0, 200, ""),
    "10 MB": (huge, "done", 0, 200, ""),
    "hangs": (hang, "unconfirmed", 0, 0, "timeout: no answer within 0.5 s"),
    "a head that never ends": (drip_head, "unconfirmed", 0, 0, "timeout: "),
    "answers after the timeout": (late(0.8), "unconfirmed", 0, 0, "timeout: "),
    "hangs up": (close_early, "unconfirmed", 0, 0, "no answer: the handler closed the connection"),
    "speaks something else": (nonsense, "unconfirmed", 0, 0, "no answer: what came is no HTTP"),
    "504": (answer(504), "unconfirmed", 0, 504, ""),
    "524": (answer(524), "unconfirmed", 0, 524, ""),
    "502": (answer(502), "waiting", 5, 502, ""),
    "500": (answer(500, "Fatal error"), "waiting", 5, 500, ""),
    "503 with Retry-After": (answer(503, retry_after="60"), "waiting", 60, 503, ""),
    "429 with Retry-After": (answer(429, retry_after="3600"), "waiting", 3600, 429, ""),
    "429 that asks for a week": (answer(429, retry_after="604800"), "waiting", 3600, 429, ""),
    "429 in a hurry": (answer(429, retry_after="1"), "waiting", 5, 429, ""),
    "429 without": (answer(429), "waiting", 5, 429, ""),
    "408": (answer(408), "waiting", 5, 408, ""),
    "425": (answer(425), "waiting", 5, 425, ""),
    "301": (answer(301, location="http://127.0.0.1:1/"), "waiting", 5, 301, "redirect: "),
    "302 to nowhere": (answer(302), "waiting", 5, 302, "redirect: "),
    "304": (answer(304), "waiting", 5, 304, "redirect: "),
    "400": (answer(400, "no"), "dead", 0, 400, ""),
    "404": (answer(404), "dead", 0, 404, ""),
    "410": (answer(410), "dead", 0, 410, ""),
}
REASONS = {"dead": "the handler's answer was final", "unconfirmed": "it was received, but not confirmed"}


@pytest.fixture
def world(delivery_world: World) -> World:
    return delivery_world


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_each_answer_has_its_record(make_delivery_world: MakeWorld, name: str) -> None:
    behaviour, state, pause, status, problem = BEHAVIOURS[name]
    world = make_delivery_world(delivery_timeout=0.5)
    bot = after_joining(world, behaviour)
    world.send_to(bot, "Hello")
    world.run_until(lambda: len(world.attempts(bot)) == 2)
    made, delivery = world.attempts(bot)[1], world.deliveries(bot)[1]
    assert (delivery.state, made.status, made.number) == (state, status, 1)
    assert made.problem.startswith(problem) and bool(made.problem) == bool(problem)
    assert len(made.answer) <= 4096
    if state == "waiting":
        assert delivery.due - world.time == pytest.approx(pause, abs=0.1)
    else:
        assert delivery.finished is not None
    assert delivery.reason == REASONS.get(state, "")
    assert len(world.handler.heard) == 2 + (name == "hangs up")


def test_the_beginning_of_an_answer_is_kept(world: World) -> None:
    bot = after_joining(world, answer(500, "PHP Fatal error: " + "x" * 10_000))
    world.send_to(bot, "Hello")
    world.run_until(lambda: len(world.attempts(bot)) == 2)
    kept = world.attempts(bot)[1].answer
    assert kept.startswith("PHP Fatal error: xxx") and len(kept) == 4096


@pytest.mark.parametrize("piece", [b"x: " + b"y" * 1000 + b"\r\n", b"y" * 1000], ids=["many", "long"])
def test_trailers_are_not_read(piece: bytes) -> None:
    """What stands behind a body takes no memory, however long it goes on."""
    handler, sent = Handler(), [0]

    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nx: ")
        while sent[0] < 20_000_000:
            writer.write(piece * 20)
            sent[0] += len(piece) * 20
            await writer.drain()

    async def work() -> HandlerResponse:
        await handler.start()
        handler.behaviours["/bot"] = endless
        client = HandlerClient(Guard("dev"), 5)
        try:
            return await client.post(handler.url(), b"a=1", {"Content-Type": "x"})
        finally:
            await client.close()
            await handler.stop()

    response = asyncio.run(work())
    assert (response.status, response.body) == (200, "ok")
    assert sent[0] < 10_000_000


def test_nobody_there(world: World) -> None:
    bot = world.add_bot(EVENT_HANDLER="http://127.0.0.1:9/bot")
    world.send_to(bot, "Hello")
    world.run_until(lambda: len(world.attempts(bot)) == 2)
    assert {attempt.problem for attempt in world.attempts(bot)} == {"no connection: 127.0.0.1:9 refused the connection"}
    assert world.states(bot) == ["waiting", "waiting"]


def after_joining(world: World, behaviour: Behaviour) -> int:
    """A bot that has been sent of the dialog, and behaves so from then on."""
    bot = world.add_bot_with_handler()
    world.call("im.message.add", DIALOG_ID=str(bot), MESSAGE="/quiet", SYSTEM="Y")
    world.run_until(lambda: world.states(bot) == ["done"])
    world.handler.behaviours["/bot"] = behaviour
    return bot
