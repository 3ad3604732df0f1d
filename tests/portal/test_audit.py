"""The audit log: entries are stored with what they record, and read by filters."""

from __future__ import annotations

import json

import pytest

from botyard.model.audit import COMMAND_LINE, Actor, AuditEvent, Via
from botyard.portal import audit
from botyard.store import audit as stored
from botyard.store.audit import AuditFilter
from botyard.store.engines.db import Tx
from tests.world import World

ADMIN = Actor(Via.PAGE, 1, address="192.0.2.7")


def test_every_event_is_explained() -> None:
    assert all(event.about.endswith(".") for event in AuditEvent)


def test_an_entry_says_who_what_whom_and_from_where(world: World) -> None:
    async def work(tx: Tx) -> None:
        await audit.record(
            tx, AuditEvent.WEBHOOK_ADDED, by=ADMIN, subject="webhook:3", details={"title": "x" * 999, "scopes": "im"}
        )

    world.write(work)
    [entry] = world.read(lambda tx: stored.page(tx, AuditFilter(subject="webhook:3")))
    assert (entry.event, entry.user_id, entry.address, entry.via) == ("webhook.added", 1, "192.0.2.7", "page")
    assert json.loads(entry.details) == {"title": "x" * (audit.TEXT_MAX - 1) + "…", "scopes": "im"}


def test_a_text_is_whole_or_ends_with_a_mark(world: World) -> None:
    """Nobody takes the beginning of a text for all of it."""
    long = Actor(Via.PAGE, 1, key="k" * 999, address="a" * 999)

    async def work(tx: Tx) -> None:
        await audit.record(tx, AuditEvent.WEBHOOK_ADDED, by=long, subject="s" * 201, details={"title": "x" * 200})

    world.write(work)
    [entry] = world.read(lambda tx: stored.page(tx, AuditFilter(event=AuditEvent.WEBHOOK_ADDED, limit=1)))
    assert json.loads(entry.details) == {"title": "x" * 200}
    assert (entry.subject, entry.access_key, entry.address) == ("s" * 199 + "…", "k" * 199 + "…", "a" * 199 + "…")


def test_what_is_rolled_back_is_not_on_record(world: World) -> None:
    async def work(tx: Tx) -> None:
        await audit.record(tx, AuditEvent.USER_ADDED, by=COMMAND_LINE, subject="user:999")
        raise ValueError

    with pytest.raises(ValueError):
        world.write(work)
    assert world.read(lambda tx: stored.page(tx, AuditFilter(subject="user:999"))) == []
