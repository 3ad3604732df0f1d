"""What is due to whom, what is under way, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from botyard.model.deliveries import NO_CONNECTION, Attempt, Delivery, Ended, State
from botyard.store import events
from botyard.store.engines.db import Row, Tx, Value
from botyard.store.ordering import NEVER, Ordering

_DELIVERY = "id, event_id, recipient, lane, state, attempts, resent_after, queued, due, finished, reason, holds_until"
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
FULL_SECONDS = 5
"""The same where a dialog has as many open requests as it may."""
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


# Sending: claim → lease or defer → end.


async def next_due(tx: Tx) -> int | None:
    """When the next open delivery is due; ``None`` when nothing is open."""
    row = await tx.one(f"SELECT due FROM deliveries WHERE {_OPEN} ORDER BY due, id LIMIT 1")
    return int(row[0]) if row else None


async def claim(tx: Tx, ordering: Ordering, now: int, limit: int = CLAIM_MAX) -> list[Delivery]:
    """Deliveries whose turn has come, locked until the transaction ends. At most ``CLAIM_MAX``.

    Each is as it is to be leased: with the end of its hold, and with one more attempt where the server that made it
    has died. What has to wait for others of its dialog is deferred.
    """
    rows = await tx.all(
        f"""SELECT {_DELIVERY} FROM deliveries WHERE {_OPEN} AND due <= :now
            ORDER BY due, id LIMIT :limit {{skip_locked}}""",
        now=now,
        limit=limit,
    )
    if not rows:
        return []
    due = sorted((_delivery(row) for row in rows), key=lambda one: one.id)
    dialogs = await _dialogs(tx, [one.id for one in due], now)
    taken: dict[int, Delivery] = {}
    behind: list[Mapping[str, Value]] = []
    # What this claim itself does to a dialog: until when it is held, and how many more are open in it.
    holds: dict[tuple[str, int], int] = {}
    more: Counter[tuple[str, int]] = Counter()
    for one in due:
        dialog, found = (one.recipient, one.lane), dialogs[one.id]
        held = max(found.held_until, holds.get(dialog, 0))
        first = one.holds_until == 0
        if first and found.before and found.before not in taken:
            behind.append({"id": one.id, "due": now + (BEHIND_SECONDS if ordering.hold else 1)})
        elif first and ordering.waits(held, now):
            behind.append({"id": one.id, "due": min(held, now + BEHIND_SECONDS)})
        elif ordering.full(found.open + more[dialog]):
            behind.append({"id": one.id, "due": now + FULL_SECONDS})
        else:
            taken[one.id] = leased = _to_lease(one, ordering, found.kind, now)
            holds[dialog] = max(held, leased.holds_until)
            more[dialog] += 1
    if behind:
        await tx.many("UPDATE deliveries SET due = :due WHERE id = :id", behind)
    return list(taken.values())


def _to_lease(one: Delivery, ordering: Ordering, kind: str, now: int) -> Delivery:
    died = int(one.state == State.SENDING)
    return msgspec.structs.replace(
        one,
        attempts=one.attempts + died,
        resent_after=one.resent_after + died,
        holds_until=one.holds_until or ordering.until(kind, now),
    )


class _Dialog(NamedTuple):
    """What matters of the dialog of a delivery, and of which kind its event is.

    ``before`` is the delivery next ahead that has not been tried either, 0 for none; ``open`` counts requests.
    """

    kind: str
    before: int
    held_until: int
    open: int


async def _dialogs(tx: Tx, ids: list[int], now: int) -> dict[int, _Dialog]:
    """How things stand in the dialogs of these.

    A statement of its own: on PostgreSQL it sees what others have committed until the rows were locked.
    """
    names: dict[str, Value] = _listed(ids)
    rows = await tx.all(
        f"""SELECT c.id, e.type,
                (SELECT MAX(b.id) FROM deliveries b WHERE b.recipient = c.recipient AND b.lane = c.lane
                    AND b.holds_until = 0 AND b.id < c.id AND b.{_OPEN}),
                (SELECT MAX(h.holds_until) FROM deliveries h WHERE h.recipient = c.recipient AND h.lane = c.lane
                    AND h.{_OPEN}),
                (SELECT COUNT(*) FROM deliveries s WHERE s.recipient = c.recipient AND s.lane = c.lane
                    AND s.state = 'sending' AND s.due > :now)
            FROM deliveries c JOIN events e ON e.id = c.event_id
            WHERE c.id IN ({", ".join(f":{name}" for name in names)})""",
        now=now,
        **names,
    )
    return {row[0]: _Dialog(row[1], row[2] or 0, row[3] or 0, row[4]) for row in rows}


def _listed(ids: list[int]) -> dict[str, Value]:
    size = next(size for size in _BATCHES if size >= len(ids))
    return {f"i{place}": found for place, found in enumerate([*ids, *[0] * (size - len(ids))])}


async def lease(tx: Tx, claimed: Iterable[Delivery], holder: str, until: int, now: int) -> None:
    """Give claimed deliveries to a holder; whoever is there may claim what is still leased at ``until``."""
    listed = list(claimed)
    rows: list[Mapping[str, Value]] = [
        {
            "id": one.id,
            "holder": holder,
            "until": until,
            "attempts": one.attempts,
            "resent_after": one.resent_after,
            "holds_until": one.holds_until,
        }
        for one in listed
    ]
    if rows:
        await tx.many(
            """UPDATE deliveries SET state = 'sending', holder = :holder, due = :until, attempts = :attempts,
                   resent_after = :resent_after, holds_until = :holds_until WHERE id = :id""",
            rows,
        )
    died = [_columns(one.id, _interrupted(one.attempts, now)) for one in listed if one.state == State.SENDING]
    if died:
        await tx.many(_ATTEMPT, died)


async def defer(tx: Tx, dues: Mapping[int, int]) -> None:
    """Put claimed deliveries off, each until its moment."""
    rows: list[Mapping[str, Value]] = [{"id": id_, "due": due} for id_, due in dues.items()]
    if rows:
        await tx.many("UPDATE deliveries SET due = :due WHERE id = :id", rows)


async def end(tx: Tx, holder: str, ended: Iterable[Ended], now: int) -> None:
    """Record what came of leased deliveries, and call up those behind the ones that are over or hold no longer.

    A delivery whose lease somebody else has taken over meanwhile keeps its state.
    """
    listed = list(ended)
    changes: list[Mapping[str, Value]] = []
    tried: list[Mapping[str, Value]] = []
    next_ones: list[tuple[str, int, int]] = []
    for one in listed:
        delivery, over, made = one.delivery, one.state is not State.WAITING, one.attempt
        begun = over or made is not None or not delivery.fresh
        changes.append(
            {
                "id": delivery.id,
                "holder": holder,
                "state": one.state.value,
                "attempts": made.number if made else delivery.attempts,
                "due": now if over else one.due,
                "finished": now if over else None,
                "reason": one.reason,
                "holds_until": delivery.holds_until if begun else 0,
            }
        )
        if made:
            tried.append(_columns(delivery.id, made))
        if over or (made and delivery.holds_until < NEVER):
            at = now if over else max(now, delivery.holds_until)
            next_ones.append((delivery.recipient, delivery.lane, at))
    await tx.many(
        """UPDATE deliveries SET state = :state, holder = '', attempts = :attempts, due = :due, finished = :finished,
               reason = :reason, holds_until = :holds_until
           WHERE id = :id AND holder = :holder AND state = 'sending'""",
        changes,
    )
    if tried:
        await tx.many(_ATTEMPT, tried)
    await call_up(tx, next_ones, now)


async def call_up(tx: Tx, dialogs: Iterable[tuple[str, int, int]], now: int) -> None:
    """Make due what is the next to be tried in a dialog, ``(recipient, lane, moment)``.

    What is due now has the place in which it was queued, before what others have queued since.
    """
    rows: list[Mapping[str, Value]] = [
        {"recipient": one[0], "lane": one[1], "at": one[2], "now": now} for one in dialogs
    ]
    if not rows:
        return
    # Also what seems due: another server may be about to put it behind the one that is over. Asking for its due
    # time first would pass by the row that the other has locked; writing it waits for the other.
    await tx.many(
        f"""UPDATE deliveries SET due = CASE WHEN CAST(:at AS BIGINT) <= CAST(:now AS BIGINT) AND queued < :at
                    THEN queued ELSE CAST(:at AS BIGINT) END
            WHERE state = 'waiting' AND id = (
                SELECT id FROM deliveries WHERE {_OPEN} AND recipient = :recipient AND lane = :lane
                AND holds_until = 0 ORDER BY id LIMIT 1)""",
        rows,
    )


async def pull_forward(tx: Tx, recovered: Mapping[str, int], now: int) -> None:
    """Recipients are back: what found nobody there need not wait longer. ``recovered`` since when, in milliseconds.

    Such an attempt is one more and does not count: if it fails, the schedule goes on where it was. There is at most
    one for each that counts, so a recipient that comes and goes is not called without end.
    """
    rows: list[Mapping[str, Value]] = [
        {"recipient": one, "since": since, "now": now} for one, since in recovered.items()
    ]
    if rows:
        await tx.many(
            f"""UPDATE deliveries SET due = :now, resent_after = resent_after + 1
                WHERE recipient = :recipient AND {_OPEN} AND state = 'waiting'
                AND holds_until > 0 AND due > :now AND resent_after * 2 < attempts AND EXISTS (
                    SELECT 1 FROM attempts a WHERE a.delivery_id = deliveries.id AND a.number = deliveries.attempts
                    AND a.status = 0 AND a.problem LIKE '{NO_CONNECTION}%' AND a.started + a.took <= :since)""",
            rows,
        )


_ATTEMPT = """INSERT INTO attempts (delivery_id, number, started, took, status, answer, problem)
              VALUES (:id, :number, :started, :took, :status, :answer, :problem) ON CONFLICT DO NOTHING"""
_INTERRUPTED = "interrupted: the server ended before it had recorded this attempt; the time is when that was found"


def _interrupted(number: int, now: int) -> Attempt:
    return Attempt(number, now * 1000, 0, 0, "", _INTERRUPTED)


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


async def holders(tx: Tx) -> list[str]:
    """Who holds leases."""
    rows = await tx.all("SELECT DISTINCT holder FROM deliveries WHERE state = 'sending'")
    return [row[0] for row in rows]


async def release(tx: Tx, holder: str, now: int) -> int:
    """Make due what was leased by a holder that is gone; how many. Nobody knows whether it was sent."""
    rows = await tx.all(
        "SELECT id, attempts FROM deliveries WHERE state = 'sending' AND holder = :holder", holder=holder
    )
    if rows:
        await tx.many(_ATTEMPT, [_columns(row[0], _interrupted(row[1] + 1, now)) for row in rows])
    # What has no attempt on record has its first one again: it keeps its place before those behind it.
    return await tx.run(
        """UPDATE deliveries SET state = 'waiting', holder = '', due = :now, attempts = attempts + 1,
               resent_after = resent_after + 1,
               holds_until = CASE WHEN attempts > resent_after THEN holds_until ELSE 0 END
           WHERE state = 'sending' AND holder = :holder""",
        now=now,
        holder=holder,
    )


# Fetching.


async def turn(tx: Tx, recipient: str, to: State, now: int) -> int:
    """What has not ended is from now on sent to a recipient (WAITING) or fetched by it (FETCH); how many that were.

    What is under way meanwhile comes once more: nobody can tell whether it was accepted.
    """
    return await tx.run(
        f"""UPDATE deliveries SET state = :state, holder = '', told = 0, queued = :now, due = :now, holds_until = 0
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
