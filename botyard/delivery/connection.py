"""One HTTP/1.1 connection to a handler, which knows how far a request went: written in full, and with a response.

A general HTTP client does not tell whether a request that failed had left the process as a whole. Here everything
depends on it: what was written in full is not sent again.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from typing import NamedTuple, cast

import httptools

HEAD_MAX = 64 * 1024
BODY_MAX = 64 * 1024
"""More of a response is not read: the connection is closed instead."""
FRAMED = 8
"""How many times its length a body may take on the wire: a chunk of one byte takes six."""

INTERIM_MAX = 10
"""Responses of status 1xx that may come before the response."""
_INTERIM = "too many responses of status 1xx"
PIECE = 16 * 1024
"""Bytes that are parsed between two looks at the limits."""

LOOK_SECONDS = 0.005


class Lost(Exception):
    """There will be no response on this connection; the message says why."""


class Head(NamedTuple):
    """How a response begins: its status and the headers by their names in lower case."""

    status: int
    headers: dict[str, str]


class HandlerConnection(asyncio.Protocol):
    """Sends one request at a time. ``written`` is the moment at which the kernel had all of the last one."""

    def __init__(self, on_idle_end: Callable[[HandlerConnection], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_idle_end = on_idle_end
        self._transport: asyncio.Transport | None = None
        self._socket: asyncio.Transport | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._writing = False
        self._on_written: Callable[[], None] | None = None
        self.posts = 0
        self.written: float | None = None
        self.heard = 0
        self._renew()

    def _renew(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        # Scripts print bare line feeds, and every common client takes them.
        self._parser.set_dangerous_leniencies(lenient_optional_cr_before_lf=True)
        self._head: asyncio.Future[Head] = self._loop.create_future()
        self._complete: asyncio.Future[None] = self._loop.create_future()
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self._keeps = False
        self.written, self.heard = None, 0
        self._interim = 0

    async def post(self, request: bytes, on_written: Callable[[], None] | None = None) -> Head:
        """Send a request and wait for the head of its response; say when it is written. Raises Lost."""
        if self.posts:
            self._renew()
        self.posts += 1
        transport = self._transport
        if transport is None or transport.is_closing():
            raise Lost("the connection was closed")
        self._writing, self._on_written = True, on_written
        transport.write(request)
        self._look()
        return await self._head

    async def encrypt(self, context: ssl.SSLContext, name: str) -> None:
        """Go on over TLS. Raises ssl.SSLError, OSError."""
        assert self._socket is not None
        try:
            made = await self._loop.start_tls(self._socket, self, context, server_hostname=name)
        except BaseException:
            self._socket.abort()
            raise
        self._transport = made

    async def body(self, seconds: float, kept: int) -> str:
        """How the response goes on. One that is too long, too slow or cut off ends the connection, not the attempt."""
        with contextlib.suppress(TimeoutError, Lost):
            async with asyncio.timeout(seconds):
                await self._complete
        return bytes(self._body[:kept]).decode(errors="replace").replace("\0", "�")

    @property
    def reusable(self) -> bool:
        """Whether the response has been read to its end, and another request may follow."""
        done = self._complete.done() and not self._complete.cancelled() and self._complete.exception() is None
        return done and self._transport is not None and not self._transport.is_closing() and self._keeps

    def rest(self, seconds: float) -> None:
        """Wait for the next request, for so long."""
        self._idle = self._loop.call_later(seconds, self.abort)

    def wake(self) -> None:
        """End the wait: the next request comes."""
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def abort(self) -> None:
        """Close at once."""
        self.wake()
        if self._transport is not None:
            self._transport.abort()

    # What the transport tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # One of uvloop is no subclass.
        self._socket = self._transport = cast(asyncio.Transport, transport)
        # So that the protocol is paused by one byte that is not written, and resumed when there is none.
        self._transport.set_write_buffer_limits(high=0)

    def resume_writing(self) -> None:
        self._look()

    def _look(self) -> None:
        """Note when nothing of a request is left here."""
        waiting, transport = self._socket, self._transport
        # A write that failed leaves nothing in the buffer either.
        if not self._writing or waiting is None or transport is None or waiting.is_closing() or transport.is_closing():
            return
        if waiting.get_write_buffer_size() == 0 and transport.get_write_buffer_size() == 0:
            self._writing = False
            self.written = self._loop.time()
            on_written, self._on_written = self._on_written, None
            if on_written is not None:
                on_written()
        elif transport is not waiting:
            # Between the layer of TLS and the socket nobody tells.
            self._loop.call_later(LOOK_SECONDS, self._look)

    def data_received(self, data: bytes) -> None:
        if self._complete.done() or self._idle is not None:
            # Nobody asked.
            self._lose("it said more than was asked")
            return
        for start in range(0, len(data), PIECE):
            if wrong := self._parse(data[start : start + PIECE]):
                self._lose(wrong)
                return

    def _parse(self, data: bytes) -> str:
        """Take in a piece of a response; what is wrong with it, ``""`` for nothing."""
        self.heard += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            return _INTERIM if self._interim > INTERIM_MAX else "what came is no HTTP"
        if not self._head.done() and self.heard > HEAD_MAX:
            return "the head of the answer has no end"
        # Behind the body may be trailers, which nobody reads.
        endless = self.heard > HEAD_MAX + FRAMED * len(self._body)
        return "the answer is too long" if endless or len(self._body) > BODY_MAX else ""

    def connection_lost(self, problem: Exception | None) -> None:
        self._writing = False
        if self._idle is not None:
            self.wake()
            self._on_idle_end(self)
        self._fail(str(problem) if problem else "the handler closed the connection")

    def _lose(self, reason: str) -> None:
        self._fail(reason)
        if self._transport is not None:
            self._transport.abort()

    def _fail(self, reason: str) -> None:
        for waited in (self._head, self._complete):
            if not waited.done():
                waited.set_exception(Lost(reason))
                # Not everybody waits for both.
                waited.exception()

    # What the parser tells.

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._head.done():
            self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:
            # Only a word in between: the response follows.
            self._headers = {}
            self._interim += 1
            if self._interim > INTERIM_MAX:
                # Ends the parser's work in the middle of what has come.
                raise ValueError(_INTERIM)
            return
        self._keeps = self._parser.should_keep_alive()
        if not self._head.done():
            self._head.set_result(Head(status, self._headers))

    def on_body(self, part: bytes) -> None:
        self._body += part

    def on_message_complete(self) -> None:
        if self._head.done() and not self._complete.done():
            self._complete.set_result(None)
