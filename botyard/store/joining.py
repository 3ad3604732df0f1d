"""People who come into a chat at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import msgspec

from botyard.model.chats import Role
from botyard.model.people import UserKind
from botyard.store.engines.db import Tx
from botyard.store.id_lists import id_list

_ADD_ALL = f"""INSERT INTO members (chat_id, user_id, role, joined, first_id, read_id, read_counted, bot, listens)
 SELECT CAST(:chat AS BIGINT), u.id,
     CASE WHEN u.id = :owner THEN '{Role.OWNER}'
          WHEN u.id IN (SELECT CAST(value AS BIGINT) FROM {{{{each}}}}(:managers)) THEN '{Role.MANAGER}'
          ELSE '{Role.MEMBER}' END,
     CAST(:now AS BIGINT), CAST(:first AS BIGINT), CAST(:read AS BIGINT), CAST(:counted AS BIGINT),
     CASE WHEN u.kind = '{UserKind.BOT}' THEN 1 ELSE 0 END,
     (SELECT COUNT(*) FROM event_subscriptions s WHERE s.user_id = u.id)
 FROM users u WHERE u.id IN ({{listed}})"""
_encode = msgspec.json.Encoder().encode


class NewMembers(NamedTuple):
    """People who come into a chat at once: whose it is, who leads it, and how much of it they see and have read."""

    ids: Sequence[int]
    owner_id: int
    managers: Collection[int]
    first_id: int
    read_id: int
    read_counted: int


async def add_all(tx: Tx, chat_id: int, new: NewMembers) -> set[int]:
    """Add people at once. Returns those who were not in the chat yet."""
    listed, values = id_list(new.ids)
    rows = await tx.all(
        f"{_ADD_ALL.format(listed=listed)} ON CONFLICT DO NOTHING RETURNING user_id",
        chat=chat_id,
        owner=new.owner_id,
        managers=_encode(sorted(new.managers)).decode(),
        now=tx.now,
        first=new.first_id,
        read=new.read_id,
        counted=new.read_counted,
        **values,
    )
    return {user_id for (user_id,) in rows}
