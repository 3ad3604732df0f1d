"""One connection: uvicorn's, that nobody can hold for ever, and that says in JSON what it could not read."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, Final

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from botyard.errors import ApiError, ErrorCode
from botyard.rpc.long_poll import OnLost
from botyard.web.http import ARRIVED, WATCH, WHOLE, Headers, Scope, last_words
from botyard.wire.limits import BODY_SECONDS, HEAD_SECONDS, MAX_HEAD

FAREWELL_SECONDS = 0.5
"""How long a client may take to answer the end of TLS when the server stops."""

_OFFERING = frozenset({b"upgrade", b"http2-settings"})
"""Headers that make an offer, and the words of `HttpConnection` that go with them."""


# Where in the stream of requests a connection is. No Enum: looking up its members costs too much here.
_BETWEEN: Final = "between requests"
_HEAD: Final = "in a request line or its headers"
_BODY: Final = "in a body"


class _Parser(httptools.HttpRequestParser):
    """A parser that reads on after an offer to speak another protocol, as if the offer had not been made.

    The one that it extends stops after the head of such a request, and the body is lost. b24phpsdk, like all that
    lets libcurl speak HTTP/2, offers h2c with every call by plain http.
    """

    def __init__(self, connection: HttpConnection) -> None:
        super().__init__(connection)
        self._connection = connection
        with contextlib.suppress(AttributeError):
            # As uvicorn has it.
            self.set_dangerous_leniencies(lenient_data_after_close=True)

    def feed_data(self, data: Any) -> None:
        """Raises HttpParserUpgrade for an offer that is taken up."""
        try:
            super().feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            if not self._connection.declines():
                raise
            self._connection.read_on(data[offer.args[0] :])


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

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.parser = _Parser(self)
        self._stage: str = _BETWEEN
        self._moved = False
        self._arrived = 0
        self._body_seen = False
        self._last = False
        self._declined = False
        self._refused = ApiError(ErrorCode.HTTP_INVALID)
        self._timer: asyncio.TimerHandle | None = None
        self._common: tuple[Headers, bytes] = ([], b"")
        # Of the connection and not of each request, whose parts would then hold each other until the collector comes.
        self._offers: dict[str, Any] = {
            WHOLE: self._send_whole,
            ARRIVED: self._arrived_body,
            WATCH: self._watched,
        }
        self._watchers: set[OnLost] = set()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # As uvicorn has it.
        super().connection_made(transport)
        self._expect_more(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._relax()
        super().connection_lost(exc)
        for lost in list(self._watchers):
            lost()

    def data_received(self, data: bytes) -> None:
        """Read on, and see that what has begun ends."""
        if self._stage == _BODY:
            self._body_seen = True
        self._arrived = self._arrived + len(data) if self._stage == _HEAD else len(data)
        self._moved = False
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._stage == _HEAD and self._arrived > MAX_HEAD:
            self._refuse(ApiError(ErrorCode.HEAD_TOO_BIG, limit=MAX_HEAD))
        elif self._stage == _HEAD or not (self._moved or self._stage == _BODY):
            # A head by half, or blank lines between requests, for which uvicorn stops its own clock.
            self._expect_more(HEAD_SECONDS)

    def on_message_begin(self) -> None:
        self._stage, self._moved = _HEAD, True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._relax()
        if self._arrived > MAX_HEAD and self._head_size() > MAX_HEAD:
            self._refused = ApiError(ErrorCode.HEAD_TOO_BIG, limit=MAX_HEAD)
            raise self._refused
        self._declined = self.declines()
        if self._declined:
            return
        self._stage, self._body_seen = _BODY, False
        super().on_headers_complete()
        if self.cycle is None:
            return
        self.scope["extensions"] = self._offers
        if not self.cycle.keep_alive and self.parser.should_keep_alive():
            self._keep_old_http()
        if not self.cycle.keep_alive:
            self.cycle.transport = _Lingering(self)  # type: ignore[assignment]  # Stands in for the few words that are said to it.

    def _keep_old_http(self) -> None:
        """Let a connection of HTTP/1.0 go on where the client asks for it, and say so; uvicorn always ends it."""
        self.cycle.keep_alive = True
        self.cycle.default_headers = [*self.cycle.default_headers, (b"connection", b"keep-alive")]

    def on_message_complete(self) -> None:
        if self._declined:
            # Said by the parser, which has not looked for a body; it is read on without the offer.
            return
        self._stage, self._moved = _BETWEEN, True
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

    def _send_whole(self, scope: Scope, status: int, head: bytes, body: bytes) -> bool:
        """Send a response in one write, and leave the cycle as if it had been told head and body one after the other.

        Told by ASGI, uvicorn writes twice and looks at each byte of the head: a good part of the cost of a small one.
        Whatever is not plain is left to it, and so is a request behind which others have come already.
        """
        cycle = self.cycle
        if cycle.scope is not scope or scope["method"] == "HEAD" or not cycle.keep_alive:
            return False
        if cycle.response_started or cycle.disconnected or cycle.flow.write_paused:
            return False
        cycle.response_started = True
        cycle.waiting_for_100_continue = False
        if cycle.default_headers is not self._common[0]:
            # The server makes them anew once a second, with the date.
            lines = cycle.default_headers
            self._common = (lines, b"".join([b"%b: %b\r\n" % line for line in lines]))
        length = b"content-length: %d\r\n\r\n" % len(body)
        cycle.transport.write(b"".join((STATUS_LINE[status], self._common[1], head, length, body)))
        cycle.response_complete = True
        cycle.message_event.set()
        cycle.on_response()
        return True

    def _arrived_body(self, scope: Scope) -> bytes | None:
        """Hand over a body that came with its head, as nearly all do: nothing to wait for, no time to watch."""
        cycle = self.cycle
        if cycle.scope is not scope or cycle.more_body or cycle.disconnected:
            return None
        body = bytes(cycle.body)
        cycle.body = bytearray()
        cycle.message_event.clear()
        return body

    def _watched(self, lost: OnLost) -> OnLost:
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
        """End when the request under way is answered; an idle connection ends now."""
        super().shutdown()
        if self.scheme == "https" and self.transport.is_closing():
            # The end of TLS waits for the client's word, and one that idles in a pool says none.
            self.loop.call_later(FAREWELL_SECONDS, self.transport.abort)

    def send_400_response(self, msg: str) -> None:
        """What uvicorn calls for anything that it cannot read."""
        self._refuse(self._refused)

    def declines(self) -> bool:
        """Whether the request read now offers a protocol that is not spoken here."""
        # CONNECT counts as an offer too, and nothing is left of such a request without it.
        offered = self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT"
        return offered and not self._should_upgrade()

    def read_on(self, rest: bytes) -> None:
        """Read the request under way again without its offer, and what comes after its head."""
        version = self.parser.get_http_version().encode()
        lines = [b"%b %b HTTP/%b" % (self.parser.get_method(), self.url, version)]
        for name, value in self.headers:
            if name == b"connection":
                value = b",".join(word for word in value.split(b",") if word.strip().lower() not in _OFFERING)
            if name not in _OFFERING and value:
                lines.append(b"%b: %b" % (name, value))
        self.parser = _Parser(self)
        self.parser.feed_data(b"\r\n".join([*lines, b"", b""]) + rest)

    def _unsupported_upgrade_warning(self) -> None:
        # A CONNECT; nothing to warn of.
        pass

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

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
            self._timer = self.loop.call_later(seconds, self._late)

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
