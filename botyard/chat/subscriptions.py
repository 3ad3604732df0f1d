"""People who subscribe to the events of their chats."""

from __future__ import annotations

from botyard.errors import ApiError, Reason, raises
from botyard.store import event_queues
from botyard.store.engines.db import Tx


async def subscribe(tx: Tx, user_id: int) -> None:
    """Subscribe a person: their events are queued from now on. Subscribing again changes nothing."""
    if not await event_queues.subscribed(tx, user_id):
        await event_queues.subscribe(tx, user_id)


async def unsubscribe(tx: Tx, user_id: int) -> None:
    """Unsubscribe a person; queued events stay until they are fetched or expire."""
    if await event_queues.subscribed(tx, user_id):
        await event_queues.unsubscribe(tx, user_id)


@raises(Reason.USER_UNSUBSCRIBED)
async def require(tx: Tx, user_id: int) -> None:
    """Raise USER_UNSUBSCRIBED for somebody who is not subscribed."""
    if not await event_queues.subscribed(tx, user_id):
        raise ApiError(Reason.USER_UNSUBSCRIBED)
