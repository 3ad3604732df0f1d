"""What is due to whom, what is under way, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from botyard.model.deliveries import Attempt, Delivery, Ended, State
from botyard.store import events
from botyard.store.db import Row, Tx, Value

_DELIVERY = "id, event_id, recipient, lane, state, attempts, resent_after, queued, due, finished, reason"
# As in the conditions of the indexes, word for word: otherwise the engines would scan.
OPEN_MAX = 100_000
"""What is open is counted up to here."""

_OPEN = "state IN ('waiting', 'sending')"
_READY = "state = 'fetch'"
_BATCHES = (16, 64, 256)
"""Lengths of lists of ids in a statement, so that there are few texts to prepare."""
CLAIM_MAX = _BATCHES[-1]
BEHIND_SECONDS = 300
"""What stands behind another delivery is looked at again after this time even if nobody calls it up."""
ATTEMPTS_MAX = 100


def _delivery(row: Row) -> Delivery:
    return Delivery(*row)


async def add(tx: Tx, event_id: int, lane: int, recipients: Iterable[tuple[str, State]], now: int) -> None:
    """Note that an event is for these recipients, each to be sent to (WAITING) or to come for it (FETCH)."""
    for recipient, state in recipients:
        await tx.run(
            """INSERT INTO deliveries (event_id, recipient, lane, state, queued, due)
               VALUES (:event, :recipient, :lane, :state, :now, :now)""",
            event=event_id,
            recipient=recipient,
            lane=lane,
            state=state,
            now=now,
        )


async def of_event(tx: Tx, event_id: int, recipient: str = "") -> list[Delivery]:
    """The deliveries of an event, to everybody or to one recipient."""
    sql = f"SELECT {_DELIVERY} FROM deliveries WHERE event_id = :event"
    if recipient:
        rows = await tx.all(sql + " AND recipient = :recipient ORDER BY id", event=event_id, recipient=recipient)
    else:
        rows = await tx.all(sql + " ORDER BY id", event=event_id)
    return [_delivery(row) for row in rows]


async def open_of(tx: Tx, recipient: str, limit: int) -> list[Delivery]:
    """What still waits to be sent to a recipient, lane by lane."""
    rows = await tx.all(
        f"""SELECT {_DELIVERY} FROM deliveries WHERE {_OPEN} AND recipient = :recipient
            ORDER BY lane, id LIMIT :limit""",
        recipient=recipient,
        limit=limit,
    )
    return [_delivery(row) for row in rows]


async def attempts(tx: Tx, delivery_id: int) -> list[Attempt]:
    """The attempts of a delivery, first one first."""
    rows = await tx.all(
        """SELECT number, started, took, status, answer, problem FROM attempts
           WHERE delivery_id = :id ORDER BY number LIMIT :limit""",
        id=delivery_id,
        limit=ATTEMPTS_MAX,
    )
    return [Attempt(*row) for row in rows]


# Sending: claim → lease or park → end.


async def next_due(tx: Tx) -> int | None:
    """When the next open delivery is due; ``None`` when nothing is open."""
    row = await tx.one(f"SELECT due FROM deliveries WHERE {_OPEN} ORDER BY due, id LIMIT 1")
    return int(row[0]) if row else None


async def claim(tx: Tx, now: int, limit: int = CLAIM_MAX) -> list[Delivery]:
    """Deliveries that are due and first in their lane, locked until the transaction ends. At most ``CLAIM_MAX``.

    What stands behind another delivery of its lane is put out of the way: ``end`` calls it up when its turn has come.
    """
    rows = await tx.all(
        f"""SELECT {_DELIVERY} FROM deliveries WHERE {_OPEN} AND due <= :now
            ORDER BY due, id LIMIT :limit {{skip_locked}}""",
        now=now,
        limit=limit,
    )
    if not rows:
        return []
    due = [_delivery(row) for row in rows]
    lanes = {(one.recipient, one.lane): one.id for one in due}
    heads = await _heads(tx, list(lanes.values()))
    first = {head.id for head in heads}
    later = {(head.recipient, head.lane): head.due for head in heads if head.due > now}
    behind: list[Mapping[str, Value]] = [
        {"id": one.id, "due": max(later.get((one.recipient, one.lane), 0), now + BEHIND_SECONDS)}
        for one in due
        if one.id not in first
    ]
    if behind:
        await tx.many("UPDATE deliveries SET due = :due WHERE id = :id", behind)
    return [head for head in heads if head.due <= now]


async def _heads(tx: Tx, ids: list[int]) -> list[Delivery]:
    """The first deliveries of the lanes of these, as far as nobody else is busy with them.

    A statement of its own: on PostgreSQL it sees what others have committed until the rows were locked.
    """
    names: dict[str, Value] = _listed(ids)
    rows = await tx.all(
        f"""SELECT {_DELIVERY} FROM deliveries WHERE id IN (
                SELECT (SELECT h.id FROM deliveries h WHERE h.recipient = c.recipient AND h.lane = c.lane
                    AND h.{_OPEN} ORDER BY h.id LIMIT 1)
                FROM deliveries c WHERE c.id IN ({", ".join(f":{name}" for name in names)}))
            ORDER BY id {{skip_locked}}""",
        **names,
    )
    return [_delivery(row) for row in rows]


def _listed(ids: list[int]) -> dict[str, Value]:
    size = next(size for size in _BATCHES if size >= len(ids))
    return {f"i{place}": found for place, found in enumerate([*ids, *[0] * (size - len(ids))])}


async def lease(tx: Tx, ids: Iterable[int], holder: str, until: int) -> None:
    """Give claimed deliveries to a holder; whoever is there may claim what is still leased at ``until``."""
    rows: list[Mapping[str, Value]] = [{"id": id_, "holder": holder, "until": until} for id_ in ids]
    if rows:
        await tx.many("UPDATE deliveries SET state = 'sending', holder = :holder, due = :until WHERE id = :id", rows)


async def park(tx: Tx, dues: Mapping[int, int]) -> None:
    """Put claimed deliveries off, each until its moment."""
    rows: list[Mapping[str, Value]] = [{"id": id_, "due": due} for id_, due in dues.items()]
    if rows:
        await tx.many("UPDATE deliveries SET state = 'waiting', holder = '', due = :due WHERE id = :id", rows)


async def end(tx: Tx, holder: str, ended: Iterable[Ended], now: int) -> None:
    """Record what came of leased deliveries, and call up those behind the ones that are over.

    A delivery whose lease somebody else has taken over meanwhile keeps its state.
    """
    listed = list(ended)
    changes: list[Mapping[str, Value]] = []
    tried: list[Mapping[str, Value]] = []
    lanes: list[Mapping[str, Value]] = []
    for one in listed:
        over, made = one.state is not State.WAITING, one.attempt
        number = made.number if made else one.delivery.attempts
        changes.append(
            {
                "id": one.delivery.id,
                "holder": holder,
                "state": one.state.value,
                "attempts": number,
                "due": now if over else one.due,
                "finished": now if over else None,
                "reason": one.reason,
            }
        )
        if made:
            tried.append(_columns(one.delivery.id, made))
        if over:
            lanes.append({"recipient": one.delivery.recipient, "lane": one.delivery.lane, "now": now})
    await tx.many(
        """UPDATE deliveries SET state = :state, holder = '', attempts = :attempts, due = :due, finished = :finished,
               reason = :reason WHERE id = :id AND holder = :holder AND state = 'sending'""",
        changes,
    )
    if tried:
        await tx.many(
            """INSERT INTO attempts (delivery_id, number, started, took, status, answer, problem)
               VALUES (:id, :number, :started, :took, :status, :answer, :problem) ON CONFLICT DO NOTHING""",
            tried,
        )
    if lanes:
        # Also what seems due: another server may be about to put it behind the one that is over. Asking for its due
        # time first would pass by the row that the other has locked; writing it waits for the other.
        await tx.many(
            f"""UPDATE deliveries SET due = :now WHERE state = 'waiting' AND id = (
                    SELECT id FROM deliveries WHERE {_OPEN} AND recipient = :recipient AND lane = :lane
                    ORDER BY id LIMIT 1)""",
            lanes,
        )


def _columns(delivery_id: int, made: Attempt) -> dict[str, Value]:
    return {
        "id": delivery_id,
        "number": made.number,
        "started": made.started,
        "took": made.took,
        "status": made.status,
        "answer": made.answer,
        "problem": made.problem,
    }


async def release_all(tx: Tx, now: int) -> int:
    """Make due what was leased by holders that are gone; how many. Only for a database with a single server."""
    return await tx.run(
        f"""UPDATE deliveries SET state = 'waiting', holder = '', due = :now
            WHERE {_OPEN} AND state = 'sending'""",
        now=now,
    )


# Fetching.


async def turn(tx: Tx, recipient: str, to: State, now: int) -> int:
    """What has not ended is from now on sent to a recipient (WAITING) or fetched by it (FETCH); how many that were.

    What is under way meanwhile comes once more: nobody can tell whether it was accepted.
    """
    return await tx.run(
        f"""UPDATE deliveries SET state = :state, holder = '', told = 0, queued = :now, due = :now
            WHERE recipient = :recipient AND {_READY if to is State.WAITING else _OPEN}""",
        recipient=recipient,
        state=to.value,
        now=now,
    )


# Keeping.


async def expire(tx: Tx, before: int, now: int, limit: int) -> int:
    """Withdraw what has lain ready since before a moment; how many. At most ``limit`` at a time."""
    return await tx.run(
        """UPDATE deliveries SET state = 'expired', finished = :now WHERE id IN (
               SELECT id FROM deliveries WHERE state = 'fetch' AND queued < :before ORDER BY queued LIMIT :limit)""",
        before=before,
        now=now,
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
    row = await tx.one(f"SELECT COUNT(*) FROM (SELECT 1 FROM deliveries WHERE {_OPEN} LIMIT {OPEN_MAX}) o")
    return int(row[0]) if row else 0
