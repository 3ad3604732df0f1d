"""Channels of the push server: names that say whose they are, and are signed instead of being stored.

A channel is known by its id, `<body>.<signature>`. Nobody can make one without the portal's key, and who has one may
listen in the name of the key that asked for it, for as long as that key is good, and for twelve hours at most.
Docs: settings/interactivity/custom-push-and-pull-client.md
"""

from __future__ import annotations

import hmac
import struct
from enum import StrEnum
from typing import NamedTuple

from botyard.portal.auth.keys import Keys

LIFE_SECONDS = 12 * 3600
"""How long a channel may be listened to: the page says so."""
SIGNATURE = 40
"""Hexadecimal digits of a signature, as in the examples of the page."""

_BODY = struct.Struct(">BQQcQI")
_NO_KEY = b"-"


class ChannelKind(StrEnum):
    """What a channel carries: what is for one person, what is for everybody, or what other clients send to a person."""

    PRIVATE = "private"
    SHARED = "shared"
    PUBLIC = "public"


_KINDS = tuple(ChannelKind)


class Channel(NamedTuple):
    """A channel of a person; with ``app_id`` of what an application sends to that person, or to all of its people.

    ``key`` is the key that asked for it, by the name that ``Identity.key`` has; public channels have none. ``end`` is
    the moment in Unix seconds from which on it is not valid.
    """

    kind: ChannelKind
    user_id: int
    end: int
    app_id: int = 0
    key: str = ""


def body(channel: Channel) -> str:
    """The first part of a channel's id: hexadecimal digits, which clients turn into bytes."""
    letter, number = (channel.key[:1].encode(), int(channel.key[1:])) if channel.key else (_NO_KEY, 0)
    packed = _BODY.pack(_KINDS.index(channel.kind), channel.user_id, channel.app_id, letter, number, channel.end)
    return packed.hex()


def signature(keys: Keys, channel: Channel) -> str:
    """The second part of its id."""
    return keys.channel_signature(body(channel))[:SIGNATURE]


def id_of(keys: Keys, channel: Channel) -> str:
    """The id of a channel."""
    return f"{body(channel)}.{signature(keys, channel)}"


def find(keys: Keys, channel_id: str, *, now: float) -> Channel | None:
    """The channel of an id; ``None`` for an id that the portal has not signed, or not with a key that still counts,
    and for a channel that has ended."""
    text, _, signed = channel_id.partition(".")
    if len(text) != 2 * _BODY.size or len(signed) != SIGNATURE or not channel_id.isascii():
        return None
    if not any(hmac.compare_digest(each.channel_signature(text)[:SIGNATURE], signed) for each in keys.each()):
        return None
    try:
        kind, user_id, app_id, letter, number, end = _BODY.unpack(bytes.fromhex(text))
    except ValueError:
        return None
    if end <= now or kind >= len(_KINDS):
        return None
    key = "" if letter == _NO_KEY else f"{letter.decode('ascii', 'replace')}{number}"
    return Channel(_KINDS[kind], user_id, end, app_id, key)
