"""Deletes what is old: ended deliveries, events that nobody fetched, dead tokens, audit entries, notifications."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from botyard.portal import bindings
from botyard.portal.auth import tokens
from botyard.rpc.call import Context
from botyard.store import audit, deliveries, events, notifications, offline_events
from botyard.store.engines.db import Tx, Unavailable

Step = Callable[[Tx], Awaitable[int]]

log = logging.getLogger(__name__)

EVERY_SECONDS = 60.0
BATCH = 200
"""Rows of one transaction: on SQLite the event loop does nothing else meanwhile."""
PAUSE_SECONDS = 0.05
TURNS = 1000
"""At 200 rows each that is more than a minute brings, and still ends before long."""
DAY, HOUR = 86_400, 3600


async def run(context: Context) -> None:
    """Tidy up now and then, until cancelled."""
    while True:
        try:
            await delete_expired(context)
        except Unavailable as problem:
            if not problem.mark:
                log.warning("Old deliveries are kept for now: %s", problem.reason)
        await asyncio.sleep(EVERY_SECONDS)


async def delete_expired(context: Context) -> None:
    """Withdraw and forget what is too old, in small pieces; of each kind no more than ``TURNS`` of them at a time."""
    settings = context.settings
    # Ages do not jump with the clock, or all that is kept would be old at once.
    settled = int(context.clock.settled())
    unfetched = settled - settings.event_hours * HOUR
    ended = settled - settings.delivery_days * DAY
    steps: list[Step] = [
        lambda tx: deliveries.expire(tx, unfetched, BATCH),
        lambda tx: deliveries.forget(tx, ended, BATCH),
        lambda tx: offline_events.forget(tx, settled - bindings.KEPT, BATCH),
        lambda tx: tokens.prune(tx, settings, settled, limit=BATCH),
    ]
    if settings.event_log_days:
        logged = settled - settings.event_log_days * DAY
        steps.append(lambda tx: events.trim(tx, logged, BATCH))
    if settings.audit_days:
        recorded = settled - settings.audit_days * DAY
        steps.append(lambda tx: audit.forget(tx, recorded, BATCH))
        steps.append(lambda tx: audit.forget_addresses(tx, recorded, BATCH))
    if settings.notification_days:
        notified = settled - settings.notification_days * DAY
        steps.append(lambda tx: notifications.forget(tx, notified, BATCH))
    for _ in range(TURNS):
        # All in turn: much of one kind does not keep the others waiting.
        steps = [step for step in steps if await context.database.write_unordered(step) >= BATCH]
        if not steps:
            break
        await asyncio.sleep(PAUSE_SECONDS)
