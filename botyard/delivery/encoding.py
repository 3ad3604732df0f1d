"""Encodes a payload as the documented form body, with the headers that we add."""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256

from botyard import __version__
from botyard.api.payloads.webhook_payload import WebhookPayload
from botyard.model.deliveries import Delivery
from botyard.wire import forms

AGENT = "Bitrix24 Webhook Engine"
"""As portals of the vendor call themselves: handlers in the wild look for the word Bitrix."""


def body(post: WebhookPayload, ts: int) -> bytes:
    """The form that handlers know."""
    fields = {
        "event": post.event,
        "event_handler_id": post.handler_id,
        "data": post.data,
        "ts": ts,
        "auth": post.auth,
    }
    return forms.encode(fields).encode()


def headers(delivery: Delivery, payload: bytes, secret: bytes, now: int, late: float | None) -> dict[str, str]:
    """The headers: which delivery, which attempt, and a signature in the form of Standard Webhooks.

    The id stays the same over all attempts, so that a handler can tell a repeated delivery. ``late`` is how many
    seconds ago the event happened, where later ones may have arrived before it.
    """
    number = f"{delivery.event_id}.{delivery.id}"
    named = {
        "Content-Type": "application/x-www-form-urlencoded",
        "User-Agent": AGENT,
        "Botyard-Version": __version__,
        "Webhook-Id": number,
        "Webhook-Timestamp": str(now),
        "Webhook-Signature": signature(number, now, payload, secret),
        "Botyard-Event-Id": str(delivery.event_id),
        "Botyard-Attempt": str(delivery.attempts + 1),
    }
    if late is not None:
        named["Botyard-Late"] = str(int(late))
    return named


def signature(number: str, now: int, payload: bytes, secret: bytes) -> str:
    """HMAC-SHA-256 over id, timestamp and body."""
    signed = hmac.digest(secret, f"{number}.{now}.".encode() + payload, sha256)
    return "v1," + base64.b64encode(signed).decode()
