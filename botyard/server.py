"""The composition root: settings → database → registry → limits → HTTP. It alone knows all layers."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from functools import cache, partial
from ipaddress import ip_network
from typing import Any, cast

import uvicorn
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from botyard.api import MODULES
from botyard.api.imbot import events as bot_events
from botyard.api.imbot_v2 import events as bot_events_v2
from botyard.api.payloads import portal_payloads, push_payloads
from botyard.chat.conversation import indexing
from botyard.chat.media import files
from botyard.clock import Clock
from botyard.config import Settings
from botyard.delivery.rendering import PayloadBuilder, to_bindings, to_bots
from botyard.delivery.service import DeliveryService
from botyard.model import recipients
from botyard.portal import audit_writer, key_rotation, messenger, presence
from botyard.portal.auth import renewals
from botyard.portal.auth.breached_passwords import opened_list
from botyard.portal.data_folder import claim, open_portal_database
from botyard.push.hub import Hub
from botyard.rpc.call import Context
from botyard.rpc.guessing import Guessing
from botyard.rpc.limits import PROFILES, Limits, costs
from botyard.rpc.registry import Registry
from botyard.rpc.slots import slots
from botyard.store.engines.blobs import file_storage
from botyard.store.engines.connect import open_blobs
from botyard.store.engines.db import Database
from botyard.store.engines.migrate import migrate
from botyard.store.engines.watch import watch
from botyard.web import descriptors, push, repeated_lines
from botyard.web.certificates import Certificate
from botyard.web.connection import HttpConnection
from botyard.web.crowd import Crowd, room
from botyard.web.frame_pace import FramePace
from botyard.web.http import Receive, Scope, Send
from botyard.web.https_only import HSTS, https_address, https_only
from botyard.web.loopback_only import loopback_only
from botyard.web.routes import answer_request, router
from botyard.web.socket import PushSocket

Application = Callable[[Scope, Receive, Send], Awaitable[None]]

# Payload builders by kind of recipient; bots by the dialect that registered them.
PAYLOAD_BUILDERS: dict[str, PayloadBuilder] = {
    recipients.BOT: to_bots({"v1": bot_events.render, "v2": bot_events_v2.render}),
    recipients.BINDING: to_bindings(portal_payloads.render),
}


@cache
def registry() -> Registry:
    """All methods, for every portal of this process."""
    return Registry(MODULES)


async def open_context(settings: Settings, clock: Clock | None = None, database: Database | None = None) -> Context:
    """Open everything that a portal needs, but for a database that is open already; migrations run here.

    Raises store.db.Unavailable.
    """
    breached = opened_list(settings)
    clock = clock or Clock(settings.time_zone, steady=time.monotonic)
    database = database or await open_portal_database(settings)
    database.now = clock.now
    try:
        room = file_storage(open_blobs(settings.files, settings.data / "files"), settings.data / "files" / "incoming")
        await migrate(database)
        made = await claim(database, settings)
        await key_rotation.settle(database, made)
        if not await database.read(messenger.is_current):
            await database.write(messenger.settle)
    except BaseException:
        await database.close()
        raise
    return Context(
        settings=settings,
        database=database,
        clock=clock,
        keys=made,
        registry=registry(),
        limits=Limits(PROFILES[settings.limit_profile], settings.max_in_flight, costs(settings)),
        guessing=Guessing(on=settings.profile == "prod" or settings.limit_profile != "off"),
        storage=room,
        slots=slots(settings),
        breached=breached,
    )


def application(context: Context) -> Application:
    """The ASGI application of an open portal."""
    hub = Hub(context, push_payloads.render)
    others = router(context, hub)

    def app(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "websocket":
            return push.answer_socket(hub, scope, receive, send)
        return answer_request(context, others, scope, receive, send)

    inner: Application = loopback_only(app) if context.loopback_only else app
    if address := https_address(context.settings):
        inner = https_only(inner, context, address)
    trusted = _trusted(context.settings.trusted_proxies)
    # Its types name each kind of message; ours know them as dictionaries.
    return cast(Application, ProxyHeadersMiddleware(cast(Any, inner), trusted)) if trusted else inner


def _trusted(proxies: Iterable[str]) -> list[str]:
    """The networks of proxies as they may appear: on a socket that takes both, IPv4 comes written as IPv6."""
    networks = [ip_network(proxy) for proxy in proxies]
    mapped = [
        f"::ffff:{network.network_address}/{96 + network.prefixlen}" for network in networks if network.version == 4
    ]
    return [*map(str, networks), *mapped]


KEEP_ALIVE_SECONDS = 75
"""How long a connection may be silent between two requests."""
HANDSHAKE_SECONDS = 10.0
"""How long a client may take for the greeting of TLS, before it is a connection."""
FAREWELL_SECONDS = 5.0
"""How long it may take to acknowledge the end of TLS."""
GRACE_SECONDS = 5
"""How long requests under way may take yet when the server stops."""


class Listener:
    """One listening address: http, or https when a certificate is given."""

    def __init__(
        self,
        app: Application,
        host: str,
        port: int,
        certificate: Certificate | None = None,
        *,
        crowd: Crowd | None = None,
        hsts: bool = False,
    ):
        self._certificate = certificate
        self.crowd = Crowd(room()) if crowd is None else crowd
        self.socket = _bound(host, port)
        self.port: int = self.socket.getsockname()[1]
        pace = FramePace()
        config = uvicorn.Config(
            app,
            # Called with names only, as it calls a class.
            http=cast(Any, partial(HttpConnection, crowd=self.crowd)),
            ws=cast(Any, lambda **_: PushSocket(app, pace)),
            log_level="warning",
            access_log=False,
            # Its own handlers would write beside ours.
            log_config=None,
            lifespan="off",
            # Only the proxies that are named in the settings are believed; see `application`.
            proxy_headers=False,
            interface="asgi3",
            headers=[HSTS] if hsts else [],
            server_header=False,
            date_header=True,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
        config.load()
        repeated_lines.bound()
        config.ssl = certificate.tls if certificate else None
        self._server = _Quiet(config)

    async def serve(self) -> None:
        """Serve until ``stop``."""
        watch = asyncio.create_task(self._certificate.watch()) if self._certificate else None
        try:
            await self._server.serve(sockets=[self.socket])
        finally:
            if watch:
                watch.cancel()

    @property
    def under_way(self) -> int:
        """How many requests are being answered."""
        return len(self._server.server_state.tasks)

    def stop(self, grace: int = GRACE_SECONDS) -> None:
        """Take no more requests; those under way may take so many seconds yet."""
        self._server.config.timeout_graceful_shutdown = grace
        self._server.should_exit = True

    def look(self) -> None:
        """See at once whether the certificate has changed."""
        if self._certificate:
            self._certificate.look()


class _Quiet(uvicorn.Server):
    """A server that leaves signals to the composition root: two of them run side by side under --tls."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.servers: list[asyncio.base_events.Server] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen; a client that does not finish the greeting of TLS is not waited for as long as uvicorn would."""
        await self.lifespan.startup()
        loop, config = asyncio.get_running_loop(), self.config
        protocol: Any = config.http_protocol_class
        make = partial(protocol, config=config, server_state=self.server_state, app_state=self.lifespan.state)
        limits: Any = {"ssl_handshake_timeout": HANDSHAKE_SECONDS, "ssl_shutdown_timeout": FAREWELL_SECONDS}
        for each in sockets or ():
            more = limits if config.ssl else {}
            self.servers.append(
                await loop.create_server(make, sock=each, ssl=config.ssl, backlog=config.backlog, **more)
            )
        self.started = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are not its business."""
        yield


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


def _hear(stopped: asyncio.Event, listeners: list[Listener]) -> None:
    """SIGINT and SIGTERM stop the server, a second one at once; SIGHUP has it look at its certificates."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        stopped.set()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
            # Of the system and not of the loop, so that it works whatever the loop is busy with.
            signal.signal(number, signal.SIG_DFL)

    def look() -> None:
        for listener in listeners:
            listener.look()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    loop.add_signal_handler(signal.SIGHUP, look)


async def serve(
    context: Context,
    listeners: list[Listener],
    ready: Callable[[list[str]], None],
    companions: Iterable[Callable[[], Coroutine[Any, Any, None]]] = (),
) -> None:
    """Run until a signal asks to stop; then finish what is under way and close the database.

    ``ready`` is given what the administrator should know, in sentences. ``companions`` run beside the server.
    """
    stopped = asyncio.Event()
    _hear(stopped, listeners)
    tasks = [asyncio.create_task(listener.serve()) for listener in listeners]
    service = DeliveryService(context, PAYLOAD_BUILDERS)
    await service.start()

    def relieve() -> None:
        for listener in listeners:
            listener.crowd.thin_out()

    watching = [
        asyncio.create_task(watch(context.database)),
        asyncio.create_task(descriptors.watch(relieve)),
        asyncio.create_task(audit_writer.run(context.database, context.audit_notes)),
        asyncio.create_task(renewals.run(context.database, context.keys)),
        asyncio.create_task(indexing.run(context.database), name="indexing"),
        asyncio.create_task(presence.run(context.database), name="statuses"),
    ]
    spared = context.snapshots.blobs
    sweeper = asyncio.create_task(
        files.run_sweeper(context.database, context.storage.blobs, clock=context.clock, spared=spared)
    )
    # What was made to start lives as long as the server; the collector need not look at it again and again.
    gc.collect()
    gc.freeze()
    ready(service.warnings)
    beside = [asyncio.create_task(companion()) for companion in companions]
    await stopped.wait()
    for task in beside:
        task.cancel()
    await asyncio.gather(*beside, return_exceptions=True)
    context.long_poll.close()
    context.stopping.begin()
    for listener in listeners:
        listener.stop()
    await asyncio.gather(*tasks)
    await service.stop()
    for task in (*watching, sweeper):
        task.cancel()
    await asyncio.gather(*watching, sweeper, return_exceptions=True)
    await context.database.close()
    logging.getLogger("botyard").info("stopped")
