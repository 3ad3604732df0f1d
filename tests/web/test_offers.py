"""Offers to speak another protocol, which come with every call of clients on libcurl's HTTP/2 and are declined."""

from __future__ import annotations

import json

import pytest

from tests.web.live import Live, chunked, request

OFFER = {"connection": "Upgrade, HTTP2-Settings", "upgrade": "h2c", "http2_settings": "AAMAAABkAAQCAAAAAAIAAAAA"}
BODY = json.dumps({"full": True}).encode()


def _scope(live: Live, body: bytes = BODY, **headers: str) -> bytes:
    return request("POST", f"{live.path}/scope", body, content_type="application/json", **OFFER, **headers)


def test_the_body_is_read(live: Live) -> None:
    answer = live.ask(_scope(live))
    assert answer.status == 200
    assert "crm" in answer.result


def test_a_body_in_chunks_is_read(live: Live) -> None:
    assert "crm" in live.ask(_scope(live, chunked(BODY[:5], BODY[5:]), transfer_encoding="chunked")).result


def test_a_body_that_comes_later_is_read(live: Live) -> None:
    raw = _scope(live)
    with live.connect() as wire:
        wire.send(raw[:30])
        wire.send(raw[30 : -len(BODY)])
        wire.send(raw[-len(BODY) :])
        assert "crm" in wire.answer().result


def test_the_connection_goes_on(live: Live) -> None:
    with live.connect() as wire:
        wire.send(_scope(live) + _scope(live) + request("GET", f"{live.path}/server.time", b"", **OFFER))
        assert "crm" in wire.answer().result
        assert "crm" in wire.answer().result
        assert wire.answer().status == 200
        wire.send(_scope(live))
        assert "crm" in wire.answer().result


@pytest.mark.parametrize("words", ["close, upgrade", "Upgrade,close"])
def test_the_rest_of_the_connection_header_stands(live: Live, words: str) -> None:
    with live.connect() as wire:
        raw = _scope(live).replace(OFFER["connection"].encode(), words.encode())
        wire.send(raw)
        assert "crm" in wire.answer().result
        assert wire.ended()


def test_a_lying_length_is_no_way_in(live: Live) -> None:
    raw = _scope(live, content_length="1, 2")
    assert live.ask(raw).status == 400


def test_a_websocket_that_is_not_spoken_is_answered_plainly(live: Live) -> None:
    answer = live.ask(request("GET", f"{live.path}/server.time", connection="upgrade", upgrade="websocket2"), "GET")
    assert answer.status == 200


def test_nothing_is_complained_about(live: Live) -> None:
    assert [line for line in live.lines if "pgrade" in line] == []
