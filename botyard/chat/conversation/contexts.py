"""Data that a link or a QR code passes to the dialog with a bot."""

from __future__ import annotations

from typing import Any

from botyard.errors import ApiError, Reason, raises
from botyard.events import outbox
from botyard.model.chats import Participant
from botyard.model.events import ContextGiven
from botyard.store import members
from botyard.store.engines.db import Tx


@raises(Reason.DIALOG_CLOSED)
async def send(tx: Tx, who: Participant, context: dict[str, Any]) -> None:
    """Send the data to the bots of a chat. Raises DIALOG_CLOSED where there is none."""
    bots = await members.bots(tx, who.chat.id) if who.chat.bots else []
    if not bots:
        raise ApiError(Reason.DIALOG_CLOSED)
    for bot in bots:
        event = ContextGiven(actor_id=who.actor_id, chat_id=who.chat.id, bot_id=bot.bot_id, context=context)
        await outbox.publish(tx, event, who.chat)
