"""The push server for those without WebSockets: long polls, and what clients publish by POST.

Docs: settings/interactivity/custom-push-and-pull-client.md; statuses and headers as `@bitrix24/b24jssdk` reads them.
"""

from __future__ import annotations

import asyncio
import contextlib

from starlette.requests import Request
from starlette.responses import Response

from botyard.errors import ApiError, ErrorCode
from botyard.model import mids
from botyard.model.mids import Position
from botyard.portal.auth.throttle import network
from botyard.portal.channels import Channel
from botyard.push.hub import Hub
from botyard.push.listener import Listener
from botyard.push.outgoing import Format, Outgoing, joined
from botyard.push.requests import Client
from botyard.rpc.long_poll import OnLost
from botyard.web import http
from botyard.web.push import Wish, listed, wish
from botyard.web.responses import HEADERS

POLL_SECONDS = 40.0
"""How long a poll waits; clients give up after a minute."""
MOST_BYTES = 256 * 1024
"""What one response may have, and one message more; the rest comes with the next."""
MAX_PUBLISHED = 65_536

NOTHING_NEW = {"Expires": "Thu, 01 Jan 1973 11:11:01 GMT"}
"""By this clients know that the response is ours, and not that of a cache."""
_KINDS = {
    Format.JSON_RPC: "application/json",
    Format.JSON: "application/json",
    Format.PROTOBUF: "application/octet-stream",
    Format.TEXT: "text/plain; charset=utf-8",
}


class PollListener(Listener):
    """Somebody who polls: what comes is kept for the response."""

    __slots__ = ("_here", "ended", "payloads", "size")

    def __init__(self, channels: list[Channel], asked: Wish, *, https: bool) -> None:
        super().__init__(channels, asked.channel_id, asked.form, https=https)
        self.payloads: list[bytes] = []
        self.size = 0
        self.ended = False
        self._here = asyncio.Event()

    def deliver(self, outgoing: Outgoing) -> bool:
        if self.size > MOST_BYTES:
            # It comes again, because the number of the last message is not that of this one.
            return False
        payload = outgoing.payload(self.form, self.user_id, self.channel)
        self.payloads.append(payload)
        self.size += len(payload)
        self.last_mid = outgoing.mid
        self._here.set()
        return False

    def flush(self) -> None:
        pass

    def ping(self) -> None:
        pass

    def expire(self) -> None:
        self.ended = True
        self._here.set()

    def leave(self) -> None:
        self._here.set()

    async def drained(self) -> None:
        if self.size > MOST_BYTES:
            raise ConnectionError

    async def wait(self) -> None:
        """Wait for something to be there, or the end of the time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):
                await self._here.wait()


async def poll(hub: Hub, request: Request) -> Response:
    """Wait for messages, and return those that there are."""
    with _held(hub, request) as holding:
        listener, asked = await _listener(hub, request)
        holding.enter_context(hub.context.slots.sockets_of.held(str(listener.user_id)))
        unwatch = _watched(request, listener)
        try:
            await hub.join(listener, asked.mid)
            if not listener.gone:
                await listener.wait()
        finally:
            hub.part(listener)
            unwatch()
    if listener.ended:
        raise ApiError(ErrorCode.CHANNEL_BAD)
    last = {"Last-Message-Id": listener.last_mid, "Access-Control-Expose-Headers": "Last-Message-Id, Expires"}
    if not listener.payloads:
        return Response(status_code=304, headers={**HEADERS, **NOTHING_NEW, **last})
    body = joined(listener.form, listener.payloads)
    return Response(body, headers={**HEADERS, **last, "Content-Type": _KINDS[listener.form]})


async def publish(hub: Hub, request: Request) -> Response:
    """Carry out what a client asks for that has no socket: JSON-RPC, or messages of version 4."""
    with _held(hub, request):
        listener, _ = await _listener(hub, request)
        body = await _body(request)
        text = body[:1] in (b"{", b"[")
        try:
            message = body.decode() if text else body
        except UnicodeDecodeError as problem:
            raise ApiError(ErrorCode.BODY_NOT_UTF8) from problem
        answer = await Client(hub, listener, lambda _: None).answer(message)
    return Response(answer or b"", headers={**HEADERS, "Content-Type": "application/json"})


def _held(hub: Hub, request: Request) -> contextlib.ExitStack:
    """A slot of the caller's address. Raises OVERLOAD."""
    holding = contextlib.ExitStack()
    holding.enter_context(hub.context.slots.sockets.held(network(request.client.host) if request.client else ""))
    return holding


async def _listener(hub: Hub, request: Request) -> tuple[PollListener, Wish]:
    """Whoever holds the channels of a request. Raises CHANNEL_BAD."""
    asked = wish(request.scope["query_string"])
    wanted = listed(hub, asked.channel_id)
    if not wanted:
        raise ApiError(ErrorCode.CHANNEL_BAD)
    listener = PollListener(wanted, asked, https=request.url.scheme == "https")
    listener.last_mid = mids.mid(Position(0))
    if not await hub.admit(listener):
        raise ApiError(ErrorCode.CHANNEL_BAD)
    return listener, asked


def _watched(request: Request, listener: PollListener) -> OnLost:
    """Have the wait end with the connection; what is returned takes that back."""
    watch = http.watch(request.scope)
    return watch(listener.leave) if watch else lambda: None


async def _body(request: Request) -> bytes:
    """What was sent. Raises BODY_TOO_BIG."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_PUBLISHED:
            raise ApiError(ErrorCode.BODY_TOO_BIG, limit=MAX_PUBLISHED)
    return body
