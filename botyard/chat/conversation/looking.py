"""Who is in a chat, and who has read a message: by stretches, so that no call looks at all members of a big chat."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

from botyard.chat.conversation import messages
from botyard.errors import raises
from botyard.model.chats import Chat
from botyard.store import member_windows
from botyard.store.engines.db import Tx
from botyard.store.member_windows import Place, ReadMark

T = TypeVar("T")

WINDOW = 500
"""Members that one call looks at."""


class MemberStretch(NamedTuple, Generic[T]):
    """What one call has found among members, and behind whom the next goes on (0: nobody is left)."""

    members: list[T]
    after: int


async def members_of(tx: Tx, chat: Chat, *, find: str, after: int, limit: int) -> MemberStretch[Place]:
    """Members in the order of their ids; with ``find`` those of whose names its words begin words."""
    window = await member_windows.find(tx, chat.id, after=after, size=WINDOW)
    named = await member_windows.named(tx, window, find, limit=limit + 1)
    if len(named) > limit:
        return MemberStretch(named[:limit], named[limit - 1].user_id)
    return MemberStretch(named, window.upto if window.more else 0)


@raises(messages.get_unlocked)
async def readers_of(tx: Tx, user_id: int, message_id: int, *, after: int) -> MemberStretch[ReadMark]:
    """The people who have read a message that the user sees, but for its author. Raises MESSAGE_MISSING."""
    message, _ = await messages.get_unlocked(tx, user_id, message_id)
    window = await member_windows.find(tx, message.chat_id, after=after, size=WINDOW)
    readers = await member_windows.readers(tx, window, message_id, author_id=message.author_id)
    return MemberStretch(readers, window.upto if window.more else 0)
