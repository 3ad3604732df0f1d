"""Responses that leave in one write and bodies that are handed over at once, and the server without either."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from botyard.web import connection
from botyard.web.http import ARRIVED, JSON, WHOLE, Receive, Scope, Send, answer, sent_whole
from tests.web.inside import connected, idle
from tests.web.live import Live, request


class TestWhole:
    """Answers that leave in one write say what the others say."""

    def test_the_head_is_the_same(self, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
        asked = request("GET", f"{live.path}/server.time")
        at_once = live.ask(asked)
        monkeypatch.delitem(connection.EXTENSIONS, WHOLE)
        in_two = live.ask(asked)
        assert at_once.status == in_two.status == 200
        for response in (at_once, in_two):
            response.headers.pop("date"), response.headers.pop("content-length")
        assert at_once.headers == in_two.headers
        assert {"content-type", "cache-control", "x-content-type-options"} <= set(at_once.headers)

    @pytest.mark.parametrize("method", ["server.time", "no.such.method", "server.time.xml"])
    def test_the_connection_goes_on(self, live: Live, method: str) -> None:
        with live.connect() as wire:
            for _ in range(3):
                wire.send(request("GET", f"{live.path}/{method}"))
                assert wire.answer().status == (404 if method.startswith("no") else 200)

    @pytest.mark.parametrize("method", ["server.time", "no.such.method"])
    def test_nothing_of_a_request_is_left_for_the_collector(self, live: Live, method: str) -> None:
        gc.collect()
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            with live.connect() as wire:
                for _ in range(20):
                    wire.send(request("GET", f"{live.path}/{method}"))
                    wire.answer()
            gc.collect()
            left = sum(isinstance(item, RequestResponseCycle) for item in gc.garbage)
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
        # A connection that is closed holds its last request for a while, and may be one of an earlier test.
        assert left < 10

    def test_a_last_answer_says_so(self, live: Live) -> None:
        with live.connect() as wire:
            wire.send(request("GET", f"{live.path}/server.time", connection="close"))
            response = wire.answer()
            assert response.status == 200 and response.headers["connection"] == "close"
            assert wire.ended()


@pytest.mark.parametrize("expects", [b"", b"Expect: 100-continue\r\n"], ids=["plain", "told to continue"])
def test_a_cycle_is_left_as_uvicorn_leaves_it(expects: bytes) -> None:
    """But for two numbers that count what is still to be written."""

    async def whole(scope: Scope, receive: Receive, send: Send) -> None:
        assert sent_whole(scope, 200, JSON, b"{}")

    async def in_two(scope: Scope, receive: Receive, send: Send) -> None:
        await answer(send, 200, JSON, b"{}")

    async def left(app: Any) -> tuple[list[bytes], int, dict[str, Any]]:
        protocol, transport = await connected(app, connection.HttpConnection)
        protocol.data_received(b"GET / HTTP/1.1\r\nHost: x\r\n" + expects + b"\r\n")
        await idle()
        state = {name: value for name, value in vars(protocol.cycle).items() if isinstance(value, bool | bytearray)}
        state["set"] = protocol.cycle.message_event.is_set()
        return sorted(transport.written.split(b"\r\n")), len(transport.writes), state

    (first, writes, cycle), (second, more, other) = asyncio.run(left(whole)), asyncio.run(left(in_two))
    assert first == second
    assert (writes, more) == (1, 2)
    assert other.pop("chunked_encoding") is False
    assert cycle == other
    assert cycle["response_complete"]


@pytest.mark.parametrize("removed", [{WHOLE}, {ARRIVED}, {WHOLE, ARRIVED}], ids=lambda names: "+".join(sorted(names)))
class TestWithout:
    """The server works without its shortcuts: each is one row of a table, and one function."""

    @pytest.fixture(autouse=True)
    def shortened(self, removed: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
        for name in removed:
            monkeypatch.delitem(connection.EXTENSIONS, name)

    def test_calls_on_one_connection(self, live: Live) -> None:
        with live.connect() as wire:
            for method, status in (("server.time", 200), ("no.such.method", 404), ("server.time.xml", 200)) * 2:
                wire.send(request("GET", f"{live.path}/{method}"))
                answer = wire.answer()
                assert answer.status == status
                assert answer.headers["content-length"].isdigit()
                assert "transfer-encoding" not in answer.headers

    def test_bodies_with_and_behind_their_heads(self, live: Live) -> None:
        raw = request("POST", f"{live.path}/batch", b"cmd[a]=profile", content_type="application/x-www-form-urlencoded")
        with live.connect() as wire:
            for cut in (0, 10, len(raw) - 5):
                wire.send(raw[:cut])
                wire.send(raw[cut:])
                assert wire.answer().result["result"]["a"]["NAME"] == "Ada"

    def test_several_requests_in_one_go(self, live: Live) -> None:
        with live.connect() as wire:
            wire.send(request("GET", f"{live.path}/profile") * 10 + request("HEAD", f"{live.path}/profile"))
            assert {wire.answer().status for _ in range(10)} == {200}
            assert wire.answer("HEAD").status == 200

    def test_the_last_of_a_connection(self, live: Live) -> None:
        with live.connect() as wire:
            wire.send(request("GET", f"{live.path}/profile", connection="close"))
            assert wire.answer().headers["connection"] == "close"
            assert wire.ended()
