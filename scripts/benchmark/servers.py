"""The servers under load and beside it. Each is a program: `python -m scripts.benchmark.servers NAME`.

It prints its port when it listens.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, ClassVar

import uvloop
from msgspec.structs import replace

from botyard.commands.logs import logging_to, says_calls
from botyard.config import Settings
from botyard.server import Listener, application, open_context, serve
from botyard.web.http import Receive, Scope, Send


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """The floor: read a body, decode it, answer it."""
    message = await receive()
    body = json.dumps(json.loads(message["body"] or b"{}")).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def serve_echo() -> None:
    listener = Listener(echo, "127.0.0.1", 0)
    print(listener.port, flush=True)
    await listener.serve()


async def serve_portal(folder: str, database: str) -> None:
    settings = Settings(data=Path(folder), database=database)
    # Each call has its line, as with `serve` in this profile; only the terminal is left out.
    with logging_to(settings, len) as lines:
        context = replace(await open_context(settings), calls=lines if says_calls(settings) else None)
        listener = Listener(application(context), "127.0.0.1", 0)
        await serve(context, [listener], lambda _: print(listener.port, flush=True))


class Handler(asyncio.Protocol):
    """A handler that answers at once, but below /hang never. Its only word back is how many it has had: GET /count."""

    count = 0
    """Of all connections."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.seen = b""

    def data_received(self, data: bytes) -> None:
        self.seen += data
        while (end := self.seen.find(b"\r\n\r\n")) >= 0:
            size = re.search(rb"content-length: (\d+)", self.seen[:end], re.IGNORECASE)
            stop = end + 4 + (int(size[1]) if size else 0)
            if len(self.seen) < stop:
                return
            asked = self.seen.startswith(b"GET")
            if self.seen.startswith(b"POST /hang"):
                # No answer, and not counted.
                self.seen = self.seen[stop:]
                continue
            Handler.count += not asked
            body = str(Handler.count).encode() if asked else b"ok"
            self.seen = self.seen[stop:]
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


async def serve_handler() -> None:
    server = await asyncio.get_running_loop().create_server(Handler, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class Fan(asyncio.Protocol):
    """The floor of fan-out: what is written to all connections by nothing but their transports."""

    everybody: ClassVar[list[Any]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"GET"):
            Fan.everybody.append(self.transport)
            self.transport.write(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
            return
        for _ in range(int(data.split()[1])):
            for transport in Fan.everybody:
                transport.write(FRAME)
        self.transport.write(b"ok")


FRAME = bytes(400)
"""As long as a frame of the benchmark."""


async def serve_fan(_: str) -> None:
    server = await asyncio.get_running_loop().create_server(Fan, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


SERVERS: dict[str, Callable[..., Coroutine[Any, Any, None]]] = {
    "echo": serve_echo,
    "portal": serve_portal,
    "handler": serve_handler,
    "fan": serve_fan,
}

if __name__ == "__main__":
    uvloop.run(SERVERS[sys.argv[1]](*sys.argv[2:]))
