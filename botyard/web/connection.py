"""One connection: uvicorn's, that nobody can hold for ever, and that says in JSON what it could not read."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from botyard.errors import ApiError, ErrorCode
from botyard.portal.auth.throttle import network
from botyard.rpc.long_poll import OnLost, Watch
from botyard.web.crowd import Crowd
from botyard.web.http import ARRIVED, WATCH, WHOLE, last_words
from botyard.web.offers import OfferParser, head_without_offer, is_socket
from botyard.web.shortcuts import arrived_body, single_write
from botyard.wire.limits import BODY_SECONDS, HEAD_SECONDS, MAX_HEAD

FAREWELL_SECONDS = 0.5
"""How long a client may take to acknowledge the end of TLS when the server stops."""

MOST_WAITING = 64
"""Requests of one connection that may wait for the response to an earlier one."""
MOST_CHUNKS = 10_000
"""Chunks of bodies in one piece of what arrives, 256 KiB at most: each costs some calls, however small it is."""

# A name or an address, and perhaps a port: RFC 9110, 7.2.
_HOST = re.compile(rb"(?:[A-Za-z0-9._~!$&'()*+,;=%-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?")

# Where in the stream of requests a connection is. No Enum: looking up its members costs too much here.
_BETWEEN: Final = "between requests"
_HEAD: Final = "in a request line or its headers"
_BODY: Final = "in a body"


class _Lingering:
    """The transport of a last request: its end waits for the rest of a refused body.

    Closed with bytes unread, a connection is reset, and the reset overtakes the response.
    """

    def __init__(self, connection: HttpConnection) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection.transport, name)

    def close(self) -> None:
        """End the connection when nothing of the request is left to read."""
        self._connection.end()


class HttpConnection(HttpToolsProtocol):
    """A connection that nobody can hold for ever, and that says in JSON what it could not read.

    uvicorn itself waits without end for a head that does not come, takes heads
    of any size, and answers what is no HTTP in plain text.
    """

    def __init__(self, *arguments: Any, crowd: Crowd | None = None, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._crowd = crowd
        self._headers: list[tuple[bytes, bytes]] = []
        self.parser = OfferParser(self)
        self._stage: str = _BETWEEN
        self._moved = False
        self._arrived = 0
        self._chunks = 0
        self._beside = 0
        self._body_seen = False
        self._last = False
        self._declined = False
        self._refused = ApiError(ErrorCode.HTTP_INVALID)
        self._timer: asyncio.TimerHandle | None = None
        # Of the connection and not of each request, whose parts would then hold each other until the collector comes.
        self._extensions: dict[str, Any] = {name: offer(self) for name, offer in EXTENSIONS.items()}
        self._watchers: set[OnLost] = set()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # As uvicorn has it.
        super().connection_made(transport)
        if self._crowd is not None:
            self._crowd.join(self)
        self._expect_more(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._relax()
        if self._crowd is not None:
            self._crowd.leave(self)
        super().connection_lost(exc)
        for lost in list(self._watchers):
            lost()

    def data_received(self, data: bytes) -> None:
        """Read on, and see that what has begun ends."""
        if self._stage == _BODY:
            self._body_seen = True
            self._beside += len(data)
        self._arrived = self._arrived + len(data) if self._stage == _HEAD else len(data)
        self._moved = False
        self._chunks = 0
        super().data_received(data)
        if self.transport.is_closing():
            return
        if (self._arrived if self._stage == _HEAD else self._beside) > MAX_HEAD:
            self._refuse(ApiError(ErrorCode.HEAD_TOO_BIG, limit=MAX_HEAD))
        elif self._stage == _HEAD or not (self._moved or self._stage == _BODY):
            # A head by half, or blank lines between requests, for which uvicorn stops its own clock.
            self._expect_more(HEAD_SECONDS)

    def on_message_begin(self) -> None:
        self._stage, self._moved = _HEAD, True
        super().on_message_begin()

    def on_chunk_header(self) -> None:
        """One more part of a chunked body begins. Raises HTTP_INVALID for a swarm of them."""
        self._chunks += 1
        self._beside = 0
        if self._chunks > MOST_CHUNKS:
            raise self._refused

    def on_body(self, body: bytes) -> None:
        self._beside = 0
        super().on_body(body)

    def on_headers_complete(self) -> None:
        self._relax()
        if len(self.pipeline) >= MOST_WAITING:
            # Read at once they would hold the event loop, and kept they would fill the memory. The connection ends
            # after the last response, upon which clients send the rest again.
            raise self._refused
        if self._arrived > MAX_HEAD and self._head_size() > MAX_HEAD:
            self._refused = ApiError(ErrorCode.HEAD_TOO_BIG, limit=MAX_HEAD)
            raise self._refused
        if self.headers != self._headers or not self._headers:
            # A connection mostly brings the same head again.
            self._require_host()
            self._headers = self.headers
        self._declined = self.declines_offer()
        if self._declined:
            return
        self._stage, self._body_seen, self._beside = _BODY, False, 0
        super().on_headers_complete()
        if self.cycle is None or self.cycle.scope is not self.scope:
            # Another protocol from here on.
            return
        # What stands behind a body is no header: nobody who has decided by the head is to find another one.
        self.headers = []
        self.scope["extensions"] = self._extensions
        if not self.cycle.keep_alive and self.parser.should_keep_alive():
            self._keep_old_http()
        if not self.cycle.keep_alive:
            self.cycle.transport = _Lingering(self)  # type: ignore[assignment]  # Stands in for the few words that are said to it.

    def _require_host(self) -> None:
        """Raises HOST_WRONG where it is not exactly one that stands in the head. Old HTTP may have none."""
        host = None
        for name, value in self.headers:
            if name == b"host":
                if host is not None:
                    raise self._without_host()
                host = value
        if not (_HOST.fullmatch(host) if host is not None else self.parser.get_http_version() == "1.0"):
            raise self._without_host()

    def _without_host(self) -> ApiError:
        self._refused = ApiError(ErrorCode.HOST_WRONG)
        return self._refused

    def _keep_old_http(self) -> None:
        """Let a connection of HTTP/1.0 go on where the client asks for it, and say so; uvicorn always ends it."""
        self.cycle.keep_alive = True
        self.cycle.default_headers = [*self.cycle.default_headers, (b"connection", b"keep-alive")]

    def on_message_complete(self) -> None:
        if self._declined:
            # Said by the parser, which has not looked for a body; it is read on without the offer.
            return
        self._stage, self._moved, self._beside = _BETWEEN, True, 0
        super().on_message_complete()
        if self.cycle is not None and self.cycle.response_complete:
            # The rest of a body that was refused has arrived; the usual pause before the next request begins.
            self._relax()
            if self._last:
                self.transport.close()
            else:
                self._expect_more(self.timeout_keep_alive)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._stage == _BODY and not self.transport.is_closing():
            if self.expect_100_continue and not self._body_seen:
                # Told before it sent the body, the client may go on with the body or with another request.
                self.transport.close()
            self._expect_more(BODY_SECONDS)

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over; its new protocol keeps time by itself."""
        self._relax()
        if self._crowd is not None:
            self._crowd.leave(self)
        super().handle_websocket_upgrade()

    @property
    def idle_since(self) -> float | None:
        """When the last response ended, or the connection was made; ``None`` while a request is being responded to."""
        if self._answering():
            return None
        pause, timer = self.timeout_keep_alive_task, self._timer
        if pause is not None:
            return pause.when() - self.timeout_keep_alive
        return timer.when() - HEAD_SECONDS if timer is not None else 0.0

    @property
    def address(self) -> str:
        """The network that the connection comes from."""
        return network(self.client[0]) if self.client else ""

    def give_way(self) -> None:
        """End at once, without the words that TLS would wait for."""
        self.transport.abort()

    def watch(self, lost: OnLost) -> OnLost:
        """Call ``lost`` when the connection is lost, until the returned word is said."""
        self._watchers.add(lost)
        if self.cycle is not None and self.cycle.disconnected:
            lost()
        return lambda: self._watchers.discard(lost)

    def end(self) -> None:
        """End the connection, but not in the middle of a body."""
        self._last = self._stage == _BODY
        if not self._last:
            self.transport.close()

    def shutdown(self) -> None:
        """End after the response to the request under way; an idle connection ends now."""
        super().shutdown()
        if self.transport.is_closing() and self.transport.get_extra_info("ssl_object") is not None:
            # The end of TLS waits for the client's word, and one that idles in a pool says none.
            asyncio.get_running_loop().call_later(FAREWELL_SECONDS, self.transport.abort)

    def send_400_response(self, msg: str) -> None:
        """What uvicorn calls for anything that it cannot read."""
        self._refuse(self._refused)

    def declines_offer(self) -> bool:
        """Whether the request read now offers a protocol that is not spoken here."""
        # CONNECT counts as an offer too, and nothing is left of such a request without it.
        offered = self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT"
        return offered and not self._should_upgrade()

    def _should_upgrade(self) -> bool:
        # Only the address of the push server is one for sockets; a request to any other is answered without the offer.
        return bool(super()._should_upgrade()) and is_socket(self.url)

    def read_on(self, rest: bytes) -> None:
        """Read the request under way again without its offer, and what comes after its head."""
        head = head_without_offer(self.parser, self.url, self.scope["headers"])
        self.parser = OfferParser(self)
        self.parser.feed_data(head + rest)

    def _unsupported_upgrade_warning(self) -> None:
        # A CONNECT; nothing to warn of.
        pass

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.scope["headers"])

    def _refuse(self, refused: ApiError) -> None:
        self._relax()
        if self._answering() and self._stage != _BODY:
            # An earlier request is still being answered; the connection ends after that.
            self.cycle.keep_alive = False
            return
        self.transport.write(last_words(refused, self.server_state.default_headers))
        self.transport.close()

    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _expect_more(self, seconds: float) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._late)

    def _relax(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        self._timer = None
        if self.transport.is_closing():
            return
        if self._answering():
            self._expect_more(HEAD_SECONDS)
        elif self._stage == _HEAD:
            self._refuse(ApiError(ErrorCode.HEAD_TIMEOUT, limit=HEAD_SECONDS))
        else:
            self.transport.close()


def _watch(connection: HttpConnection) -> Watch:
    return connection.watch


EXTENSIONS: dict[str, Callable[[HttpConnection], Any]] = {WHOLE: single_write, ARRIVED: arrived_body, WATCH: _watch}
"""The extensions of ASGI that connections offer. `/rest` works without any; calls then cost more."""
