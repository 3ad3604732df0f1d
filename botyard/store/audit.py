"""The audit log, and the addresses from which keys were used."""

from __future__ import annotations

from typing import NamedTuple

from botyard.model.audit import AuditEntry
from botyard.store.engines.db import Tx, Value
from botyard.store.ordering import NEVER
from botyard.store.records import Record, insert

_ENTRY = Record(AuditEntry, "audit_log a")
_ADD = insert(
    "audit_log", ("happened", "event", "subject", "user_id", "app_id", "access_key", "address", "via", "details")
)
_UNWRITTEN = f"{_ENTRY.select} WHERE a.written = 0 ORDER BY a.id LIMIT :limit {{skip_locked}}"
_USED_AGAIN = "UPDATE key_addresses SET last_used = :now WHERE access_key = :access_key AND address = :address"
_FIRST_USED = """INSERT INTO key_addresses (access_key, address, first_used, last_used)
    VALUES (:access_key, :address, :now, :now) ON CONFLICT DO NOTHING"""


class AuditFilter(NamedTuple):
    """Which entries: of this event, person or subject where one is named, from ``since`` until before ``until``.

    ``before`` is the id from which older ones are read, 0 for the newest on.
    """

    event: str = ""
    user_id: int = 0
    subject: str = ""
    since: int = 0
    until: int = NEVER
    before: int = 0
    limit: int = 50


async def add(tx: Tx, entry: AuditEntry) -> int:
    """Write an entry, and return its number."""
    return await tx.insert(
        _ADD,
        happened=entry.happened,
        event=entry.event,
        subject=entry.subject,
        user_id=entry.user_id,
        app_id=entry.app_id,
        access_key=entry.access_key,
        address=entry.address,
        via=entry.via,
        details=entry.details,
    )


async def page(tx: Tx, wanted: AuditFilter) -> list[AuditEntry]:
    """Entries, newest first."""
    values: dict[str, Value] = {"before": wanted.before or NEVER, "limit": wanted.limit}
    conditions = ["a.id < :before"]
    for column in ("event", "user_id", "subject"):
        if value := getattr(wanted, column):
            conditions.append(f"a.{column} = :{column}")
            values[column] = value
    for condition, moment, default in (
        ("a.happened >= :since", wanted.since, 0),
        ("a.happened < :until", wanted.until, NEVER),
    ):
        if moment != default:
            conditions.append(condition)
            values[condition.rpartition(":")[2]] = moment
    sql = f"{_ENTRY.select} WHERE {' AND '.join(conditions)} ORDER BY a.id DESC LIMIT :limit"
    return _ENTRY.read_all(await tx.all(sql, **values))


async def any_unwritten(tx: Tx) -> bool:
    """Whether there are entries that the log of no server has yet."""
    return await tx.one("SELECT id FROM audit_log WHERE written = 0 LIMIT 1") is not None


async def take_unwritten(tx: Tx, limit: int) -> list[AuditEntry]:
    """Entries that the log of no server has yet, oldest first; they count as written from now on."""
    entries = _ENTRY.read_all(await tx.all(_UNWRITTEN, limit=limit))
    await tx.many("UPDATE audit_log SET written = 1 WHERE id = :id", [{"id": entry.id} for entry in entries])
    return entries


async def forget(tx: Tx, before: int, limit: int) -> int:
    """Delete entries from before a moment; how many."""
    sql = """DELETE FROM audit_log WHERE id IN
        (SELECT id FROM audit_log WHERE happened < :before ORDER BY happened, id LIMIT :limit)"""
    return await tx.run(sql, before=before, limit=limit)


async def note_address(tx: Tx, access_key: str, address: str) -> bool:
    """Note that a key is used from an address; whether that is the first time."""
    if await tx.run(_USED_AGAIN, access_key=access_key, address=address, now=tx.now):
        return False
    return await tx.run(_FIRST_USED, access_key=access_key, address=address, now=tx.now) > 0


async def forget_addresses(tx: Tx, before: int, limit: int) -> int:
    """Forget addresses that were first seen before a moment; how many."""
    sql = """DELETE FROM key_addresses WHERE (access_key, address) IN
        (SELECT access_key, address FROM key_addresses WHERE first_used < :before ORDER BY first_used LIMIT :limit)"""
    return await tx.run(sql, before=before, limit=limit)
