"""Handshakes of WebSockets: who may open one, and what it listens to.

Docs: settings/interactivity/custom-push-and-pull-client.md
"""

from __future__ import annotations

import contextlib
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from botyard.errors import ApiError
from botyard.portal import channels
from botyard.portal.auth.throttle import network
from botyard.portal.channels import Channel, ChannelKind
from botyard.push import requests
from botyard.push.hub import Hub
from botyard.push.outgoing import Format
from botyard.store import apps
from botyard.store.engines.db import Unavailable
from botyard.web.http import Receive, Scope, Send, header
from botyard.web.loopback_only import is_loopback
from botyard.web.offers import is_socket
from botyard.web.socket import SOCKET, WRONG_CHANNEL, PushSocket, SocketListener

MOST_CHANNELS = 10
"""Channels that one connection may name."""
MAX_QUERY = 8192


class Wish(NamedTuple):
    """What a client asks for: channels, a format, and the last message that it has."""

    channel_id: str
    form: Format
    mid: str


async def answer_socket(hub: Hub, scope: Scope, receive: Receive, send: Send) -> None:
    """Decide on a handshake."""
    await receive()
    socket: PushSocket | None = (scope.get("extensions") or {}).get(SOCKET)
    if socket is None or not is_socket(scope["raw_path"]) or hub.closed:
        await send({"type": "websocket.close", "code": 1000})
        return
    address = network(scope["client"][0]) if scope.get("client") else ""
    slots = hub.context.slots
    with contextlib.ExitStack() as holding:
        try:
            holding.enter_context(slots.sockets.held(address))
        except ApiError:
            socket.refuse(HTTPStatus.SERVICE_UNAVAILABLE, "Too many connections.")
            return
        listener = await _decided(hub, scope, socket, holding)
        if listener is not None and not listener.gone:
            # From here on they belong to the connection.
            held = holding.pop_all()
            socket.on_lost = lambda: _lost(hub, listener, held)


def _lost(hub: Hub, listener: SocketListener, held: contextlib.ExitStack) -> None:
    held.close()
    hub.part(listener)


async def _decided(hub: Hub, scope: Scope, socket: PushSocket, holding: contextlib.ExitStack) -> SocketListener | None:
    """Open the socket, if all is well; otherwise the client is told why not."""
    asked = wish(scope["query_string"])
    wanted = listed(hub, asked.channel_id)
    try:
        if not await welcome(hub, scope, wanted):
            socket.refuse(HTTPStatus.FORBIDDEN, "Pages of this origin may not connect.")
            return None
        if not wanted:
            _wrong(socket)
            return None
        listener = SocketListener(socket, wanted, asked.channel_id, asked.form, https=scope["scheme"] == "wss")
        if not await hub.admit(listener):
            _wrong(socket)
            return None
        holding.enter_context(hub.context.slots.sockets_of.held(str(listener.user_id)))
    except (ApiError, Unavailable):
        socket.refuse(HTTPStatus.SERVICE_UNAVAILABLE, "Not now.")
        return None
    client = requests.Client(hub, listener, listener.answer)
    if not socket.accept(lambda _, message: client.receive(message)):
        return None
    socket.listener = listener
    socket.on_lost = lambda: _lost(hub, listener, contextlib.ExitStack())
    try:
        await hub.join(listener, asked.mid)
    except Unavailable:
        listener.leave()
    return listener


def _wrong(socket: PushSocket) -> None:
    """Tell a client that it needs other channels: a code that only an open socket can be closed with."""
    if socket.accept(lambda *_: None):
        socket.close(WRONG_CHANNEL, "wrong channel")


def wish(query: bytes) -> Wish:
    """What stands in the query of a client's address."""
    text = query.decode("latin-1") if len(query) <= MAX_QUERY else ""
    try:
        values = parse_qs(text, max_num_fields=50)
    except ValueError:
        values = {}
    words = {name: value[-1] for name, value in values.items()}
    if words.get("jsonRpc") == "true":
        form = Format.JSON_RPC
    elif words.get("binaryMode") == "true":
        form = Format.PROTOBUF
    else:
        form = Format.JSON if words.get("format") == "json" else Format.TEXT
    # Clients of version 2 name the last message by its tag.
    return Wish(words.get("CHANNEL_ID", ""), form, words.get("mid") or words.get("tag", ""))


def listed(hub: Hub, channel_ids: str) -> list[Channel]:
    """The channels of a client; none where one of them is wrong, of somebody else, or not for listening."""
    now, keys = hub.context.clock.now(), hub.context.keys
    names = channel_ids.split("/", MOST_CHANNELS)
    wanted = [channels.find(keys, name, now=now) for name in names[:MOST_CHANNELS]]
    signed = [channel for channel in wanted if channel is not None and channel.kind is not ChannelKind.PUBLIC]
    owners = {(channel.user_id, channel.app_id, channel.key) for channel in signed}
    return signed if len(signed) == len(names) and len(owners) == 1 else []


async def welcome(hub: Hub, scope: Scope, wanted: list[Channel]) -> bool:
    """Whether a page of this origin may connect: one of the portal's, or of the application whose channels it names.

    Programs say no origin.
    """
    origin = header(scope, b"origin").decode("latin-1").lower()
    if not origin:
        return True
    settings = hub.context.settings
    host = _host(origin)
    if host and host in (header(scope, b"host").decode("latin-1").lower(), settings.domain.lower()):
        return True
    if settings.profile == "dev" and is_loopback(host.rpartition(":")[0] or host):
        return True
    app_ids = {channel.app_id for channel in wanted} - {0}
    for app_id in app_ids:
        app = await hub.context.database.read(lambda tx, number=app_id: apps.find(tx, number))  # type: ignore[misc]
        if app and host and host in {_host(url) for url in (app.handler_url, app.install_url, app.redirect_uri)}:
            return True
    return False


def _host(origin: str) -> str:
    """Host and port of an address; ``""`` for what is none, such as `null`."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""
