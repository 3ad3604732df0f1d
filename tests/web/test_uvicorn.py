"""What is used of the inside of uvicorn, each with a test that an upgrade which changes it would fail.

These tests look at uvicorn alone, without our connection on top of it.
"""

from __future__ import annotations

import asyncio
import functools
import signal
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from unittest.mock import patch

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from botyard.web import connection, offers, shortcuts
from tests.web.inside import DATE, Transport, connected, idle, names_of, used_names

GET = b"GET /a?b=c HTTP/1.1\r\nHost: x\r\nX-Name: Value\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"
WEBSOCKET = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
HEAD: Any = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}
BODY: Any = {"type": "http.response.body", "body": b"ok"}

LOOKED_AT: set[str] = set()
"""The names that have a test."""


def looks_at(*names: str) -> Callable[[Callable[[], Awaitable[None]]], Callable[[], None]]:
    """A test of these names, run on a loop of its own."""
    LOOKED_AT.update(names)

    def wrap(story: Callable[[], Awaitable[None]]) -> Callable[[], None]:
        @functools.wraps(story)
        def run() -> None:
            async def whole() -> None:
                await story()

            asyncio.run(whole())

        return run

    return wrap


async def ok(scope: Any, receive: Any, send: Any) -> None:
    await send(HEAD)
    await send(BODY)


async def never(scope: Any, receive: Any, send: Any) -> None:
    await asyncio.Event().wait()


# The connection.


@looks_at("connection_made", "transport", "server_state", "default_headers")
async def test_a_connection_knows_its_transport_and_what_every_response_says() -> None:
    protocol, transport = await connected(ok)
    assert protocol.transport is transport
    assert protocol.server_state.default_headers == [DATE]


@looks_at("timeout_keep_alive")
async def test_a_connection_knows_how_long_it_may_idle() -> None:
    protocol, _ = await connected(ok)
    assert protocol.timeout_keep_alive == 7


@looks_at("url", "scope")
async def test_a_head_is_kept_as_it_was_sent_but_for_the_case_of_names() -> None:
    protocol, _ = await connected(ok)
    protocol.data_received(GET[:7])
    assert protocol.cycle is None
    protocol.data_received(GET[7:])
    assert protocol.url == b"/a?b=c"
    assert protocol.scope["headers"] == [(b"host", b"x"), (b"x-name", b"Value")]
    scope = protocol.scope
    protocol.data_received(GET)
    assert protocol.scope is not scope


@looks_at("scope")
async def test_what_is_added_to_the_scope_when_the_head_is_there_reaches_the_application() -> None:
    seen: list[Any] = []

    class Adding(HttpToolsProtocol):
        def on_headers_complete(self) -> None:
            super().on_headers_complete()
            self.scope["extensions"] = {"test": {}}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)
        await ok(scope, receive, send)

    protocol, _ = await connected(app, Adding)
    protocol.data_received(GET)
    await idle()
    assert seen[0] is protocol.scope
    assert seen[0]["extensions"] == {"test": {}}


STATIONS = ("on_message_begin", "on_headers_complete", "on_body", "on_message_complete", "on_response_complete")


@looks_at("data_received", *STATIONS)
async def test_the_stations_of_a_request() -> None:
    stations: list[str] = []

    class Telling(HttpToolsProtocol):
        def on_message_begin(self) -> None:
            stations.append("begin")
            super().on_message_begin()

        def on_headers_complete(self) -> None:
            stations.append("head")
            super().on_headers_complete()

        def on_body(self, body: bytes) -> None:
            stations.append(body.decode())
            super().on_body(body)

        def on_message_complete(self) -> None:
            stations.append("end")
            super().on_message_complete()

        def on_response_complete(self) -> None:
            stations.append("answered")
            super().on_response_complete()

    protocol, _ = await connected(ok, Telling)
    for part, expected in ((POST[:9], ["begin"]), (POST[9:], ["head"]), (b"12", ["12"]), (b"34", ["34", "end"])):
        protocol.data_received(part)
        assert stations == expected
        stations.clear()
    await idle()
    assert stations == ["answered"]


@looks_at("parser")
async def test_bytes_go_to_the_parser_that_was_set_last() -> None:
    protocol, _ = await connected(ok)
    fed: list[bytes] = []

    class Parser:
        def feed_data(self, data: bytes) -> None:
            fed.append(data)

    protocol.parser = Parser()
    protocol.data_received(GET)
    assert fed == [GET]


@looks_at("expect_100_continue")
async def test_who_waits_to_be_told_to_continue_is_noted() -> None:
    protocol, _ = await connected(never)
    protocol.data_received(POST.replace(b"Host: x", b"Expect: 100-Continue"))
    assert protocol.expect_100_continue is True
    other, _ = await connected(never)
    other.data_received(POST)
    assert other.expect_100_continue is False


@pytest.mark.parametrize("raw", [b"no http\r\n\r\n", GET], ids=["garbage", "refused when its head is there"])
def test_what_cannot_be_read_has_one_way_out(raw: bytes) -> None:
    asyncio.run(_one_way_out(raw))


LOOKED_AT.add("send_400_response")


async def _one_way_out(raw: bytes) -> None:
    refused: list[str] = []

    class Refusing(HttpToolsProtocol):
        def on_headers_complete(self) -> None:
            raise ValueError("too much")

        def send_400_response(self, msg: str) -> None:
            refused.append(msg)

    protocol, transport = await connected(ok, Refusing)
    protocol.data_received(raw)
    assert len(refused) == 1
    assert protocol.cycle is None
    assert not transport.writes


@looks_at("_should_upgrade", "_unsupported_upgrade_warning")
async def test_an_offer_that_is_not_taken_up_is_warned_of() -> None:
    warned: list[bool] = []

    class Warning_(HttpToolsProtocol):
        def _unsupported_upgrade_warning(self) -> None:
            warned.append(self._should_upgrade())

    protocol, _ = await connected(ok, Warning_)
    protocol.data_received(WEBSOCKET)
    assert warned == [False]
    protocol, _ = await connected(ok, Warning_)
    protocol.data_received(b"CONNECT /x HTTP/1.1\r\n\r\n")
    assert warned == [False, False]


@looks_at("handle_websocket_upgrade", "_should_upgrade")
async def test_an_offer_that_is_taken_up_hands_the_connection_over() -> None:
    class Socket(asyncio.Protocol):
        def __init__(self, **_: Any) -> None:
            self.head = b""

        def data_received(self, data: bytes) -> None:
            self.head += data

    handed: list[bool] = []

    class Handing(HttpToolsProtocol):
        def handle_websocket_upgrade(self) -> None:
            handed.append(self._should_upgrade())
            super().handle_websocket_upgrade()

    protocol, transport = await connected(ok, Handing, ws=Socket)
    protocol.data_received(WEBSOCKET)
    assert handed == [True]
    assert protocol.cycle is None
    assert isinstance(transport.protocol, Socket)
    assert transport.protocol.head.startswith(b"GET / HTTP/1.1\r\nhost: x\r\n")


@looks_at("shutdown")
async def test_a_server_that_stops_ends_what_idles_and_lets_the_rest_finish() -> None:
    protocol, transport = await connected(ok)
    protocol.shutdown()
    assert transport.closed
    busy, transport = await connected(never)
    busy.data_received(GET)
    busy.shutdown()
    assert (transport.closed, busy.cycle.keep_alive) == (False, False)


# One request and its response.


async def exchange(app: Any = ok, raw: bytes = GET) -> tuple[HttpToolsProtocol, RequestResponseCycle, Transport]:
    """A request that has come, and whatever the application does with it."""
    protocol, transport = await connected(app)
    protocol.data_received(raw)
    cycle = protocol.cycle
    await idle()
    return protocol, cycle, transport


@looks_at("client", "headers")
async def test_a_connection_knows_where_it_comes_from_and_which_headers_came() -> None:
    seen: list[Any] = []

    class Looking(HttpToolsProtocol):
        def on_headers_complete(self) -> None:
            seen.extend(self.headers)
            super().on_headers_complete()

    protocol, _ = await connected(ok, Looking)
    protocol.data_received(GET)
    assert protocol.client == ("127.0.0.1", 1)
    assert seen == [(b"host", b"x"), (b"x-name", b"Value")]


@looks_at("timeout_keep_alive_task")
async def test_a_connection_that_idles_knows_when_its_time_is_over() -> None:
    protocol, _, _ = await exchange()
    left = protocol.timeout_keep_alive_task.when() - asyncio.get_running_loop().time()  # type: ignore[union-attr]
    assert 6 < left <= 7
    protocol.data_received(GET)
    assert protocol.timeout_keep_alive_task is None


@looks_at("pipeline")
async def test_a_request_waits_for_the_response_to_the_one_before() -> None:
    protocol, _ = await connected(never)
    protocol.data_received(GET * 3)
    assert len(protocol.pipeline) == 2


@looks_at("cycle", "scope")
async def test_each_request_has_a_cycle() -> None:
    protocol, cycle, _ = await exchange()
    assert isinstance(cycle, RequestResponseCycle)
    assert cycle.scope is protocol.scope
    protocol.data_received(GET)
    assert protocol.cycle is not cycle


@looks_at("response_started", "response_complete")
async def test_a_cycle_knows_how_far_its_response_is() -> None:
    _, cycle, _ = await exchange(never)
    assert (cycle.response_started, cycle.response_complete) == (False, False)
    await cycle.send(HEAD)
    assert (cycle.response_started, cycle.response_complete) == (True, False)
    await cycle.send(BODY)
    assert (cycle.response_started, cycle.response_complete) == (True, True)
    with pytest.raises(RuntimeError):
        await cycle.send(BODY)


@looks_at("response_started", "response_complete")
async def test_a_response_that_was_given_otherwise_is_missed_by_nobody() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        cycle = protocol.cycle
        cycle.response_started = cycle.response_complete = True

    protocol, transport = await connected(app)
    protocol.data_received(GET)
    await idle()
    assert (transport.writes, transport.closed) == ([], False)


@looks_at("STATUS_LINE", "default_headers")
async def test_a_head_begins_with_the_status_and_what_every_response_says() -> None:
    _, cycle, transport = await exchange(never)
    assert cycle.default_headers == [DATE]
    await cycle.send(HEAD)
    await cycle.send(BODY)
    assert transport.written == STATUS_LINE[200] + b"date: today\r\ncontent-length: 2\r\n\r\nok"
    for status in HTTPStatus:
        assert STATUS_LINE[status] == f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode()


@looks_at("default_headers")
async def test_a_list_of_its_own_is_sent_by_one_cycle_only() -> None:
    protocol, cycle, transport = await exchange(never)
    assert cycle.default_headers is protocol.server_state.default_headers
    cycle.default_headers = [*cycle.default_headers, (b"connection", b"keep-alive")]
    await cycle.send(HEAD)
    assert b"\r\nconnection: keep-alive\r\n" in transport.written
    assert protocol.server_state.default_headers == [DATE]


@looks_at("keep_alive")
async def test_a_connection_ends_with_the_response_of_a_cycle_that_keeps_nothing_alive() -> None:
    _, cycle, transport = await exchange(never)
    assert cycle.keep_alive is True
    cycle.keep_alive = False
    await cycle.send(HEAD)
    assert b"\r\nconnection: close\r\n" in transport.written
    assert not transport.closed
    await cycle.send(BODY)
    assert transport.closed


@looks_at("keep_alive")
async def test_old_http_is_never_kept() -> None:
    _, cycle, _ = await exchange(never, b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    assert cycle.keep_alive is False
    cycle.keep_alive = True
    await cycle.send(HEAD)
    await cycle.send(BODY)
    assert not cycle.transport.is_closing()


@looks_at("transport")
async def test_a_cycle_writes_to_and_closes_the_transport_that_was_put_into_it() -> None:
    _, cycle, transport = await exchange(never)
    other = Transport()
    cycle.transport, cycle.keep_alive = other, False
    await cycle.send(HEAD)
    await cycle.send(BODY)
    assert (transport.writes, transport.closed) == ([], False)
    assert (other.written[-2:], other.closed) == (b"ok", True)


@looks_at("on_response")
async def test_a_cycle_says_when_its_response_is_out() -> None:
    protocol, cycle, _ = await exchange(never)
    assert cycle.on_response == protocol.on_response_complete
    before = protocol.server_state.total_requests
    cycle.on_response()
    assert protocol.server_state.total_requests == before + 1


@looks_at("body", "more_body", "message_event")
async def test_a_body_gathers_in_its_cycle() -> None:
    protocol, cycle, _ = await exchange(never, POST + b"12")
    assert (bytes(cycle.body), cycle.more_body, cycle.message_event.is_set()) == (b"12", True, True)
    protocol.data_received(b"34")
    assert (bytes(cycle.body), cycle.more_body) == (b"1234", False)
    assert await cycle.receive() == {"type": "http.request", "body": b"1234", "more_body": False}
    assert (bytes(cycle.body), cycle.message_event.is_set()) == (b"", False)


@looks_at("body", "message_event")
async def test_who_took_the_body_otherwise_waits_for_the_end_of_the_connection() -> None:
    protocol, cycle, _ = await exchange(never, POST + b"1234")
    cycle.body = bytearray()
    cycle.message_event.clear()
    waiting = asyncio.ensure_future(cycle.receive())
    await idle()
    assert not waiting.done()
    protocol.connection_lost(None)
    assert await waiting == {"type": "http.disconnect"}


@looks_at("waiting_for_100_continue")
async def test_a_cycle_tells_to_continue_when_the_body_is_wanted_and_not_before() -> None:
    for waits in (True, False):
        _, cycle, transport = await exchange(never, POST.replace(b"Host: x", b"Expect: 100-continue") + b"1234")
        assert cycle.waiting_for_100_continue is True
        cycle.waiting_for_100_continue = waits
        await cycle.receive()
        assert transport.written == (b"HTTP/1.1 100 Continue\r\n\r\n" if waits else b"")


@looks_at("flow", "write_paused")
async def test_a_cycle_knows_that_its_client_reads_too_slowly() -> None:
    protocol, cycle, _ = await exchange(never)
    assert cycle.flow is protocol.flow
    assert cycle.flow.write_paused is False
    protocol.pause_writing()
    assert cycle.flow.write_paused is True
    protocol.resume_writing()
    assert cycle.flow.write_paused is False


@looks_at("connection_lost", "disconnected")
async def test_a_cycle_knows_that_its_client_is_gone() -> None:
    protocol, cycle, _ = await exchange(never)
    assert cycle.disconnected is False
    protocol.connection_lost(None)
    assert (cycle.disconnected, cycle.message_event.is_set()) == (True, True)
    answered, cycle, _ = await exchange()
    answered.connection_lost(None)
    assert cycle.disconnected is False


# The server, of which `botyard.server` uses a little more than its options.


def test_a_server_leaves_signals_to_whoever_overrides_that() -> None:
    entered: list[bool] = []

    class Quiet(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            entered.append(True)
            yield

    server = Quiet(uvicorn.Config(ok, lifespan="off", log_config=None, port=0))
    server.should_exit = True
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    asyncio.run(server.serve())
    assert entered == [True]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_a_server_knows_the_requests_under_way() -> None:
    async def counted() -> None:
        protocol, _, _ = await exchange(never)
        assert len(protocol.server_state.tasks) == 1
        protocol, _, _ = await exchange(ok)
        assert len(protocol.server_state.tasks) == 0

    asyncio.run(counted())
    assert isinstance(uvicorn.Server(uvicorn.Config(ok)).server_state, ServerState)


def test_a_certificate_may_be_set_after_the_options_were_read() -> None:
    config = uvicorn.Config(ok, log_config=None)
    config.load()
    assert config.ssl is None
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    config.ssl = made
    contexts: list[Any] = []

    async def listening() -> None:
        loop = asyncio.get_running_loop()

        async def create_server(*_: Any, ssl: Any, **more: Any) -> Any:
            contexts.append(ssl)
            raise ConnectionAbortedError

        with patch.object(loop, "create_server", create_server), socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            server = uvicorn.Server(config)
            server.lifespan = config.lifespan_class(config)
            await server.startup(sockets=[sock])

    with pytest.raises(ConnectionAbortedError):
        asyncio.run(listening())
    assert contexts == [made]


# The list itself.


async def _has() -> set[str]:
    protocol, cycle, _ = await exchange()
    return names_of(protocol, cycle, protocol.flow, ServerState()) | {"STATUS_LINE"}


def test_every_name_that_is_used_has_a_test_and_no_other_has() -> None:
    used = used_names([connection, offers, shortcuts]) & asyncio.run(_has())
    assert used - LOOKED_AT == set()
    assert LOOKED_AT - used == set()
