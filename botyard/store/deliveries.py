"""Deliveries: one row for each event and recipient, from when it is added until it is deleted.

The queue of those that are to be sent is ``delivery_queue``, those under way ``leases``, looking back ``delivery_log``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from botyard.model.deliveries import Attempt, Delivery, State
from botyard.model.recipients import Recipient
from botyard.store import events
from botyard.store.engines.db import Tx, Value
from botyard.store.records import Record, scalar


class Audience(NamedTuple):
    """An event, what it is ordered by, and who is to be told of it."""

    event_id: int
    ordering_key: int
    recipients: Sequence[tuple[str, State]]


DELIVERY = Record(Delivery, "deliveries d", ordering_key="d.ordering_key")
ATTEMPT = Record(Attempt, "attempts a")
# As in the conditions of the indexes, word for word: otherwise the engines would scan.
OPEN = "state IN ('waiting', 'sending')"
_READY = "state = 'fetch'"
_ADD = f"{DELIVERY.insert('event_id', 'recipient', 'ordering_key', 'state', 'queued', 'due')} {{ordered}}"
_OF_EVENT = f"{DELIVERY.select} WHERE d.event_id = :event"
OPEN_MAX = 100_000
"""What is open is counted up to here."""
ATTEMPTS_MAX = 100

_OF_EVENT_TO_ONE = f"{_OF_EVENT} AND d.recipient = :recipient ORDER BY d.id"
_OF_EVENT_TO_ALL = f"{_OF_EVENT} ORDER BY d.id"
_OPEN_OF = f"{DELIVERY.select} WHERE {OPEN} AND d.recipient = :recipient ORDER BY d.ordering_key, d.id LIMIT :limit"
_ATTEMPTS_OF = f"{ATTEMPT.select} WHERE a.delivery_id = :id ORDER BY a.number LIMIT :limit"


async def add(
    tx: Tx, event_id: int, ordering_key: int, *, recipients: Iterable[tuple[str, State]], due: int | None = None
) -> None:
    """Note that an event is for these recipients, each to be sent to (WAITING) or to come for it (FETCH).

    It is ``due`` at once where no moment is given.
    """
    rows = _rows(tx, Audience(event_id, ordering_key, list(recipients)), tx.now if due is None else due)
    if len(rows) == 1:
        await tx.insert(_ADD, **rows[0])
    else:
        await tx.many(_ADD, rows)


async def add_all(tx: Tx, audiences: Iterable[Audience]) -> None:
    """The same of several events at once; all are due at once."""
    rows = [row for audience in audiences for row in _rows(tx, audience, tx.now)]
    if rows:
        await tx.many(_ADD, rows)


def _rows(tx: Tx, audience: Audience, due: int) -> list[Mapping[str, Value]]:
    return [
        {
            "event_id": audience.event_id,
            "recipient": recipient,
            "ordering_key": audience.ordering_key,
            "state": state,
            "queued": tx.now,
            "due": due,
        }
        for recipient, state in audience.recipients
    ]


async def of_event(tx: Tx, event_id: int, recipient: str = "") -> list[Delivery]:
    """The deliveries of an event, to everybody or to one recipient."""
    if recipient:
        return DELIVERY.read_all(await tx.all(_OF_EVENT_TO_ONE, event=event_id, recipient=recipient))
    return DELIVERY.read_all(await tx.all(_OF_EVENT_TO_ALL, event=event_id))


async def open_of(tx: Tx, recipient: Recipient, limit: int) -> list[Delivery]:
    """What still waits to be sent to a recipient, dialog by dialog."""
    return DELIVERY.read_all(await tx.all(_OPEN_OF, recipient=recipient, limit=limit))


async def attempts(tx: Tx, delivery_id: int) -> list[Attempt]:
    """The attempts of a delivery, first one first."""
    return ATTEMPT.read_all(await tx.all(_ATTEMPTS_OF, id=delivery_id, limit=ATTEMPTS_MAX))


async def turn(tx: Tx, recipient: Recipient, to: State) -> int:
    """What has not ended is from now on sent to a recipient (WAITING) or fetched by it (FETCH); how many that were.

    What is under way meanwhile comes once more: nobody can tell whether it was accepted.
    """
    return await tx.run(
        f"""UPDATE deliveries SET state = :state, holder = '', mark = 0, queued = :now, due = :due, holds_until = 0
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
    ids: list[Mapping[str, Value]] = [{"id": delivery_id} for delivery_id, _ in rows]
    if ids:
        await tx.many("DELETE FROM attempts WHERE delivery_id = :id", ids)
        await tx.many("DELETE FROM deliveries WHERE id = :id", ids)
        await events.release(tx, [event_id for _, event_id in rows])
    return len(ids)


async def open_count(tx: Tx) -> int:
    """How many deliveries wait or are under way, ``OPEN_MAX`` at most."""
    sql = f"SELECT COUNT(*) FROM (SELECT 1 FROM deliveries WHERE {OPEN} LIMIT {OPEN_MAX}) o"
    return scalar(await tx.one(sql), 0)
