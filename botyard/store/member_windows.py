"""Members of a chat by stretches of as many as one call looks at, however many there are."""

from __future__ import annotations

from typing import NamedTuple

from botyard.model import words
from botyard.store.engines.db import Tx, Value
from botyard.store.name_words import NAMED, begins
from botyard.store.records import Record


class Window(NamedTuple):
    """The members of a chat whose ids are above ``after`` and not above ``upto``; ``more`` when there are others."""

    chat_id: int
    after: int
    upto: int
    more: bool


class Place(NamedTuple):
    """A member and the role."""

    user_id: int
    role: str


class ReadMark(NamedTuple):
    """Who has read a message, and when the mark of what they have read moved last."""

    user_id: int
    read_at: int


_END = """SELECT COALESCE(MAX(user_id), 0), COUNT(*) FROM (SELECT user_id FROM members
 WHERE chat_id = :chat AND user_id > :after ORDER BY user_id LIMIT :size) AS w"""
_IN_WINDOW = "m.chat_id = :chat AND m.user_id > :after AND m.user_id <= :upto"
_PLACE = Record(Place, "members m JOIN users u ON u.id = m.user_id", role="m.role")
_HAS = f" AND EXISTS (SELECT 1 FROM user_words w WHERE w.user_id = m.user_id AND {NAMED} AND {{begins}})"
_READ_MARK = Record(ReadMark, "members m")
_READERS = f"""{_READ_MARK.select} WHERE {_IN_WINDOW} AND m.read_id >= :message AND m.first_id <= :message
 AND m.read_at IS NOT NULL AND m.bot = 0 AND m.user_id <> :author ORDER BY m.user_id"""


async def find(tx: Tx, chat_id: int, *, after: int, size: int) -> Window:
    """The next ``size`` members of a chat behind one, in the order of their ids."""
    row = await tx.one(_END, chat=chat_id, after=after, size=size)
    assert row is not None
    upto, number = row
    return Window(chat_id, after, upto, number == size)


async def named(tx: Tx, window: Window, phrase: str, *, limit: int) -> list[Place]:
    """The first members of a window in whose names each word of a phrase begins a word."""
    values: dict[str, Value] = {}
    conditions = " AND 1 = 0" if phrase.strip() and not words.beginnings(phrase) else ""
    for place, beginning in enumerate(words.beginnings(phrase)):
        test = begins(f"w{place}", beginning)
        values |= test.values
        conditions += _HAS.format(begins=test.sql)
    rows = await tx.all(
        f"{_PLACE.select} WHERE {_IN_WINDOW}{conditions} ORDER BY m.user_id LIMIT :limit",
        chat=window.chat_id,
        after=window.after,
        upto=window.upto,
        limit=limit,
        **values,
    )
    return _PLACE.read_all(rows)


async def readers(tx: Tx, window: Window, message_id: int, *, author_id: int) -> list[ReadMark]:
    """The people of a window who have read a message, but for its author."""
    rows = await tx.all(
        _READERS,
        chat=window.chat_id,
        after=window.after,
        upto=window.upto,
        message=message_id,
        author=author_id,
    )
    return _READ_MARK.read_all(rows)
