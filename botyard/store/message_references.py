"""Which messages have links, and whom messages mention: filled with the full text, behind the messages.

What the index does not know as it is now is looked at itself: messages behind ``search_progress``, and those of
``search_changes``, whose rows here do not count.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from botyard.model.messages import Message
from botyard.store.engines.db import Tx, Value
from botyard.store.records import Record

EVERYBODY = 0
"""Who is mentioned by ``[USER=all]``."""
TAIL = 2000
"""Messages that are not in the index yet, of all chats, that are looked at for mentions."""
CHANGED = 1000
"""Messages that have changed since they were indexed that are looked at."""
COUNTED = 100
"""Mentions of one chat that are counted."""


class Place(NamedTuple):
    """A message and its chat."""

    chat_id: int
    message_id: int


class References(NamedTuple):
    """What a message refers to: whether it has links, and the ids of those whom it mentions."""

    place: Place
    author_id: int
    linking: bool
    mentioned: tuple[int, ...]


class Mention(NamedTuple):
    """A message that may mention somebody, and how far that person has read in its chat."""

    message: Message
    read_id: int


class ChatMentions(NamedTuple):
    """How many messages of a chat mention somebody who has not read them: ``COUNTED`` at most."""

    chat_id: int
    number: int


async def forget(tx: Tx, places: Iterable[Place]) -> None:
    """Forget what messages refer to that are no more what they were."""
    rows = [{"chat": chat_id, "message": message_id} for chat_id, message_id in places]
    for table in ("search_links", "search_mentions"):
        await tx.many(f"DELETE FROM {table} WHERE chat_id = :chat AND message_id = :message", rows)


async def add(tx: Tx, references: Iterable[References]) -> None:
    """Keep what messages refer to that had been forgotten, or not been read."""
    links: list[dict[str, Value]] = []
    mentions: list[dict[str, Value]] = []
    for (chat_id, message_id), author_id, linking, mentioned in references:
        place: dict[str, Value] = {"chat": chat_id, "message": message_id}
        if linking:
            links.append(place)
        mentions += [place | {"user": user_id, "author": author_id} for user_id in mentioned]
    if links:
        await tx.many("INSERT INTO search_links (chat_id, message_id) VALUES (:chat, :message)", links)
    if mentions:
        await tx.many(
            """INSERT INTO search_mentions (user_id, chat_id, message_id, author_id)
               VALUES (:user, :chat, :message, :author)""",
            mentions,
        )


async def clear(tx: Tx) -> None:
    """Forget everything, for messages that are others now."""
    for table in ("search_links", "search_mentions"):
        await tx.run(f"DELETE FROM {table}")


_KNOWN = "NOT EXISTS (SELECT 1 FROM search_changes s WHERE s.chat_id = x.chat_id AND s.message_id = x.message_id)"
_LINKS = f"""SELECT x.message_id FROM search_links x WHERE x.chat_id = :chat AND x.message_id BETWEEN :first AND :last
 AND {_KNOWN} ORDER BY x.message_id DESC LIMIT :limit"""


async def linking(tx: Tx, chat_id: int, *, first_id: int, last_id: int, limit: int) -> list[int]:
    """The newest messages with links of a part of a chat, as far as the index knows them."""
    rows = await tx.all(_LINKS, chat=chat_id, first=first_id, last=last_id, limit=limit)
    return [message_id for (message_id,) in rows]


# Of each of one's own chats the newest that may be on a page, along the primary key: however many there are behind.
_OF_CHAT = """FROM search_mentions y WHERE y.user_id = {whose} AND y.chat_id = m.chat_id AND y.author_id <> :user
 AND y.message_id < :before"""
_OWN = f"""SELECT x.message_id FROM members m CROSS JOIN search_mentions x
 WHERE m.user_id = :user{{chats}} AND x.user_id = {{whose}} AND x.chat_id = m.chat_id AND x.author_id <> :user
 AND x.message_id >= m.first_id AND x.message_id > CASE WHEN CAST(:unread AS BIGINT) = 1 THEN m.read_id ELSE 0 END
 AND x.message_id < :before AND {_KNOWN}
 AND x.message_id >= COALESCE((SELECT y.message_id {_OF_CHAT} ORDER BY y.message_id DESC LIMIT 1 OFFSET :limit), 0)"""


def _newest(chats: str = "") -> str:
    """Messages that mention one by name or with everybody."""
    own = " UNION ".join(_OWN.format(whose=whose, chats=chats) for whose in (":user", EVERYBODY))
    return f"SELECT message_id FROM ({own}) AS k ORDER BY message_id DESC LIMIT :limit"


_MENTIONS, _MENTIONS_OF_CHAT = _newest(), _newest(" AND m.chat_id = :chat")
_UNREAD = f"""SELECT chat_id, number FROM (
    SELECT m.chat_id, (SELECT COUNT(*) FROM (
        SELECT DISTINCT x.message_id FROM search_mentions x WHERE x.user_id IN ({EVERYBODY}, :user)
        AND x.chat_id = m.chat_id AND x.author_id <> :user AND x.message_id > m.read_id AND x.message_id >= m.first_id
        AND {_KNOWN} LIMIT {COUNTED}) AS u) AS number
    FROM members m CROSS JOIN chats c
    WHERE m.user_id = :user AND c.id = m.chat_id AND c.last_message_id > m.read_id) AS k
 WHERE number > 0 ORDER BY chat_id"""
_LIVE = Record(
    Mention,
    f"""(SELECT id FROM (
        SELECT id FROM messages WHERE id > COALESCE((SELECT message_id FROM search_progress), 0)
        ORDER BY id DESC LIMIT {TAIL}) AS behind
     UNION SELECT message_id FROM (SELECT message_id FROM search_changes ORDER BY id DESC LIMIT {CHANGED}) AS changed
    ) AS k CROSS JOIN messages m CROSS JOIN members r""",
    message=Record(Message, "messages m"),
    read_id="r.read_id",
)
_LIVE_MENTIONS = f"""{_LIVE.select} WHERE m.id = k.id AND r.chat_id = m.chat_id AND r.user_id = :user
 AND r.first_id <= m.id AND m.erased = 0 AND m.system = 0 AND m.author_id <> :user
 AND lower(m.text) LIKE '%[user=%'"""


async def mentioning(tx: Tx, user_id: int, *, chat_id: int, before: int, unread: bool, limit: int) -> list[int]:
    """The newest messages that mention somebody in one or all (0) of their chats, as far as the index knows them."""
    values: dict[str, Value] = {"user": user_id, "before": before, "unread": int(unread), "limit": limit}
    if chat_id:
        rows = await tx.all(_MENTIONS_OF_CHAT, chat=chat_id, **values)
    else:
        rows = await tx.all(_MENTIONS, **values)
    return [message_id for (message_id,) in rows]


async def unread_mentions(tx: Tx, user_id: int) -> list[ChatMentions]:
    """Chats in which somebody is mentioned by what they have not read, as far as the index knows it."""
    return [ChatMentions(chat_id, number) for chat_id, number in await tx.all(_UNREAD, user=user_id)]


async def live(tx: Tx, user_id: int) -> list[Mention]:
    """Messages of somebody's chats that mention anybody, and that the index does not know as they are."""
    return _LIVE.read_all(await tx.all(_LIVE_MENTIONS, user=user_id))
