"""Slots: how much of something all may hold at once, and how much of it one of them.

A slot is what a request has that is not over: a caller whose key is known takes none of those of strangers, and the
other way round.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

import msgspec

from botyard.config import Settings
from botyard.errors import ApiError, ErrorCode
from botyard.wire.limits import MAX_ARRIVING

REMEMBERED = 4096
"""Keys that are remembered as good."""
REMEMBERED_SECONDS = 60
"""For how long: a key that was revoked meanwhile may send a body, and is refused after it."""

DEFAULTS = Settings()


class Slots:
    """So many in all, and so many for each holder: an address, or a key."""

    def __init__(self, most: int, each: int) -> None:
        self.most = most
        self.each = each
        self._taken: dict[str, int] = {}
        self.taken = 0

    def of(self, holder: str) -> int:
        """How many somebody has."""
        return self._taken.get(holder, 0)

    def take(self, holder: str, number: int = 1) -> None:
        """Take some; pair it with ``release``. Raises OVERLOAD where not so many are left."""
        own = self._taken.get(holder, 0) + number
        if own > self.each or self.taken + number > self.most:
            raise ApiError(ErrorCode.OVERLOAD)
        self._taken[holder] = own
        self.taken += number

    def release(self, holder: str, number: int = 1) -> None:
        """Give some back."""
        self.taken -= number
        left = self._taken[holder] - number
        if left:
            self._taken[holder] = left
        else:
            del self._taken[holder]

    @contextlib.contextmanager
    def held(self, holder: str, number: int = 1) -> Iterator[None]:
        """Hold some for the time of the body. Raises OVERLOAD."""
        self.take(holder, number)
        try:
            yield
        finally:
            self.release(holder, number)


class KnownKeys:
    """Keys that were seen to be good a moment ago, by what identifies them, and the source that they count for."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], tuple[str, float]] = {}

    def find(self, key: tuple[object, ...], now: float) -> str:
        """The source of a key; ``""`` for one that has to be looked up."""
        source, at = self._known.get(key, ("", 0.0))
        return source if 0 <= now - at < REMEMBERED_SECONDS else ""

    def note(self, key: tuple[object, ...], source: str, now: float) -> None:
        """The key was good just now."""
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[key] = source, now


class RequestSlots(msgspec.Struct, frozen=True):
    """What requests hold until they are over. Each is counted by the holder that stands behind it."""

    anonymous: Slots
    """Requests of strangers, by address: pages, the token endpoint, and bodies in which a key may be found yet."""
    large: Slots
    """Those of them whose bodies have outgrown the memory, by address."""
    uploads: Slots
    """Large uploads of known callers on their way, by key."""
    arriving: Slots
    """Bytes of other bodies of known callers that are not here as a whole, by key."""
    sockets: Slots
    """Sockets and long polls of the push server, by address."""
    sockets_of: Slots
    """The same, by person."""
    search: asyncio.Semaphore = msgspec.field(default_factory=lambda: asyncio.Semaphore(1))
    """Held while a key is looked for in a large body of a stranger."""
    known: KnownKeys = msgspec.field(default_factory=KnownKeys)


def slots(settings: Settings = DEFAULTS) -> RequestSlots:
    """All slots of a server, free."""
    return RequestSlots(
        anonymous=Slots(settings.anonymous_slots, settings.anonymous_per_address),
        large=Slots(settings.anonymous_large, max(1, settings.anonymous_large // 2)),
        uploads=Slots(settings.upload_slots, max(1, settings.upload_slots // 2)),
        arriving=Slots(MAX_ARRIVING, MAX_ARRIVING // 2),
        sockets=Slots(settings.sockets, settings.sockets_per_address),
        sockets_of=Slots(settings.sockets, settings.sockets_per_person),
    )
