"""Who may know of whom, by the table ``REACH`` of ``model/people.py``: where people are looked up for somebody.

Insiders know everybody, outsiders those with whom they share a chat. That is asked of one person at a time, along
indexes: what an answer costs grows with the chats of the outsider, and neither with members nor with messages.
"""

from __future__ import annotations

from collections.abc import Iterable

from botyard.model.people import OUTSIDERS, User
from botyard.store import users
from botyard.store.engines.db import Tx
from botyard.store.id_lists import id_list
from botyard.store.records import scalar
from botyard.store.users import USER

KINDS = ", ".join(f"'{kind}'" for kind in sorted(OUTSIDERS))
"""The kinds of outsiders, as a list in SQL."""

# A bot reaches as far as the person who registered it.
_OUTSIDE = f"""SELECT CASE WHEN COALESCE(r.kind, u.kind) IN ({KINDS}) THEN 1 ELSE 0 END
 FROM users u LEFT JOIN bots b ON b.user_id = u.id LEFT JOIN users r ON r.id = b.registrant WHERE u.id = :id"""
_GUEST = """SELECT 1 FROM users u LEFT JOIN bots b ON b.user_id = u.id LEFT JOIN users r ON r.id = b.registrant
 WHERE u.id = :id AND COALESCE(r.kind, u.kind) = 'guest'"""

# CROSS JOIN has SQLite begin with the chats of the viewer, which are few, and look for the other one in each.
KNOWN = """(u.id = :viewer
 OR EXISTS (SELECT 1 FROM members mine CROSS JOIN members theirs
    WHERE mine.user_id = :viewer AND theirs.chat_id = mine.chat_id AND theirs.user_id = u.id)
 OR EXISTS (SELECT 1 FROM bots b WHERE b.user_id = u.id AND b.registrant = :viewer)
 OR EXISTS (SELECT 1 FROM bots b WHERE b.user_id = :viewer AND b.registrant = u.id))"""
"""A condition: an outsider, ``:viewer``, may know of the user ``u``."""


async def outside(tx: Tx, user_id: int) -> bool:
    """Whether somebody is an outsider, or the bot of one; so is who does not exist."""
    return scalar(await tx.one(_OUTSIDE, id=user_id), 1) == 1


async def guest(tx: Tx, user_id: int) -> bool:
    """Whether somebody is a guest, or the bot of one."""
    return await tx.one(_GUEST, id=user_id) is not None


async def known(tx: Tx, viewer_id: int, ids: Iterable[int]) -> list[User]:
    """Those of these people and bots of whom somebody may know, in id order."""
    wanted = sorted(set(ids))
    if not wanted or not await outside(tx, viewer_id):
        return await users.find_many(tx, wanted)
    listed, values = id_list(wanted)
    sql = f"{USER.select} WHERE u.id IN ({listed}) AND {KNOWN} ORDER BY u.id"
    return USER.read_all(await tx.all(sql, viewer=viewer_id, **values))


_KNOWING = f"""SELECT u.id FROM users u WHERE u.active = 1 AND u.kind NOT IN ('bot', 'deleted') AND (
 u.kind NOT IN ({KINDS}) OR u.id = :subject
 OR EXISTS (SELECT 1 FROM members mine CROSS JOIN members theirs
    WHERE mine.user_id = u.id AND theirs.chat_id = mine.chat_id AND theirs.user_id = :subject)
 OR EXISTS (SELECT 1 FROM bots b WHERE b.user_id = :subject AND b.registrant = u.id))"""


async def knowing(tx: Tx, subject_id: int, *, among: Iterable[int] | None) -> list[int]:
    """Those who may know of somebody, in id order: of some people, or with ``None`` of all."""
    if among is None:
        rows = await tx.all(f"{_KNOWING} ORDER BY u.id", subject=subject_id)
    else:
        listed, values = id_list(among)
        rows = await tx.all(f"{_KNOWING} AND u.id IN ({listed}) ORDER BY u.id", subject=subject_id, **values)
    return [user_id for (user_id,) in rows]
