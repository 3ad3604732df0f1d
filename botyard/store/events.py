"""The event log and what is due to whom."""

from __future__ import annotations

from collections.abc import Iterable

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


async def deliver(tx: Tx, event_id: int, bot_ids: Iterable[int], now: int) -> None:
    """Note that an event is due to these bots."""
    rows = [{"event": event_id, "bot": bot_id, "now": now} for bot_id in bot_ids]
    if rows:
        await tx.many("INSERT INTO deliveries (event_id, bot_id, due) VALUES (:event, :bot, :now)", rows)


async def after(tx: Tx, event_id: int, limit: int) -> list[Row]:
    """``(id, type, chat id, actor id, created, body)`` of the events that follow one."""
    return await tx.all(
        """SELECT id, type, chat_id, actor_id, created, body FROM events WHERE id > :event
           ORDER BY id LIMIT :limit""",
        event=event_id,
        limit=limit,
    )


async def due_to(tx: Tx, bot_id: int) -> list[Row]:
    """``(event id, type, body)`` of what waits for a bot, in order."""
    return await tx.all(
        """SELECT e.id, e.type, e.body FROM deliveries d JOIN events e ON e.id = d.event_id
           WHERE d.bot_id = :bot AND d.state = 'waiting' ORDER BY e.id""",
        bot=bot_id,
    )
