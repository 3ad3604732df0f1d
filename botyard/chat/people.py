"""People whose accounts are deleted: what becomes of their places in chats."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol

from botyard.chat import subscriptions
from botyard.chat.bots import bots
from botyard.chat.conversation import members as participants
from botyard.errors import ApiError, Reason, raises
from botyard.model.chats import Kind
from botyard.model.people import User
from botyard.portal import users
from botyard.store import bots as stored_bots
from botyard.store import members
from botyard.store import users as stored_users
from botyard.store.engines.db import T, Tx, Work

AT_ONCE = 10
"""Chats that are left in one transaction, so that nobody else waits for somebody who is in hundreds."""


class Write(Protocol):
    """Runs a piece of work as one transaction of whoever deletes."""

    def __call__(self, work: Work[T], /) -> Awaitable[T]: ...


@raises(Reason.USER_MISSING, users.delete, users.deactivate, Reason.BOT_NOT_DELETED)
async def delete(write: Write, user_id: int, *, actor_id: int) -> None:
    """Delete an account: the person leaves all group chats, and messages and private dialogs stay without a name.

    Bots that the person registered go, too; who wants to keep one hands it over first. From the first of several
    transactions on the person is deactivated; where a later one fails, deleting again goes on from there.
    Raises USER_MISSING, LAST_ADMIN, and BOT_NOT_DELETED for a bot that owns a chat which its owner may not leave.
    """
    await write(lambda tx: _deactivate(tx, user_id))
    while await write(lambda tx: _remove_bot(tx, user_id, actor_id=actor_id)):
        pass
    while await write(lambda tx: _leave_some(tx, user_id)):
        pass
    await write(lambda tx: _delete(tx, user_id))


async def _deactivate(tx: Tx, user_id: int) -> None:
    user = await _get(tx, user_id)
    if user.active:
        await users.deactivate(tx, user)


async def _remove_bot(tx: Tx, user_id: int, *, actor_id: int) -> bool:
    """Unregister one of the bots that the person registered; whether there was one."""
    registered = await stored_bots.of_registrant(tx, user_id)
    for bot in registered[:1]:
        await bots.remove(tx, actor_id, bot)
    return bool(registered)


async def _leave_some(tx: Tx, user_id: int) -> bool:
    """Leave some group chats; whether there were any."""
    places = [place for place in await members.chats_of(tx, user_id) if place.kind != Kind.PRIVATE]
    for place in places[:AT_ONCE]:
        await participants.force_remove(tx, user_id, place.chat_id)
    return bool(places)


async def _delete(tx: Tx, user_id: int) -> None:
    await subscriptions.unsubscribe(tx, user_id)
    await users.delete(tx, await _get(tx, user_id))


async def _get(tx: Tx, user_id: int) -> User:
    user = await stored_users.find(tx, user_id)
    if user is None or user.bot or user.deleted:
        raise ApiError(Reason.USER_MISSING)
    return user
