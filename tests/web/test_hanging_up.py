"""Callers who wait and go away, and requests that a server which stops cannot wait for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.web.live import Live, request

WAIT = 25
"""Seconds that a caller is ready to wait; whatever takes less did not wait for its end."""
PATIENCE = 15
JSON = "application/json"
BATCH = quote(f"im.v2.Event.get?wait={WAIT}")
CALLS = [f"im.v2.Event.get?wait={WAIT}", f"batch?cmd[a]={BATCH}"]


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    made = Live(tmp_path)
    yield made
    made.close()


def until(happened: Callable[[], bool]) -> bool:
    """Whether it happens soon."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if happened():
            return True
        time.sleep(0.01)
    return False


def say(live: Live, chat: int, text: str) -> None:
    """Somebody writes by the same server."""
    query = f"DIALOG_ID=chat{chat}&MESSAGE={text}"
    assert live.ask(request("GET", f"{live.path}/im.message.add?{query}")).status == 200


@pytest.mark.parametrize("call", CALLS)
def test_nobody_waits_for_a_caller_who_is_gone(live: Live, call: str) -> None:
    world = live.world
    me = world.admin
    world.call("im.v2.Event.subscribe")
    chat = world.add_chat(users=[world.add_person().id])
    page = world.call("im.v2.Event.get").result
    world.call("im.v2.Event.get", offset=page["nextOffset"])
    long_poll = live.context.long_poll
    with live.connect() as wire:
        wire.send(request("GET", f"{live.path}/{call}"))
        assert until(lambda: long_poll.waiting > 0)
    assert until(lambda: long_poll.waiting == 0), "the caller has hung up, and its place is free"
    assert until(lambda: live.context.limits.in_flight == 0)
    say(live, chat, "hello")
    marks = "SELECT mark FROM deliveries WHERE recipient = :who AND state = 'fetch'"
    assert world.read(lambda tx: tx.all(marks, who=f"user:{me.id}")) == [(0,)], "nothing was handed out to nobody"
    live.alive()
    assert live.lines == []


def test_a_caller_who_stays_is_still_answered(live: Live) -> None:
    world = live.world
    world.call("im.v2.Event.subscribe")
    chat = world.add_chat(users=[world.add_person().id])
    offset = world.call("im.v2.Event.get").result["nextOffset"]
    with live.connect() as wire:
        for text in ("one", "two"):
            wire.send(request("GET", f"{live.path}/im.v2.Event.get?wait={WAIT}&offset={offset}"))
            assert until(lambda: live.context.long_poll.waiting > 0)
            say(live, chat, text)
            page = wire.answer().result
            assert [event["data"]["message"]["text"] for event in page["events"]] == [text]
            offset = page["nextOffset"]


def test_half_an_upload_is_refused_when_the_server_stops(live: Live) -> None:
    with live.connect() as wire:
        head = f"POST {live.path}/profile HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\nContent-Length: 100\r\n\r\n"
        wire.send(head.encode() + b'{"a": ')
        assert until(lambda: live.listener.under_way > 0)
        live.stop(grace=1)
        answer = wire.answer()
        assert (answer.status, answer.error) == (503, "OVERLOAD_LIMIT")
        assert answer.headers["connection"] == "close"
    assert not any("Traceback" in line or "Exception" in line for line in live.lines), live.lines
