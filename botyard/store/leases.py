"""Leases: deliveries that a server is about to send, until it gives them back with what came of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from botyard.model.deliveries import Attempt, Delivery, Ended, State
from botyard.store.deliveries import ATTEMPT
from botyard.store.delivery_queue import CALLED_UP, NEXT_UNTRIED
from botyard.store.engines.db import Tx, Value
from botyard.store.ordering import NEVER
from botyard.store.records import insert

_RECORD = f"{insert('attempts', ('delivery_id', *Attempt.__struct_fields__))} ON CONFLICT DO NOTHING"
# One statement for the delivery that has ended and the one behind it that is called up, if it frees that one.
_END = f"""UPDATE deliveries SET
               due = CASE WHEN id = :id THEN CAST(:due AS DOUBLE PRECISION) ELSE {CALLED_UP} END,
               state = CASE WHEN id = :id THEN :state ELSE state END,
               holder = CASE WHEN id = :id THEN '' ELSE holder END,
               attempts = CASE WHEN id = :id THEN :attempts ELSE attempts END,
               finished = CASE WHEN id = :id THEN CAST(:finished AS BIGINT) ELSE finished END,
               reason = CASE WHEN id = :id THEN :reason ELSE reason END,
               holds_until = CASE WHEN id = :id THEN CAST(:holds_until AS DOUBLE PRECISION) ELSE holds_until END
           WHERE (id = :id AND holder = :holder AND state = 'sending')
           OR (:frees = 1 AND state = 'waiting' AND id <> :id AND id = {NEXT_UNTRIED})"""
_INTERRUPTED = "interrupted: the server ended before it had recorded this attempt; the time is when that was found"


async def lease(tx: Tx, claimed: Iterable[Delivery], holder: str, *, until: float, now: float) -> None:
    """Give claimed deliveries to a holder; whoever is there may claim what is still leased at ``until``."""
    deliveries = list(claimed)
    rows: list[Mapping[str, Value]] = [
        {
            "id": delivery.id,
            "holder": holder,
            "until": until,
            "attempts": delivery.attempts,
            "resent_after": delivery.resent_after,
            "holds_until": delivery.holds_until,
        }
        for delivery in deliveries
    ]
    if rows:
        await tx.many(
            """UPDATE deliveries SET state = 'sending', holder = :holder, due = :until, attempts = :attempts,
                   resent_after = :resent_after, holds_until = :holds_until WHERE id = :id""",
            rows,
        )
    died = [
        _columns(delivery.id, _interrupted(delivery.attempts, now))
        for delivery in deliveries
        if delivery.state == State.SENDING
    ]
    if died:
        await tx.many(_RECORD, died)


async def end(tx: Tx, holder: str, ended: Iterable[Ended], *, now: float) -> None:
    """Record what came of leased deliveries, and call up those behind the ones that are over or hold no longer.

    A delivery whose lease somebody else has taken over meanwhile keeps its state.
    """
    changes: list[dict[str, Value]] = []
    tried: list[Mapping[str, Value]] = []
    for outcome in ended:
        delivery, over, made = outcome.delivery, outcome.state is not State.WAITING, outcome.attempt
        begun = over or made is not None or not delivery.fresh
        frees = over or (made is not None and delivery.holds_until < NEVER)
        changes.append(
            {
                "id": delivery.id,
                "holder": holder,
                "state": outcome.state.value,
                "attempts": made.number if made else delivery.attempts,
                "due": now if over else outcome.due,
                "finished": int(now) if over else None,
                "reason": outcome.reason,
                "holds_until": delivery.holds_until if begun else 0,
                "frees": int(frees),
                "recipient": delivery.recipient,
                "ordering_key": delivery.ordering_key,
                "at": now if over else max(now, delivery.holds_until),
                "now": now,
            }
        )
        if made:
            tried.append(_columns(delivery.id, made))
    # Those that free nobody come first: what is given back untried may be the next of its dialog.
    await tx.many(_END, sorted(changes, key=lambda change: change["frees"] == 1))
    if tried:
        await tx.many(_RECORD, tried)


async def holders(tx: Tx) -> list[str]:
    """Who holds leases."""
    rows = await tx.all("SELECT DISTINCT holder FROM deliveries WHERE state = 'sending'")
    return [holder for (holder,) in rows]


async def release(tx: Tx, holder: str, now: float) -> int:
    """Make due what was leased by a holder that is gone; how many. Nobody knows whether it was sent."""
    rows = await tx.all(
        "SELECT id, attempts FROM deliveries WHERE state = 'sending' AND holder = :holder", holder=holder
    )
    if rows:
        await tx.many(_RECORD, [_columns(id_, _interrupted(begun + 1, now)) for id_, begun in rows])
    # What has no attempt on record has its first one again: it keeps its place before those behind it.
    return await tx.run(
        """UPDATE deliveries SET state = 'waiting', holder = '', due = :now, attempts = attempts + 1,
               resent_after = resent_after + 1,
               holds_until = CASE WHEN attempts > resent_after THEN holds_until ELSE 0 END
           WHERE state = 'sending' AND holder = :holder""",
        now=now,
        holder=holder,
    )


def _interrupted(number: int, now: float) -> Attempt:
    return Attempt(number, int(now * 1000), 0, 0, "", _INTERRUPTED)


def _columns(delivery_id: int, made: Attempt) -> dict[str, Value]:
    return {"delivery_id": delivery_id, **ATTEMPT.values(made)}
