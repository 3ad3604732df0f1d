"""Reads the words of names that were there before they were kept: of a portal that was made by an earlier version."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from botyard.store import chats, departments, name_words, users
from botyard.store.engines.db import Database, Tx
from botyard.store.name_words import Owner

BATCH = 200
"""Names that are read in one transaction."""


async def fill(database: Database) -> None:
    """Keep the words of all names that were there before; there are none in a portal of this version."""
    for owner, keep in _KEEPERS.items():

        async def batch(tx: Tx, owner: Owner = owner, keep: _Keeper = keep) -> None:
            ids = await name_words.unindexed(tx, owner, limit=BATCH)
            await keep(tx, ids)
            await name_words.note_indexed(tx, owner, ids)

        async def waiting(tx: Tx, owner: Owner = owner) -> bool:
            return bool(await name_words.unindexed(tx, owner, limit=1))

        while await database.read(waiting):
            await database.write(batch)


async def _users(tx: Tx, ids: list[int]) -> None:
    for user in await users.find_many(tx, ids):
        if not user.deleted:
            await name_words.set_user(tx, user)


async def _departments(tx: Tx, ids: list[int]) -> None:
    wanted = set(ids)
    for department in await departments.tree(tx):
        if department.id in wanted:
            await name_words.set_department(tx, department.id, department.name)


async def _chats(tx: Tx, ids: list[int]) -> None:
    for chat in await chats.find_many(tx, ids):
        await name_words.set_chat(tx, chat.id, chat.title)


_Keeper = Callable[[Tx, list[int]], Awaitable[None]]
_KEEPERS: Mapping[Owner, _Keeper] = {Owner.USER: _users, Owner.DEPARTMENT: _departments, Owner.CHAT: _chats}
