"""Members of a chat who have a live connection, and how the chat stands in the list of each: all in one statement."""

from __future__ import annotations

from typing import NamedTuple

from botyard.model.chats import Chat
from botyard.store.engines.db import Tx
from botyard.store.id_lists import id_list
from botyard.store.recent import COUNTER
from botyard.store.records import Record


class Viewer(NamedTuple):
    """A person who is told of something, and, in a chat, how it stands in this person's list.

    ``unread`` is a mark that was made by hand; ``first_id`` the first message that may be seen.
    """

    user_id: int
    counter: int = 0
    muted: int = 0
    unread: int = 0
    pinned: int = 0
    listed: int = 0
    read_id: int = 0
    first_id: int = 0


_VIEWER = Record(
    Viewer,
    "members m JOIN chats c ON c.id = m.chat_id",
    counter=COUNTER,
    muted="m.muted",
    unread="m.unread",
    pinned="m.pinned",
    listed="CASE WHEN c.last_message_id > m.hidden_id THEN 1 ELSE 0 END",
    read_id="m.read_id",
    first_id="m.first_id",
)
_OF_CHAT = f"{_VIEWER.select} WHERE m.chat_id = :chat AND m.bot = 0"


async def of_chat(tx: Tx, chat: Chat, *, among: frozenset[int] | None) -> list[Viewer]:
    """The people in a chat; only those ``among`` some, or with ``None`` all of them."""
    if among is None or len(among) >= chat.members:
        rows = _VIEWER.read_all(await tx.all(_OF_CHAT, chat=chat.id))
        return [viewer for viewer in rows if among is None or viewer.user_id in among]
    if not among:
        return []
    listed, values = id_list(among)
    sql = f"{_OF_CHAT} AND m.user_id IN ({listed})"
    return _VIEWER.read_all(await tx.all(sql, chat=chat.id, **values))
