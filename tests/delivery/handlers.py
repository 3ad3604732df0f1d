"""A handler's side: a server on the loopback that behaves as it is told to."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from botyard.wire import forms

Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Heard(NamedTuple):
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, Any]:
        return forms.parse(self.body)

    @property
    def message(self) -> str:
        """The text of the message that the event is about."""
        text: str = self.form["data"]["PARAMS"]["MESSAGE"]
        return text

    @property
    def attempt(self) -> int:
        return int(self.headers["botyard-attempt"])


class Handler:
    """Answers 200 unless a path is given a behaviour; ``heard`` is all that came, in order."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.heard: list[Heard] = []
        self.behaviours: dict[str, Behaviour] = {}
        self._tls = tls
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port: int = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await asyncio.sleep(0)

    async def come_back(self) -> None:
        """Listen again, on the same port, after `stop`."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self._tls)

    def url(self, path: str = "/bot") -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}{path}"

    def at(self, path: str) -> list[Heard]:
        return [request for request in self.heard if request.path == path]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while True:
                heard = await self._read(reader)
                self.heard.append(heard)
                await self.respond(heard, writer)
                await writer.drain()
        self._writers.discard(writer)
        writer.close()

    async def respond(self, heard: Heard, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        await self.behaviours.get(heard.path, answer(200, "ok"))(writer)

    async def _read(self, reader: asyncio.StreamReader) -> Heard:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)
        }
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return Heard(lines[0].split()[1], headers, body)


def answer(status: int, body: str = "", **headers: str) -> Behaviour:
    """An ordinary answer; header names may be written with underscores."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(head(status, len(body.encode()), **headers) + body.encode())

    return behave


def head(status: int, length: int, **headers: str) -> bytes:
    named = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} Said\r\nContent-Length: {length}\r\n{named}\r\n".encode()


async def hang(writer: asyncio.StreamWriter) -> None:
    """Say nothing, ever."""
    await asyncio.sleep(3600)


async def drip_head(writer: asyncio.StreamWriter) -> None:
    """An answer whose head never ends."""
    for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 3600:
        writer.write(bytes([letter]))
        await writer.drain()
        await asyncio.sleep(0.05)


async def drip_body(writer: asyncio.StreamWriter) -> None:
    """An answer that is accepted at once and then never ends."""
    writer.write(head(200, 100_000))
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def close_early(writer: asyncio.StreamWriter) -> None:
    """Hang up without a word."""
    writer.close()
    raise ConnectionResetError


async def close_in_body(writer: asyncio.StreamWriter) -> None:
    """Hang up in the middle of an answer."""
    writer.write(head(200, 100) + b"half")
    await writer.drain()
    writer.close()
    raise ConnectionResetError


async def huge(writer: asyncio.StreamWriter) -> None:
    """Answer with 10 MB."""
    writer.write(head(200, 10_000_000))
    with contextlib.suppress(ConnectionError):
        for _ in range(1000):
            writer.write(b"x" * 10_000)
            await writer.drain()


async def nonsense(writer: asyncio.StreamWriter) -> None:
    """Answer with something that is no HTTP."""
    writer.write(b"220 mail.example.com ESMTP\r\n")


async def bare_lines(writer: asyncio.StreamWriter) -> None:
    """Accept with bare line feeds, as scripts print them."""
    writer.write(b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok")


async def latin_reason(writer: asyncio.StreamWriter) -> None:
    """Accept with a reason that is not in ASCII."""
    writer.write("HTTP/1.1 200 Déjà vu\r\nContent-Length: 2\r\n\r\nok".encode("latin-1"))


def late(seconds: float) -> Behaviour:
    """Answer 200 after a while."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(seconds)
        writer.write(head(200, 0))

    return behave
