"""Stores anew, by the key of today, what was found by the hash of a key before it: on use, and soon after it."""

from __future__ import annotations

import asyncio
import contextlib

from botyard.portal.auth.keys import Keys
from botyard.store import key_hashes
from botyard.store.engines.db import Database, Tx, Unavailable

EVERY_SECONDS = 1.0


async def run(database: Database, keys: Keys) -> None:
    """Write every second, until cancelled; what is left then is written, too."""
    try:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            await write(database, keys)
    finally:
        await write(database, keys)


async def write(database: Database, keys: Keys) -> None:
    """Write what was used since the last time. While the database is away, that is left to the next use."""
    due = keys.take_renewals()
    if not due:
        return

    async def work(tx: Tx) -> None:
        for renewal in due:
            await key_hashes.replace(tx, renewal.kind, before=renewal.before, after=renewal.after)

    with contextlib.suppress(Unavailable):
        await database.write(work)
