"""People and chats by the beginnings of words of their names, as far as somebody may see them.

No search reads more of an index than ``HITS`` words: of a beginning that more share, that many are looked at, and
besides them the people with whom one has written last and the chats that one is in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from botyard.model.chats import Chat, Member
from botyard.store.chats import CHAT, MEMBER
from botyard.store.engines.db import Tx, Value
from botyard.store.id_lists import id_list
from botyard.store.name_words import NAMED, begins
from botyard.store.reach import KNOWN
from botyard.store.recent import COUNTER, MUTED, OF_LINES
from botyard.store.records import Record, scalar

HITS = 1000
"""Words of an index that one search looks at."""
CLOSE = 500
"""Private dialogs, those with the latest messages, whose people are looked at besides."""
NAMESAKES = 200
"""Other people of whose names one beginning is looked for in the chats that one is in."""
SEATS = 10_000
"""Places of these people in chats that are looked at."""


class Wanted(NamedTuple):
    """Who looks for what, whether as an outsider, and which part of it is asked for."""

    viewer_id: int
    beginnings: Sequence[str]
    outside: bool
    offset: int
    limit: int


class NamePage(NamedTuple):
    """A part of what is there, by ids, and how much there is."""

    ids: list[int]
    total: int


# The longest beginning is asked of the index, the others of what it has brought.
_DEPARTMENT = """SELECT {columns} FROM department_words w JOIN department_members d ON d.department_id = w.department_id
 WHERE {begins}"""
_CANDIDATES = f"""SELECT user_id FROM (
    SELECT w.user_id FROM user_words w WHERE {{begins}} ORDER BY w.word, w.user_id LIMIT {HITS}) AS named
 UNION SELECT user_id FROM (
    {_DEPARTMENT.format(columns="d.user_id", begins="{begins}")} ORDER BY d.user_id LIMIT {HITS}) AS placed
 UNION SELECT user_id FROM (
    SELECT theirs.user_id FROM members mine CROSS JOIN chats c CROSS JOIN members theirs
    WHERE mine.user_id = :viewer AND c.id = mine.chat_id AND c.kind = 'P' AND theirs.chat_id = mine.chat_id
    ORDER BY c.last_message_id DESC LIMIT {2 * CLOSE}) AS close"""
_HAS = f"""(EXISTS (SELECT 1 FROM user_words w WHERE w.user_id = u.id AND {{begins}})
 OR EXISTS ({_DEPARTMENT.format(columns="1", begins="{begins} AND d.user_id = u.id")}))"""
_PAIR = """CASE WHEN u.id < :viewer THEN CAST(u.id AS TEXT) || ':' || CAST(CAST(:viewer AS BIGINT) AS TEXT)
 ELSE CAST(CAST(:viewer AS BIGINT) AS TEXT) || ':' || CAST(u.id AS TEXT) END"""
PEOPLE = f"""SELECT u.id, COALESCE(p.last_message_id, 0) AS last_id
 FROM ({_CANDIDATES}) AS k JOIN users u ON u.id = k.user_id LEFT JOIN chats p ON p.pair = {_PAIR}
 WHERE u.active = 1 AND u.kind IN ({{kinds}})
 AND NOT EXISTS (SELECT 1 FROM bots b WHERE b.user_id = u.id AND b.hidden = 1)"""

_TITLED = "EXISTS (SELECT 1 FROM chat_words w WHERE w.chat_id = c.id AND {begins})"
_WITH = f"""c.id IN (SELECT seats.chat_id FROM members seats WHERE seats.user_id IN (
    SELECT namesakes.user_id FROM (SELECT DISTINCT w.user_id FROM user_words w JOIN users n ON n.id = w.user_id
    WHERE {{begins}} AND {NAMED} AND n.kind <> 'bot' AND n.id <> :viewer ORDER BY w.user_id LIMIT {NAMESAKES}
    ) AS namesakes) LIMIT {SEATS})"""
_OWN = """SELECT c.id FROM members m CROSS JOIN chats c WHERE m.user_id = :viewer AND c.id = m.chat_id
 AND c.kind NOT IN ('P', 'S')"""
_OPEN = f"""SELECT c.id FROM (SELECT w.chat_id FROM chat_words w WHERE w.open = 1 AND {{begins}}
 ORDER BY w.word, w.chat_id LIMIT {HITS}) AS titled JOIN chats c ON c.id = titled.chat_id WHERE 1 = 1"""


async def people(tx: Tx, wanted: Wanted, *, kinds: Iterable[str]) -> NamePage:
    """People and bots by names, positions and departments: those with whom one has written last first, then by id."""
    beginnings, values = _begin(wanted)
    first, *others = beginnings
    listed = ", ".join(f"'{kind}'" for kind in sorted(kinds))
    sql = PEOPLE.format(begins=first, kinds=listed)
    sql += "".join(f" AND {_HAS.format(begins=test)}" for test in [first, *others])
    if wanted.outside:
        sql += f" AND {KNOWN}"
    return await _page(tx, sql, "last_id DESC, id", wanted=wanted, values=values)


async def chats(tx: Tx, wanted: Wanted, *, lines: bool) -> NamePage:
    """Group chats, or those of open lines, that one is in or that are open to one: the latest first.

    They are found by words of their titles; those that one is in also by the names of others there.
    """
    beginnings, values = _begin(wanted)
    kind = f" AND {'' if lines else 'NOT '}{OF_LINES}"
    own = (
        _OWN
        + kind
        + "".join(f" AND ({_TITLED.format(begins=test)} OR {_WITH.format(begins=test)})" for test in beginnings)
    )
    sql = own
    if not wanted.outside and not lines:
        titled = "".join(f" AND {_TITLED.format(begins=test)}" for test in beginnings)
        sql = f"{own} UNION {_OPEN.format(begins=beginnings[0])}{kind}{titled}"
    return await _page(tx, sql, "id DESC", wanted=wanted, values=values)


def _begin(wanted: Wanted) -> tuple[list[str], dict[str, Value]]:
    """Conditions of the beginnings, the longest first: the fewest names have it."""
    values: dict[str, Value] = {"viewer": wanted.viewer_id}
    tests = []
    for place, beginning in enumerate(sorted(wanted.beginnings, key=len, reverse=True)):
        test = begins(f"b{place}", beginning)
        tests.append(test.sql)
        values |= test.values
    return tests, values


async def _page(tx: Tx, sql: str, order: str, *, wanted: Wanted, values: dict[str, Value]) -> NamePage:
    rows = await tx.all(
        f"SELECT id, COUNT(*) OVER () FROM ({sql}) AS known ORDER BY {order} LIMIT :limit OFFSET :offset",
        limit=wanted.limit,
        offset=wanted.offset,
        **values,
    )
    total = next((number for _, number in rows), 0)
    if not rows and wanted.offset:
        total = scalar(await tx.one(f"SELECT COUNT(*) FROM ({sql}) AS known", **values), 0)
    return NamePage([known_id for known_id, _ in rows], total)


class NamedChat(NamedTuple):
    """A chat for somebody: how much of it is unread, from where on, and some who have muted it."""

    chat: Chat
    member: Member | None
    counter: int
    unread_id: int
    muted: str


_COUNTER = f"CASE WHEN m.user_id IS NULL THEN 0 ELSE {COUNTER} END"
_FIRST_UNREAD = f"""CASE WHEN {_COUNTER} > 0 THEN COALESCE((SELECT n.id FROM messages n
 WHERE n.chat_id = c.id AND n.id > m.read_id AND n.counted > m.read_counted
 AND NOT EXISTS (SELECT 1 FROM gaps g WHERE g.chat_id = n.chat_id AND g.counted = n.counted)
 ORDER BY n.id LIMIT 1), 0) ELSE 0 END"""
_NAMED_CHAT = Record(
    NamedChat,
    "chats c LEFT JOIN members m ON m.chat_id = c.id AND m.user_id = :user",
    chat=CHAT,
    member=MEMBER,
    counter=_COUNTER,
    unread_id=_FIRST_UNREAD,
    muted=MUTED,
)


async def shown_chats(tx: Tx, user_id: int, ids: Iterable[int]) -> list[NamedChat]:
    """Chats as somebody sees them, the latest first."""
    listed, values = id_list(ids)
    sql = f"{_NAMED_CHAT.select} WHERE c.id IN ({listed}) ORDER BY c.id DESC"
    return _NAMED_CHAT.read_all(await tx.all(sql, user=user_id, **values))
