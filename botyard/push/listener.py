"""A client that listens, as the hub knows it: whose it is, what it may hear, and where in the log it stands."""

from __future__ import annotations

from abc import ABC, abstractmethod

from botyard.portal.channels import Channel
from botyard.push.outgoing import Format, Outgoing

CHATS = "im"
"""The permission without which nobody is told of chats, and the module of what is told of them."""


class Listener(ABC):
    """One client: a socket, or somebody who polls.

    ``scopes`` are the permissions of the key that asked for its channels, ``live`` is whether the hub writes to it:
    until what it has missed is told, it does not. ``last_mid`` is the number of what it was told last.
    """

    __slots__ = (
        "app_id",
        "channel",
        "end",
        "form",
        "gone",
        "https",
        "key",
        "last_mid",
        "live",
        "private",
        "scopes",
        "shared",
        "user_id",
    )

    def __init__(self, channels: list[Channel], channel_id: str, form: Format, *, https: bool) -> None:
        first = channels[0]
        self.user_id, self.app_id, self.key = first.user_id, first.app_id, first.key
        self.https = https
        kinds = {channel.kind for channel in channels}
        self.private = "private" in kinds
        self.shared = "shared" in kinds
        self.end = min(channel.end for channel in channels)
        self.channel = channel_id
        self.form = form
        self.scopes: frozenset[str] = frozenset()
        self.live = False
        self.gone = False
        self.last_mid = ""

    def hears(self, module: str) -> bool:
        """Whether its key opens what a module tells."""
        return module != CHATS or CHATS in self.scopes

    @abstractmethod
    def deliver(self, outgoing: Outgoing) -> bool:
        """Take a message to be sent; whether ``flush`` is to be called that was not before."""

    @abstractmethod
    def flush(self) -> None:
        """Send what was taken, in one write: each write costs as much as many messages."""

    @abstractmethod
    def ping(self) -> None:
        """Show that the server is there, and find out whether the client is."""

    @abstractmethod
    def expire(self) -> None:
        """Its channels or its key have ended: nothing more is said to it."""

    @abstractmethod
    def leave(self) -> None:
        """The server stops, or the client is to come back: it finds what it misses by its position."""

    @abstractmethod
    async def drained(self) -> None:
        """Return when what was sent has left, as far as that matters. Raises ConnectionError for who has gone."""
