"""Writes into the audit log what was noted outside transactions, and copies its entries into the server's log."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any

import msgspec

from botyard.model.audit import Actor, AuditEntry, AuditEvent, Via
from botyard.portal.audit import record
from botyard.portal.audit_notes import AuditNotes, Refused
from botyard.portal.auth.throttle import network
from botyard.store import audit
from botyard.store.engines.db import Database, Tx, Unavailable

log = logging.getLogger("botyard.audit")
"""Every entry at level INFO; the record's ``audit`` is the ``AuditEntry``."""

EVERY_SECONDS = 1.0
REFUSALS_EVERY = 60
"""Turns between two entries of what was refused."""
USES_EVERY = 3600
"""Turns after which each key that is in use is noted again."""
BATCH = 200

_NOBODY: dict[str, str] = {Via.COMMAND: "the command line", Via.SERVER: "the server"}


async def run(database: Database, notes: AuditNotes) -> None:
    """Write every second, until cancelled; what is left then is written, too."""
    turn = 0
    try:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            turn += 1
            if turn % USES_EVERY == 0:
                notes.forget_uses()
            await write(database, notes, refusals=turn % REFUSALS_EVERY == 0)
    finally:
        await write(database, notes)


async def write(database: Database, notes: AuditNotes, *, refusals: bool = True) -> None:
    """Write what was noted and what the log lacks. While the database is away, that waits."""
    uses, refused = notes.take_uses(), notes.take_refusals() if refusals else {}
    try:
        if uses or refused:
            await database.write(lambda tx: _write_notes(tx, uses, refused))
            uses = []
        while await database.read(audit.any_unwritten):
            for entry in await database.write(lambda tx: audit.take_unwritten(tx, BATCH)):
                log.info("%s", line(entry), extra={"audit": entry})
    except Unavailable:
        notes.put_back(uses)


async def _write_notes(tx: Tx, uses: list[Actor], counted: dict[Refused, int]) -> None:
    for actor in uses:
        if await audit.note_address(tx, actor.key, network(actor.address)):
            await record(tx, AuditEvent.KEY_FIRST_USED, by=actor, subject=actor.key)
    for refused, number in counted.items():
        by = Actor(Via.REST, refused.user_id, address=refused.address)
        details: dict[str, str | int | None] = {"number": number}
        if refused.method:
            details["method"] = refused.method
        await record(tx, refused.event, by=by, subject=refused.subject, details=details)


def line(entry: AuditEntry) -> str:
    """``webhook.added webhook:3 by user 1 (page, 192.0.2.7) {"title":"Backup"}``."""
    who = f"user {entry.user_id}" if entry.user_id else _NOBODY.get(entry.via, "nobody known")
    through = ", ".join(filter(None, [entry.via, entry.access_key, entry.address]))
    details = "" if entry.details == "{}" else f" {entry.details}"
    return f"{entry.event} {entry.subject or '-'} by {who} ({through}){details}"


def audit_fields(entry: AuditEntry) -> dict[str, Any]:
    """An entry for programs, as it is exported and stands in a log of JSON."""
    return {
        "id": entry.id,
        "happened": datetime.fromtimestamp(entry.happened, UTC).isoformat(),
        "event": entry.event,
        "subject": entry.subject,
        "user_id": entry.user_id,
        "app_id": entry.app_id,
        "key": entry.access_key,
        "address": entry.address,
        "via": entry.via,
        "details": msgspec.json.decode(entry.details),
    }
