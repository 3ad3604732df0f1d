"""“Is typing”: told to whoever looks on, never a message."""

from __future__ import annotations

from botyard.chat import outbox
from botyard.model.chats import Chat
from botyard.model.events import Typing
from botyard.store.db import Tx


async def start(tx: Tx, actor_id: int, chat: Chat, now: int) -> None:
    """Leave the event that somebody is typing in a chat."""
    await outbox.publish(tx, Typing(actor_id=actor_id, chat_id=chat.id), now, chat)
