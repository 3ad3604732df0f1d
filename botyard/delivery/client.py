"""Sends one POST to a handler: checks the address, limits the time, reads only the start of the response."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ssl
from collections.abc import Callable, Mapping

from botyard.delivery.connection import HandlerConnection, Head, Lost
from botyard.delivery.guard import AddressRefused, Endpoint, Guard, NameUnknown
from botyard.delivery.retries import HandlerResponse
from botyard.model.deliveries import NO_CONNECTION, TLS_FAILED, UNKNOWN_NAME

KEPT = 4096
"""Bytes of a response that are kept."""
# The response is known with its head; the rest is read only so that the connection can be used again.
BODY_SECONDS = 2.0
# Shorter than what servers commonly keep a connection for (Node: 5 s), so that they seldom close it under us.
IDLE_SECONDS = 4.0
IDLE_MAX = 256
RACE_SECONDS = 1.0
"""A connection used before that ends so soon after a request was written was being closed already."""
ADDRESS_SECONDS = 3.0
"""For one address of several until the next is tried."""
# What this server lacks is no fault of the handler.
_OWN_FAULTS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL})


def _unheard() -> None:
    """What is told to nobody."""


class _RequestAttempt:
    """What is known of a post that is under way."""

    __slots__ = ("connection", "cut", "on_written", "task")

    def __init__(self, on_written: Callable[[], None]) -> None:
        self.on_written = on_written
        self.connection: HandlerConnection | None = None
        self.cut = False
        self.task = asyncio.current_task()

    @property
    def written(self) -> bool:
        """Whether the whole request has left."""
        return self.connection is not None and self.connection.written is not None

    def end(self) -> None:
        """Close the connection: there is no response, or no use for the rest of it."""
        if self.connection is not None:
            self.connection.abort()


class HandlerClient:
    """Sends posts. Must be opened and closed on the event loop that uses it."""

    def __init__(self, guard: Guard, seconds: float, tls: ssl.SSLContext | None = None) -> None:
        self._guard = guard
        self._seconds = seconds
        self._tls = tls
        self._idle: dict[tuple[str, str, int], list[HandlerConnection]] = {}
        self._idle_count = 0
        self._open: set[_RequestAttempt] = set()

    async def close(self) -> None:
        self.cut()
        for resting in list(self._idle.values()):
            for connection in list(resting):
                connection.abort()
        # The loop tells of their end in its next round.
        await asyncio.sleep(0)
        self._idle.clear()

    def cut(self) -> None:
        """End all that is under way; each post says what is known of it."""
        for request_attempt in self._open:
            request_attempt.cut = True
            if request_attempt.task is not None:
                request_attempt.task.cancel()

    async def post(
        self, address: str, body: bytes, headers: Mapping[str, str], on_written: Callable[[], None] = _unheard
    ) -> HandlerResponse:
        """Send a form. What goes wrong is a response too: status 0 and the problem."""
        attempt = _RequestAttempt(on_written)
        self._open.add(attempt)
        try:
            async with asyncio.timeout(self._seconds):
                place = await self._guard.place(address)
                head = await self._answered(attempt, place, _request(place, body, headers))
            return await self._answer(attempt, place, head)
        except asyncio.CancelledError:
            attempt.end()
            if not attempt.cut:
                raise
            if attempt.task is not None:
                attempt.task.uncancel()
            return HandlerResponse(
                0, problem="stopped: the server stopped", written=attempt.written, ours=not attempt.written
            )
        except BaseException as problem:
            attempt.end()
            answer = self._failed(problem, attempt)
            if answer is None:
                raise
            return answer
        finally:
            self._open.discard(attempt)

    def _failed(self, problem: BaseException, attempt: _RequestAttempt) -> HandlerResponse | None:
        """What a failure means; ``None`` for a mistake in the program."""
        match problem:
            case AddressRefused():
                return HandlerResponse(0, problem=f"address refused: {problem}")
            case NameUnknown():
                return HandlerResponse(0, problem=f"{UNKNOWN_NAME}: {problem}")
            case TimeoutError() if attempt.written:
                return HandlerResponse(0, problem=f"timeout: no answer within {self._seconds:g} s", written=True)
            case TimeoutError():
                return HandlerResponse(0, problem=f"{NO_CONNECTION}: not within {self._seconds:g} s")
            case ssl.SSLError():
                return HandlerResponse(0, problem=f"{TLS_FAILED}: {_short(problem)}", written=attempt.written)
            case Lost():
                return HandlerResponse(0, problem=f"no answer: {_short(problem)}", written=attempt.written)
            case OSError(errno=number) if number in _OWN_FAULTS:
                return HandlerResponse(0, problem=f"{NO_CONNECTION}: {_short(problem)}", ours=True)
            case OSError() | ValueError():
                return HandlerResponse(0, problem=f"{NO_CONNECTION}: {_short(problem)}", written=attempt.written)
        return None

    async def _answered(self, attempt: _RequestAttempt, place: Endpoint, request: bytes) -> Head:
        """Send a request on a connection that rests, or else on a new one."""
        attempt.connection = connection = self._resting(place) or await self._connected(place)
        try:
            return await connection.post(request, attempt.on_written)
        except Lost:
            if connection.posts == 1 or not _closed_before(connection):
                raise
        # The handler closed it while the request was on its way, as it may. Once more, on a new one.
        attempt.connection = None
        attempt.connection = connection = await self._connected(place)
        return await connection.post(request, attempt.on_written)

    async def _answer(self, attempt: _RequestAttempt, place: Endpoint, head: Head) -> HandlerResponse:
        assert attempt.connection is not None
        body = await attempt.connection.body(BODY_SECONDS, KEPT)
        if attempt.connection.reusable and self._idle_count < IDLE_MAX:
            self._idle.setdefault(_key(place), []).append(attempt.connection)
            self._idle_count += 1
            attempt.connection.rest(IDLE_SECONDS)
        else:
            attempt.end()
        problem = "redirect: handlers are called where they say they are" if 300 <= head.status < 400 else ""
        return HandlerResponse(head.status, body, head.headers.get("retry-after", ""), problem, written=True)

    # Connections.

    def _resting(self, place: Endpoint) -> HandlerConnection | None:
        """The connection to a place that was used last."""
        key = _key(place)
        resting = self._idle.get(key)
        if not resting:
            return None
        connection = resting.pop()
        self._idle_count -= 1
        if not resting:
            del self._idle[key]
        connection.wake()
        return connection

    def _forget(self, connection: HandlerConnection) -> None:
        """A connection has ended while it rested."""
        for key, resting in self._idle.items():
            if connection in resting:
                resting.remove(connection)
                self._idle_count -= 1
                if not resting:
                    del self._idle[key]
                return

    async def _connected(self, place: Endpoint) -> HandlerConnection:
        """A new connection to the first address that takes it."""
        for address in place.addresses[:-1]:
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(ADDRESS_SECONDS):
                    return await self._connected_to(address, place)
        try:
            return await self._connected_to(place.addresses[-1], place)
        except ConnectionRefusedError as problem:
            raise OSError(f"{place.host}:{place.port} refused the connection") from problem

    async def _connected_to(self, address: str, place: Endpoint) -> HandlerConnection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(lambda: HandlerConnection(self._forget), address, place.port)
        if place.url.scheme == "https":
            await connection.encrypt(self._context(), place.host)
        return connection

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context()
            self._tls.set_alpn_protocols(["http/1.1"])
        return self._tls


def _closed_before(connection: HandlerConnection) -> bool:
    """Whether a connection that was lost had been closed when the request was written, as far as one can tell."""
    if connection.heard:
        return False
    written = connection.written
    return written is None or asyncio.get_running_loop().time() - written <= RACE_SECONDS


def _key(place: Endpoint) -> tuple[str, str, int]:
    return place.url.scheme, place.host, place.port


def _request(place: Endpoint, body: bytes, headers: Mapping[str, str]) -> bytes:
    lines = [
        f"POST {place.url.raw_path_qs} HTTP/1.1",
        f"Host: {place.url.host_port_subcomponent}",
        *(f"{name}: {value}" for name, value in headers.items()),
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "\r\n"]).encode("latin-1") + body


def _short(problem: BaseException) -> str:
    text = str(problem) or type(problem).__name__
    return text[:300]
