"""Answers that leave in one write, over a real socket."""

from __future__ import annotations

import gc

import pytest
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from botyard.web import connection
from tests.web.live import Live, request


class TestWhole:
    """Answers that leave in one write say what the others say."""

    def test_the_head_is_the_same(self, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
        asked = request("GET", f"{live.path}/server.time")
        at_once = live.ask(asked)
        monkeypatch.setattr(connection.HttpConnection, "_send_whole", lambda *_: False)
        in_two = live.ask(asked)
        assert at_once.status == in_two.status == 200
        for one in (at_once, in_two):
            one.headers.pop("date"), one.headers.pop("content-length")
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
            left = sum(isinstance(one, RequestResponseCycle) for one in gc.garbage)
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
        # A connection that is closed holds its last request for a while, and may be one of an earlier test.
        assert left < 10

    def test_a_last_answer_says_so(self, live: Live) -> None:
        with live.connect() as wire:
            wire.send(request("GET", f"{live.path}/server.time", connection="close"))
            found = wire.answer()
            assert found.status == 200 and found.headers["connection"] == "close"
            assert wire.ended()
