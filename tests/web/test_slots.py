"""Strangers take no place of callers whose key is known, and few of those that they share."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from botyard.errors import ApiError, ErrorCode
from botyard.rpc.slots import REMEMBERED, KnownKeys, Slots
from botyard.web import arrivals
from botyard.wire.limits import SMALL_BODY
from tests.conftest import MakeWorld
from tests.web.live import Live, Wire, request, until
from tests.world import World

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
UPLOAD = "im.v2.File.upload"
LARGE = str(10 * SMALL_BODY)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Live]:
    """A server that lets few strangers in, four of one address, and few calls."""
    made = Live(tmp_path, anonymous_slots=6, anonymous_per_address=4, upload_slots=4, max_in_flight=8)
    yield made
    made.close()


@contextlib.contextmanager
def strangers(server: Live, number: int, head: bytes) -> Iterator[list[Wire]]:
    """So many connections that have sent this and wait."""
    with contextlib.ExitStack() as kept:
        wires = [kept.enter_context(server.connect()) for _ in range(number)]
        for wire in wires:
            wire.send(head)
        yield wires


def taken(server: Live) -> int:
    return server.context.slots.anonymous.taken


# What an attacker does, over real sockets.


@pytest.mark.parametrize(
    "path",
    ["/rest/{method}", "/rest/{method}?auth=wrong", "{hook}wrong/{method}"],
    ids=["no key", "wrong token", "wrong hook"],
)
def test_sockets_that_announce_a_large_upload_stop_no_upload(server: Live, path: str) -> None:
    where = path.format(method=UPLOAD, hook=server.path)
    announced = request("POST", where, b"{", content_type=JSON, content_length=LARGE)
    dialog = server.world.call("im.chat.add", TITLE="A").result
    body = json.dumps(
        {"dialogId": f"chat{dialog}", "fields": {"name": "a.txt", "content": "aGVsbG8" * SMALL_BODY + "="}}
    )
    with strangers(server, 16, announced):
        until(lambda: taken(server) == 4 or "hook" in path)
        assert server.context.slots.uploads.taken == 0
        uploaded = server.ask(request("POST", f"{server.path}/{UPLOAD}", body.encode(), content_type=JSON))
        assert uploaded.status == 200
    until(lambda: taken(server) == 0)


def test_sockets_that_announce_a_body_for_a_page_stop_no_call(server: Live) -> None:
    announced = request("POST", "/login", b"l", content_type=FORM, content_length="1000")
    with strangers(server, 40, announced):
        until(lambda: taken(server) == 4)
        for _ in range(3):
            server.alive()
        halves = request("POST", f"{server.path}/profile", b"[", content_type=JSON, content_length="2")
        with server.connect() as wire:
            wire.send(halves)
            wire.send(b"]")
            assert wire.answer().status == 200
    until(lambda: taken(server) == 0)


def test_those_beyond_are_refused_each_in_its_way(server: Live) -> None:
    announced = request("POST", "/login", b"l", content_type=FORM, content_length="1000")
    with strangers(server, 4, announced):
        until(lambda: taken(server) == 4)
        page = server.ask(request("GET", "/login"))
        assert (page.status, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
        token = server.ask(request("POST", "/oauth/token/", b"a=1", content_type=FORM))
        assert (token.status, token.error) == (503, "OVERLOAD_LIMIT")
        call = server.ask(request("POST", "/rest/profile", b"{", content_type=JSON, content_length="100"))
        assert (call.status, call.error) == (503, "OVERLOAD_LIMIT")
        # Whoever waits for nobody needs no slot.
        assert server.ask(request("POST", "/rest/profile", b"{}", content_type=JSON)).error == "NO_AUTH_FOUND"
        assert server.ask(request("GET", "/health")).status == 200


def test_slow_heads_take_no_slot(server: Live) -> None:
    with strangers(server, 20, b"POST /login HTTP/1.1\r\nhost: a\r\nx: "):
        assert server.ask(request("GET", "/login")).status == 200
        assert taken(server) == 0


def test_a_wrong_key_in_the_address_is_told_before_the_body(server: Live) -> None:
    for method in ("profile", UPLOAD):
        head = request("POST", f"{server.path}wrong/{method}", b"{", content_type=JSON, content_length="1000")
        answer = server.ask(head)
        assert (answer.status, answer.error) == (401, "INVALID_CREDENTIALS")
    assert taken(server) == 0


@pytest.mark.parametrize(("path", "kind"), [("/login", FORM), ("/rest/profile", JSON), (f"/rest/{UPLOAD}", JSON)])
def test_a_stranger_s_body_that_comes_too_slowly(
    server: Live, monkeypatch: pytest.MonkeyPatch, path: str, kind: str
) -> None:
    monkeypatch.setattr(arrivals, "SLOW_SECONDS", 0.1)
    answer = server.ask(request("POST", path, b"x" * 10, content_type=kind, content_length="100000"))
    assert answer.status == 408
    assert b"slower" in (answer.body if isinstance(answer.body, bytes) else answer.text.encode())
    until(lambda: taken(server) == 0)
    server.alive()


def test_a_body_that_keeps_pace(server: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "SLOW_SECONDS", 0.1)
    monkeypatch.setattr(arrivals, "LEAST_RATE", 1)
    body = b'{"auth": "nobody"}'
    with server.connect() as wire:
        wire.send(request("POST", "/rest/profile", body[:9], content_type=JSON, content_length=str(len(body))))
        asyncio.run(asyncio.sleep(0.3))
        wire.send(body[9:])
        assert wire.answer().error == "invalid_token"


# Who counts as whom.


class Waiting:
    """Requests from chosen addresses whose bodies do not come."""

    def __init__(self, world: World) -> None:
        self.world = world

    def asked(self, *clients: tuple[str, str], path: str = "/rest/profile") -> list[str]:
        """What becomes of requests from these: peer, and what it says of where it has this from."""
        return self.world.run(self._all(clients, path))

    async def _all(self, clients: tuple[tuple[str, str], ...], path: str) -> list[str]:
        tasks = [asyncio.create_task(self._one(*client, path)) for client in clients]
        for _ in range(20):
            await asyncio.sleep(0)
        ended = [str(task.result()) if task.done() else "waits" for task in tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return ended

    async def _one(self, peer: str, forwarded: str, path: str) -> int:
        statuses: list[int] = []

        async def receive() -> dict[str, Any]:
            return await asyncio.Future()

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        headers = [(b"content-length", b"1000"), (b"host", b"a")]
        if forwarded:
            headers.append((b"x-forwarded-for", forwarded.encode()))
        scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}
        await self.world.app({**scope, "scheme": "http", "client": (peer, 1)}, receive, send)
        return statuses[0]


@pytest.mark.parametrize("path", ["/rest/profile", "/oauth/token/", f"/rest/{UPLOAD}"])
def test_each_address_has_a_few(make_world: MakeWorld, path: str) -> None:
    waiting = Waiting(make_world(anonymous_slots=5, anonymous_per_address=2))
    first, second = ("192.0.2.1", ""), ("192.0.2.2", "")
    assert waiting.asked(first, first, first, second, path=path) == ["waits", "waits", "503", "waits"]
    assert waiting.world.context.slots.anonymous.taken == 0


def test_all_addresses_together_have_a_few(make_world: MakeWorld) -> None:
    waiting = Waiting(make_world(anonymous_slots=3, anonymous_per_address=2))
    each = [(f"192.0.2.{number}", "") for number in range(4)]
    assert waiting.asked(*each) == ["waits"] * 3 + ["503"]


def test_behind_a_trusted_proxy_the_forwarded_address_counts(make_world: MakeWorld) -> None:
    waiting = Waiting(make_world(anonymous_per_address=1, trusted_proxies=("127.0.0.1",)))
    first, second = ("127.0.0.1", "192.0.2.1"), ("127.0.0.1", "198.51.100.9, 192.0.2.2")
    assert waiting.asked(first, second, first) == ["waits", "waits", "503"]


def test_nobody_else_chooses_the_address(make_world: MakeWorld) -> None:
    waiting = Waiting(make_world(anonymous_per_address=1))
    assert waiting.asked(("192.0.2.1", "10.0.0.1"), ("192.0.2.1", "10.0.0.2")) == ["waits", "503"]


def test_of_ipv6_the_network_counts(make_world: MakeWorld) -> None:
    waiting = Waiting(make_world(anonymous_per_address=1))
    peers = ["2001:db8:1::1", "2001:db8:1::2", "2001:db8:2::1", "::ffff:192.0.2.1", "192.0.2.1"]
    assert waiting.asked(*((peer, "") for peer in peers)) == ["waits", "503", "waits", "waits", "503"]


# Large bodies in which a key stands.


def large(token: str, kind: str) -> bytes:
    filler = "x" * (2 * SMALL_BODY)
    if kind == JSON:
        return json.dumps({"filler": filler, "auth": token}).encode()
    if kind == FORM:
        return urlencode({"filler": filler, "access_token": token}).encode()
    part = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    return (part.format("filler", filler) + part.format("auth", token) + "--b--\r\n").encode()


KINDS = [JSON, FORM, "multipart/form-data; boundary=b"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_large_body_is_read_where_a_good_key_is_in_it(world: World, kind: str) -> None:
    token = world.add_app().token
    assert world.post("/rest/profile", large(token, kind), kind).result["ID"] == str(world.admin.id)
    refused = world.post("/rest/profile", large("0" * 32, kind), kind)
    assert (refused.status, refused.error) == (401, "invalid_token")
    assert world.context.slots.large.taken == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_large_body_without_a_key_is_not_read(world: World, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def decode(*_: object) -> None:
        raise AssertionError("it is read")

    body = large("", kind).replace(b"auth", b"outh").replace(b"access_token", b"success_taken")
    monkeypatch.setattr("botyard.wire.body.msgspec.json.decode", decode)
    assert world.post("/rest/profile", body, kind).error == "NO_AUTH_FOUND"


def test_a_word_in_a_value_does_not_hide_the_key(world: World) -> None:
    token = world.add_app().token
    inner = {"nested": {"auth": "nothing"}, "text": '"auth":"neither"', "filler": "x" * (2 * SMALL_BODY), "AUTH": token}
    assert world.post("/rest/profile", json.dumps(inner).encode()).status == 200


def test_few_strangers_send_much(make_world: MakeWorld) -> None:
    world = make_world(anonymous_large=2)
    world.context.slots.large.take("127.0.0.1")
    token = world.add_app().token
    assert world.post("/rest/profile", large(token, JSON)).error == "OVERLOAD_LIMIT"
    assert world.post("/rest/profile", json.dumps({"auth": token}).encode()).status == 200
    assert world.context.slots.anonymous.taken == 0


# The counters themselves.


def test_slots_are_counted_for_all_and_for_each() -> None:
    slots = Slots(5, 3)
    slots.take("a", 3)
    slots.take("b")
    assert (slots.taken, slots.of("a"), slots.of("b"), slots.of("c")) == (4, 3, 1, 0)
    for holder, number in (("a", 1), ("b", 2)):
        with pytest.raises(ApiError) as refused:
            slots.take(holder, number)
        assert refused.value.problem is ErrorCode.OVERLOAD
    slots.release("a", 3)
    with slots.held("b", 2), pytest.raises(ApiError), slots.held("b"):
        pass
    assert (slots.taken, slots.of("a"), slots.of("b")) == (1, 0, 1)


def test_a_key_is_remembered_for_a_minute() -> None:
    known = KnownKeys()
    known.note(("a",), "hook:1", 1000.0)
    assert [known.find(("a",), now) for now in (1000.0, 1059.0, 1060.0, 999.0)] == ["hook:1", "hook:1", "", ""]
    assert known.find(("b",), 1000.0) == ""
    for number in range(REMEMBERED):
        known.note((number,), "hook:2", 1000.0)
    assert known.find(("a",), 1000.0) == ""


def test_a_key_that_was_revoked_meanwhile_is_refused_after_the_body(world: World) -> None:
    hook = world.add_webhook(world.admin.id, "user")
    assert world.post(f"{hook.path}/profile", b"{}").status == 200
    world.write(
        lambda tx: tx.run(
            "UPDATE webhooks SET revoked = 1 WHERE secret_hash = :hash", hash=world.context.keys.hash(hook.secret)
        )
    )
    assert world.post(f"{hook.path}/profile", b"{}").error == "INVALID_CREDENTIALS"
