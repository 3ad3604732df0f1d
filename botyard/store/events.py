"""The event log."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping
from typing import NamedTuple

import msgspec

from botyard.model.event import Event
from botyard.model.events import ABOUT_MESSAGES, EventRecord, decode_event
from botyard.store.engines.db import Tx, Value
from botyard.store.records import Column, Record, insert, scalar

EVENT = Record(EventRecord, "events e", event=Column("e.body", decode_event))
_COLUMNS = ("type", "chat_id", "actor_id", "message_id", "created", "body", "caller_id")
_ADD = f"{insert('events', _COLUMNS)} {{ordered}}"
_BY_ID = f"{EVENT.select} WHERE e.id = :id"

_encode = msgspec.json.Encoder().encode


def append(tx: Tx, event: Event) -> Awaitable[int]:
    """Write an event and return its number."""
    return tx.insert(
        _ADD,
        type=type(event).__name__,
        chat_id=event.chat_id,
        actor_id=event.actor_id,
        message_id=event.message_id if isinstance(event, ABOUT_MESSAGES) else 0,
        created=tx.now,
        body=_encode(event).decode(),
        caller_id=tx.caller_id,
    )


async def find(tx: Tx, event_id: int) -> EventRecord | None:
    return EVENT.read(await tx.one(_BY_ID, id=event_id))


async def of_message(tx: Tx, message_id: int, kinds: Iterable[str], *, limit: int) -> list[EventRecord]:
    """The newest events of these kinds about a message, oldest first."""
    names = ", ".join(f"'{kind}'" for kind in sorted(kinds))
    rows = await tx.all(
        f"""{EVENT.select} WHERE e.message_id = :message AND e.message_id > 0 AND e.type IN ({names})
            ORDER BY e.id DESC LIMIT :limit""",
        message=message_id,
        limit=limit,
    )
    return EVENT.read_all(rows[::-1])


_AFTER = f"{EVENT.select} WHERE e.id > :last ORDER BY e.id LIMIT :limit"
# What concerns somebody: the chats that they are in now, chats that somebody has left, and what is in no chat.
_AFTER_FOR = f"""{EVENT.select} WHERE e.id > :last AND e.id <= :upto
 AND (e.chat_id = 0 OR e.type = 'MemberLeft'
      OR EXISTS (SELECT 1 FROM members m WHERE m.chat_id = e.chat_id AND m.user_id = :user))
 ORDER BY e.id LIMIT :limit"""


async def after(tx: Tx, last: int, limit: int) -> list[EventRecord]:
    """The next events after a number. As numbers follow the order of commits, none comes before them later."""
    return EVENT.read_all(await tx.all(_AFTER, last=last, limit=limit))


async def after_for(tx: Tx, last: int, upto: int, *, user_id: int, limit: int) -> list[EventRecord]:
    """The next events after a number, and not after another one, that may concern somebody."""
    return EVENT.read_all(await tx.all(_AFTER_FOR, last=last, upto=upto, user=user_id, limit=limit))


async def newest(tx: Tx) -> int:
    """The number of the latest event, also where it is not kept any more."""
    latest = scalar(await tx.one("SELECT MAX(id) FROM events"), 0)
    return max(latest or 0, (await trim_position(tx)).id)


# How long events are kept: past a place in the log only those are left that a delivery refers to.


class LogPosition(NamedTuple):
    """A place in the log: when the event there was written, and its number. ``START`` is before all events."""

    created: int
    id: int


START = LogPosition(0, 0)
_POSITION = Record(LogPosition, "event_log l", created="l.passed", id="l.passed_id")
_PASSED = f"{_POSITION.select} WHERE l.id = 1"
_PASSED_LOCKED = f"{_PASSED} {{for_update}}"


async def trim_position(tx: Tx) -> LogPosition:
    """The last event that ``trim`` has looked at: after it, the log is whole."""
    return _POSITION.read(await tx.one(_PASSED)) or START


async def trim(tx: Tx, before: int, limit: int) -> int:
    """Look through the next events that were written before a moment, and delete those that no delivery refers to.

    Answers how many were looked at, at most ``limit``. None is looked at twice: what a delivery still refers to is
    deleted by ``release``.
    """
    last = await _passed_locked(tx)
    # Not EXISTS: for that PostgreSQL would read all deliveries, instead of looking for those of each event.
    rows = await tx.all(
        """SELECT e.created, e.id, (SELECT d.id FROM deliveries d WHERE d.event_id = e.id LIMIT 1) FROM events e
           WHERE (e.created, e.id) > (:created, :id) AND e.created < :before
           ORDER BY e.created, e.id LIMIT :limit""",
        created=last.created,
        id=last.id,
        before=before,
        limit=limit,
    )
    if not rows:
        return 0
    free: list[Mapping[str, Value]] = [{"id": number} for _, number, delivery in rows if delivery is None]
    if free:
        await tx.many("DELETE FROM events WHERE id = :id", free)
    created, number, _ = rows[-1]
    await tx.run(
        """INSERT INTO event_log (id, passed, passed_id) VALUES (1, :created, :id)
           ON CONFLICT (id) DO UPDATE SET passed = :created, passed_id = :id""",
        created=created,
        id=number,
    )
    return len(rows)


async def release(tx: Tx, ids: Iterable[int]) -> None:
    """Deliveries of these events are gone: delete the events that ``trim`` has passed and nobody needs any longer."""
    last = await _passed_locked(tx)
    rows: list[Mapping[str, Value]] = [{"id": id_, "passed": last.created, "last": last.id} for id_ in set(ids)]
    if rows and last != START:
        await tx.many(
            """DELETE FROM events WHERE id = :id AND (created, id) <= (:passed, :last)
               AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = events.id)""",
            rows,
        )


async def _passed_locked(tx: Tx) -> LogPosition:
    """The same as ``trim_position``, for one at a time: of two servers, one would not see what the other has just
    deleted."""
    return _POSITION.read(await tx.one(_PASSED_LOCKED)) or START
