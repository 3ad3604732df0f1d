"""Bodies over a real socket: connections are used on or closed cleanly, and the next caller is served."""

from __future__ import annotations

import contextlib
import gzip
import time
import zlib
from collections.abc import Callable

import pytest

from botyard.web import connection, http
from botyard.wire.limits import MAX_BODY
from tests.web.live import Live, assert_refused, chunked, request

FORM, JSON = "application/x-www-form-urlencoded", "application/json"

HUGE = 50_000_000

PACK: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress}


class TestBodies:
    @pytest.mark.parametrize(
        ("body", "kind", "status"),
        [
            (b"{", JSON, 400),
            (b"[" * 1000 + b"]" * 1000, JSON, 400),
            (b"a[]=1&" * 100_000, "application/x-www-form-urlencoded", 400),
            (b'{"a":"\xff"}', JSON, 400),
            (b'{"a":"\x00"}', JSON, 400),
            (b'{"a":' + b"9" * 5000 + b"}", JSON, 400),
            (b"\x00" * 1000, "application/octet-stream", 415),
        ],
    )
    def test_a_connection_survives_what_cannot_be_read(self, live: Live, body: bytes, kind: str, status: int) -> None:
        with live.connect() as wire:
            wire.send(request("POST", f"{live.path}/profile", body, content_type=kind))
            assert_refused(wire.answer(), status)
            wire.send(request("POST", f"{live.path}/profile", b"[]", content_type=JSON))
            assert wire.answer().result["NAME"] == "Ada"

    def test_fifty_megabytes_with_a_length(self, live: Live) -> None:
        """Refused before it arrives, read to its end, and then the connection serves on."""
        with live.connect() as wire:
            wire.send(request("POST", f"{live.path}/profile", b" " * HUGE))
            assert_refused(wire.answer(), 413, str(MAX_BODY))
            wire.send(request("GET", f"{live.path}/profile"))
            assert wire.answer().status == 200
        live.alive()

    def test_fifty_megabytes_as_the_last_request(self, live: Live) -> None:
        """A connection that is closed with bytes unread is reset, and the client would see no answer."""
        with live.connect() as wire:
            wire.send(request("POST", f"{live.path}/profile", b" " * HUGE, connection="close"))
            assert_refused(wire.answer(), 413, str(MAX_BODY))
            assert wire.ended()
        live.alive()

    def test_fifty_megabytes_in_chunks(self, live: Live) -> None:
        with live.connect() as wire:
            wire.send(request("POST", f"{live.path}/profile", transfer_encoding="chunked"))
            wire.send(chunked(*[b" " * 2**20] * (HUGE // 2**20)))
            assert_refused(wire.answer(), 413, str(MAX_BODY))
            wire.send(request("GET", f"{live.path}/profile"))
            assert wire.answer().status == 200

    def test_a_length_that_is_announced_only(self, live: Live) -> None:
        """curl asks before it sends much; told no, it may go on with anything, so the connection ends."""
        raw = request("POST", f"{live.path}/profile", content_length=str(HUGE), expect="100-continue")
        with live.connect() as wire:
            wire.send(raw)
            assert_refused(wire.answer(), 413)
            assert wire.ended()

    def test_expecting_to_continue(self, live: Live) -> None:
        with live.connect() as wire:
            wire.send(request("POST", f"{live.path}/profile", content_length="2", expect="100-continue"))
            assert wire.line() == b"HTTP/1.1 100 Continue\r\n"
            assert wire.line() == b"\r\n"
            wire.send(b"[]")
            assert wire.answer().status == 200

    def test_chunks(self, live: Live) -> None:
        with live.connect() as wire:
            for _ in range(2):
                wire.send(request("POST", f"{live.path}/batch", content_type=JSON, transfer_encoding="chunked"))
                wire.send(chunked(b'{"cmd":{"a":"pro', b'file"}}'))
                assert wire.answer().result["result"]["a"]["NAME"] == "Ada"

    def test_chunks_that_hold_next_to_nothing(self, live: Live) -> None:
        """Read at the server's cost, a piece of 256 KiB of them would hold the event loop."""
        with live.connect() as wire:
            wire.send(request("POST", f"{live.path}/profile", content_type=JSON, transfer_encoding="chunked"))
            with contextlib.suppress(ConnectionError):
                wire.send(chunked(*[b" "] * 200_000))
            assert_refused(wire.answer(), 400)
        live.alive()

    @pytest.mark.parametrize("path", ["/login", ""])
    @pytest.mark.parametrize("piece", [b"x: " + b"y" * 1000 + b"\r\n", b"y" * 1000])
    def test_trailers_that_never_end(self, live: Live, path: str, piece: bytes) -> None:
        """Neither many of them nor one that is long is kept, whoever sends them."""
        head = {"content_type": FORM, "transfer_encoding": "chunked"}
        with live.connect() as wire:
            wire.send(request("POST", path or f"{live.path}/profile", **head) + b"1\r\na\r\n0\r\nx: ")
            with contextlib.suppress(ConnectionError):
                for _ in range(1000):
                    wire.send(piece * 10)
            with contextlib.suppress(ConnectionError):
                assert wire.answer().status == 431
                assert wire.ended()
        live.alive()

    def test_what_stands_behind_a_body_is_no_header(self, live: Live) -> None:
        """What has looked at the head is not told otherwise by trailers."""
        head = {"content_type": FORM, "transfer_encoding": "chunked"}
        key = live.world.add_token(live.world.admin.id, None, life=10**9)
        for named, status in (({"authorization": f"Bearer {key}"}, 200), ({}, 401)):
            with live.connect() as wire:
                wire.send(request("POST", "/rest/profile", **head, **named) + b"1\r\na\r\n0\r\n")
                wire.send(f"authorization: Bearer {key}\r\n\r\n".encode())
                assert wire.answer().status == status

    def test_a_broken_chunk_is_no_end(self, live: Live) -> None:
        """What came before it must not be carried out."""
        raw = request("POST", f"{live.path}/im.chat.add", content_type=JSON, transfer_encoding="chunked")
        before = live.world.last_event()
        with live.connect() as wire:
            wire.send(raw + chunked(b'{"TITLE":"half"}', end=False) + b"ZZ\r\n")
            assert_refused(wire.answer(), 400)
            assert wire.ended()
        live.alive()
        assert live.world.last_event() == before

    def test_a_caller_who_goes_away_has_asked_for_nothing(self, live: Live) -> None:
        before = live.world.last_event()
        with live.connect() as wire:
            wire.send(request("POST", f"{live.path}/im.chat.add", b"TITLE=half", content_length="1000"))
        live.alive()
        time.sleep(0.05)
        assert live.world.last_event() == before
        live.alive()

    def test_a_body_that_never_ends(self, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(http, "BODY_SECONDS", 0.1)
        with live.connect() as wire:
            wire.send(request("POST", f"{live.path}/profile", b"{", content_type=JSON, content_length="1000"))
            assert_refused(wire.answer(), 408)
            assert wire.ended()
        live.alive()

    def test_a_refused_body_that_never_ends(self, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(connection, "BODY_SECONDS", 0.1)
        with live.connect() as wire:
            wire.send(request("PUT", f"{live.path}/profile", b"{", content_length="1000"))
            assert_refused(wire.answer(), 405)
            assert wire.ended()

    def test_a_refused_body_that_ends_late(self, live: Live) -> None:
        with live.connect() as wire:
            wire.send(request("PUT", f"{live.path}/profile", b"{", content_length="3"))
            assert_refused(wire.answer(), 405)
            wire.send(b"  ")
            wire.send(request("GET", f"{live.path}/profile"))
            assert wire.answer().status == 200


class TestCompressed:
    @pytest.mark.parametrize("coding", ["gzip", "deflate"])
    def test_a_body(self, live: Live, coding: str) -> None:
        body = PACK[coding](b'{"cmd":{"a":"profile"}}')
        with live.connect() as wire:
            wire.send(request("POST", f"{live.path}/batch", body, content_type=JSON, content_encoding=coding))
            assert wire.answer().result["result"]["a"]["NAME"] == "Ada"
            head = {"content_type": JSON, "content_encoding": coding, "transfer_encoding": "chunked"}
            wire.send(request("POST", f"{live.path}/batch", chunked(body[:9], body[9:]), **head))
            assert wire.answer().result["result"]["a"]["NAME"] == "Ada"

    def test_a_bomb(self, live: Live) -> None:
        body = gzip.compress(b" " * HUGE)
        with live.connect() as wire:
            wire.send(request("POST", f"{live.path}/profile", body, content_type=JSON, content_encoding="gzip"))
            assert_refused(wire.answer(), 413, str(MAX_BODY))
            wire.send(request("GET", f"{live.path}/profile"))
            assert wire.answer().status == 200

    def test_a_coding_that_is_not_known(self, live: Live) -> None:
        """Told before the body has come, and what is known with it."""
        head = {"content_type": JSON, "content_encoding": "br", "content_length": "1000"}
        answer = live.ask(request("POST", f"{live.path}/profile", b"{", **head))
        assert_refused(answer, 415, "br")
        assert answer.headers["accept-encoding"] == "gzip, deflate"
