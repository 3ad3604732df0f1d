"""Heads over a real socket: what is no HTTP, what is too long or too slow, other verbs, odd addresses."""

from __future__ import annotations

import contextlib
import socket
import time
from urllib.parse import quote

import pytest

from botyard.web import connection
from botyard.wire.limits import MAX_HEAD
from tests.web.live import Live, assert_refused, request

JSON = "application/json"

GARBAGE = [
    b"hello\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS greeting\r\n",
    b"\x00" * 100,
    b"get / HTTP/1.1\r\nhost: a\r\n\r\n",
    b"GET / HTTP/9.9\r\nhost: a\r\n\r\n",
    b"FROBNICATE / HTTP/1.1\r\n\r\n",
    b"CONNECT example.com:80 HTTP/1.1\r\nhost: a\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET /rest/\xff HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
    b"GET / HTTP/1.1\r\na: b\x00c\r\n\r\n",
    b"GET / HTTP/1.1\r\na b: c\r\n\r\n",
    b"GET / HTTP/1.1\r\na : c\r\n\r\n",
    b"POST / HTTP/1.1\r\ncontent-length: ten\r\n\r\n",
    b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\ncontent-length: 99999999999999999999999\r\n\r\n",
    b"POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n12",
    b"POST / HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
]


class TestHeads:
    @pytest.mark.parametrize("raw", GARBAGE, ids=lambda raw: repr(raw[:40]))
    def test_what_is_no_http(self, live: Live, raw: bytes) -> None:
        with live.connect() as wire:
            wire.send(raw)
            answer = wire.answer()
            assert_refused(answer, 400, "not a valid HTTP request")
            assert answer.headers["connection"] == "close"
            assert wire.ended()
        live.alive()

    def test_garbage_behind_a_good_request(self, live: Live) -> None:
        """The good one is answered."""
        with live.connect() as wire:
            wire.send(request("GET", f"{live.path}/profile") + b"\x00garbage\r\n\r\n")
            answer = wire.answer()
            assert (answer.result["NAME"], answer.headers["connection"]) == ("Ada", "close")
            assert wire.ended()

    @pytest.mark.parametrize("offer", ["", "connection: upgrade\r\nupgrade: h2c\r\n"])
    def test_more_requests_at_once_than_may_wait(self, live: Live, offer: str) -> None:
        """They are not read at once, nor kept: the connection ends after those that fit."""
        most, calls = connection.MOST_WAITING, live.context.metrics.calls
        before = sum(calls.values())
        head = f"GET {live.path}/profile HTTP/1.1\r\nhost: a\r\n{offer}\r\n".encode()
        with live.connect() as wire:
            wire.send(head * most)
            assert [wire.answer().result["NAME"] for _ in range(most)] == ["Ada"] * most
            wire.send(head * 3000)
            with contextlib.suppress(ConnectionError):
                while wire.line():
                    pass
            assert wire.ended()
        # The first of them is under way while the others wait.
        assert sum(calls.values()) - before < 3 * most
        live.alive()

    @pytest.mark.parametrize("path", ["/profile", "/no.such.method", "/profile.xml"])
    def test_old_http_that_keeps_its_connection(self, live: Live, path: str) -> None:
        """As ApacheBench and old PHP send it; they take the answer for the last one unless it says otherwise."""
        raw = f"GET {live.path}{path} HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n".encode()
        with live.connect() as wire:
            for _ in range(3):
                wire.send(raw)
                answer = wire.answer()
                assert answer.headers["connection"] == "keep-alive"
                assert answer.headers["content-length"].isdigit()
            wire.send(raw.replace(b"Keep-Alive", b"close"))
            assert wire.answer().headers["connection"] == "close"
            assert wire.ended()

    def test_old_http_beside_new(self, live: Live) -> None:
        with live.connect() as wire:
            wire.send(f"HEAD {live.path}/profile HTTP/1.0\r\nConnection: keep-alive\r\n\r\n".encode())
            assert wire.answer("HEAD").headers["connection"] == "keep-alive"
            wire.send(request("GET", f"{live.path}/profile"))
            assert "connection" not in wire.answer().headers

    def test_several_requests_in_one_go(self, live: Live) -> None:
        with live.connect() as wire:
            wire.send(request("GET", f"{live.path}/profile") * 20)
            assert {wire.answer().status for _ in range(20)} == {200}

    @pytest.mark.parametrize(
        "head",
        [
            b"GET /" + b"a" * MAX_HEAD + b" HTTP/1.1\r\n\r\n",
            b"GET / HTTP/1.1\r\nx: " + b"a" * MAX_HEAD + b"\r\n\r\n",
            b"GET / HTTP/1.1\r\n" + b"x: a\r\n" * MAX_HEAD + b"\r\n",
            b"GET / HTTP/1.1\r\n" + b"x" * MAX_HEAD + b": a\r\n\r\n",
            b"GET / HTTP/1.1\r\nx: " + b"a" * 10 * MAX_HEAD,
            b"G" + b"a" * MAX_HEAD,
        ],
        ids=["address", "header", "headers", "name", "no end", "verb"],
    )
    def test_absurd_sizes(self, live: Live, head: bytes) -> None:
        with live.connect() as wire:
            try:
                wire.send(head)
                answer = wire.answer()
            except (ConnectionResetError, BrokenPipeError):
                # Closed while more was still coming: the answer may be lost on its way.
                assert wire.ended()
            else:
                assert (answer.status, answer.error) in ((431, "INVALID_REQUEST"), (400, "INVALID_REQUEST"))
                assert wire.ended()
        live.alive()

    def test_a_large_head_is_fine(self, live: Live) -> None:
        """Clients that put all into the query need some room."""
        long = "x" * (MAX_HEAD - 1000)
        assert live.ask(request("GET", f"{live.path}/server.time?a={long}")).status == 200
        assert live.ask(request("GET", f"{live.path}/server.time", a=long)).status == 200

    def test_a_head_that_comes_by_the_byte(self, live: Live) -> None:
        with live.connect() as wire:
            for byte in request("GET", f"{live.path}/profile"):
                wire.send(bytes([byte]))
            assert wire.answer().status == 200

    def test_a_head_that_never_ends(self, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(connection, "HEAD_SECONDS", 0.3)
        with live.connect() as wire:
            wire.send(b"GET / HTTP/1.1\r\nhost: a\r\nx: ")
            answer = wire.answer()
            assert_refused(answer, 408, "request line and headers")
            assert wire.ended()
        live.alive()

    @pytest.mark.parametrize("drip", [b"\r\n", b"x"])
    def test_a_head_that_drips(self, live: Live, monkeypatch: pytest.MonkeyPatch, drip: bytes) -> None:
        """Sending a little now and then holds no connection."""
        monkeypatch.setattr(connection, "HEAD_SECONDS", 0.3)
        with live.connect() as wire:
            wire.send(request("GET", f"{live.path}/profile"))
            assert wire.answer().status == 200
            if drip == b"x":
                wire.send(b"GET /")
            deadline = time.monotonic() + 5
            with pytest.raises(OSError):
                while time.monotonic() < deadline:
                    wire.send(drip)
                    time.sleep(0.02)
        live.alive()

    def test_a_connection_that_says_nothing(self, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(connection, "HEAD_SECONDS", 0.3)
        with live.connect() as wire:
            assert wire.ended()

    def test_a_connection_between_requests_is_not_in_a_hurry(self, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(connection, "HEAD_SECONDS", 0.3)
        with live.connect() as wire:
            for _ in range(2):
                wire.send(request("POST", f"{live.path}/profile", b"[]", content_type=JSON))
                assert wire.answer().status == 200
                time.sleep(0.5)

    def test_a_thousand_silent_connections_keep_nobody_out(self, live: Live) -> None:
        held = [socket.create_connection(("127.0.0.1", live.port)) for _ in range(200)]
        for client in held[::2]:
            client.sendall(b"POST /rest/profile HTTP/1.1\r\nx:")
        live.alive()
        for client in held:
            client.close()


class TestVerbs:
    @pytest.mark.parametrize("verb", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
    def test_other_verbs(self, live: Live, verb: str) -> None:
        with live.connect() as wire:
            wire.send(request(verb, f"{live.path}/profile", b"{}"))
            answer = wire.answer()
            assert_refused(answer, 405)
            assert answer.headers["allow"] == "GET, HEAD, POST, OPTIONS"
            wire.send(request("GET", f"{live.path}/profile"))
            assert wire.answer().status == 200

    @pytest.mark.parametrize(
        ("path", "status"),
        [("/", 200), ("/openapi.json", 200), ("/rest/profile", 401), ("/oauth/token", 405)],
    )
    def test_heads_have_no_body(self, live: Live, path: str, status: int) -> None:
        with live.connect() as wire:
            wire.send(request("HEAD", path))
            answer = wire.answer("HEAD")
            assert (answer.status, answer.body) == (status, b"")
            wire.send(request("GET", path))
            length = wire.answer().headers["content-length"]
            assert answer.headers["content-length"] == length or status == 405
            wire.send(request("GET", f"{live.path}/profile"))
            assert wire.answer().status == 200

    @pytest.mark.parametrize("ending", ["", ".json", ".xml"])
    def test_a_head_is_a_get_without_its_body(self, live: Live, ending: str) -> None:
        with live.connect() as wire:
            wire.send(request("HEAD", f"{live.path}/access.name{ending}?ACCESS=U1"))
            head = wire.answer("HEAD")
            wire.send(request("GET", f"{live.path}/access.name{ending}?ACCESS=U1"))
            whole = wire.answer()
        assert (head.status, head.body) == (200, b"")
        assert head.headers["content-type"] == whole.headers["content-type"]
        assert int(head.headers["content-length"]) > 0

    def test_options(self, live: Live) -> None:
        assert live.ask(request("OPTIONS", "*")).status == 200
        asked = live.ask(request("OPTIONS", "/rest/profile", access_control_request_headers="content-type"))
        assert asked.headers["access-control-allow-headers"] == "content-type"

    def test_old_http(self, live: Live) -> None:
        with live.connect() as wire:
            wire.send(f"GET {live.path}/profile HTTP/1.0\r\n\r\n".encode())
            assert wire.answer().result["NAME"] == "Ada"
            assert wire.ended()


ODD = [
    "%00",
    "..%2fprofile",
    "%2e%2e/%2e%2e/etc/passwd",
    "%",
    "%zz",
    "%ff",
    "%c3%28",
    "%0d%0aX-A:%20b",
    "%252f",
    'x"<>|^`{}\\',
    "a;b",
    "@",
    "*",
]


@pytest.mark.parametrize("name", [*ODD, quote("профиль"), "x" * 60_000, "%41" * 20_000, "a/" * 10_000])
def test_addresses_of_garbage(live: Live, name: str) -> None:
    for place in (f"{live.path}/", "/rest/", "/rest/api/", "/", "/avatar/", "/oauth/"):
        with live.connect() as wire:
            wire.send(request("GET", place + name))
            answer = wire.answer()
            assert answer.status in (401, 404)
            assert "error" in answer.body
            assert "x-a" not in answer.headers
            wire.send(request("GET", f"{live.path}/profile"))
            assert wire.answer().status == 200
