"""Messages and windows of history."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from typing import Any, NamedTuple

import msgspec

from botyard.model.messages import Message
from botyard.store import search_index
from botyard.store.engines.db import Tx
from botyard.store.id_lists import id_list
from botyard.store.records import Record, scalar

_MESSAGE = Record(Message, "messages m")
_ADD = f"""{
    _MESSAGE.insert("chat_id", "author_id", "sent", "text", "counted", "system", "reply_id", "uuid", "params")
} {{ordered}}"""
_BY_ID = f"{_MESSAGE.select} WHERE m.id = :id"
_SEEN = f"""{_BY_ID} AND EXISTS (
     SELECT 1 FROM members r WHERE r.chat_id = m.chat_id AND r.user_id = :user AND r.first_id <= m.id)"""
_VISIBLE = f"{_MESSAGE.select} WHERE m.chat_id = :chat AND m.id >= :first"
_NEWEST = f"{_VISIBLE} ORDER BY m.id DESC LIMIT :limit"
_BEFORE = f"{_VISIBLE} AND m.id < :message ORDER BY m.id DESC LIMIT :limit"
_AFTER = f"{_VISIBLE} AND m.id > :message ORDER BY m.id LIMIT :limit"

_encode = msgspec.json.Encoder().encode


class UnreadStart(NamedTuple):
    """What lies beyond a read mark: how many counted messages are gone, and the first that is not (0: none)."""

    gone: int
    first_id: int


GONE = "(SELECT COUNT(*) FROM gaps WHERE chat_id = :chat AND counted > :counted)"
FIRST_UNREAD = """COALESCE((SELECT n.id FROM messages n
    WHERE n.chat_id = :chat AND n.id > :message AND n.counted > :counted
    AND NOT EXISTS (SELECT 1 FROM gaps g WHERE g.chat_id = n.chat_id AND g.counted = n.counted)
    ORDER BY n.id LIMIT 1), 0)"""
"""What lies beyond the read mark ``:message`` and ``:counted``: for statements that say something else, too."""


class CountedMessage(NamedTuple):
    """A message, and the number of counted ones up to it."""

    id: int
    counted: int


_COUNTED = Record(CountedMessage, "messages m")
_COUNTED_AT = f"{_COUNTED.select} WHERE m.chat_id = :chat AND m.id <= :message ORDER BY m.id DESC LIMIT 1"


def written(params: dict[str, Any]) -> str:
    """Params as they are stored: nothing for none."""
    return _encode(params).decode() if params else ""


async def find(tx: Tx, message_id: int) -> Message | None:
    return _MESSAGE.read(await tx.one(_BY_ID, id=message_id))


async def find_many(tx: Tx, ids: list[int]) -> list[Message]:
    """The messages with these ids, in id order; unknown ids are left out."""
    if not ids:
        return []
    listed, values = id_list(ids)
    return _MESSAGE.read_all(await tx.all(f"{_MESSAGE.select} WHERE m.id IN ({listed}) ORDER BY m.id", **values))


async def find_seen(tx: Tx, message_id: int, user_id: int) -> Message | None:
    """A message that is not hidden from a member of its chat; ``None`` for anybody else."""
    return _MESSAGE.read(await tx.one(_SEEN, id=message_id, user=user_id))


async def with_uuid(tx: Tx, chat_id: int, author_id: int, *, uuid: str) -> int:
    """The id of an author's message in a chat by the UUID of its sender, in letters of either case; 0 for none."""
    sql = (
        "SELECT MIN(id) FROM messages WHERE uuid IN (:uuid, :lower, :upper) AND chat_id = :chat AND author_id = :author"
    )
    spelt = {"uuid": uuid, "lower": uuid.lower(), "upper": uuid.upper()}
    return scalar(await tx.one(sql, **spelt, chat=chat_id, author=author_id), 0)


async def of_others(tx: Tx, chat_id: int, user_id: int, *, after: int, upto: int, limit: int) -> list[int]:
    """Ids of the newest messages of a stretch that the user did not write, oldest first."""
    rows = await tx.all(
        """SELECT id FROM messages WHERE chat_id = :chat AND id > :after AND id <= :upto AND author_id <> :user
           ORDER BY id DESC LIMIT :limit""",
        chat=chat_id,
        after=after,
        upto=upto,
        user=user_id,
        limit=limit,
    )
    return [message_id for (message_id,) in reversed(rows)]


def add(
    tx: Tx,
    *,
    chat_id: int,
    author_id: int,
    sent: int,
    text: str,
    counted: int,
    system: bool,
    reply_id: int,
    uuid: str | None,
    params: str,
) -> Awaitable[int]:
    return tx.insert(
        _ADD,
        chat_id=chat_id,
        author_id=author_id,
        sent=sent,
        text=text,
        counted=counted,
        system=int(system),
        reply_id=reply_id,
        uuid=uuid,
        params=params,
    )


async def change(tx: Tx, message_id: int, *, text: str, params: str, edited: bool, erased: bool) -> None:
    await search_index.note_change(tx, message_id, text)
    await tx.run(
        "UPDATE messages SET text = :text, params = :params, edited = :edited, erased = :erased WHERE id = :id",
        text=text,
        params=params,
        edited=int(edited),
        erased=int(erased),
        id=message_id,
    )


async def remove(tx: Tx, stored: Message) -> None:
    """Delete a message without a mark, leaving a gap where unread counters counted it."""
    await search_index.note_removal(tx, stored.chat_id, stored.id)
    await tx.run("DELETE FROM reactions WHERE message_id = :id", id=stored.id)
    await tx.run("DELETE FROM messages WHERE id = :id", id=stored.id)


async def leave_gap(tx: Tx, chat_id: int, counted: int) -> None:
    await tx.run(
        "INSERT INTO gaps (chat_id, counted) VALUES (:chat, :counted) ON CONFLICT DO NOTHING",
        chat=chat_id,
        counted=counted,
    )


_BEYOND = f"SELECT {GONE}, {FIRST_UNREAD}"


async def beyond(tx: Tx, chat_id: int, message_id: int, *, counted: int) -> UnreadStart:
    """What lies beyond a read mark."""
    row = await tx.one(
        _BEYOND,
        chat=chat_id,
        message=message_id,
        counted=counted,
    )
    assert row is not None
    return UnreadStart(*row)


async def counted_at(tx: Tx, chat_id: int, message_id: int) -> CountedMessage | None:
    """The newest message up to this id."""
    return _COUNTED.read(await tx.one(_COUNTED_AT, chat=chat_id, message=message_id))


async def newest(tx: Tx, chat_id: int, *, first_id: int, limit: int) -> list[Message]:
    """The latest messages that may be seen, newest first."""
    return _MESSAGE.read_all(await tx.all(_NEWEST, chat=chat_id, first=first_id, limit=limit))


async def before(tx: Tx, chat_id: int, message_id: int, *, first_id: int, limit: int) -> list[Message]:
    """Messages older than one, newest first."""
    rows = await tx.all(_BEFORE, chat=chat_id, first=first_id, message=message_id, limit=limit)
    return _MESSAGE.read_all(rows)


async def after(tx: Tx, chat_id: int, message_id: int, *, first_id: int, limit: int) -> list[Message]:
    """Messages newer than one, newest first."""
    rows = await tx.all(_AFTER, chat=chat_id, first=first_id, message=message_id, limit=limit)
    return _MESSAGE.read_all(rows[::-1])


async def add_reaction(tx: Tx, message_id: int, user_id: int, *, reaction: str) -> bool:
    """False when the reaction stood already."""
    added = await tx.run(
        """INSERT INTO reactions (message_id, user_id, reaction, created) VALUES (:message, :user, :reaction, :now)
           ON CONFLICT DO NOTHING""",
        message=message_id,
        user=user_id,
        reaction=reaction,
        now=tx.now,
    )
    return added > 0


async def remove_reaction(tx: Tx, message_id: int, user_id: int, *, reaction: str) -> bool:
    removed = await tx.run(
        "DELETE FROM reactions WHERE message_id = :message AND user_id = :user AND reaction = :reaction",
        message=message_id,
        user=user_id,
        reaction=reaction,
    )
    return removed > 0


async def liked_by(tx: Tx, chat_id: int, *, first: int, last: int) -> dict[int, list[int]]:
    """Message id to the users who like it, for a window of one chat's history."""
    # A row for each message and not for each like, of which there may be thousands.
    rows = await tx.all(
        """SELECT r.message_id, string_agg(CAST(r.user_id AS TEXT), ',' ORDER BY r.created, r.user_id)
           FROM messages m JOIN reactions r ON r.message_id = m.id
           WHERE m.chat_id = :chat AND m.id BETWEEN :first AND :last AND r.reaction = 'like'
           GROUP BY r.message_id""",
        chat=chat_id,
        first=first,
        last=last,
    )
    return {message_id: list(map(int, listed.split(","))) for message_id, listed in rows}


class Reacted(NamedTuple):
    """Who reacted to a message in one way, in the order of their reactions."""

    message_id: int
    reaction: str
    user_ids: list[int]


async def reactions_to(tx: Tx, ids: Iterable[int]) -> list[Reacted]:
    """All reactions to some messages."""
    listed, values = id_list(ids)
    rows = await tx.all(
        f"""SELECT r.message_id, r.reaction, string_agg(CAST(r.user_id AS TEXT), ',' ORDER BY r.created, r.user_id)
            FROM reactions r WHERE r.message_id IN ({listed})
            GROUP BY r.message_id, r.reaction ORDER BY r.message_id, r.reaction""",
        **values,
    )
    return [Reacted(message_id, reaction, list(map(int, users.split(",")))) for message_id, reaction, users in rows]


VIEWERS_MAX = 100
"""Viewers of a message that are counted: so much is read of a chat's members, however many there are."""


async def viewers_of(tx: Tx, ids: Iterable[int]) -> dict[int, int]:
    """How many others have read as far as each of some messages, ``VIEWERS_MAX`` at most."""
    listed, values = id_list(ids)
    rows = await tx.all(
        f"""SELECT m.id, (SELECT COUNT(*) FROM (SELECT 1 FROM members r WHERE r.chat_id = m.chat_id
                AND r.read_id >= m.id AND r.read_at IS NOT NULL AND r.user_id <> m.author_id
                LIMIT {VIEWERS_MAX}) AS v) FROM messages m WHERE m.id IN ({listed})""",
        **values,
    )
    return dict(rows)
