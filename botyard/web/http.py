"""Helpers for ASGI: read a request, send a response."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import AbstractContextManager, nullcontext
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import msgspec

from botyard.errors import ApiError, ErrorCode
from botyard.rpc import hints
from botyard.rpc.long_poll import Watch
from botyard.rpc.slots import Slots
from botyard.wire import compression, envelope
from botyard.wire.hint import NAME, one_line
from botyard.wire.limits import BODY_SECONDS, MAX_BODY, SMALL_BODY

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
Whole = Callable[[Scope, int, bytes, bytes], bool]
"""Sends status, lines of the head, and body at once; false where that cannot be done now."""
Arrived = Callable[[Scope], bytes | None]
"""The body, if the whole of it is there already."""

WHOLE, ARRIVED, WATCH = "botyard.whole", "botyard.arrived", "botyard.watch"
"""The extensions of ASGI by which a connection offers these two, and a ``Watch``."""

JSON = b"application/json; charset=utf-8"
XML = b"application/xml; charset=utf-8"
FILE = b"application/octet-stream"
HINT = NAME.lower().encode()

# Responses are private, may be read from pages of any origin (calls are signed by a token, never by a
# cookie), and must not hand the webhook secret in their address on to others. A browser that shows one loads
# nothing for it, and no page may frame it.
COMMON: Headers = [
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"access-control-allow-origin", b"*"),
]


_NONE: Mapping[str, Any] = {}
NOWHERE: AbstractContextManager[None] = nullcontext()


def header(scope: Scope, name: bytes) -> bytes:
    """A request header, ``b""`` when absent."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return b""


class Announced(msgspec.Struct, frozen=True, gc=False):
    """What the head says of the body: its length, -1 where that is not said, and its compression, "" for none."""

    length: int
    coding: str


def announced(scope: Scope, limit: int) -> Announced:
    """What is said of the body. Raises BODY_TOO_BIG and BODY_ENCODING."""
    length, coding = -1, ""
    for key, value in scope["headers"]:
        if key == b"content-length":
            if not value.isdigit() or len(value) > 18 or int(value) > limit:
                hint = f"the body is {int(value)} bytes" if value.isdigit() and len(value) <= 18 else ""
                raise ApiError(ErrorCode.BODY_TOO_BIG, hint=hint, limit=limit)
            length = int(value)
        elif key == b"content-encoding":
            coding = compression.named(value)
    return Announced(length, coding)


def coding_of(scope: Scope) -> str:
    """The compression of a body that is here as a whole, "" for none. Raises BODY_ENCODING."""
    encoding = header(scope, b"content-encoding")
    return compression.named(encoding) if encoding else ""


def watch(scope: Scope) -> Watch | None:
    """How to be told that the caller's connection is lost, where it can be told."""
    offered: Watch | None = (scope.get("extensions") or _NONE).get(WATCH)
    return offered


def arrived(scope: Scope) -> bytes | None:
    """The whole body, where it is here already, as that of nearly every call is."""
    take: Arrived | None = (scope.get("extensions") or _NONE).get(ARRIVED)
    return take(scope) if take is not None else None


async def gathered(receive: Receive, slots: Slots, holder: str) -> bytes:
    """A body that is still to come, in memory; all but its first part is counted in ``slots``.

    Raises BODY_TOO_BIG as soon as there is too much, BODY_TIMEOUT for one that does not end within BODY_SECONDS, and
    OVERLOAD for many large ones at once.
    """
    task = asyncio.current_task()
    assert task is not None
    expired = False

    def expire() -> None:
        nonlocal expired
        expired = True
        task.cancel()

    # By hand, because asyncio.timeout costs as much as all the rest of reading a small body.
    timer = asyncio.get_running_loop().call_later(BODY_SECONDS, expire)
    try:
        return await _gathered(receive, slots, holder)
    except asyncio.CancelledError:
        if not expired or task.uncancel() > 0:
            raise
        raise ApiError(ErrorCode.BODY_TIMEOUT, limit=BODY_SECONDS) from None
    finally:
        timer.cancel()


async def _gathered(receive: Receive, slots: Slots, holder: str) -> bytes:
    message = await next_part(receive)
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        return body
    parts, size, counted = [body], 0, 0
    try:
        while message.get("more_body", False):
            message = await next_part(receive)
            part = message.get("body", b"")
            parts.append(part)
            size += len(part)
            if len(body) + size > MAX_BODY:
                raise ApiError(ErrorCode.BODY_TOO_BIG, hint=f"{len(body) + size} bytes came so far", limit=MAX_BODY)
            if part:
                slots.take(holder, len(part))
                counted += len(part)
    finally:
        if counted:
            slots.release(holder, counted)
    return b"".join(parts)


async def unpacked(
    coding: str, body: bytes, place: AbstractContextManager[None] = NOWHERE, *, limit: int = MAX_BODY
) -> bytes:
    """What a compressed body holds; more than a little of it is unpacked in a thread, within ``place``.

    Raises BODY_TOO_BIG, BODY_MALFORMED, and what entering the place raises.
    """
    parts: list[bytes] = []
    size = 0
    pieces = compression.unpacked(coding, compression.sliced(body), limit)
    for piece in pieces:
        parts.append(piece)
        size += len(piece)
        if size > SMALL_BODY:
            break
    else:
        return b"".join(parts)
    with place:
        parts += await asyncio.to_thread(list, pieces)
    return b"".join(parts)


async def next_part(receive: Receive) -> MutableMapping[str, Any]:
    """A piece of the body. Raises BODY_MALFORMED when the caller has gone."""
    message = await receive()
    if message["type"] == "http.disconnect":
        # Half a message must not be sent on as a whole one; hardly anybody is left to read this response.
        raise ApiError(ErrorCode.BODY_MALFORMED, reason="the connection was closed in the middle of it")
    return message


def attached(name: str) -> Headers:
    """The headers of a file that is to be downloaded, and run nowhere."""
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return [(b"content-disposition", disposition.encode()), (b"cross-origin-resource-policy", b"cross-origin")]


def beside(refused: ApiError) -> Headers:
    """The headers of a refusal: those that its status asks for, and its hint."""
    return [*_demanded(refused), *hinted(hints.hint_text(refused))]


def hinted(hint: str) -> Headers:
    """A hint as a header that pages of other origins may read, too; nothing for none."""
    return [(HINT, one_line(hint).encode()), (b"access-control-expose-headers", NAME.encode())] if hint else []


def _demanded(refused: ApiError) -> Headers:
    if refused.problem is ErrorCode.VERB_WRONG:
        return [(b"allow", f"{refused.words['verbs']}, OPTIONS".encode())]
    if refused.problem is ErrorCode.BODY_ENCODING:
        return [(b"accept-encoding", compression.SUPPORTED.encode())]
    if refused.problem is ErrorCode.RANGE_WRONG:
        return [(b"content-range", f"bytes */{refused.words['size']}".encode())]
    if refused.status == HTTPStatus.REQUEST_TIMEOUT:
        # The rest may yet arrive, and must not be taken for the next request.
        return [(b"connection", b"close")]
    return []


def last_words(refused: ApiError, more: Headers) -> bytes:
    """A whole response on a connection that is closed after it, for what never became a request."""
    content = envelope.encode(envelope.Failure(refused.code, refused.text))
    status = HTTPStatus(refused.status)
    length = (b"content-length", str(len(content)).encode())
    headers = [*more, (b"content-type", JSON), length, *COMMON, (b"connection", b"close")]
    lines = [f"HTTP/1.1 {status.value} {status.phrase}".encode(), *(name + b": " + value for name, value in headers)]
    return b"\r\n".join((*lines, b"", content))


async def answer(send: Send, status: int, content_type: bytes, body: bytes, more: Headers | None = None) -> None:
    """Send a whole response."""
    headers = [(b"content-type", content_type), (b"content-length", str(len(body)).encode()), *COMMON, *(more or [])]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


_PLAIN = {kind: b"".join(b"%b: %b\r\n" % line for line in [(b"content-type", kind), *COMMON]) for kind in (JSON, XML)}


def sent_whole(scope: Scope, status: int, kind: bytes, body: bytes) -> bool:
    """Send a whole response of ``kind`` JSON or XML in one go; false where the connection cannot do that now."""
    whole: Whole | None = (scope.get("extensions") or _NONE).get(WHOLE)
    return whole is not None and whole(scope, status, _PLAIN[kind], body)


async def answer_json(send: Send, status: int, value: Any, more: Headers | None = None) -> None:
    """Send any value as JSON."""
    await answer(send, status, JSON, msgspec.json.encode(value), more)


async def preflight(scope: Scope, send: Send) -> None:
    """Allow a browser page of another origin to call."""
    asked = header(scope, b"access-control-request-headers")
    # The names come back as they were asked for; anything that is not a list of header names does not.
    plain = asked.decode("latin-1").replace(",", "").replace("-", "").replace(" ", "").isalnum()
    allowed = asked if asked.isascii() and plain else b"content-type, authorization"
    more = [
        (b"access-control-allow-methods", b"GET, HEAD, POST, OPTIONS"),
        (b"access-control-allow-headers", allowed),
        (b"access-control-max-age", b"86400"),
    ]
    await answer(send, 200, b"text/plain", b"", more)
