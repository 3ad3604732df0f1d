"""Removes the tokens of an event from stored responses, for handlers that echo their request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botyard.api.payloads.webhook_payload import WebhookPayload

MASK = "***"
_SECRETS = frozenset({"access_token", "refresh_token", "application_token"})
SHORT = 8
"""So few letters tell nothing of a token; more of them at the end of a response may be one that was cut off."""


def masked(answer: str, post: WebhookPayload) -> str:
    """A response without the tokens that the post held, also where the last of them is cut off."""
    for secret in set(_secrets([post.auth, post.data])):
        answer = answer.replace(secret, MASK)
        cut = next((size for size in range(len(secret) - 1, SHORT, -1) if answer.endswith(secret[:size])), 0)
        answer = answer[: len(answer) - cut] + MASK if cut else answer
    return answer


def _secrets(waiting: list[Any]) -> Iterator[str]:
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield from (secret for name in _SECRETS if isinstance(secret := value.get(name), str) and secret)
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
