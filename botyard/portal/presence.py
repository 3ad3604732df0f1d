"""What people say of themselves to those who want to write to them: a status, and whether they are at their desks."""

from __future__ import annotations

from botyard.errors import ApiError, Reason, raises
from botyard.events import outbox
from botyard.model.people import Status
from botyard.model.portal_events import StatusChanged
from botyard.store import users
from botyard.store.engines.db import Tx

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
    await outbox.publish(tx, StatusChanged(actor_id=user_id, user_id=user_id))
