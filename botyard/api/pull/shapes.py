"""Where the push server is, and the channels that a caller may listen to."""

from __future__ import annotations

import msgspec

from botyard.model import mids
from botyard.model.addresses import LONG_POLL, PUBLISH, SOCKETS
from botyard.model.mids import Position
from botyard.portal import channels
from botyard.portal.channels import LIFE_SECONDS, Channel, ChannelKind
from botyard.rpc.call import Call
from botyard.rpc.identity import Auth
from botyard.store import events, portal

VERSION = 5
"""JSON-RPC over WebSockets. Clients that connect as those of version 4 or 3 do are served as well."""
REVISION_WEB = 19
"""What clients compare with their own revision; they switch themselves off where it differs."""
REVISION_MOBILE = 3


class ServerShape(msgspec.Struct, frozen=True):
    """The addresses of the push server. ``long_pooling_secure`` is spelled as the page has it."""

    version: int
    server_enabled: bool
    mode: str
    hostname: str
    long_polling: str
    long_pooling_secure: str
    websocket_enabled: bool
    websocket: str
    websocket_secure: str
    publish_enabled: bool
    publish: str
    publish_secure: str
    config_timestamp: int


class ApiShape(msgspec.Struct, frozen=True):
    revision_web: int = REVISION_WEB
    revision_mobile: int = REVISION_MOBILE


class ChannelShape(msgspec.Struct, frozen=True):
    """A channel to listen to. ``public_id`` is the one by which others write to the person, whole."""

    id: str
    start: str
    end: str
    type: str
    public_id: str | None = None


class PublicChannelShape(msgspec.Struct, frozen=True):
    """The channel by which clients write to a person."""

    user_id: int
    public_id: str
    signature: str
    start: str
    end: str


class Config(msgspec.Struct, frozen=True, rename={"public_channels": "publicChannels", "server_time": "serverTime"}):
    """All that a client needs to connect."""

    server: ServerShape
    api: ApiShape
    channels: dict[str, ChannelShape]
    public_channels: dict[str, PublicChannelShape]
    server_time: str
    exp: int
    mid: str
    """Where the event log is: who connects with it is told everything from this call on."""
    jwt: str = ""
    """Always empty: channels are signed themselves."""


async def config(call: Call, *, of_app: bool) -> Config:
    """The configuration for a caller; ``of_app`` for the channels of the application that calls."""
    row = await portal.get(call.tx)
    end = _end(call)
    app_id = (call.identity.app_id or 0) if of_app else 0
    listening = {
        kind.value: _listen(call, Channel(kind, call.user_id, end, app_id, call.identity.key))
        for kind in (ChannelKind.PRIVATE, ChannelKind.SHARED)
    }
    return Config(
        server=_server(call, row.created if row else 0),
        api=ApiShape(),
        channels=listening,
        public_channels={str(call.user_id): public(call, call.user_id)},
        server_time=call.atom(call.now),
        exp=end,
        mid=mids.mid(Position(await events.newest(call.tx))),
    )


def public(call: Call, user_id: int) -> PublicChannelShape:
    """The channel by which clients write to somebody."""
    channel = Channel(ChannelKind.PUBLIC, user_id, call.now + LIFE_SECONDS)
    return PublicChannelShape(
        user_id=user_id,
        public_id=channels.body(channel),
        signature=channels.signature(call.context.keys, channel),
        start=call.atom(call.now),
        end=call.atom(channel.end),
    )


def _end(call: Call) -> int:
    """When channels end: a token of an application is renewed meanwhile, a person's own ends for good."""
    end = call.now + LIFE_SECONDS
    return min(end, call.identity.expires or end) if call.identity.auth is Auth.SESSION else end


def _listen(call: Call, channel: Channel) -> ChannelShape:
    private = channel.kind is ChannelKind.PRIVATE
    own = public(call, call.user_id)
    return ChannelShape(
        id=channels.id_of(call.context.keys, channel),
        start=call.atom(call.now),
        end=call.atom(channel.end),
        type=channel.kind.value,
        public_id=f"{own.public_id}.{own.signature}" if private else None,
    )


def _server(call: Call, created: int) -> ServerShape:
    settings = call.context.settings
    plain = settings.public_url
    secure = settings.https_url or plain
    if plain.startswith("http://") and not settings.https_url:
        # Nothing listens there; a page that was loaded by https is behind a proxy, which knows its own address.
        secure = "https" + plain.removeprefix("http")
    return ServerShape(
        version=VERSION,
        server_enabled=True,
        mode="personal",
        hostname=settings.domain,
        long_polling=plain + LONG_POLL,
        long_pooling_secure=secure + LONG_POLL,
        websocket_enabled=True,
        websocket="ws" + plain.removeprefix("http") + SOCKETS,
        websocket_secure="ws" + secure.removeprefix("http") + SOCKETS,
        publish_enabled=True,
        publish=plain + PUBLISH,
        publish_secure=secure + PUBLISH,
        # It stays as it is: clients start anew when it changes.
        config_timestamp=created,
    )
