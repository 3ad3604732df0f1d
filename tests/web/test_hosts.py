"""A request of HTTP/1.1 has exactly one Host that names a server; RFC 9112, 3.2."""

from __future__ import annotations

import pytest

from tests.web.live import Live, assert_refused

GOOD = ["a", "chat.example.com", "chat.example.com:443", "127.0.0.1:8024", "[::1]", "[2001:db8::1]:8024", "a_b.c", "a:"]
BAD = ["", "a b", "a/b", "a@b", "a:b", "a:123456", "[::1", "::1", "a?b", "a#b", 'a"b', "é", "http://a"]


def asked(path: str, *hosts: str, version: str = "1.1") -> bytes:
    lines = [f"GET {path}/profile HTTP/{version}", *(f"Host: {host}" for host in hosts), "", ""]
    return "\r\n".join(lines).encode("latin-1")


@pytest.mark.parametrize("host", GOOD)
def test_one_that_names_a_server(live: Live, host: str) -> None:
    with live.connect() as wire:
        for _ in range(2):
            wire.send(asked(live.path, host))
            assert wire.answer().status == 200


@pytest.mark.parametrize("host", BAD)
def test_one_that_names_none(live: Live, host: str) -> None:
    with live.connect() as wire:
        wire.send(asked(live.path, host))
        assert_refused(wire.answer(), 400, "one Host")
        assert wire.ended()


@pytest.mark.parametrize("hosts", [(), ("a", "a"), ("a", "b"), ("a", "")])
def test_none_or_several(live: Live, hosts: tuple[str, ...]) -> None:
    with live.connect() as wire:
        wire.send(asked(live.path, *hosts))
        assert_refused(wire.answer(), 400, "one Host")
        assert wire.ended()
    live.alive()


def test_a_bad_one_after_a_good_one(live: Live) -> None:
    with live.connect() as wire:
        wire.send(asked(live.path, "a"))
        assert wire.answer().status == 200
        wire.send(asked(live.path))
        assert_refused(wire.answer(), 400, "one Host")


def test_old_http_may_have_none_but_not_two(live: Live) -> None:
    assert live.ask(asked(live.path, version="1.0")).status == 200
    assert live.ask(asked(live.path, "a", version="1.0")).status == 200
    assert live.ask(asked(live.path, "a", "b", version="1.0")).status == 400
