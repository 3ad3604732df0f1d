"""Deliveries in retrospect: their outcome, and sending them again."""

from __future__ import annotations

from typing import NamedTuple

from botyard.model.deliveries import Delivery, State
from botyard.model.events import EventRecord
from botyard.model.recipients import Recipient
from botyard.store.deliveries import DELIVERY
from botyard.store.engines.db import Tx, Value
from botyard.store.events import EVENT
from botyard.store.ordering import NEVER, Ordering
from botyard.store.records import Record, scalar

_FROM = "deliveries d JOIN events e ON e.id = d.event_id"
# As in the conditions of the indexes, word for word: otherwise the engines would scan.
_OPEN = "d.state IN ('waiting', 'sending')"
_READY = "d.state = 'fetch'"
_ENDED = "d.finished IS NOT NULL"
_MISSED = "d.state IN ('dead', 'expired', 'skipped')"

MISSED = frozenset({State.DEAD, State.EXPIRED, State.SKIPPED})
"""What has not reached its recipient and will not without help."""
ENDED = MISSED | {State.DONE, State.UNCONFIRMED, State.FETCHED}

_GROUPS = {_OPEN: frozenset({State.WAITING, State.SENDING}), _READY: frozenset({State.FETCH}), _ENDED: ENDED}

WINDOW = 20_000
"""Deliveries that one look at those of everybody goes through."""
_SLACK = 1000


class DeliveryFilter(NamedTuple):
    """Which deliveries: in any of these states, of events from ``since`` until before ``until``, older than ``before``.

    No recipient means everybody, ``before`` 0 from the newest on.
    """

    recipient: str = ""
    states: frozenset[State] = frozenset(State)
    since: int = 0
    until: int = NEVER
    before: int = 0
    limit: int = 50


class LoggedDelivery(NamedTuple):
    """A delivery, and of what: the kind of the event and when it happened."""

    delivery: Delivery
    kind: str
    created: int


class Backlog(NamedTuple):
    """What a recipient has in one state (waiting, sending or fetch): how many, and the earliest due time of them."""

    recipient: Recipient
    state: str
    number: int
    due: float


class FetchProgress(NamedTuple):
    """The offset that a recipient was given last, 0 for none, and when it last came."""

    offset: int
    asked: int


class DeliveryPage(NamedTuple):
    """Deliveries, newest first, and the ``before`` of the next page (0: there is none)."""

    deliveries: list[LoggedDelivery]
    before: int


_LOGGED = Record(LoggedDelivery, _FROM, delivery=DELIVERY, kind="e.type", created="e.created")
_FETCH_PROGRESS = Record(FetchProgress, "event_cursors c", offset="c.next_id")
_BY_ID = f"{_LOGGED.select} WHERE d.id = :id"
_OF_EVENT = f"{_LOGGED.select} WHERE d.event_id = :event AND d.recipient = :recipient ORDER BY d.id LIMIT 1"
_FETCH_PROGRESS_OF = f"{_FETCH_PROGRESS.select} WHERE c.recipient = :recipient"
_HAPPENED = f"{EVENT.select} WHERE e.created = :moment AND e.chat_id = :chat AND e.message_id = 0 ORDER BY e.id"


async def find(tx: Tx, delivery_id: int) -> LoggedDelivery | None:
    return _LOGGED.read(await tx.one(_BY_ID, id=delivery_id))


async def of_event(tx: Tx, event_id: int, recipient: Recipient) -> LoggedDelivery | None:
    """What was due to a recipient of an event."""
    return _LOGGED.read(await tx.one(_OF_EVENT, event=event_id, recipient=recipient))


async def page(tx: Tx, wanted: DeliveryFilter) -> DeliveryPage:
    """One page of deliveries.

    A page of everybody's deliveries may be short, or empty, and yet not be the last.
    """
    top, floor = await _bounds(tx, wanted)
    groups = (
        [_MISSED] if wanted.states <= MISSED else [group for group, held in _GROUPS.items() if held & wanted.states]
    )
    limited = not wanted.recipient and groups != [_MISSED]
    low = max(floor, top - WINDOW) if limited else floor
    if limited:
        # One walk down the ids, instead of one for each group.
        groups = ["1 = 1"]
    logged_deliveries: list[LoggedDelivery] = []
    for group in groups:
        logged_deliveries += await _of_group(tx, group, wanted, top=top, low=low)
    logged_deliveries.sort(key=lambda logged: -logged.delivery.id)
    if len(logged_deliveries) >= wanted.limit:
        return DeliveryPage(logged_deliveries[: wanted.limit], logged_deliveries[wanted.limit - 1].delivery.id)
    return DeliveryPage(logged_deliveries, low if low > floor else 0)


async def _of_group(tx: Tx, group: str, wanted: DeliveryFilter, *, top: int, low: int) -> list[LoggedDelivery]:
    states = ", ".join(f"'{state.value}'" for state in sorted(wanted.states))
    whose = "AND d.recipient = :recipient" if wanted.recipient else ""
    rows = await tx.all(
        f"""{_LOGGED.select} WHERE {group} {whose} AND d.state IN ({states}) AND d.id < :top AND d.id >= :low
            AND e.created >= :since AND e.created < :until ORDER BY d.id DESC LIMIT :limit""",
        top=top,
        low=low,
        since=wanted.since,
        until=wanted.until,
        limit=wanted.limit,
        **({"recipient": wanted.recipient} if wanted.recipient else {}),
    )
    return _LOGGED.read_all(rows)


async def _bounds(tx: Tx, wanted: DeliveryFilter) -> tuple[int, int]:
    """Between which ids a search goes: below the first, down to the second."""
    top = min(wanted.before or NEVER, scalar(await tx.one("SELECT COALESCE(MAX(id), 0) + 1 FROM deliveries"), 1))
    if wanted.until < NEVER:
        row = await tx.one(
            """SELECT id FROM deliveries WHERE event_id <= (SELECT id FROM events WHERE created < :until
                   ORDER BY created DESC, id DESC LIMIT 1) ORDER BY event_id DESC, id DESC LIMIT 1""",
            until=wanted.until,
        )
        # On PostgreSQL neighbours may have been written in another order than they are numbered in.
        top = min(top, scalar(row, 1 - _SLACK) + _SLACK)
    if not wanted.since:
        return top, 1
    row = await tx.one(
        """SELECT id FROM deliveries WHERE event_id >= (SELECT id FROM events WHERE created >= :since
               ORDER BY created, id LIMIT 1) ORDER BY event_id, id LIMIT 1""",
        since=wanted.since,
    )
    return top, max(1, scalar(row, 0) - _SLACK) if row else top


async def tried(tx: Tx, recipient: Recipient) -> LoggedDelivery | None:
    """What is being tried again for a recipient: the one that is due next."""
    row = await tx.one(
        f"""{_LOGGED.select} WHERE {_OPEN} AND d.recipient = :recipient AND d.attempts > 0
            ORDER BY d.due, d.id LIMIT 1""",
        recipient=recipient,
    )
    return _LOGGED.read(row)


async def under_way(tx: Tx, delivery: Delivery, ordering: Ordering, *, now: float) -> int:
    """How many requests that take up a place are open for the dialog of a delivery that needs one; 0 if it does not."""
    row = await tx.one(
        f"""SELECT COUNT(*) FROM {_FROM} WHERE d.recipient = :recipient AND d.ordering_key = :ordering_key
            AND d.state = 'sending' AND d.due > :now AND e.type NOT IN ({ordering.passive_types})
            AND EXISTS (SELECT 1 FROM events o WHERE o.id = :event AND o.type NOT IN ({ordering.passive_types}))""",
        recipient=delivery.recipient,
        ordering_key=delivery.ordering_key,
        event=delivery.event_id,
        now=now,
    )
    return scalar(row, 0)


async def ahead(tx: Tx, delivery: Delivery, ordering: Ordering, *, now: float) -> Delivery | None:
    """The open delivery for which this one waits: one that holds the dialog, or that has its first attempt before."""
    if delivery.holds_until:
        return None
    dialog: dict[str, Value] = {"recipient": delivery.recipient, "ordering_key": delivery.ordering_key}
    row = await tx.one(
        f"""{_LOGGED.select} WHERE {_OPEN} AND d.recipient = :recipient AND d.ordering_key = :ordering_key
            AND d.holds_until > :now AND d.holds_until <= :most ORDER BY d.holds_until DESC, d.id LIMIT 1""",
        now=now,
        # What is too far ahead was set by another clock, or by other rules.
        most=NEVER if ordering.hold is None else now + ordering.hold + 1,
        **dialog,
    )
    row = row or await tx.one(
        f"""{_LOGGED.select} WHERE {_OPEN} AND d.recipient = :recipient AND d.ordering_key = :ordering_key
            AND d.holds_until = 0 AND d.id < :id ORDER BY d.id LIMIT 1""",
        id=delivery.id,
        **dialog,
    )
    logged = _LOGGED.read(row)
    return logged.delivery if logged else None


async def again(tx: Tx, delivery_id: int, state: State) -> bool:
    """Have what has ended sent (WAITING) or fetched (FETCH) once more. False for what has not ended.

    Its attempts count on, and the schedule begins anew.
    """
    sql = """UPDATE deliveries SET state = :state, holder = '', mark = 0, resent_after = attempts, queued = :now,
                 due = :due, finished = NULL, reason = '', holds_until = 0 WHERE id = :id AND finished IS NOT NULL"""
    return await tx.run(sql, id=delivery_id, state=state.value, now=tx.now, due=tx.now) > 0


async def backlog(tx: Tx) -> list[Backlog]:
    """What waits for whom, of all recipients. Goes through everything that is open."""
    rows = await tx.all(
        f"""SELECT d.recipient, d.state, COUNT(*), MIN(d.due) FROM deliveries d WHERE {_OPEN}
            GROUP BY d.recipient, d.state
            UNION ALL
            SELECT d.recipient, 'fetch', COUNT(*), MIN(d.due) FROM deliveries d WHERE {_READY} GROUP BY d.recipient"""
    )
    return [Backlog(*row) for row in rows]


async def fetch_progress(tx: Tx, recipient: Recipient) -> FetchProgress | None:
    """How far a recipient has come; ``None``: it has never come."""
    return _FETCH_PROGRESS.read(await tx.one(_FETCH_PROGRESS_OF, recipient=recipient))


async def happened(tx: Tx, chat_id: int, moment: int, *, kinds: tuple[str, ...]) -> list[EventRecord]:
    """The events of a chat at one moment, of these kinds, noted of no message, in order."""
    happened = EVENT.read_all(await tx.all(_HAPPENED, moment=moment, chat=chat_id))
    return [what for what in happened if type(what.event).__name__ in kinds]
