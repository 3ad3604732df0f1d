"""Data that a link or a QR code passes to the dialog with a bot."""

from __future__ import annotations

from typing import Any

import msgspec

from botyard.errors import ApiError, ErrorCode, Reason, raises
from botyard.events import outbox
from botyard.model.chats import Participant
from botyard.model.events import ContextGiven
from botyard.store import members
from botyard.store.engines.db import Tx

CONTEXT_MAX = 65_536
"""Bytes of JSON that a link may pass: every bot that is told gets all of it."""


@raises(Reason.DIALOG_CLOSED, ErrorCode.BODY_TOO_BIG)
async def send(tx: Tx, who: Participant, context: dict[str, Any]) -> None:
    """Send the data to the bots of a chat. Raises DIALOG_CLOSED where there is none, and BODY_TOO_BIG."""
    size = len(msgspec.json.encode(context))
    if size > CONTEXT_MAX:
        raise ApiError(ErrorCode.BODY_TOO_BIG, hint=f"context is {size} bytes of JSON", limit=CONTEXT_MAX)
    bots = await members.bots(tx, who.chat.id) if who.chat.bots else []
    if not bots:
        raise ApiError(Reason.DIALOG_CLOSED)
    for bot in bots:
        event = ContextGiven(actor_id=who.actor_id, chat_id=who.chat.id, bot_id=bot.bot_id, context=context)
        await outbox.publish(tx, event, who)
