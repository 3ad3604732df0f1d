"""Queues of offline events: one record for each change, until its application fetches it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from botyard.model.bindings import OfflineEvent
from botyard.model.owners import Owner
from botyard.store.engines.db import Tx, Value
from botyard.store.records import Record, scalar

PAGE = 50

_EVENT = Record(OfflineEvent, "offline_events o")
_MINE = "owner = :owner AND connector = :connector"

FIELDS: Mapping[str, str] = {
    "ID": "id",
    "TIMESTAMP_X": "changed",
    "EVENT_NAME": "event",
    "MESSAGE_ID": "id",
    "PROCESS_ID": "process_id",
    "ERROR": "error",
}
"""The documented fields to filter and sort by. A message is its record here, so that both have one number."""
COMPARISONS = frozenset({"=", "<>", "<", ">", "<=", ">="})


class OfflineQueue(NamedTuple):
    """One queue: whose, and of which source."""

    owner: Owner
    connector: str

    @property
    def values(self) -> dict[str, Value]:
        return {"owner": self.owner, "connector": self.connector}


class Test(NamedTuple):
    """A field (one of ``FIELDS``) compared with any of some values."""

    field: str
    comparison: str
    values: Sequence[Value]


async def put(tx: Tx, queue: OfflineQueue, event: str, *, subject: str, data: Mapping[str, Any]) -> None:
    """Note that a thing has changed; of a thing that waits already only the moment is new."""
    await tx.run(
        """INSERT INTO offline_events (owner, connector, event, subject, data, changed)
           VALUES (:owner, :connector, :event, :subject, :data, :now)
           ON CONFLICT (owner, connector, event, subject) WHERE process_id = ''
           DO UPDATE SET data = :data, changed = :now""",
        **queue.values,
        event=event,
        subject=subject,
        data=msgspec.json.encode(data).decode(),
        now=tx.now,
    )


async def page(
    tx: Tx,
    queue: OfflineQueue,
    tests: Iterable[Test],
    *,
    order: Sequence[tuple[str, bool]],
    limit: int,
    offset: int = 0,
) -> list[OfflineEvent]:
    """Records that pass all tests; ``order`` pairs fields with whether they descend."""
    where, values = _where(tests)
    rows = await tx.all(
        f"""{_EVENT.select} WHERE {_MINE}{where}
            ORDER BY {_ordering(order)} LIMIT :limit OFFSET :offset""",
        **queue.values,
        **values,
        limit=limit,
        offset=offset,
    )
    return _EVENT.read_all(rows)


async def count(tx: Tx, queue: OfflineQueue, tests: Iterable[Test]) -> int:
    where, values = _where(tests)
    sql = f"SELECT COUNT(*) FROM offline_events WHERE {_MINE}{where}"
    return scalar(await tx.one(sql, **queue.values, **values), 0)


async def first(
    tx: Tx,
    queue: OfflineQueue,
    tests: Iterable[Test],
    *,
    order: Sequence[tuple[str, bool]],
    limit: int,
    process_id: str,
    errors: bool,
) -> list[OfflineEvent]:
    """The first records that nobody has taken, or that this process has, locked; others at work pass them over."""
    where, values = _where(tests)
    free = "process_id = :process OR error = 1" if errors and not process_id else "process_id = :process"
    good = "" if errors else " AND error = 0"
    rows = await tx.all(
        f"""{_EVENT.select} WHERE {_MINE} AND ({free}){good}{where}
            ORDER BY {_ordering(order)} LIMIT :limit {{skip_locked}}""",
        **queue.values,
        **values,
        process=process_id,
        limit=limit,
    )
    return _EVENT.read_all(rows)


async def take(tx: Tx, ids: Iterable[int], process_id: str) -> None:
    """Reserve records for a process."""
    rows: list[Mapping[str, Value]] = [{"id": id_, "process": process_id} for id_ in ids]
    if rows:
        await tx.many("UPDATE offline_events SET process_id = :process, error = 0 WHERE id = :id", rows)


async def delete(tx: Tx, ids: Iterable[int]) -> None:
    rows: list[Mapping[str, Value]] = [{"id": id_} for id_ in ids]
    if rows:
        await tx.many("DELETE FROM offline_events WHERE id = :id", rows)


async def taken(tx: Tx, owner: Owner, process_id: str) -> list[int]:
    """The records that a process of this owner has reserved."""
    sql = "SELECT id FROM offline_events WHERE owner = :owner AND process_id = :process AND process_id <> ''"
    return [number for (number,) in await tx.all(sql, owner=owner, process=process_id)]


async def mark(tx: Tx, ids: Iterable[int]) -> None:
    """These could not be processed."""
    rows: list[Mapping[str, Value]] = [{"id": id_} for id_ in ids]
    if rows:
        await tx.many("UPDATE offline_events SET error = 1 WHERE id = :id", rows)


async def forget(tx: Tx, before: int, limit: int) -> int:
    """Delete what was last changed before a moment; how many. At most ``limit`` at a time."""
    return await tx.run(
        """DELETE FROM offline_events WHERE id IN (
               SELECT id FROM offline_events WHERE changed < :before ORDER BY changed LIMIT :limit)""",
        before=before,
        limit=limit,
    )


async def clear(tx: Tx, owner: Owner) -> None:
    """Delete an owner's records."""
    await tx.run("DELETE FROM offline_events WHERE owner = :owner", owner=owner)


def _where(tests: Iterable[Test]) -> tuple[str, dict[str, Value]]:
    """The tests as SQL. Fields and comparisons come from the tables above, values are parameters."""
    parts: list[str] = []
    values: dict[str, Value] = {}
    for test in tests:
        if test.comparison not in COMPARISONS:
            raise ValueError(test.comparison)
        names = [f"v{len(values) + place}" for place in range(len(test.values))]
        values |= dict(zip(names, test.values, strict=True))
        joint = " AND " if test.comparison == "<>" else " OR "
        parts.append(joint.join(f"{FIELDS[test.field]} {test.comparison} :{name}" for name in names) or "1 = 0")
    return "".join(f" AND ({part})" for part in parts), values


def _ordering(order: Sequence[tuple[str, bool]]) -> str:
    named = [f"{FIELDS[field]} DESC" if descending else FIELDS[field] for field, descending in order]
    return ", ".join([*named, "id"])
