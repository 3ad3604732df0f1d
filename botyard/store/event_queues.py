"""Queues of events that their recipients come for: who is subscribed, what lies ready, how far it was handed out.

What is handed out has a *mark*: the lowest offset that proves that its recipient has it. See ``api/shared/offsets.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from botyard.model.deliveries import EndReason
from botyard.model.events import EventRecord
from botyard.store.engines.db import Tx, Value
from botyard.store.events import EVENT
from botyard.store.records import Record, scalar

_BATCHES = (1, 16, 256)
"""Lengths of lists in a statement, so that there are few texts to prepare."""
# As in the condition of the index, word for word.
_READY = "d.recipient = :recipient AND d.state = 'fetch'"
_CONFIRM = f"""UPDATE deliveries AS d SET state = 'fetched', finished = :now
            WHERE {_READY} AND d.mark > 0 AND d.mark <= :offset AND d.queued >= :since"""
_CLEAR_MARK = f"UPDATE deliveries AS d SET mark = 0 WHERE {_READY} AND d.mark > 0"


async def subscribed(tx: Tx, user_id: int) -> bool:
    """Whether a person's events are kept."""
    return await tx.one("SELECT 1 FROM event_subscriptions WHERE user_id = :user", user=user_id) is not None


async def subscribe(tx: Tx, user_id: int) -> None:
    """Keep a person's events from now on."""
    await tx.run(
        "INSERT INTO event_subscriptions (user_id, since) VALUES (:user, :now) ON CONFLICT DO NOTHING",
        user=user_id,
        now=tx.now,
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
    """The subscribed members of a chat who are active and may see this message (0: it is about none)."""
    rows = await tx.all(
        """SELECT m.user_id FROM members m JOIN users u ON u.id = m.user_id AND u.active = 1
           WHERE m.chat_id = :chat AND m.listens = 1
           AND (CAST(:message AS BIGINT) = 0 OR m.first_id <= :message) ORDER BY m.user_id""",
        chat=chat_id,
        message=message_id,
    )
    return [user_id for (user_id,) in rows]


class Cursor(NamedTuple):
    """The highest offset that any page of a recipient has held, and the highest of the pages of it alone."""

    highest: int = 0
    alone: int = 0


async def cursors(tx: Tx, names: Sequence[str], *, lock: bool = False) -> dict[str, Cursor]:
    """The cursors of up to three recipients or pairs of them, as far as they have come; to be changed with ``lock``."""
    padded = dict(zip("abc", [*names, "", ""], strict=False))
    rows = await tx.all(
        f"""SELECT recipient, next_id, alone FROM event_cursors WHERE recipient IN (:a, :b, :c)
            ORDER BY recipient {"{for_update}" if lock else ""}""",
        **padded,
    )
    return {name: Cursor(highest, alone) for name, highest, alone in rows}


async def add_cursor(tx: Tx, name: str) -> None:
    """A recipient, or a pair of them, comes for the first time."""
    await tx.run(
        """INSERT INTO event_cursors (recipient, next_id, alone, asked) VALUES (:name, 0, 0, :now)
           ON CONFLICT DO NOTHING""",
        name=name,
        now=tx.now,
    )


async def note_visit(tx: Tx, recipients: Iterable[str]) -> None:
    """These came for their events, whether there were any or not."""
    for name in sorted(recipients):
        await tx.run(
            """INSERT INTO event_cursors (recipient, next_id, alone, asked) VALUES (:name, 0, 0, :now)
               ON CONFLICT (recipient) DO UPDATE SET asked = :now""",
            name=name,
            now=tx.now,
        )


async def move_cursor(tx: Tx, name: str, to: Cursor) -> None:
    """Note the offsets that a recipient was given."""
    await tx.run(
        "UPDATE event_cursors SET next_id = :highest, alone = :alone, asked = :now WHERE recipient = :name",
        name=name,
        highest=to.highest,
        alone=to.alone,
        now=tx.now,
    )


async def newest(tx: Tx) -> int:
    """The number of the newest delivery of all."""
    return scalar(await tx.one("SELECT COALESCE(MAX(id), 0) FROM deliveries"), 0)


class QueuedEvent(NamedTuple):
    """An event that lies ready: the number of its delivery, and its mark, 0 before it has been handed out."""

    number: int
    mark: int
    what: EventRecord


_QUEUED = Record(
    QueuedEvent,
    "deliveries d JOIN events e ON e.id = d.event_id",
    number="d.id",
    mark="d.mark",
    what=EVENT,
)
_QUEUED_SINCE = f"{_QUEUED.select} WHERE {_READY} AND d.queued >= :since"
_HANDED_OUT = f"{_QUEUED_SINCE} AND d.mark > 0 ORDER BY d.mark, d.id LIMIT :limit"
_NOT_HANDED_OUT = f"{_QUEUED_SINCE} AND d.mark = 0 ORDER BY d.id LIMIT :limit"
_LAST = f"{_QUEUED_SINCE} ORDER BY d.id DESC LIMIT 1"


async def ready(tx: Tx, recipient: str, *, since: int, limit: int) -> list[QueuedEvent]:
    """What lies ready since a moment: first what has been handed out, by its mark, then the rest by its number."""
    rows = await tx.all(_HANDED_OUT, recipient=recipient, since=since, limit=limit)
    if len(rows) < limit:
        rows += await tx.all(_NOT_HANDED_OUT, recipient=recipient, since=since, limit=limit - len(rows))
    return _QUEUED.read_all(rows)


async def last(tx: Tx, recipient: str, since: int) -> QueuedEvent | None:
    """The newest that lies ready since a moment."""
    return _QUEUED.read(await tx.one(_LAST, recipient=recipient, since=since))


async def confirm(tx: Tx, recipient: str, *, offset: int, since: int) -> int:
    """The recipient has what was handed out with a mark up to ``offset``; how many that were."""
    return await tx.run(
        _CONFIRM,
        recipient=recipient,
        offset=offset,
        since=since,
        now=tx.now,
    )


async def set_marks(tx: Tx, marks: Mapping[int, int]) -> None:
    """These are being handed out, each with its mark; 0 takes a mark away."""
    rows: list[Mapping[str, Value]] = [{"id": number, "mark": mark} for number, mark in marks.items()]
    if rows:
        await tx.many("UPDATE deliveries SET mark = :mark WHERE id = :id", rows)


async def clear_mark(tx: Tx, recipient: str) -> None:
    """Take the marks of all that lies ready away: no offset given until now confirms any of it."""
    await tx.run(_CLEAR_MARK, recipient=recipient)


async def discard(tx: Tx, numbers: Iterable[int]) -> None:
    """There is nothing to say of these."""
    rows: list[Mapping[str, Value]] = [
        {"id": number, "now": tx.now, "reason": EndReason.NO_WORDS.value} for number in numbers
    ]
    if rows:
        await tx.many(
            """UPDATE deliveries SET state = 'skipped', finished = :now, reason = :reason
               WHERE id = :id AND state = 'fetch'""",
            rows,
        )


async def any_ready(tx: Tx, recipients: Iterable[str], since: int) -> list[str]:
    """Those of the recipients for whom something lies ready since a moment."""
    asked = list(recipients)
    waiting: list[str] = []
    for first in range(0, len(asked), _BATCHES[-1]):
        some = asked[first : first + _BATCHES[-1]]
        size = next(size for size in _BATCHES if size >= len(some))
        names: dict[str, Value] = {
            f"r{place}": recipient for place, recipient in enumerate([*some, *[""] * (size - len(some))])
        }
        rows = await tx.all(
            f"""SELECT DISTINCT d.recipient FROM deliveries d WHERE d.state = 'fetch' AND d.queued >= :since
                AND d.recipient IN ({", ".join(f":{name}" for name in names)})""",
            since=since,
            **names,
        )
        waiting += [recipient for (recipient,) in rows]
    return waiting
