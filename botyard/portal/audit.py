"""The audit log: records what happens to keys, people, applications and settings, and who did it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from botyard.model.audit import SERVER, Actor, AuditEntry, AuditEvent
from botyard.store import audit
from botyard.store.engines.db import Tx

TEXT_MAX = 200
"""Characters of each text in an entry."""
NO_DETAILS: Mapping[str, str | int | None] = {}


async def record(
    tx: Tx,
    event: AuditEvent,
    *,
    by: Actor | None = None,
    subject: str = "",
    details: Mapping[str, str | int | None] = NO_DETAILS,
) -> None:
    """Put on record what this transaction does; it is stored, or rolled back, together with it.

    It is done by the one who makes the call or runs the command, unless ``by`` names another. ``subject`` is whom or
    what it happens to, such as ``user:5``. ``details`` must hold no secrets.
    """
    by = by or tx.actor or SERVER
    short = {name: value[:TEXT_MAX] if isinstance(value, str) else value for name, value in details.items()}
    entry = AuditEntry(
        0,
        tx.now,
        event,
        subject[:TEXT_MAX],
        by.user_id,
        by.app_id,
        by.key[:TEXT_MAX],
        by.address[:TEXT_MAX],
        by.via,
        msgspec.json.encode(short).decode(),
    )
    await audit.add(tx, entry)
