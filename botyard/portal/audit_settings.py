"""Puts on record with which settings the portal is served, when they have changed."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import msgspec

from botyard.config import OPTIONS, Settings
from botyard.model.audit import SERVER, AuditEvent
from botyard.portal.audit import TEXT_MAX, record
from botyard.store import audit
from botyard.store.audit import AuditFilter
from botyard.store.engines.db import Database, Tx

_DEFAULTS = Settings()
_LAST = AuditFilter(event=AuditEvent.SETTINGS_CHANGED, limit=1)
_URL = re.compile(r"[a-z0-9]+://")


async def record_settings(database: Database, settings: Settings) -> None:
    """Record the settings that are not the defaults, unless the last entry says the same."""
    shown = {name: _shown(getattr(settings, name)) for name in OPTIONS if _differs(settings, name)}

    async def changed(tx: Tx) -> bool:
        last = await audit.page(tx, _LAST)
        return not last or msgspec.json.decode(last[0].details) != shown

    async def work(tx: Tx) -> None:
        if await changed(tx):
            await record(tx, AuditEvent.SETTINGS_CHANGED, by=SERVER, details=shown)

    if await database.read(changed):
        await database.write(work)


def _differs(settings: Settings, name: str) -> bool:
    return bool(getattr(settings, name) != getattr(_DEFAULTS, name))


def _shown(value: Any) -> str:
    """A setting as a text, of addresses only what is no secret."""
    text = value if isinstance(value, str) else ",".join(value) if isinstance(value, tuple) else str(value)
    if _URL.match(text):
        parts = urlsplit(text)
        text = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    return text[:TEXT_MAX]
