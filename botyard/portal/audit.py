"""The audit log: records what happens to keys, people, applications and settings, and who did it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from botyard.model.audit import SERVER, Actor, AuditEntry, AuditEvent
from botyard.store import audit
from botyard.store.engines.db import Tx

TEXT_MAX = 200
"""Characters of each text in an entry; one that is longer ends with ``CUT`` there."""
CUT = "…"
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
    short = {name: _short(value) if isinstance(value, str) else value for name, value in details.items()}
    entry = AuditEntry(
        0,
        tx.now,
        event,
        _short(subject),
        by.user_id,
        by.app_id,
        _short(by.key),
        _short(by.address),
        by.via,
        msgspec.json.encode(short).decode(),
    )
    await audit.add(tx, entry)


def _short(text: str) -> str:
    return text if len(text) <= TEXT_MAX else text[: TEXT_MAX - len(CUT)] + CUT
