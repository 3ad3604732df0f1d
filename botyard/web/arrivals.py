"""Bodies that are not here as a whole when their heads are: who may keep the server waiting for one, and for how long.

A caller whose key stands in the head is known before the body is waited for. Everybody else is a stranger. Strangers
share a few slots, have to keep up a pace, and take up little memory before a good key is found in what they send.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import IO, NamedTuple

import msgspec

from botyard.errors import ApiError, ErrorCode
from botyard.portal.auth.throttle import network
from botyard.rpc.call import Context
from botyard.rpc.dispatch import known_source
from botyard.rpc.identity import Credentials
from botyard.store.engines.blobs import temporary_file
from botyard.web.http import Receive, Scope, announced, arrived, gathered, next_part, unpacked
from botyard.wire import body, compression
from botyard.wire.limits import BODY_SECONDS, LEAST_RATE, MAX_BODY, MAX_FORM, SLOW_SECONDS, SMALL_BODY

Came = Callable[[int], None]
"""Told how many bytes have come so far."""


class Arrival(NamedTuple):
    """A request whose body is to be read, and the key that stands in its head, if one does."""

    context: Context
    scope: Scope
    receive: Receive
    credentials: Credentials
    started: float
    kind: str
    """The content type that the body is read as."""

    async def source(self) -> str:
        """What the caller's requests count for, by the key in the head; ``""`` for a stranger.

        A webhook's key has to be right. A token need not be: there may be another one in the body, which wins.
        Raises what identifying raises.
        """
        if self.credentials.secret:
            return await known_source(self.context, self.credentials, self.started)
        if self.credentials.token:
            with contextlib.suppress(ApiError):
                return await known_source(self.context, self.credentials, self.started)
        return ""


def address_of(scope: Scope) -> str:
    """The address that a stranger's requests are counted by; of IPv6 the network."""
    client = scope.get("client")
    return network(str(client[0])) if client else ""


async def read_call(arrival: Arrival, coding: str, sent: bytes | None) -> bytes:
    """The whole body of a call, which may be there already, as it was ``sent``.

    Raises OVERLOAD where there is no slot to wait in, what identifying raises for a wrong key, and all that reading a
    body raises.
    """
    slots = arrival.context.slots
    source = await arrival.source()
    if not source:
        address = address_of(arrival.scope)
        with slots.anonymous.held(address):
            return await _of_stranger(arrival, coding, sent, address)
    if sent is None:
        sent = await gathered(arrival.receive, slots.arriving, source)
    return await unpacked(coding, sent, slots.arriving.held(source, MAX_BODY)) if coding else sent


async def read_form(scope: Scope, receive: Receive) -> bytes:
    """The body of a form or of a request for a token, which are small. The caller holds a slot."""
    coding = announced(scope, MAX_FORM).coding
    sent = arrived(scope)
    if sent is None:
        whole = bytearray()
        async with pace(BODY_SECONDS) as came:
            async for part in _parts(receive, MAX_FORM):
                whole += part
                came(len(whole))
        sent = bytes(whole)
    return await unpacked(coding, sent, limit=MAX_FORM) if coding else sent


async def _of_stranger(arrival: Arrival, coding: str, sent: bytes | None, address: str) -> bytes:
    context = arrival.context
    with contextlib.ExitStack() as kept:

        def grown() -> None:
            kept.enter_context(context.slots.large.held(address))

        file = kept.enter_context(temporary_file(context.storage.incoming))
        if sent is None:
            size = await store(file, arrival.receive, MAX_BODY, seconds=BODY_SECONDS, grown=grown)
        else:
            size = file.write(sent)
        if coding:
            if size <= SMALL_BODY:
                grown()
            packed, file = file, kept.enter_context(temporary_file(context.storage.incoming))
            size = await asyncio.to_thread(unpack, coding, packed, file, MAX_BODY)
        return await require_key(arrival, file) if size > SMALL_BODY else _content(file)


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


async def require_key(arrival: Arrival, file: IO[bytes]) -> bytes:
    """See that there is a good key in a stranger's large body, and return the body. Raises what identifying raises."""
    # One at a time is in memory, and those of known callers do not wait for it.
    async with arrival.context.slots.search:
        content = await asyncio.to_thread(_content, file)
        token = await asyncio.to_thread(body.token, arrival.kind, content, arrival.scope["query_string"])
        credentials = msgspec.structs.replace(arrival.credentials, token=token or arrival.credentials.token)
        await known_source(arrival.context, credentials, arrival.started)
    return content


@contextlib.asynccontextmanager
async def pace(seconds: float) -> AsyncIterator[Came]:
    """Limit the time of a body to ``seconds``, and to less of one that comes slower than LEAST_RATE on average.

    Raises BODY_TIMEOUT and BODY_SLOW.
    """
    begun = asyncio.get_running_loop().time()

    def came(size: int) -> None:
        timeout.reschedule(begun + min(seconds, SLOW_SECONDS + size / LEAST_RATE))

    try:
        async with asyncio.timeout_at(begun + min(seconds, SLOW_SECONDS)) as timeout:
            yield came
    except TimeoutError:
        if not timeout.expired():
            raise
        if (timeout.when() or 0.0) >= begun + seconds:
            raise ApiError(ErrorCode.BODY_TIMEOUT, limit=seconds) from None
        raise ApiError(ErrorCode.BODY_SLOW, limit=LEAST_RATE) from None


async def _parts(receive: Receive, limit: int) -> AsyncIterator[bytes]:
    """The parts of a body. Raises BODY_TOO_BIG as soon as there are too many."""
    size, more = 0, True
    while more:
        message = await next_part(receive)
        more = message.get("more_body", False)
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise ApiError(ErrorCode.BODY_TOO_BIG, hint=f"{size} bytes came so far", limit=limit)
        yield part


async def store(file: IO[bytes], receive: Receive, limit: int, *, seconds: float, grown: Callable[[], None]) -> int:
    """Write a body down as it comes, and return its size. ``grown`` is called when it leaves the memory."""
    size = 0
    waiting = bytearray()
    async with pace(seconds) as came:
        async for part in _parts(receive, limit):
            waiting += part
            came(size + len(waiting))
            if len(waiting) >= SMALL_BODY:
                if not size:
                    grown()
                size += len(waiting)
                # A disk may take its time.
                await asyncio.to_thread(file.write, waiting)
                waiting = bytearray()
    # What is small stays in memory.
    await (_at_once(file, waiting) if size + len(waiting) <= SMALL_BODY else asyncio.to_thread(file.write, waiting))
    return size + len(waiting)


async def _at_once(file: IO[bytes], content: bytearray) -> None:
    file.write(content)


def unpack(coding: str, packed: IO[bytes], out: IO[bytes], limit: int) -> int:
    """Write down what a compressed body holds, and return its size. Raises BODY_TOO_BIG."""
    packed.seek(0)
    size = 0
    for piece in compression.unpacked(coding, iter(lambda: packed.read(compression.PIECE), b""), limit):
        size += out.write(piece)
    return size
