"""The queue of deliveries: whose turn it is among those of its dialog, and what has to wait.

Moments are Unix seconds with their fractions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from botyard.model.deliveries import NOBODY_THERE, Delivery, State
from botyard.store.deliveries import DELIVERY, OPEN
from botyard.store.engines.db import Tx, Value
from botyard.store.ordering import Ordering
from botyard.store.records import scalar

_BATCHES = (16, 64, 256)
"""Lengths of lists of ids in a statement, so that there are few texts to prepare."""
CLAIM_MAX = _BATCHES[-1]
BEHIND_SECONDS = 300
"""What stands behind another delivery is looked at again after this time even if nobody calls it up."""
FULL_SECONDS = 5
"""The same where a dialog has as many open requests as it may."""
_DUE = f"{DELIVERY.select} WHERE {OPEN} AND d.due <= :now ORDER BY d.due, d.id LIMIT :limit {{skip_locked}}"


_AT = "CAST(:at AS DOUBLE PRECISION)"
CALLED_UP = f"CASE WHEN {_AT} <= CAST(:now AS DOUBLE PRECISION) AND queued < {_AT} THEN queued ELSE {_AT} END"
"""When a delivery is due that is called up for a moment: if it is now, by the place in which it was queued."""
NEXT_UNTRIED = f"""(SELECT n.id FROM deliveries n WHERE n.{OPEN} AND n.recipient = :recipient
                    AND n.ordering_key = :ordering_key AND n.holds_until = 0 ORDER BY n.id LIMIT 1)"""
"""The delivery that is the next to be tried in a dialog."""
_NEXT_DUE = f"SELECT due FROM deliveries WHERE {OPEN} ORDER BY due, id LIMIT 1"


async def next_due(tx: Tx) -> float | None:
    """When the next open delivery is due; ``None`` when nothing is open."""
    return scalar(await tx.one(_NEXT_DUE), None)


async def claim(tx: Tx, ordering: Ordering, now: float, *, limit: int = CLAIM_MAX) -> list[Delivery]:
    """Deliveries whose turn has come, locked until the transaction ends. At most ``CLAIM_MAX``.

    Each is as it is to be leased: with the end of its hold, and with one more attempt where the server that made it
    has died. What has to wait for others of its dialog is deferred.
    """
    due = DELIVERY.read_all(await tx.all(_DUE, now=now, limit=limit))
    if not due:
        return []
    due.sort(key=lambda delivery: delivery.id)
    dialogs = await _dialogs(tx, [delivery.id for delivery in due], ordering, now=now)
    claimed: dict[int, Delivery] = {}
    deferred: dict[int, float] = {}
    # What this claim itself does to a dialog: until when it is held, and how many more are open in it.
    holds: dict[tuple[str, int], float] = {}
    more: Counter[tuple[str, int]] = Counter()
    for delivery in due:
        key, dialog = (delivery.recipient, delivery.ordering_key), dialogs[delivery.id]
        held = max(dialog.held_until, holds.get(key, 0))
        first, passive = delivery.holds_until == 0, dialog.kind in ordering.passive
        if first and dialog.before and dialog.before not in claimed:
            deferred[delivery.id] = now + (1 if ordering.hold == 0 else BEHIND_SECONDS)
        elif first and ordering.waits(held, now):
            deferred[delivery.id] = min(held, now + BEHIND_SECONDS)
        elif not passive and ordering.full(dialog.open + more[key]):
            deferred[delivery.id] = now + FULL_SECONDS
        else:
            claimed[delivery.id] = leased = _to_lease(delivery, ordering, dialog.kind, now)
            holds[key] = max(held, leased.holds_until)
            more[key] += not passive
    await defer(tx, deferred)
    return list(claimed.values())


def _to_lease(delivery: Delivery, ordering: Ordering, kind: str, now: float) -> Delivery:
    died = int(delivery.state == State.SENDING)
    return msgspec.structs.replace(
        delivery,
        attempts=delivery.attempts + died,
        resent_after=delivery.resent_after + died,
        holds_until=delivery.holds_until or ordering.until(kind, now),
    )


class _Dialog(NamedTuple):
    """What matters of the dialog of a delivery, and of which kind its event is.

    ``before`` is the delivery next ahead that has not been tried either, 0 for none; ``open`` counts requests that take
    up one of the dialog's places.
    """

    kind: str
    before: int
    held_until: float
    open: int


async def _dialogs(tx: Tx, ids: list[int], ordering: Ordering, *, now: float) -> dict[int, _Dialog]:
    """How things stand in the dialogs of these.

    A statement of its own: on PostgreSQL it sees what others have committed until the rows were locked.
    """
    names: dict[str, Value] = _listed(ids)
    rows = await tx.all(
        f"""SELECT c.id, e.type,
                COALESCE((SELECT MAX(b.id) FROM deliveries b WHERE b.recipient = c.recipient
                    AND b.ordering_key = c.ordering_key AND b.holds_until = 0 AND b.id < c.id AND b.{OPEN}), 0),
                COALESCE((SELECT MAX(h.holds_until) FROM deliveries h WHERE h.recipient = c.recipient
                    AND h.ordering_key = c.ordering_key AND h.{OPEN}), 0),
                (SELECT COUNT(*) FROM deliveries s JOIN events o ON o.id = s.event_id
                    WHERE s.recipient = c.recipient AND s.ordering_key = c.ordering_key
                    AND s.state = 'sending' AND s.due > :now
                    AND o.type NOT IN ({ordering.passive_types}))
            FROM deliveries c JOIN events e ON e.id = c.event_id
            WHERE c.id IN ({", ".join(f":{name}" for name in names)})""",
        now=now,
        **names,
    )
    return {delivery_id: _Dialog(*dialog) for delivery_id, *dialog in rows}


def _listed(ids: list[int]) -> dict[str, Value]:
    size = next(size for size in _BATCHES if size >= len(ids))
    return {f"i{place}": id_ for place, id_ in enumerate([*ids, *[0] * (size - len(ids))])}


async def defer(tx: Tx, dues: Mapping[int, float]) -> None:
    """Put claimed deliveries off, each until its moment."""
    rows: list[Mapping[str, Value]] = [{"id": id_, "due": due} for id_, due in dues.items()]
    if rows:
        await tx.many("UPDATE deliveries SET due = :due WHERE id = :id", rows)


async def call_up(tx: Tx, dialogs: Iterable[tuple[str, int, float]], now: float) -> None:
    """Make due what is the next to be tried in a dialog, ``(recipient, ordering key, moment)``.

    What is due now has the place in which it was queued, before what others have queued since.
    """
    rows: list[Mapping[str, Value]] = [
        {"recipient": recipient, "ordering_key": ordering_key, "at": moment, "now": now}
        for recipient, ordering_key, moment in dialogs
    ]
    if not rows:
        return
    # Also what seems due: another server may be about to put it behind the one that is over. Asking for its due
    # time first would pass by the row that the other has locked; writing it waits for the other.
    await tx.many(f"UPDATE deliveries SET due = {CALLED_UP} WHERE state = 'waiting' AND id = {NEXT_UNTRIED}", rows)


async def pull_forward(tx: Tx, recovered: Mapping[str, int], now: float) -> None:
    """Recipients are back: what found nobody there need not wait longer. ``recovered`` since when, in milliseconds.

    Such an attempt is one more and does not count: if it fails, the schedule goes on where it was. There is at most
    one for each that counts, so a recipient that comes and goes is not called without end. What has not been tried,
    since the recipient was slow, is looked at again, too: the next of each dialog.
    """
    if not recovered:
        return
    # What was tried in a time that has not come was tried before the clock was set back.
    future = int(now + 1) * 1000
    rows: list[Mapping[str, Value]] = [
        {"recipient": recipient, "since": since, "now": now, "future": future} for recipient, since in recovered.items()
    ]
    nobody = " OR ".join(f"a.problem LIKE '{problem}%'" for problem in NOBODY_THERE)
    await tx.many(
        f"""UPDATE deliveries SET due = :now, resent_after = resent_after + 1
            WHERE recipient = :recipient AND {OPEN} AND state = 'waiting'
            AND holds_until > 0 AND due > :now AND resent_after * 2 < attempts AND EXISTS (
                SELECT 1 FROM attempts a WHERE a.delivery_id = deliveries.id AND a.number = deliveries.attempts
                AND a.status = 0 AND ({nobody}) AND (a.started + a.took <= :since OR a.started > :future))""",
        rows,
    )
    # What is to be sent at a later moment from the beginning was queued for that moment.
    await tx.many(
        f"""UPDATE deliveries SET due = :now
            WHERE recipient = :recipient AND {OPEN} AND state = 'waiting'
            AND holds_until = 0 AND due > :now AND queued <= :today AND NOT EXISTS (
                SELECT 1 FROM deliveries b
                WHERE b.recipient = deliveries.recipient AND b.ordering_key = deliveries.ordering_key
                AND b.holds_until = 0 AND b.id < deliveries.id AND b.{OPEN})""",
        [{"recipient": recipient, "now": now, "today": int(now)} for recipient in recovered],
    )
