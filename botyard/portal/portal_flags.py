"""The flags of the whole portal, which administrators set."""

from __future__ import annotations

from botyard.model.audit import AuditEvent
from botyard.portal import audit
from botyard.store import portal
from botyard.store.engines.db import Tx

FLAGS = {"rest": "rest_enabled", "maintenance": "maintenance", "https": "https_required"}
"""The flags by their names on the command line."""

MEANINGS = {
    "rest": "whether REST calls are accepted at all",
    "maintenance": "whether every call gets PORTAL_DELETED",
    "https": "whether calls over plain http are refused",
}


async def set_flag(tx: Tx, name: str, on: bool) -> None:
    """Set one of ``FLAGS``."""
    await portal.switch(tx, FLAGS[name], on)
    await audit.record(tx, AuditEvent.FLAG_SET, subject=name, details={"on": int(on)})


async def all_flags(tx: Tx) -> dict[str, bool]:
    """The value of each flag."""
    row = await portal.get(tx)
    return {name: bool(getattr(row, column)) for name, column in FLAGS.items()} if row else {}
