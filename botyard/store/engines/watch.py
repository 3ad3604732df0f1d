"""Watches an open database: its files may be removed, a newer version may migrate it."""

from __future__ import annotations

import asyncio
import logging

from botyard.store.engines.db import Database, Unavailable
from botyard.store.engines.migrate import newest, newest_known

log = logging.getLogger(__name__)

SECONDS = 1.0


async def watch(db: Database) -> None:
    """Look now and then, until cancelled; what was found ends in refusals."""
    known = newest_known()
    while True:
        await asyncio.sleep(SECONDS)
        try:
            await look(db, known)
        except Unavailable:
            # Whoever calls is told; the next look may find it well again.
            continue
        except Exception:
            log.exception("A look at the database failed.")


async def look(db: Database, known: int) -> None:
    """Refuse everything from now on where the files are not those that were opened, or the schema is a newer one."""
    if lost := db.lost():
        db.refusal.begin(lost)
        return
    db.refusal.end()
    if db.refusal.reason:
        return
    number, name = await db.read(newest)
    if number > known:
        db.refusal.begin(
            f"A newer version of Botyard has changed the database (migration {name}); "
            "stop this server and start that version.",
            final=True,
        )
