"""The list of a person's chats, and where something in them is unread.

Each chat knows its last message, and whoever asks for a list looks at each of their own chats: a message changes the
rows of its chat and of its author alone, however many are in it. Who is in very many has the top of the list from the
newest messages. See docs/adr/0037-lists-look-at-own-chats.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

import msgspec

from botyard.model.chats import RANK, Chat, Member
from botyard.model.messages import Message
from botyard.store.chats import CHAT, MEMBER
from botyard.store.engines.db import Tx
from botyard.store.id_lists import id_list
from botyard.store.records import Record, scalar

OF_LINES = "(c.kind = 'L' OR c.entity_type = 'LINES')"
"""A condition that the chat ``c`` belongs to an open line."""
_GONE = "(SELECT COUNT(*) FROM gaps g WHERE g.chat_id = c.id AND g.counted > m.read_counted)"
COUNTER = f"CASE WHEN c.counted > m.read_counted THEN c.counted - m.read_counted - {_GONE} ELSE 0 END"
"""How much of a chat ``c`` its member ``m`` has not read."""


def _rank(column: str) -> str:
    ranks = " ".join(f"WHEN '{role}' THEN {rank}" for role, rank in RANK.items())
    return f"CASE {column} {ranks} ELSE 99 END"


class Only(Enum):
    """Which chats of a list are wanted, as conditions of SQL."""

    PRIVATE_OR_LINES = f"(c.kind = 'P' OR {OF_LINES})"
    NOT_PRIVATE = "c.kind <> 'P'"
    NOT_LINES = f"NOT {OF_LINES}"
    LINES = OF_LINES
    TAKEN_LINES = f"NOT ({OF_LINES} AND c.owner_id = 0)"
    COPILOT = "c.kind = 'A'"
    CHANNELS = "c.kind IN ('N', 'J')"
    UNREAD = f"(m.unread = 1 OR {COUNTER} > 0)"
    MANAGED_MESSAGES = f"{_rank('m.role')} >= {_rank('c.manage_messages')}"


class RecentPage(NamedTuple):
    """Which part of a list is wanted. ``upto`` is the latest moment of last messages of chats that are not pinned."""

    offset: int
    limit: int
    upto: int | None = None


class Place(NamedTuple):
    """The place of a chat in a list."""

    chat_id: int
    pinned: int
    last_at: int
    last_id: int


_PLACE = Record(Place, "places p")
_ORDER = "ORDER BY pinned DESC, last_at DESC, last_id DESC"
# Chats of notifications are no conversations. CROSS JOIN has SQLite begin with the chats of the person.
_OWN = """SELECT m.chat_id, m.pinned, c.last_message_id AS last_id FROM members m CROSS JOIN chats c
 WHERE m.user_id = :user AND c.id = m.chat_id AND c.last_message_id > m.hidden_id AND c.kind <> 'S'"""
# Numbers of messages rise with their moments, so that only those that are shown are read.
_BY_NUMBER = "ORDER BY pinned DESC, last_id DESC LIMIT :limit"
_WITH_MOMENTS = f"""SELECT {_PLACE.columns} FROM (
    SELECT o.chat_id, o.pinned, s.sent AS last_at, s.id AS last_id FROM ({{own}}) AS o
    JOIN messages s ON s.id = o.last_id{{conditions}}) AS p {_ORDER}"""
MANY = 500
"""Who is in more chats has the top of the list from the newest messages, one after the other until there are enough."""
NEWEST = 2000
"""Messages that are looked at for it."""
_COUNT = "SELECT COUNT(*) FROM (SELECT 1 FROM members WHERE user_id = :user LIMIT :limit) AS m"
_OF_NEWEST = """SELECT m.chat_id, m.pinned, c.last_message_id AS last_id FROM messages n CROSS JOIN chats c
 CROSS JOIN members m WHERE n.id > (SELECT MAX(id) - :newest FROM messages)
 AND c.id = n.chat_id AND c.last_message_id = n.id AND c.kind <> 'S'
 AND m.chat_id = c.id AND m.user_id = :user AND m.pinned = 0 AND c.last_message_id > m.hidden_id"""
_TOP = """SELECT * FROM ({own} AND m.pinned = 1 ORDER BY last_id DESC LIMIT :end) AS a
 UNION ALL SELECT * FROM ({newest} ORDER BY n.id DESC LIMIT :end) AS b"""


async def page(tx: Tx, user_id: int, wanted: RecentPage, *, only: Iterable[Only] = ()) -> list[Place]:
    """The chats of somebody: pinned ones first, then those with the latest messages."""
    conditions = [condition.value for condition in only]
    own = " AND ".join([_OWN, *conditions])
    if wanted.upto is None:
        many = scalar(await tx.one(_COUNT, user=user_id, limit=MANY + 1), 0) > MANY
        if many and (top := await _top(tx, user_id, wanted, own=own, newest=" AND ".join([_OF_NEWEST, *conditions]))):
            return top
        sql = _WITH_MOMENTS.format(own=f"{own} {_BY_NUMBER} OFFSET :offset", conditions="")
        rows = await tx.all(sql, user=user_id, limit=wanted.limit, offset=wanted.offset)
        return _PLACE.read_all(rows)
    sql = _WITH_MOMENTS.format(own=f"{own} AND m.pinned = 0", conditions=" AND s.sent <= :upto")
    rows = await tx.all(
        f"{sql} LIMIT :limit OFFSET :offset",
        user=user_id,
        limit=wanted.limit,
        offset=wanted.offset,
        upto=wanted.upto,
    )
    return _PLACE.read_all(rows)


async def _top(tx: Tx, user_id: int, wanted: RecentPage, *, own: str, newest: str) -> list[Place]:
    """A page of those who are in many chats; nothing where the newest messages are of too few of them."""
    end = wanted.offset + wanted.limit
    if end > NEWEST:
        return []
    sql = _WITH_MOMENTS.format(own=_TOP.format(own=own, newest=newest), conditions="")
    rows = await tx.all(
        f"{sql} LIMIT :limit OFFSET :offset",
        user=user_id,
        end=end,
        newest=NEWEST,
        limit=wanted.limit,
        offset=wanted.offset,
    )
    return _PLACE.read_all(rows) if len(rows) == wanted.limit else []


async def changed_since(tx: Tx, user_id: int, moment: int, *, limit: int, only: Iterable[Only] = ()) -> list[Place]:
    """The chats of somebody with messages from a moment on, and those of which the person has changed something."""
    own = " AND ".join([_OWN.replace("m.pinned,", "m.pinned, m.changed,"), *(condition.value for condition in only)])
    sql = _WITH_MOMENTS.format(own=own, conditions=" AND (s.sent >= :moment OR o.changed >= :moment)")
    return _PLACE.read_all(await tx.all(f"{sql} LIMIT :limit", user=user_id, moment=moment, limit=limit))


class RecentChat(msgspec.Struct, frozen=True, gc=False):
    """A chat in a list: with its last message, if it has one, how much is unread, and some who are in it.

    ``changed`` is when the member last read in it, or changed its place.
    """

    chat: Chat
    member: Member
    pinned: bool
    changed: int
    counter: int
    managers: str
    muted: str
    message: Message | None


LISTED = 20
"""Managers and muted members that are named of one chat."""
_NAMED = """SELECT string_agg(CAST(n.user_id AS TEXT), ',')
 FROM (SELECT q.user_id FROM members q WHERE q.chat_id = c.id AND"""
MUTED = f"COALESCE(({_NAMED} q.muted = 1 ORDER BY q.user_id LIMIT {LISTED}) AS n), '')"
"""Some who have muted the chat ``c``."""
_RECENT = Record(
    RecentChat,
    "members m JOIN chats c ON c.id = m.chat_id LEFT JOIN messages s ON s.id = c.last_message_id",
    chat=CHAT,
    member=MEMBER,
    counter=COUNTER,
    managers=f"""COALESCE(({_NAMED} q.role <> 'member' AND q.role >= 'manager'
                           ORDER BY q.role DESC, q.user_id DESC LIMIT {LISTED}) AS n), '')""",
    muted=MUTED,
    message=Record(Message, "messages s"),
)


async def chats(tx: Tx, user_id: int, chat_ids: list[int]) -> dict[int, RecentChat]:
    """What a list shows of chats that somebody is in, by their ids."""
    listed, values = id_list(chat_ids)
    sql = f"{_RECENT.select} WHERE m.user_id = :user AND m.chat_id IN ({listed})"
    return {entry.chat.id: entry for entry in _RECENT.read_all(await tx.all(sql, user=user_id, **values))}


class UnreadChat(NamedTuple):
    """A chat in which somebody has something unread, or that they have marked so by hand."""

    chat_id: int
    kind: str
    lines: int
    pair: str | None
    muted: int
    marked: int
    counter: int


_UNREAD = Record(
    UnreadChat,
    "members m CROSS JOIN chats c",
    kind="c.kind",
    lines=f"CASE WHEN {OF_LINES} THEN 1 ELSE 0 END",
    pair="c.pair",
    marked="m.unread",
    counter=COUNTER,
)
_UNREAD_OF = f"""{_UNREAD.select} WHERE c.id = m.chat_id AND c.kind <> 'S' AND m.user_id = :user
 AND (c.last_message_id > m.read_id OR m.unread = 1)"""


async def unread(tx: Tx, user_id: int) -> list[UnreadChat]:
    """Where somebody may have something unread."""
    return _UNREAD.read_all(await tx.all(_UNREAD_OF, user=user_id))


async def unread_after(tx: Tx, user_id: int, chat_id: int, *, limit: int) -> list[int]:
    """Ids of the next chats behind one in which somebody may have something unread."""
    rows = await tx.all(
        f"""SELECT chat_id FROM ({_UNREAD_OF}) AS u WHERE chat_id > :after ORDER BY chat_id LIMIT :limit""",
        user=user_id,
        after=chat_id,
        limit=limit,
    )
    return [unread_id for (unread_id,) in rows]


async def set_pinned(tx: Tx, chat_id: int, user_id: int, *, pinned: bool) -> None:
    """Keep a chat above the others in a member's list, where it is from now on, or no longer."""
    await tx.run(
        """UPDATE members SET pinned = CAST(:pinned AS BIGINT),
               hidden_id = CASE WHEN CAST(:pinned AS BIGINT) = 1 THEN 0 ELSE hidden_id END,
               changed = :now WHERE chat_id = :chat AND user_id = :user""",
        pinned=int(pinned),
        now=tx.now,
        chat=chat_id,
        user=user_id,
    )


async def hide(tx: Tx, chat_id: int, user_id: int, *, last_id: int) -> None:
    """Take a chat out of a member's list until there is a message after ``last_id``."""
    await tx.run(
        """UPDATE members SET pinned = 0, hidden_id = :last, changed = :now
           WHERE chat_id = :chat AND user_id = :user""",
        last=last_id,
        now=tx.now,
        chat=chat_id,
        user=user_id,
    )


async def mark(tx: Tx, chat_id: int, user_id: int) -> None:
    """Mark a chat as unread by hand; it is in the member's list from now on."""
    await tx.run(
        """UPDATE members SET unread = 1, hidden_id = 0, changed = :now
           WHERE chat_id = :chat AND user_id = :user""",
        now=tx.now,
        chat=chat_id,
        user=user_id,
    )
