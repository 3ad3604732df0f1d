"""Data that a link or a QR code passes to the dialog with a bot."""

from __future__ import annotations

from typing import Any

from botyard.chat import outbox
from botyard.errors import ApiError, ErrorCode
from botyard.model.chats import Chat
from botyard.model.events import ContextGiven
from botyard.store import members
from botyard.store.engines.db import Tx


async def send(tx: Tx, actor_id: int, chat: Chat, context: dict[str, Any]) -> None:
    """Send the data to the bots of a chat. Raises DIALOG_CLOSED where there is none."""
    bots = await members.bots(tx, chat.id) if chat.bots else []
    if not bots:
        raise ApiError(ErrorCode.DIALOG_CLOSED)
    for bot in bots:
        event = ContextGiven(actor_id=actor_id, chat_id=chat.id, bot_id=bot.bot_id, context=context)
        await outbox.publish(tx, event, chat)
