"""Membership, roles and read marks."""

from __future__ import annotations

from botyard.model.chats import Member, Reader, Role
from botyard.store.chats import MEMBER_COLUMNS, member
from botyard.store.engines.db import Row, Tx

_READER = """SELECT m.user_id, u.full_name, m.role, m.muted, m.read_id, m.read_at
 FROM members m JOIN users u ON u.id = m.user_id WHERE m.chat_id = :chat"""


def _reader(row: Row) -> Reader:
    return Reader(row[0], row[1], row[2], row[3] == 1, row[4], row[5])


async def find(tx: Tx, chat_id: int, user_id: int) -> Member | None:
    row = await tx.one(
        f"SELECT {MEMBER_COLUMNS} FROM members m WHERE m.chat_id = :chat AND m.user_id = :user",
        chat=chat_id,
        user=user_id,
    )
    return member(row) if row else None


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


async def set_role(tx: Tx, chat_id: int, user_id: int, role: Role) -> None:
    await tx.run(
        "UPDATE members SET role = :role WHERE chat_id = :chat AND user_id = :user",
        role=role.value,
        chat=chat_id,
        user=user_id,
    )


async def set_muted(tx: Tx, chat_id: int, user_id: int, muted: bool) -> None:
    await tx.run(
        "UPDATE members SET muted = :muted WHERE chat_id = :chat AND user_id = :user",
        muted=int(muted),
        chat=chat_id,
        user=user_id,
    )


async def mark_unread(tx: Tx, chat_id: int, user_id: int, message_id: int) -> None:
    """Remember the message from which the member wants the chat to look unread (0: none)."""
    await tx.run(
        "UPDATE members SET marked_id = :message WHERE chat_id = :chat AND user_id = :user",
        message=message_id,
        chat=chat_id,
        user=user_id,
    )


async def mark_read(tx: Tx, chat_id: int, user_id: int, message_id: int, counted: int) -> bool:
    """Move the read mark forward; false when it stood there or further."""
    moved = await tx.run(
        """UPDATE members SET read_id = :message, read_counted = :counted, read_at = :now, marked_id = 0, opened = 1
           WHERE chat_id = :chat AND user_id = :user AND read_id < :message""",
        message=message_id,
        counted=counted,
        now=tx.now,
        chat=chat_id,
        user=user_id,
    )
    return moved > 0


async def mark_sent(tx: Tx, chat_id: int, user_id: int, message_id: int, counted: int) -> None:
    """The member has written the newest message, and has thereby read everything up to it."""
    await tx.run(
        """UPDATE members SET sent_id = :message, read_id = :message, read_counted = :counted, read_at = :now,
               marked_id = 0, opened = 1 WHERE chat_id = :chat AND user_id = :user""",
        message=message_id,
        counted=counted,
        now=tx.now,
        chat=chat_id,
        user=user_id,
    )


async def mark_opened(tx: Tx, chat_id: int, user_id: int) -> None:
    """The member has looked into the chat; a mark of unread is gone with it."""
    await tx.run(
        "UPDATE members SET opened = 1, marked_id = 0 WHERE chat_id = :chat AND user_id = :user",
        chat=chat_id,
        user=user_id,
    )


async def ids(tx: Tx, chat_id: int) -> list[int]:
    rows = await tx.all("SELECT user_id FROM members WHERE chat_id = :chat ORDER BY user_id", chat=chat_id)
    return [row[0] for row in rows]


async def listed(tx: Tx, chat_id: int, limit: int, *, by_sent: bool = False, backwards: bool = False) -> list[int]:
    """Ids of the first members in order of id, or of the last message that each of them wrote."""
    way = " DESC" if backwards else ""
    order = f"sent_id{way}, user_id{way}" if by_sent else f"user_id{way}"
    rows = await tx.all(
        f"SELECT user_id FROM members WHERE chat_id = :chat ORDER BY {order} LIMIT :limit", chat=chat_id, limit=limit
    )
    return [row[0] for row in rows]


async def bots(tx: Tx, chat_id: int) -> list[Row]:
    """The bots in a chat: ``(user id, type, dialect, event mode, for open lines, hears reactions, edits, deletions)``.

    The last two say whether a handler of v1 is bound for them.
    """
    return await tx.all(
        """SELECT b.user_id, b.type, b.dialect, b.event_mode, b.openline, b.reactions,
                  CASE WHEN h.message_update <> '' THEN 1 ELSE 0 END,
                  CASE WHEN h.message_delete <> '' THEN 1 ELSE 0 END
           FROM members m JOIN bots b ON b.user_id = m.user_id
           LEFT JOIN bot_handlers h ON h.owner = b.owner
           WHERE m.chat_id = :chat AND m.bot = 1 ORDER BY m.user_id""",
        chat=chat_id,
    )


async def chats_of(tx: Tx, user_id: int) -> list[Row]:
    """``(chat id, kind)`` of every chat a user is in."""
    return await tx.all(
        "SELECT c.id, c.kind FROM members m JOIN chats c ON c.id = m.chat_id WHERE m.user_id = :user ORDER BY c.id",
        user=user_id,
    )


async def readers(tx: Tx, chat_id: int, limit: int) -> list[Reader]:
    """Members in id order, with their marks: the whole of a small chat in one statement."""
    rows = await tx.all(_READER + " ORDER BY m.user_id LIMIT :limit", chat=chat_id, limit=limit)
    return [_reader(row) for row in rows]


async def list_starts(
    tx: Tx, chat_id: int, message_id: int, *, readers: int, viewers: int, ids: int
) -> list[tuple[str, Reader]]:
    """The starts of four lists of a big chat in one statement, each off its own index.

    ``("readers", …)`` have read furthest, latest first; ``("viewers", …)`` came to
    ``message_id`` by themselves, first come first; ``("managers", …)`` lead,
    ``("muted", …)`` have switched notifications off: of these two only the id counts.
    """
    # In the order of letters managers and owners come behind all others but members: so their index is read backwards,
    # and nothing is sorted.
    rows = await tx.all(
        """SELECT x.list, x.user_id, COALESCE(u.full_name, ''), x.read_id, x.read_at FROM (
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
           ) AS x LEFT JOIN users u ON u.id = x.named""",
        chat=chat_id,
        message=message_id,
        readers=readers,
        viewers=viewers,
        ids=ids,
    )
    return [(row[0], Reader(row[1], row[2], "", False, row[3], row[4])) for row in rows]


async def furthest_readers(tx: Tx, chat_id: int) -> list[tuple[int, int]]:
    """``(user id, read mark)`` of the two who have read furthest, as far as the foremost fifty show it."""
    # People who were let in stand at the end as well, without having read: a few of them are looked past.
    rows = await tx.all(
        """SELECT user_id, read_id FROM (
               SELECT user_id, read_id, read_at FROM members WHERE chat_id = :chat
               ORDER BY read_id DESC, read_at DESC, user_id DESC LIMIT 50
           ) AS f WHERE read_at IS NOT NULL ORDER BY read_id DESC, user_id DESC LIMIT 2""",
        chat=chat_id,
    )
    return [(row[0], row[1]) for row in rows]


async def successor(tx: Tx, chat_id: int) -> int:
    """Who owns a chat next: a manager before members, who came first before later ones; 0 for an empty chat."""
    row = await tx.one(
        """SELECT user_id FROM members WHERE chat_id = :chat
           ORDER BY CASE WHEN role = 'manager' THEN 0 ELSE 1 END, joined, user_id LIMIT 1""",
        chat=chat_id,
    )
    return int(row[0]) if row else 0
