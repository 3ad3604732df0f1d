"""Membership, roles and read marks."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Sequence
from typing import NamedTuple

from botyard.model import owners
from botyard.model.bots import OF_APP, BotListener
from botyard.model.chats import Member, Reader, Role
from botyard.model.people import UserKind
from botyard.store.chats import MEMBER
from botyard.store.engines.db import Tx
from botyard.store.id_lists import id_list
from botyard.store.messages import FIRST_UNREAD, GONE, CountedMessage, UnreadStart
from botyard.store.records import Record, scalar


class ChatPlace(NamedTuple):
    """A chat that somebody is in."""

    chat_id: int
    kind: str


class MemberPage(NamedTuple):
    """Which members are wanted: those with higher ids than ``after``, but for people of some kinds."""

    after: int
    offset: int
    limit: int
    without: frozenset[UserKind] = frozenset()


class ReadMark(NamedTuple):
    """How far a member has read."""

    user_id: int
    read_id: int


class Seat(NamedTuple):
    """Somebody in a chat, who sees it from a message on; 0 for all of it."""

    chat_id: int
    user_id: int
    first_id: int


class _ReaderBeyond(NamedTuple):
    reader: Reader
    start: UnreadStart


class ReadersBeyond(NamedTuple):
    """The members of a small chat, and what lies beyond the read mark of one."""

    readers: list[Reader]
    start: UnreadStart


class ListedReader(NamedTuple):
    """A member, and the list of a chat that it stands in: ``readers``, ``viewers``, ``managers`` or ``muted``."""

    list: str
    reader: Reader


_READER = Record(Reader, "members m JOIN users u ON u.id = m.user_id", name="u.full_name")
# Nothing in the two depends on the row, so that each is looked up once.
_READER_BEYOND = Record(
    _ReaderBeyond,
    "members m JOIN users u ON u.id = m.user_id",
    reader=_READER,
    start=Record(UnreadStart, "gaps g", gone=GONE, first_id=FIRST_UNREAD),
)
_LISTED_READER = Record(
    ListedReader,
    "lists x",
    reader=Record(Reader, "lists x", name="COALESCE(u.full_name, '')", role="''", muted="0"),
)
_LISTENER = Record(
    BotListener,
    "bots b",
    bot_id="b.user_id",
    mode="b.event_mode",
    edits="CASE WHEN h.message_update <> '' THEN 1 ELSE 0 END",
    deletions="CASE WHEN h.message_delete <> '' THEN 1 ELSE 0 END",
    by_webhook_of=f"CASE WHEN b.owner LIKE '{owners.APP}%' THEN {OF_APP} ELSE b.registrant END",
)
_PLACE = Record(ChatPlace, "members m JOIN chats c ON c.id = m.chat_id", kind="c.kind")
_READ_MARK = Record(ReadMark, "marks f")
_SEAT = Record(Seat, "members m")

_FIND = f"{MEMBER.select} WHERE m.chat_id = :chat AND m.user_id = :user"
_READERS = f"{_READER.select} WHERE m.chat_id = :chat ORDER BY m.user_id LIMIT :limit"
_READERS_BEYOND = f"{_READER_BEYOND.select} WHERE m.chat_id = :chat ORDER BY m.user_id LIMIT :limit"
_BOTS = f"""SELECT {_LISTENER.columns} FROM members m JOIN bots b ON b.user_id = m.user_id
 LEFT JOIN bot_handlers h ON h.owner = b.owner
 WHERE m.chat_id = :chat AND m.bot = 1 ORDER BY m.user_id"""
_CHATS_OF = f"{_PLACE.select} WHERE m.user_id = :user ORDER BY m.chat_id"
# In the order of letters managers and owners come behind all others but members: so their index is read backwards,
# and nothing is sorted.
_LIST_STARTS = f"""SELECT {_LISTED_READER.columns} FROM (
               SELECT * FROM (SELECT 'readers' AS list, user_id, user_id AS named, read_id, read_at FROM members
                   WHERE chat_id = :chat ORDER BY read_id DESC, read_at DESC, user_id DESC LIMIT :readers) AS r
               UNION ALL
               SELECT * FROM (SELECT 'viewers', user_id, user_id, read_id, read_at FROM members
                   WHERE chat_id = :chat AND read_id = :message AND read_at > 0
                   ORDER BY read_at, user_id LIMIT :viewers) AS v
               UNION ALL
               SELECT * FROM (SELECT 'managers', user_id, 0, read_id, read_at FROM members
                   WHERE chat_id = :chat AND role <> 'member' AND role >= 'manager'
                   ORDER BY role DESC, user_id DESC LIMIT :ids) AS l
               UNION ALL
               SELECT * FROM (SELECT 'muted', user_id, 0, read_id, read_at FROM members
                   WHERE chat_id = :chat AND muted = 1 ORDER BY user_id LIMIT :ids) AS q
           ) AS x LEFT JOIN users u ON u.id = x.named"""
# People who were let in stand at the end as well, without having read: a few of them are looked past.
_FURTHEST_READERS = f"""SELECT {_READ_MARK.columns} FROM (
               SELECT user_id, read_id, read_at FROM members WHERE chat_id = :chat
               ORDER BY read_id DESC, read_at DESC, user_id DESC LIMIT 50
           ) AS f WHERE read_at IS NOT NULL ORDER BY read_id DESC, user_id DESC LIMIT 2"""


async def find(tx: Tx, chat_id: int, user_id: int) -> Member | None:
    return MEMBER.read(await tx.one(_FIND, chat=chat_id, user=user_id))


async def of_user(tx: Tx, user_id: int, chat_ids: Sequence[int]) -> dict[int, Member]:
    """Somebody's memberships in these chats, by chat."""
    listed, values = id_list(chat_ids)
    rows = await tx.all(f"{MEMBER.select} WHERE m.user_id = :user AND m.chat_id IN ({listed})", user=user_id, **values)
    return {member.chat_id: member for member in MEMBER.read_all(rows)}


async def add(
    tx: Tx,
    chat_id: int,
    user_id: int,
    *,
    role: str,
    first_id: int,
    read_id: int,
    read_counted: int,
    bot: bool,
) -> bool:
    """False when the user is in the chat already."""
    added = await tx.run(
        """INSERT INTO members (chat_id, user_id, role, joined, first_id, read_id, read_counted, bot, listens)
           VALUES (:chat, :user, :role, :now, :first, :read, :counted, :bot,
               (SELECT COUNT(*) FROM event_subscriptions WHERE user_id = :user)) ON CONFLICT DO NOTHING""",
        chat=chat_id,
        user=user_id,
        role=role,
        now=tx.now,
        first=first_id,
        read=read_id,
        counted=read_counted,
        bot=int(bot),
    )
    return added > 0


async def remove(tx: Tx, chat_id: int, user_id: int) -> bool:
    sql = "DELETE FROM members WHERE chat_id = :chat AND user_id = :user"
    return await tx.run(sql, chat=chat_id, user=user_id) > 0


async def set_role(tx: Tx, chat_id: int, user_id: int, *, role: Role) -> None:
    await tx.run(
        "UPDATE members SET role = :role WHERE chat_id = :chat AND user_id = :user",
        role=role.value,
        chat=chat_id,
        user=user_id,
    )


async def set_roles(tx: Tx, chat_id: int, user_ids: Sequence[int], *, role: Role) -> list[int]:
    """Give several members but the owner a role. Returns those who had another one, in id order."""
    listed, values = id_list(user_ids)
    rows = await tx.all(
        f"""UPDATE members SET role = :role WHERE chat_id = :chat AND user_id IN ({listed})
            AND role NOT IN (:role, '{Role.OWNER}') RETURNING user_id""",
        role=role.value,
        chat=chat_id,
        **values,
    )
    return sorted(user_id for (user_id,) in rows)


async def set_muted(tx: Tx, chat_id: int, user_id: int, *, muted: bool) -> None:
    await tx.run(
        "UPDATE members SET muted = :muted WHERE chat_id = :chat AND user_id = :user",
        muted=int(muted),
        chat=chat_id,
        user=user_id,
    )


async def mark_unread(tx: Tx, chat_id: int, user_id: int, *, message_id: int) -> None:
    """Remember the message from which the member wants the chat to look unread (0: none)."""
    await tx.run(
        """UPDATE members SET marked_id = :message, unread = :unread, changed = :now
           WHERE chat_id = :chat AND user_id = :user""",
        message=message_id,
        unread=int(message_id > 0),
        now=tx.now,
        chat=chat_id,
        user=user_id,
    )


async def mark_read(tx: Tx, chat_id: int, user_id: int, *, message_id: int, counted: int) -> bool:
    """Move the read mark forward; false when it stood there or further."""
    moved = await tx.run(
        """UPDATE members SET read_id = :message, read_counted = :counted, read_at = :now, changed = :now,
               marked_id = 0, unread = 0, opened = 1
           WHERE chat_id = :chat AND user_id = :user AND read_id < :message""",
        message=message_id,
        counted=counted,
        now=tx.now,
        chat=chat_id,
        user=user_id,
    )
    return moved > 0


def mark_sent(tx: Tx, chat_id: int, user_id: int, *, message_id: int, counted: int) -> Awaitable[object]:
    """The member has written the newest message, and has thereby read everything up to it."""
    return tx.update(
        """UPDATE members SET sent_id = :message, read_id = :message, read_counted = :counted, read_at = :now,
               marked_id = 0, unread = 0, opened = 1 WHERE chat_id = :chat AND user_id = :user""",
        message=message_id,
        counted=counted,
        now=tx.now,
        chat=chat_id,
        user=user_id,
    )


async def move_back(tx: Tx, chat_id: int, user_id: int, *, message_id: int, before: CountedMessage) -> None:
    """The member wants to see a message and all after it as unread: the mark of what they have read goes ``before`` it.

    The chat is in their list again.
    """
    await tx.run(
        """UPDATE members SET read_id = CAST(:read AS BIGINT), read_counted = :counted,
               read_at = CASE WHEN CAST(:read AS BIGINT) = 0 THEN NULL ELSE read_at END,
               marked_id = :message, hidden_id = 0, changed = :now WHERE chat_id = :chat AND user_id = :user""",
        read=before.id,
        counted=before.counted,
        message=message_id,
        now=tx.now,
        chat=chat_id,
        user=user_id,
    )


async def mark_opened(tx: Tx, chat_id: int, user_id: int) -> None:
    """The member has looked into the chat; a mark of unread is gone with it."""
    await tx.run(
        """UPDATE members SET opened = 1, marked_id = 0, unread = 0,
               changed = CASE WHEN unread = 1 THEN :now ELSE changed END WHERE chat_id = :chat AND user_id = :user""",
        now=tx.now,
        chat=chat_id,
        user=user_id,
    )


async def ids(tx: Tx, chat_id: int) -> list[int]:
    rows = await tx.all("SELECT user_id FROM members WHERE chat_id = :chat ORDER BY user_id", chat=chat_id)
    return [user_id for (user_id,) in rows]


async def ids_after(tx: Tx, chat_id: int, page: MemberPage) -> list[int]:
    """A page of the members of a chat, in id order."""
    kinds = ", ".join(f"'{kind}'" for kind in sorted(page.without))
    join, condition = ("JOIN users u ON u.id = m.user_id", f"AND u.kind NOT IN ({kinds})") if kinds else ("", "")
    rows = await tx.all(
        f"""SELECT m.user_id FROM members m {join} WHERE m.chat_id = :chat AND m.user_id > :after {condition}
            ORDER BY m.user_id LIMIT :limit OFFSET :offset""",
        chat=chat_id,
        after=page.after,
        limit=page.limit,
        offset=page.offset,
    )
    return [user_id for (user_id,) in rows]


async def count_kind(tx: Tx, chat_id: int, kind: UserKind) -> int:
    """How many members of a chat are of a kind of people."""
    row = await tx.one(
        """SELECT COUNT(*) FROM members m JOIN users u ON u.id = m.user_id
           WHERE m.chat_id = :chat AND u.kind = :kind""",
        chat=chat_id,
        kind=kind.value,
    )
    return scalar(row, 0)


async def listed(tx: Tx, chat_id: int, limit: int, *, by_sent: bool = False, backwards: bool = False) -> list[int]:
    """Ids of the first members in order of id, or of the last message that each of them wrote."""
    way = " DESC" if backwards else ""
    order = f"sent_id{way}, user_id{way}" if by_sent else f"user_id{way}"
    rows = await tx.all(
        f"SELECT user_id FROM members WHERE chat_id = :chat ORDER BY {order} LIMIT :limit", chat=chat_id, limit=limit
    )
    return [user_id for (user_id,) in rows]


async def bots(tx: Tx, chat_id: int) -> list[BotListener]:
    """The bots in a chat, in id order."""
    return _LISTENER.read_all(await tx.all(_BOTS, chat=chat_id))


async def chats_of(tx: Tx, user_id: int) -> list[ChatPlace]:
    """Every chat a user is in."""
    return _PLACE.read_all(await tx.all(_CHATS_OF, user=user_id))


async def seats(tx: Tx, chat_ids: Iterable[int], user_ids: Iterable[int]) -> list[Seat]:
    """Where these people are, of these chats."""
    chats, people = id_list(chat_ids), id_list(user_ids)
    named = people.sql.replace(":id", ":user")
    sql = f"{_SEAT.select} WHERE m.chat_id IN ({chats.sql}) AND m.user_id IN ({named})"
    values = {name.replace("id", "user", 1): value for name, value in people.values.items()}
    return _SEAT.read_all(await tx.all(sql, **chats.values, **values))


async def newest_message(tx: Tx) -> int:
    """The newest message of all chats."""
    return scalar(await tx.one("SELECT MAX(id) FROM messages"), 0)


async def readers(tx: Tx, chat_id: int, limit: int) -> list[Reader]:
    """Members in id order, with their marks: the whole of a small chat in one statement."""
    return _READER.read_all(await tx.all(_READERS, chat=chat_id, limit=limit))


async def readers_beyond(tx: Tx, chat_id: int, limit: int, *, mark: Member) -> ReadersBeyond:
    """The same, together with what ``messages.beyond`` says of one of them."""
    rows = await tx.all(_READERS_BEYOND, chat=chat_id, limit=limit, message=mark.read_id, counted=mark.read_counted)
    lines = _READER_BEYOND.read_all(rows)
    return ReadersBeyond([line.reader for line in lines], lines[0].start if lines else UnreadStart(0, 0))


async def list_starts(
    tx: Tx, chat_id: int, message_id: int, *, readers: int, viewers: int, ids: int
) -> list[ListedReader]:
    """The starts of four lists of a big chat in one statement, each off its own index.

    The ``readers`` have read furthest, latest first; the ``viewers`` came to
    ``message_id`` by themselves, first come first; the ``managers`` lead, the
    ``muted`` have switched notifications off: of these two only the id counts.
    """
    rows = await tx.all(
        _LIST_STARTS,
        chat=chat_id,
        message=message_id,
        readers=readers,
        viewers=viewers,
        ids=ids,
    )
    return _LISTED_READER.read_all(rows)


async def furthest_readers(tx: Tx, chat_id: int) -> list[ReadMark]:
    """The two who have read furthest, as far as the foremost fifty show it."""
    return _READ_MARK.read_all(await tx.all(_FURTHEST_READERS, chat=chat_id))


async def successor(tx: Tx, chat_id: int) -> int:
    """Who owns a chat next: a manager before members, who came first before later ones; 0 for an empty chat."""
    row = await tx.one(
        """SELECT user_id FROM members WHERE chat_id = :chat
           ORDER BY CASE WHEN role = 'manager' THEN 0 ELSE 1 END, joined, user_id LIMIT 1""",
        chat=chat_id,
    )
    return scalar(row, 0)
