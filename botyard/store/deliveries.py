"""Deliveries: one row for each event and recipient, from when it is added until it is deleted.

The queue of those that are to be sent is ``delivery_queue``, those under way ``leases``, looking back ``delivery_log``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from botyard.model.deliveries import Attempt, Delivery, State
from botyard.store import events
from botyard.store.engines.db import Tx, Value
from botyard.store.records import Record

DELIVERY = Record(Delivery, "deliveries d", ordering_key="d.lane")
COLUMNS = "id, event_id, recipient, lane, state, attempts, resent_after, queued, due, finished, reason, holds_until"
"""What a ``Delivery`` is made of."""
# As in the conditions of the indexes, word for word: otherwise the engines would scan.
OPEN = "state IN ('waiting', 'sending')"
_READY = "state = 'fetch'"
OPEN_MAX = 100_000
"""What is open is counted up to here."""
ATTEMPTS_MAX = 100


async def add(
    tx: Tx, event_id: int, ordering_key: int, recipients: Iterable[tuple[str, State]], *, due: int | None = None
) -> None:
    """Note that an event is for these recipients, each to be sent to (WAITING) or to come for it (FETCH).

    It is ``due`` at once where no moment is given.
    """
    due = tx.now if due is None else due
    for recipient, state in recipients:
        await tx.run(
            """INSERT INTO deliveries (event_id, recipient, lane, state, queued, due)
               VALUES (:event, :recipient, :lane, :state, :now, :due)""",
            event=event_id,
            recipient=recipient,
            lane=ordering_key,
            state=state,
            now=tx.now,
            due=due,
        )


async def of_event(tx: Tx, event_id: int, recipient: str = "") -> list[Delivery]:
    """The deliveries of an event, to everybody or to one recipient."""
    sql = f"SELECT {COLUMNS} FROM deliveries WHERE event_id = :event"
    if recipient:
        rows = await tx.all(sql + " AND recipient = :recipient ORDER BY id", event=event_id, recipient=recipient)
    else:
        rows = await tx.all(sql + " ORDER BY id", event=event_id)
    return [Delivery(*row) for row in rows]


async def open_of(tx: Tx, recipient: str, limit: int) -> list[Delivery]:
    """What still waits to be sent to a recipient, dialog by dialog."""
    rows = await tx.all(
        f"""SELECT {COLUMNS} FROM deliveries WHERE {OPEN} AND recipient = :recipient
            ORDER BY lane, id LIMIT :limit""",
        recipient=recipient,
        limit=limit,
    )
    return [Delivery(*row) for row in rows]


async def attempts(tx: Tx, delivery_id: int) -> list[Attempt]:
    """The attempts of a delivery, first one first."""
    rows = await tx.all(
        """SELECT number, started, took, status, answer, problem FROM attempts
           WHERE delivery_id = :id ORDER BY number LIMIT :limit""",
        id=delivery_id,
        limit=ATTEMPTS_MAX,
    )
    return [Attempt(*row) for row in rows]


async def turn(tx: Tx, recipient: str, to: State) -> int:
    """What has not ended is from now on sent to a recipient (WAITING) or fetched by it (FETCH); how many that were.

    What is under way meanwhile comes once more: nobody can tell whether it was accepted.
    """
    return await tx.run(
        f"""UPDATE deliveries SET state = :state, holder = '', told = 0, queued = :now, due = :due, holds_until = 0
            WHERE recipient = :recipient AND {_READY if to is State.WAITING else OPEN}""",
        recipient=recipient,
        state=to.value,
        now=tx.now,
        due=tx.now,
    )


async def expire(tx: Tx, before: int, limit: int) -> int:
    """Withdraw what has lain ready since before a moment; how many. At most ``limit`` at a time."""
    return await tx.run(
        """UPDATE deliveries SET state = 'expired', finished = :now WHERE id IN (
               SELECT id FROM deliveries WHERE state = 'fetch' AND queued < :before ORDER BY queued LIMIT :limit)""",
        before=before,
        now=tx.now,
        limit=limit,
    )


async def forget(tx: Tx, before: int, limit: int) -> int:
    """Delete what ended before a moment, with its attempts; how many. At most ``limit`` at a time."""
    rows = await tx.all(
        """SELECT id, event_id FROM deliveries WHERE finished IS NOT NULL AND finished < :before
           ORDER BY finished LIMIT :limit""",
        before=before,
        limit=limit,
    )
    ids: list[Mapping[str, Value]] = [{"id": row[0]} for row in rows]
    if ids:
        await tx.many("DELETE FROM attempts WHERE delivery_id = :id", ids)
        await tx.many("DELETE FROM deliveries WHERE id = :id", ids)
        await events.release(tx, [row[1] for row in rows])
    return len(ids)


async def open_count(tx: Tx) -> int:
    """How many deliveries wait or are under way, ``OPEN_MAX`` at most."""
    row = await tx.one(f"SELECT COUNT(*) FROM (SELECT 1 FROM deliveries WHERE {OPEN} LIMIT {OPEN_MAX}) o")
    return int(row[0]) if row else 0
