"""People who subscribe to the events of their chats, and which events those are."""

from __future__ import annotations

from botyard.errors import ApiError, Reason
from botyard.model import deliveries as recipients
from botyard.model.chats import Chat, Kind
from botyard.model.deliveries import State
from botyard.model.events import Event, MemberJoined, MessageEdited, MessageErased, MessageLiked, MessageSent
from botyard.store import event_queues
from botyard.store.engines.db import Tx

# The pages of im.v2 know these, and people who come in.
_ABOUT_MESSAGES = MessageSent | MessageEdited | MessageErased | MessageLiked


async def subscribe(tx: Tx, user_id: int) -> None:
    """Subscribe a person: their events are queued from now on. Subscribing again changes nothing."""
    if not await event_queues.subscribed(tx, user_id):
        await event_queues.subscribe(tx, user_id)


async def unsubscribe(tx: Tx, user_id: int) -> None:
    """Unsubscribe a person; queued events stay until they are fetched or expire."""
    if await event_queues.subscribed(tx, user_id):
        await event_queues.unsubscribe(tx, user_id)


async def require(tx: Tx, user_id: int) -> None:
    """Raise USER_UNSUBSCRIBED for somebody who is not subscribed."""
    if not await event_queues.subscribed(tx, user_id):
        raise ApiError(Reason.USER_UNSUBSCRIBED)


async def listeners(tx: Tx, event: Event, chat: Chat | None) -> list[tuple[str, State]]:
    """The subscribed members of a chat that an event is for; one who joined later gets nothing of older messages."""
    if chat is None or not chat.listened or chat.kind == Kind.SYSTEM:
        return []
    if isinstance(event, _ABOUT_MESSAGES):
        user_ids = await event_queues.listening(tx, chat.id, event.message_id)
    elif isinstance(event, MemberJoined) and not chat.private:
        user_ids = await event_queues.listening(tx, chat.id, 0)
    else:
        return []
    return [(recipients.user(user_id), State.FETCH) for user_id in user_ids]
