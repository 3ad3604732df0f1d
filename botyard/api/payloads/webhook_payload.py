"""What a dialect makes of an event: the payload, before anything is encoded or sent."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class WebhookPayload(Struct, frozen=True):
    """An event as one handler is told of it: ``handler`` is the URL to call, ``auth`` the block beside ``data``.

    ``handler_id`` is the number of the handler, which stands in the body too.
    """

    event: str
    data: dict[str, Any]
    auth: dict[str, Any]
    handler: str
    handler_id: int = 0


class EventPayload(Struct, frozen=True):
    """An event as it is fetched: native types, no tokens."""

    event: str
    data: dict[str, Any]
