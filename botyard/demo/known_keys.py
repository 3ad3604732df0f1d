"""The published keys of demo portals: the same on every machine, so that what the documentation shows can be pasted.

A key that everybody knows opens nothing to anybody but this machine: a portal that was made with these is marked, and
from then on takes calls and calls handlers on loopback only (`web/loopback_only.py`, `delivery/guard.py`).
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple, Protocol

from botyard.portal.auth import passwords
from botyard.portal.auth.keys import new_client_id, new_secret

_DIGITS = "0123456789abcdef"
_PEOPLE = ("alice", "ben", "clara", "daniel", "eva")


class Keyset(Protocol):
    """Where the keys of a new demo portal come from."""

    published: bool

    def password(self, login: str) -> str: ...

    def webhook(self, login: str) -> str: ...

    def application(self) -> Application: ...

    def bot_client(self) -> str:
        """The CLIENT_ID of the webhooks' bots."""
        ...


class Application(NamedTuple):
    """How the demo application proves who it is."""

    client_id: str
    client_secret: str


class KnownKeys:
    """The published ones. Whoever a seed adds has keys that follow from the login."""

    published = True

    def password(self, login: str) -> str:
        return f"{login}-demo"

    def webhook(self, login: str) -> str:
        if login in _PEOPLE:
            start = _PEOPLE.index(login)
            return (_DIGITS[start:] + _DIGITS[:start]) * 2
        return hashlib.sha256(f"botyard demo webhook of {login}".encode()).hexdigest()[:32]

    def application(self) -> Application:
        return Application("local.0123456789abcd.12345678", "fedcba9876543210" * 2)

    def bot_client(self) -> str:
        return "local.fedcba98765432.87654321"


class RandomKeys:
    """New ones for each portal, known to nobody else."""

    published = False

    def password(self, login: str) -> str:
        return passwords.new_password()

    def webhook(self, login: str) -> str:
        return new_secret()

    def application(self) -> Application:
        return Application(new_client_id(), new_secret())

    def bot_client(self) -> str:
        return new_client_id()
