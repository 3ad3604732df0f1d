"""What can happen to a database while a server has it open: its files are taken away, a newer version changes it."""

from __future__ import annotations

import asyncio
import contextlib

from botyard.store.db import Database, Unavailable
from botyard.store.migrate import newest, newest_known

SECONDS = 1.0


async def watch(db: Database) -> None:
    """Look now and then, until cancelled; what was found ends in refusals."""
    known = newest_known()
    while True:
        await asyncio.sleep(SECONDS)
        with contextlib.suppress(Unavailable):
            await look(db, known)


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
