"""WebSockets: nothing of ours stands in the way of a connection that is handed over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, cast

import pytest
import uvicorn
from uvicorn.server import ServerState

from botyard.web import connection
from botyard.web.connection import HttpConnection
from botyard.web.loopback_only import loopback_only
from botyard.web.push import answer_socket

decide = partial(answer_socket, cast(Any, None))
"""Without a connection of ours in its scope a handshake does not reach the hub."""

OFFER = b"Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"


class Echo(asyncio.Protocol):
    """Another protocol: it says that it was given the connection, and then repeats what it hears."""

    def __init__(self, **_: Any) -> None:
        self.head = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if b"\r\n\r\n" in self.head:
            self.transport.write(data)
            return
        self.head += data
        self.transport.write(SWITCHED)


async def app(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@asynccontextmanager
async def connected(ws: Any) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a server whose connections may be handed over to ``ws``."""
    config = uvicorn.Config(
        app,
        http=HttpConnection,
        ws=ws,
        lifespan="off",
        access_log=False,
        log_config=None,
        timeout_keep_alive=0.2,  # type: ignore[arg-type]  # A test has no whole second.
    )
    config.load()
    state, loop = ServerState(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: HttpConnection(config, state, {}), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    try:
        yield reader, writer
    finally:
        writer.close()
        server.close()


async def handed_over(before: bytes, *, cut: int = 0) -> None:
    """Offer a WebSocket, after other requests, and use the connection for longer than HTTP may idle."""
    async with connected(Echo) as (reader, writer):
        writer.write(before)
        assert await reader.readexactly(len(OK) * before.count(b"GET")) == OK * before.count(b"GET")
        head = b"GET /bitrix/subws/ HTTP/1.1\r\nHost: x\r\n" + OFFER + b"\r\n"
        writer.write(head[:cut])
        await asyncio.sleep(0.01)
        writer.write(head[cut:])
        assert await reader.readexactly(len(SWITCHED)) == SWITCHED
        for _ in range(3):
            await asyncio.sleep(0.15)
            writer.write(b"GET / is no request any more\r\n\r\n")
            assert await reader.readexactly(32) == b"GET / is no request any more\r\n\r\n"


@pytest.mark.parametrize("before", [b"", GET, GET * 2], ids=["first", "after one", "after two"])
@pytest.mark.parametrize("cut", [0, 20])
def test_a_connection_is_handed_over_and_left_alone(monkeypatch: pytest.MonkeyPatch, before: bytes, cut: int) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(connection, "BODY_SECONDS", 0.3)
    asyncio.run(handed_over(before, cut=cut))


def test_where_no_other_protocol_is_spoken_the_offer_is_declined() -> None:
    async def declined() -> None:
        async with connected("none") as (reader, writer):
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n" + OFFER + b"\r\n" + GET)
            assert await reader.readexactly(2 * len(OK)) == OK * 2

    asyncio.run(declined())


def test_a_handshake_is_refused_that_comes_by_another_web_server() -> None:
    assert _answered({"type": "websocket", "path": "/push", "headers": []}) == [
        {"type": "websocket.close", "code": 1000}
    ]


@pytest.mark.parametrize(
    "headers",
    [[(b"host", b"evil.test")], [(b"host", b"localhost"), (b"origin", b"https://evil.test")]],
    ids=["name", "page"],
)
def test_a_handshake_from_elsewhere_does_not_reach_a_portal_with_published_keys(
    headers: list[tuple[bytes, bytes]],
) -> None:
    seen: list[Any] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)

    scope = {"type": "websocket", "path": "/push", "headers": headers}
    assert _answered(scope, loopback_only(inner)) == [{"type": "websocket.close", "code": 1008}]
    assert not seen


def test_a_handshake_from_this_machine_does() -> None:
    scope = {"type": "websocket", "path": "/push", "headers": [(b"host", b"localhost:8024")]}
    assert _answered(scope, loopback_only(decide)) == [{"type": "websocket.close", "code": 1000}]


def _answered(scope: Any, app: Any = decide) -> list[Any]:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return sent
