"""A portal for tests: real database, real pipeline, real ASGI application, no network.

What it offers is in `tests/worlds/`: the portal with its clock, people and keys; calls; chats; bots; files; deliveries.
"""

from __future__ import annotations

from tests.worlds.delivery import Deliveries
from tests.worlds.files import Files
from tests.worlds.ledger import CONTRACT, LEDGER, check, ledger, note
from tests.worlds.portal import ALL_SCOPES, START
from tests.worlds.records import Answer, AppKey, Person

__all__ = [
    "ALL_SCOPES",
    "CONTRACT",
    "LEDGER",
    "START",
    "Answer",
    "AppKey",
    "Person",
    "World",
    "check",
    "ledger",
    "note",
]


class World(Deliveries, Files):
    """One portal and its people; ``world.call("imbot.dialog.get", DIALOG_ID="chat2001")`` is its administrator."""
