"""The event log."""

from __future__ import annotations

import msgspec

from botyard.model.events import Event
from botyard.store.db import Row, Tx

_encode = msgspec.json.Encoder().encode


async def append(tx: Tx, event: Event, now: int) -> int:
    """Write an event and answer its number."""
    row = await tx.one(
        """INSERT INTO events (type, chat_id, actor_id, created, body)
           VALUES (:type, :chat, :actor, :now, :body) RETURNING id""",
        type=type(event).__name__,
        chat=event.chat_id,
        actor=event.actor_id,
        now=now,
        body=_encode(event).decode(),
    )
    assert row is not None
    return int(row[0])


async def find(tx: Tx, event_id: int) -> tuple[int, str] | None:
    """When an event was written, and its body."""
    row = await tx.one("SELECT created, body FROM events WHERE id = :id", id=event_id)
    return (row[0], row[1]) if row else None


async def after(tx: Tx, event_id: int, limit: int) -> list[Row]:
    """``(id, type, chat id, actor id, created, body)`` of the events that follow one."""
    return await tx.all(
        """SELECT id, type, chat_id, actor_id, created, body FROM events WHERE id > :event
           ORDER BY id LIMIT :limit""",
        event=event_id,
        limit=limit,
    )
