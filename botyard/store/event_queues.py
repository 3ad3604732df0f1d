"""Queues of events that their recipients come for: who is subscribed, what lies ready, how far it was handed out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from botyard.store.db import Row, Tx, Value

_BATCHES = (1, 16, 256)
"""Lengths of lists in a statement, so that there are few texts to prepare."""
# As in the condition of the index, word for word.
_READY = "d.recipient = :recipient AND d.state = 'fetch'"


async def subscribed(tx: Tx, user_id: int) -> bool:
    """Whether a person's events are kept."""
    return await tx.one("SELECT 1 FROM event_subscriptions WHERE user_id = :user", user=user_id) is not None


async def subscribe(tx: Tx, user_id: int, now: int) -> None:
    """Keep a person's events from now on."""
    await tx.run(
        "INSERT INTO event_subscriptions (user_id, since) VALUES (:user, :now) ON CONFLICT DO NOTHING",
        user=user_id,
        now=now,
    )
    # Chats before members, as everybody who writes takes them.
    await tx.run(
        "UPDATE chats SET listened = 1 WHERE id IN (SELECT m.chat_id FROM members m WHERE m.user_id = :user)",
        user=user_id,
    )
    await tx.run("UPDATE members SET listens = 1 WHERE user_id = :user", user=user_id)


async def unsubscribe(tx: Tx, user_id: int) -> None:
    """Keep no more events of a person; what lies ready stays."""
    await tx.run("DELETE FROM event_subscriptions WHERE user_id = :user", user=user_id)
    await tx.run("UPDATE members SET listens = 0 WHERE user_id = :user AND listens = 1", user=user_id)


async def listening(tx: Tx, chat_id: int, message_id: int) -> list[int]:
    """The subscribed members of a chat who may see this message (0: it is about none)."""
    rows = await tx.all(
        """SELECT m.user_id FROM members m WHERE m.chat_id = :chat AND m.listens = 1
           AND (CAST(:message AS BIGINT) = 0 OR m.first_id <= :message) ORDER BY m.user_id""",
        chat=chat_id,
        message=message_id,
    )
    return [row[0] for row in rows]


async def cursor(tx: Tx, recipient: str) -> int:
    """The offset that a recipient was given last; 0 for one that has never come."""
    row = await tx.one("SELECT next_id FROM event_cursors WHERE recipient = :recipient", recipient=recipient)
    return int(row[0]) if row else 0


async def move_cursor(tx: Tx, recipient: str, next_id: int, now: int) -> None:
    """Note the offset that a recipient is given; it never goes back."""
    await tx.run(
        """INSERT INTO event_cursors (recipient, next_id, asked) VALUES (:recipient, :next, :now)
           ON CONFLICT (recipient) DO UPDATE SET asked = :now,
               next_id = CASE WHEN event_cursors.next_id > :next THEN event_cursors.next_id ELSE :next END""",
        recipient=recipient,
        next=next_id,
        now=now,
    )


async def newest(tx: Tx) -> int:
    """The number of the newest delivery of all."""
    row = await tx.one("SELECT COALESCE(MAX(id), 0) FROM deliveries")
    return int(row[0]) if row else 0


def _meant(skip: bool) -> str:
    """What an offset confirms: what was handed out, and on a leap ahead whatever lies before it."""
    return "d.id < :before" if skip else "d.id < :before AND d.told = 1"


async def ready(tx: Tx, recipient: str, *, before: int, skip: bool, since: int, limit: int) -> list[Row]:
    """``(number, event id, created, body)`` of what lies ready since a moment and ``before`` does not confirm."""
    return await tx.all(
        f"""SELECT d.id, e.id, e.created, e.body FROM deliveries d JOIN events e ON e.id = d.event_id
            WHERE {_READY} AND NOT ({_meant(skip)}) AND d.queued >= :since ORDER BY d.id LIMIT :limit""",
        recipient=recipient,
        before=before,
        since=since,
        limit=limit,
    )


async def last(tx: Tx, recipient: str, since: int) -> Row | None:
    """``(event id, created, body)`` of the newest that lies ready since a moment."""
    return await tx.one(
        f"""SELECT e.id, e.created, e.body FROM deliveries d JOIN events e ON e.id = d.event_id
            WHERE {_READY} AND d.queued >= :since ORDER BY d.id DESC LIMIT 1""",
        recipient=recipient,
        since=since,
    )


async def confirmable(tx: Tx, recipient: str, *, before: int, skip: bool) -> bool:
    """Whether ``confirm`` would find anything."""
    row = await tx.one(
        f"SELECT 1 FROM deliveries d WHERE {_READY} AND {_meant(skip)} LIMIT 1", recipient=recipient, before=before
    )
    return row is not None


async def confirm(tx: Tx, recipient: str, *, before: int, skip: bool, now: int) -> int:
    """The recipient has what it was told below the number ``before``; how many that were."""
    return await tx.run(
        f"UPDATE deliveries AS d SET state = 'fetched', finished = :now WHERE {_READY} AND {_meant(skip)}",
        recipient=recipient,
        before=before,
        now=now,
    )


async def tell(tx: Tx, numbers: Iterable[int]) -> None:
    """These are being handed out."""
    rows: list[Mapping[str, Value]] = [{"id": number} for number in numbers]
    if rows:
        await tx.many("UPDATE deliveries SET told = 1 WHERE id = :id", rows)


async def pass_over(tx: Tx, numbers: Iterable[int], now: int) -> None:
    """There is nothing to say of these."""
    rows: list[Mapping[str, Value]] = [{"id": number, "now": now} for number in numbers]
    if rows:
        await tx.many(
            "UPDATE deliveries SET state = 'skipped', finished = :now WHERE id = :id AND state = 'fetch'", rows
        )


async def any_ready(tx: Tx, recipients: Iterable[str], since: int) -> list[str]:
    """Those of the recipients for whom something lies ready since a moment."""
    asked = list(recipients)
    found: list[str] = []
    for first in range(0, len(asked), _BATCHES[-1]):
        some = asked[first : first + _BATCHES[-1]]
        size = next(size for size in _BATCHES if size >= len(some))
        names: dict[str, Value] = {f"r{place}": one for place, one in enumerate([*some, *[""] * (size - len(some))])}
        rows = await tx.all(
            f"""SELECT DISTINCT d.recipient FROM deliveries d WHERE d.state = 'fetch' AND d.queued >= :since
                AND d.recipient IN ({", ".join(f":{name}" for name in names)})""",
            since=since,
            **names,
        )
        found += [row[0] for row in rows]
    return found
