"""Who reacted to messages, and how."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from botyard.store.engines.db import Tx
from botyard.store.id_lists import id_list
from botyard.store.records import Record, scalar


class ReactionCount(NamedTuple):
    """How many reacted to a message in one way, and whether the viewer did."""

    message_id: int
    reaction: str
    number: int
    own: int


class Reactor(NamedTuple):
    """Somebody who reacted, and when."""

    user_id: int
    created: int


_COUNT = Record(
    ReactionCount, "reactions r", number="COUNT(*)", own="MAX(CASE WHEN r.user_id = :viewer THEN 1 ELSE 0 END)"
)
_COUNTS = f"""SELECT {_COUNT.columns} FROM messages m
 JOIN members v ON v.chat_id = m.chat_id AND v.user_id = :viewer AND v.first_id <= m.id
 JOIN reactions r ON r.message_id = m.id WHERE m.id IN ({{ids}})
 GROUP BY r.message_id, r.reaction ORDER BY r.message_id, MIN(r.created), r.reaction"""
_REACTOR = Record(Reactor, "reactions r")
_REACTORS = f"""{_REACTOR.select} WHERE r.message_id = :message AND r.reaction = :reaction AND r.user_id > :after
 ORDER BY r.user_id LIMIT :limit"""


async def counts(tx: Tx, message_ids: Iterable[int], *, viewer_id: int) -> list[ReactionCount]:
    """The reactions to messages, as far as the viewer is in their chats and sees them: what came first, first."""
    listed, values = id_list(message_ids)
    return _COUNT.read_all(await tx.all(_COUNTS.replace("{ids}", listed), viewer=viewer_id, **values))


async def number(tx: Tx, message_id: int, reaction: str) -> int:
    """How many have reacted to a message in one way."""
    sql = "SELECT COUNT(*) FROM reactions WHERE message_id = :message AND reaction = :reaction"
    return scalar(await tx.one(sql, message=message_id, reaction=reaction), 0)


async def reactors(tx: Tx, message_id: int, *, reaction: str, after: int, limit: int) -> list[Reactor]:
    """Who reacted to a message in one way, in the order of their ids, behind ``after``."""
    rows = await tx.all(_REACTORS, message=message_id, reaction=reaction, after=after, limit=limit)
    return _REACTOR.read_all(rows)
