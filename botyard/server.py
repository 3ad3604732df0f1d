"""The composition root: settings → database → registry → limits → HTTP. It alone knows all floors."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import httptools
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from botyard.api import MODULES, portal_events
from botyard.api.imbot import events as bot_events
from botyard.api.imbot_v2 import events as bot_events_v2
from botyard.chat import files
from botyard.clock import Clock
from botyard.config import Settings
from botyard.delivery.door import Door
from botyard.delivery.words import Writer, to_bindings, to_bots
from botyard.errors import Problem, Refused
from botyard.portal import keys
from botyard.rpc.call import Context
from botyard.rpc.limits import PROFILES, Limits
from botyard.rpc.registry import Registry
from botyard.store.blobs import depot
from botyard.store.migrate import migrate
from botyard.store.opening import open_blobs, open_database
from botyard.web.http import Receive, Scope, Send, last_words
from botyard.web.routes import answer_request
from botyard.wire.limits import BODY_SECONDS, HEAD_SECONDS, MAX_HEAD

Application = Callable[[Scope, Receive, Send], Awaitable[None]]

# Who puts events into words, by kind of recipient; bots by the generation of the API that registered them.
WRITERS: dict[str, Writer] = {
    "bot": to_bots({"v1": bot_events.render, "v2": bot_events_v2.render}),
    "binding": to_bindings(portal_events.render),
}


async def open_context(settings: Settings, clock: Clock | None = None) -> Context:
    """Open everything that a portal needs; migrations run here. Raises store.db.Unavailable."""
    settings.data.mkdir(parents=True, exist_ok=True)
    room = depot(open_blobs(settings.files, settings.data / "files"), settings.data / "files" / "incoming")
    database = await open_database(settings.database or settings.data / "botyard.db")
    await migrate(database)
    return Context(
        settings=settings,
        database=database,
        clock=clock or Clock(settings.time_zone),
        keys=keys.load(settings.data),
        registry=Registry(MODULES),
        limits=Limits(PROFILES[settings.limits], settings.max_in_flight),
        depot=room,
    )


def application(context: Context) -> Application:
    """The ASGI application of an open portal."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await answer_request(context, scope, receive, send)
        elif scope["type"] == "websocket":
            # No sockets yet: refuse the handshake instead of leaving it open.
            await receive()
            await send({"type": "websocket.close", "code": 1000})

    return app


class Listener:
    """One listening address: http, or https when certificates are given."""

    def __init__(self, app: Application, host: str, port: int, cert: Path | None = None, key: Path | None = None):
        self.socket = _bound(host, port)
        self.port: int = self.socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            http=_Connection,
            log_level="warning",
            access_log=False,
            lifespan="off",
            # Who says that a call came over https must be asked for; nobody is believed unasked.
            proxy_headers=False,
            interface="asgi3",
            server_header=False,
            date_header=True,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=5,
            ssl_certfile=str(cert) if cert else None,
            ssl_keyfile=str(key) if key else None,
        )
        self._server = _Quiet(config)

    async def serve(self) -> None:
        """Answer until ``stop``."""
        await self._server.serve(sockets=[self.socket])

    def stop(self) -> None:
        self._server.should_exit = True


class _Quiet(uvicorn.Server):
    """A server that leaves signals to the composition root: two of them run side by side under --tls."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are not its business."""
        yield


FAREWELL_SECONDS = 0.5
"""How long a client may take to answer the end of TLS when the server stops."""

_OFFERING = frozenset({b"upgrade", b"http2-settings"})
"""Headers that make an offer, and the words of `Connection` that go with them."""


class _Stage(Enum):
    """Where in the stream of requests a connection is."""

    BETWEEN = "between requests"
    HEAD = "in a request line or its headers"
    BODY = "in a body"


class _Parser(httptools.HttpRequestParser):
    """A parser that reads on after an offer to speak another protocol, as if the offer had not been made.

    The one that it extends stops after the head of such a request, and the body is lost. b24phpsdk, like all that
    lets libcurl speak HTTP/2, offers h2c with every call by plain http.
    """

    def __init__(self, connection: _Connection) -> None:
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

    Closed with bytes unread, a connection is reset, and the reset overtakes the answer.
    """

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection.transport, name)

    def close(self) -> None:
        """End the connection when nothing of the request is left to read."""
        self._connection.end()


class _Connection(HttpToolsProtocol):
    """A connection that nobody can hold for ever, and that says in JSON what it could not read.

    uvicorn itself waits without end for a head that does not come, takes heads
    of any size, and answers what is no HTTP in plain text.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.parser = _Parser(self)
        self._stage = _Stage.BETWEEN
        self._moved = False
        self._arrived = 0
        self._body_seen = False
        self._last = False
        self._refused = Refused(Problem.HTTP_INVALID)
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_more(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._relax()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, and see that what has begun ends."""
        if self._stage is _Stage.BODY:
            self._body_seen = True
        self._arrived = self._arrived + len(data) if self._stage is _Stage.HEAD else len(data)
        self._moved = False
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._stage is _Stage.HEAD and self._arrived > MAX_HEAD:
            self._refuse(Refused(Problem.HEAD_TOO_BIG, limit=MAX_HEAD))
        elif self._stage is _Stage.HEAD or not (self._moved or self._stage is _Stage.BODY):
            # A head by half, or blank lines between requests, for which uvicorn stops its own clock.
            self._expect_more(HEAD_SECONDS)

    def on_message_begin(self) -> None:
        self._stage, self._moved = _Stage.HEAD, True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._relax()
        if self._arrived > MAX_HEAD and self._head_size() > MAX_HEAD:
            self._refused = Refused(Problem.HEAD_TOO_BIG, limit=MAX_HEAD)
            raise self._refused
        if self.declines():
            return
        self._stage, self._body_seen = _Stage.BODY, False
        super().on_headers_complete()
        if self.cycle is not None and not self.cycle.keep_alive:
            self.cycle.transport = _Lingering(self)  # type: ignore[assignment]  # Stands in for the few words that are said to it.

    def on_message_complete(self) -> None:
        if self.declines():
            # Said by the parser, which has not looked for a body; it is read on without the offer.
            return
        self._stage, self._moved = _Stage.BETWEEN, True
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
        if self._stage is _Stage.BODY and not self.transport.is_closing():
            if self.expect_100_continue and not self._body_seen:
                # Told before it sent the body, the client may go on with the body or with another request.
                self.transport.close()
            self._expect_more(BODY_SECONDS)

    def end(self) -> None:
        """End the connection, but not in the middle of a body."""
        self._last = self._stage is _Stage.BODY
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

    def _refuse(self, refused: Refused) -> None:
        self._relax()
        if self._answering() and self._stage is not _Stage.BODY:
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
        elif self._stage is _Stage.HEAD:
            self._refuse(Refused(Problem.HEAD_TIMEOUT, limit=HEAD_SECONDS))
        else:
            self.transport.close()


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        # Connections made from here on wait for the server instead of being refused.
        made.listen(2048)
    except OSError:
        made.close()
        raise
    return made


async def serve(context: Context, listeners: list[Listener], ready: Callable[[], None]) -> None:
    """Run until a signal asks to stop; then finish what is under way and close the database."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    tasks = [asyncio.create_task(listener.serve()) for listener in listeners]
    door = Door(context, WRITERS)
    door.warn()
    await door.start()
    sweeper = asyncio.create_task(files.keep_clean(context.database, context.depot.blobs, context.clock))
    ready()
    await stopped.wait()
    context.lobby.close()
    for listener in listeners:
        listener.stop()
    await asyncio.gather(*tasks)
    await door.stop()
    sweeper.cancel()
    await asyncio.gather(sweeper, return_exceptions=True)
    await context.database.close()
    logging.getLogger("botyard").info("stopped")
