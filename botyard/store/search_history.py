"""What people have searched for last, the latest first."""

from __future__ import annotations

import msgspec

from botyard.model.chats import Chat, Member
from botyard.store.chats import CHAT, MEMBER
from botyard.store.engines.db import Tx
from botyard.store.recent import MUTED
from botyard.store.records import Record

KEPT = 50
"""Entries that are kept of one person."""


class Searched(msgspec.Struct, frozen=True, gc=False):
    """A person, or a chat with the searcher's membership in it and some who have muted it."""

    person_id: int
    chat: Chat | None
    member: Member | None
    muted: str


_SEARCHED = Record(
    Searched,
    """last_searched h LEFT JOIN chats c ON c.id = h.chat_id
       LEFT JOIN members m ON m.chat_id = c.id AND m.user_id = h.user_id""",
    person_id="h.person_id",
    chat=CHAT,
    member=MEMBER,
    muted=MUTED,
)
_OF_USER = f"{_SEARCHED.select} WHERE h.user_id = :user ORDER BY h.place DESC, h.person_id, h.chat_id LIMIT {KEPT}"
_ADD = """INSERT INTO last_searched (user_id, person_id, chat_id, place) VALUES (:user, :person, :chat,
 (SELECT COALESCE(MAX(place), 0) + 1 FROM last_searched WHERE user_id = :user))
 ON CONFLICT (user_id, person_id, chat_id) DO UPDATE SET place = excluded.place"""
_TRIM = f"""DELETE FROM last_searched WHERE user_id = :user AND place <=
 (SELECT place FROM last_searched WHERE user_id = :user ORDER BY place DESC LIMIT 1 OFFSET {KEPT})"""


async def of_user(tx: Tx, user_id: int) -> list[Searched]:
    return _SEARCHED.read_all(await tx.all(_OF_USER, user=user_id))


async def add(tx: Tx, user_id: int, *, person_id: int = 0, chat_id: int = 0) -> None:
    """Put a person or a chat first; of the others the oldest go where there are too many."""
    await tx.run(_ADD, user=user_id, person=person_id, chat=chat_id)
    await tx.run(_TRIM, user=user_id)


async def remove(tx: Tx, user_id: int, *, person_id: int = 0, chat_id: int = 0) -> bool:
    """False where it is not there."""
    sql = "DELETE FROM last_searched WHERE user_id = :user AND person_id = :person AND chat_id = :chat"
    return await tx.run(sql, user=user_id, person=person_id, chat=chat_id) > 0
