"""How long deliveries are kept: what has ended for some days, what nobody fetched for some hours."""

from __future__ import annotations

import asyncio
import logging

from botyard.rpc.call import Context
from botyard.store import deliveries
from botyard.store.db import Unavailable

log = logging.getLogger(__name__)

EVERY_SECONDS = 60.0
BATCH = 200
"""Rows of one transaction: on SQLite the event loop does nothing else meanwhile."""
PAUSE_SECONDS = 0.05
DAY, HOUR = 86_400, 3600


async def keep(context: Context) -> None:
    """Tidy up now and then, until cancelled."""
    while True:
        try:
            await tidy(context)
        except Unavailable as problem:
            log.warning("Old deliveries are kept for now: %s", problem.reason)
        await asyncio.sleep(EVERY_SECONDS)


async def tidy(context: Context) -> None:
    """Withdraw and forget what is too old, in small pieces."""
    now = int(context.clock.now())
    unfetched = now - context.settings.event_hours * HOUR
    ended = now - context.settings.delivery_days * DAY
    for step in (
        lambda tx: deliveries.expire(tx, unfetched, now, BATCH),
        lambda tx: deliveries.forget(tx, ended, BATCH),
    ):
        while True:
            if await context.database.write(step) < BATCH:
                break
            await asyncio.sleep(PAUSE_SECONDS)
