"""Messages that are pinned in a chat."""

from __future__ import annotations

from typing import NamedTuple

from botyard.model.messages import Message
from botyard.store.engines.db import Tx
from botyard.store.records import Record, scalar


class Pin(NamedTuple):
    """A message that is pinned, who did it, and when."""

    message: Message
    user_id: int
    pinned: int


_PIN = Record(
    Pin,
    "pins p JOIN messages m ON m.id = p.message_id",
    message=Record(Message, "messages m"),
)
_OF_CHAT = f"""{_PIN.select} WHERE p.chat_id = :chat AND p.message_id >= :first
 ORDER BY p.pinned DESC, p.message_id DESC LIMIT :limit"""


async def of_chat(tx: Tx, chat_id: int, *, first_id: int, limit: int) -> list[Pin]:
    """What is pinned in a chat from a message on: what was pinned last, first."""
    return _PIN.read_all(await tx.all(_OF_CHAT, chat=chat_id, first=first_id, limit=limit))


async def count(tx: Tx, chat_id: int) -> int:
    return scalar(await tx.one("SELECT COUNT(*) FROM pins WHERE chat_id = :chat", chat=chat_id), 0)


async def add(tx: Tx, chat_id: int, message_id: int, *, user_id: int) -> bool:
    """False where it is pinned already."""
    added = await tx.run(
        """INSERT INTO pins (chat_id, message_id, user_id, pinned) VALUES (:chat, :message, :user, :now)
           ON CONFLICT DO NOTHING""",
        chat=chat_id,
        message=message_id,
        user=user_id,
        now=tx.now,
    )
    return added > 0


async def remove(tx: Tx, chat_id: int, message_id: int) -> bool:
    """False where it is not pinned."""
    sql = "DELETE FROM pins WHERE chat_id = :chat AND message_id = :message"
    return await tx.run(sql, chat=chat_id, message=message_id) > 0
