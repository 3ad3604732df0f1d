"""Members of a chat who have a live connection, and what each of them is shown of it: all in one statement."""

from __future__ import annotations

from typing import NamedTuple

from botyard.model.chats import Chat
from botyard.store.engines.db import Tx
from botyard.store.id_lists import id_list
from botyard.store.recent import COUNTER
from botyard.store.records import Record


class Viewer(NamedTuple):
    """A member, and how the chat stands in the member's list."""

    user_id: int
    counter: int
    muted: int
    unread: int
    read_id: int


_VIEWER = Record(Viewer, "members m JOIN chats c ON c.id = m.chat_id", counter=COUNTER)
_OF_CHAT = f"{_VIEWER.select} WHERE m.chat_id = :chat AND m.bot = 0 AND m.first_id <= :since"


async def of_chat(tx: Tx, chat: Chat, since: int, *, among: frozenset[int] | None) -> list[Viewer]:
    """The people in a chat who see a message; only those ``among`` some, or with ``None`` all of them."""
    if among is None or len(among) >= chat.members:
        rows = _VIEWER.read_all(await tx.all(_OF_CHAT, chat=chat.id, since=since))
        return [viewer for viewer in rows if among is None or viewer.user_id in among]
    if not among:
        return []
    listed, values = id_list(among)
    sql = f"{_OF_CHAT} AND m.user_id IN ({listed})"
    return _VIEWER.read_all(await tx.all(sql, chat=chat.id, since=since, **values))
