"""What people say of themselves to those who want to write to them: a status, and whether they are at their desks.

However often somebody changes that, others are told at most once a second, and what is told last is right.
"""

from __future__ import annotations

import asyncio
import logging

from botyard.errors import ApiError, Reason, raises
from botyard.events import outbox
from botyard.model.people import Status
from botyard.model.portal_events import StatusChanged
from botyard.store import status_notes, users
from botyard.store.engines.db import Database, Tx, Unavailable

log = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0
"""Between two looks for changes that wait."""
_STATUSES = frozenset(Status)


@raises(Reason.STATUS_UNKNOWN)
async def set_status(tx: Tx, user_id: int, status: str) -> None:
    """Choose a status, which others see. Raises STATUS_UNKNOWN, also for other letters than small ones."""
    if status not in _STATUSES:
        raise ApiError(Reason.STATUS_UNKNOWN)
    await users.set_status(tx, user_id, status)
    await _publish(tx, user_id)


async def leave(tx: Tx, user_id: int, *, minutes: int) -> None:
    """Note that somebody has been away for some minutes, at least one."""
    await users.set_idle(tx, user_id, max(0, tx.now - 60 * max(1, minutes)))
    await _publish(tx, user_id)


async def come_back(tx: Tx, user_id: int) -> None:
    """Note that somebody is not away any more."""
    await users.set_idle(tx, user_id, None)
    await _publish(tx, user_id)


async def _publish(tx: Tx, user_id: int) -> None:
    if await status_notes.note(tx, user_id):
        await _tell(tx, user_id)


async def _tell(tx: Tx, user_id: int) -> None:
    await outbox.publish(tx, StatusChanged(actor_id=user_id, user_id=user_id))


async def run(database: Database) -> None:
    """Tell changes that came within a second of the one before, each person's last, until cancelled."""
    woken = asyncio.Event()
    woken.set()
    database.on_commit(woken.set)
    while True:
        await woken.wait()
        await asyncio.sleep(PAUSE_SECONDS)
        woken.clear()
        try:
            if await database.read(status_notes.any_due):
                woken.set()
                await database.write(tell_due)
        except Unavailable:
            woken.set()
        except Exception:
            # Nothing else would start this anew.
            log.exception("Statuses of people could not be told.")
            woken.set()


async def tell_due(tx: Tx) -> None:
    """Tell the changes that have waited for a second to pass."""
    for user_id in await status_notes.take_due(tx):
        await _tell(tx, user_id)
