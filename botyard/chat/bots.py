"""Bots: register, update, remove; whose they are."""

from __future__ import annotations

import msgspec

from botyard.chat import members as participants
from botyard.chat import outbox, rules
from botyard.errors import Problem, Refused
from botyard.model.bots import Bot, BotType, Handlers
from botyard.model.chats import Kind
from botyard.model.events import BotChanged, BotRegistered, BotRemoved
from botyard.model.people import Profile, UserKind
from botyard.store import bots, chats, members, users
from botyard.store.db import Tx

CODE_MAX = 100


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A bot to be registered."""

    owner: str
    code: str
    type: BotType
    openline: bool
    dialect: str
    profile: Profile


async def find_own(tx: Tx, owner: str, bot_id: int) -> Bot:
    """The bot that an owner means: by id, or its first one for id 0. Raises BOT_NOT_FOUND, BOT_NOT_YOURS."""
    found = await bots.find(tx, bot_id) if bot_id else await bots.first_of(tx, owner) if owner else None
    if found is None:
        raise Refused(Problem.BOT_NOT_FOUND)
    if found.owner != owner:
        raise Refused(Problem.BOT_NOT_YOURS)
    return found


async def register(tx: Tx, actor_id: int, plan: Plan, handlers: Handlers, most: int, now: int) -> int:
    """Register a bot, or find the owner's bot of this code again. Answers its id.

    Registering again renews the handlers, which all bots of an owner share.
    Raises BOT_NOT_CREATED for a code that another owner has taken, BOT_COUNT beyond ``most``.
    """
    known = await bots.find_by_code(tx, plan.code)
    if known and known.owner != plan.owner:
        raise Refused(Problem.BOT_NOT_CREATED)
    await bots.set_handlers(tx, plan.owner, handlers)
    if known:
        return known.user_id
    if await bots.count_of(tx, plan.owner) >= most:
        raise Refused(Problem.BOT_COUNT, max=most)
    bot_id = await users.add(tx, UserKind.BOT, plan.profile, now)
    await bots.add(tx, bot_id, plan.owner, plan.code, plan.type, plan.openline, plan.dialect, now)
    await outbox.publish(tx, BotRegistered(actor_id=actor_id, bot_id=bot_id, code=plan.code), now)
    return bot_id


async def change(
    tx: Tx, actor_id: int, bot: Bot, *, code: str | None, profile: Profile, handlers: Handlers, now: int
) -> None:
    """Change a bot's code, profile and handlers. Raises BOT_NOT_UPDATED for a code that is taken."""
    if code and code != bot.code:
        if await bots.find_by_code(tx, code):
            raise Refused(Problem.BOT_NOT_UPDATED)
        await bots.set_code(tx, bot.user_id, code)
    await users.change(tx, bot.user_id, profile, now)
    await bots.set_handlers(tx, bot.owner, handlers)
    await outbox.publish(tx, BotChanged(actor_id=actor_id, bot_id=bot.user_id), now)


async def remove(tx: Tx, actor_id: int, bot: Bot, now: int) -> None:
    """Unregister a bot: its private dialogs go, in group chats what it said stays.

    Raises BOT_NOT_DELETED while it owns a chat of a kind that its owner may not leave.
    """
    places = await members.chats_of(tx, bot.user_id)
    for chat_id, kind in places:
        chat = await chats.fresh(tx, chat_id)
        owned = chat.owner_id == bot.user_id and kind != Kind.PRIVATE
        if owned and not rules.restrictions(chat).leave_owner:
            raise Refused(Problem.BOT_NOT_DELETED)
    for chat_id, kind in places:
        if kind == Kind.PRIVATE:
            await chats.delete(tx, chat_id)
        else:
            await participants.withdraw(tx, bot.user_id, chat_id, now)
    # The farewell is written while the bot is still known, or nobody could be told.
    farewell = BotRemoved(
        actor_id=actor_id,
        bot_id=bot.user_id,
        code=bot.code,
        owner=bot.owner,
        kind=bot.type,
        openline=bot.openline,
        dialect=bot.dialect,
        name=bot.name,
    )
    await outbox.publish(tx, farewell, now)
    await bots.remove(tx, bot.user_id)
    await users.set_active(tx, bot.user_id, False, now)
