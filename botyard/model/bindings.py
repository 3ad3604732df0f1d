"""Handlers that are bound to events with `event.bind`, and the queue of offline events."""

from __future__ import annotations

from typing import Any

import msgspec

from botyard.model.owners import Owner


class Binding(msgspec.Struct, frozen=True, gc=False):
    """A bound handler; an ``offline`` one has no address, its events wait in a queue of their own ``connector``.

    ``user_id`` is in whose name it is called, 0: whoever causes the event; ``registrant`` bound it,
    0: the application itself. Of ONOFFLINEEVENT it is told every ``min_timeout`` seconds at most, next from
    ``notified`` + ``min_timeout`` on.
    """

    id: int
    owner: Owner
    event: str
    handler: str
    user_id: int
    offline: bool
    connector: str
    min_timeout: int
    notified: int
    created: int
    removed: int | None
    registrant: int = 0


class OfflineEvent(msgspec.Struct, frozen=True, gc=False):
    """The latest change of one thing, waiting to be fetched; ``process_id`` has taken it."""

    id: int
    event: str
    data: dict[str, Any]
    process_id: str
    error: bool
    changed: int
