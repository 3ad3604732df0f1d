"""Owners of bots, handlers and options: an application, or what webhooks register under a key of their choice."""

from __future__ import annotations

from typing import NewType

Owner = NewType("Owner", str)
"""An owner as it is stored: ``app:CLIENT_ID``, ``hook:`` and the keyed hash of a webhook's key, or ``PERSON``."""

NOBODY = Owner("")
"""No owner."""

PERSON = Owner("person")
"""The person in whose name options are kept, whatever client the person uses."""

APP = "app:"
"""How an owner begins that is an application; SQL compares it, too."""
_HOOK = "hook:"


def app(client_id: str) -> Owner:
    """An application as an owner."""
    return Owner(f"{APP}{client_id}")


def hook(key_hash: str) -> Owner:
    """What webhooks register under a key, of which only the hash is known, as an owner."""
    return Owner(f"{_HOOK}{key_hash}")


def client_id(owner: Owner) -> str:
    """The client id of the application that an owner is; ``""`` for webhooks."""
    return owner.removeprefix(APP) if owner.startswith(APP) else ""


def is_hook(owner: Owner) -> bool:
    """Whether an owner is a key of webhooks."""
    return owner.startswith(_HOOK)
