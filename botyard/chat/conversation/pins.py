"""Messages that are kept at hand in a chat, for everybody in it."""

from __future__ import annotations

from botyard.chat import rules
from botyard.chat.conversation import messages
from botyard.chat.rules import Act
from botyard.errors import ApiError, Reason, raises
from botyard.events import outbox
from botyard.model.events import MessagePinned
from botyard.store import pins
from botyard.store.engines.db import Tx

MOST = 50
"""Messages that may be pinned in one chat."""


@raises(messages.get, *rules.reasons(Act.PIN), Reason.PINS_MANY)
async def pin(tx: Tx, actor_id: int, message_id: int) -> bool:
    """Pin a message in its chat; ``False`` where it is pinned already.

    Raises MESSAGE_MISSING, also for a message that is erased, PIN_DENIED, and PINS_MANY where there are ``MOST``.
    """
    message, who = await messages.get(tx, actor_id, message_id)
    rules.require(Act.PIN, who)
    if message.erased:
        raise ApiError(Reason.MESSAGE_MISSING, hint="the message is deleted")
    if not await pins.add(tx, who.chat.id, message_id, user_id=actor_id):
        return False
    if await pins.count(tx, who.chat.id) > MOST:
        raise ApiError(Reason.PINS_MANY, limit=MOST)
    event = MessagePinned(actor_id=actor_id, chat_id=who.chat.id, message_id=message_id, on=True)
    await outbox.publish(tx, event, who)
    return True


@raises(messages.get, *rules.reasons(Act.PIN))
async def unpin(tx: Tx, actor_id: int, message_id: int) -> bool:
    """Pin a message no longer; ``False`` where it is not pinned. Raises MESSAGE_MISSING, PIN_DENIED."""
    _, who = await messages.get(tx, actor_id, message_id)
    rules.require(Act.PIN, who)
    if not await pins.remove(tx, who.chat.id, message_id):
        return False
    event = MessagePinned(actor_id=actor_id, chat_id=who.chat.id, message_id=message_id, on=False)
    await outbox.publish(tx, event, who)
    return True
