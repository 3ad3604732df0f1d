"""Bots: register, update, remove, and check their owner."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from botyard.chat import rules
from botyard.chat.conversation import members as participants
from botyard.errors import ApiError, Reason, raises
from botyard.events import outbox
from botyard.model import recipients
from botyard.model.audit import AuditEvent
from botyard.model.bot_events import BotChanged, BotRegistered
from botyard.model.bots import Bot, BotType, EventMode, Handlers
from botyard.model.chats import Kind
from botyard.model.events import BotRemoved
from botyard.model.lengths import WORDS_MAX
from botyard.model.owners import Owner
from botyard.model.people import Profile, User, UserKind
from botyard.portal import audit
from botyard.store import bot_handlers, bots, chats, deliveries, event_queues, members, users
from botyard.store.engines.db import Tx

CODE_MAX = 100

STOPPED = "the person who registered the bot is deactivated; an administrator hands it over by botyard.bot.reassign"
"""What the owner of a bot that has stopped is told."""

OwnerOf = Callable[[int], Awaitable[str]]
"""Under which name a caller would own a bot."""


class NewBot(msgspec.Struct, frozen=True, kw_only=True):
    """A bot to be registered, by a person or (``registrant`` 0) the application itself; the last fields are for v2."""

    owner: Owner
    registrant: int = 0
    code: str
    type: BotType
    openline: bool
    dialect: str
    profile: Profile
    event_mode: EventMode = EventMode.WEBHOOK
    webhook_url: str = ""
    hidden: bool = False
    reactions: bool = True
    background_id: str | None = None


@raises(Reason.BOT_NOT_FOUND, Reason.BOT_NOT_YOURS)
async def find_own(tx: Tx, owner: Owner, bot_id: int) -> Bot:
    """An owner's bot by id; the first one for id 0. Raises BOT_NOT_FOUND, BOT_NOT_YOURS, also for one that stopped."""
    bot = await bots.find(tx, bot_id) if bot_id else await bots.first_of(tx, owner) if owner else None
    if not bot_id and bot is not None and not bot.active:
        bot = next((other for other in await bots.of_owner(tx, owner) if other.active), bot)
    return _owned(bot, owner)


@raises(Reason.BOT_NOT_FOUND, Reason.BOT_NOT_YOURS)
async def find_told(tx: Tx, owner: Owner, bot_id: int, *, since: int) -> Bot:
    """The bot whose events an owner fetches; one that is gone, too, while its farewell lies ready since a moment.

    Raises BOT_NOT_FOUND, BOT_NOT_YOURS.
    """
    bot = await bots.find(tx, bot_id)
    if bot is not None:
        return _owned(bot, owner)
    last = await event_queues.last(tx, recipients.bot(bot_id), since)
    event = last.what.event if last else None
    bot = event.bot if isinstance(event, BotRemoved) else None
    return _owned(bot, owner, gone=True)


def _owned(bot: Bot | None, owner: Owner, *, gone: bool = False) -> Bot:
    if bot is None:
        raise ApiError(Reason.BOT_NOT_FOUND)
    if bot.owner != owner:
        raise ApiError(Reason.BOT_NOT_YOURS)
    if not bot.active and not gone:
        raise ApiError(Reason.BOT_NOT_YOURS, hint=STOPPED)
    return bot


@raises(Reason.CODE_TAKEN)
async def find_coded(tx: Tx, owner: Owner, code: str) -> Bot | None:
    """The owner's bot of this code. Raises CODE_TAKEN where it is another owner's, or has stopped."""
    bot = await bots.find_by_code(tx, code)
    if bot and bot.owner != owner:
        raise ApiError(Reason.CODE_TAKEN)
    if bot and not bot.active:
        raise ApiError(Reason.CODE_TAKEN, hint=STOPPED)
    return bot


@raises(find_coded, Reason.BOT_COUNT)
async def register(tx: Tx, actor_id: int, plan: NewBot, *, handlers: Handlers | None = None, most: int) -> int:
    """Register a bot, or find the owner's bot of this code again. Returns its id.

    Registering again renews the handlers, which all bots of an owner share, and nothing else.
    Raises CODE_TAKEN, BOT_COUNT beyond ``most``.
    """
    known = await find_coded(tx, plan.owner, plan.code)
    if handlers:
        await bot_handlers.put(tx, plan.owner, handlers)
    if known:
        return known.user_id
    if await bots.count_of(tx, plan.owner) >= most:
        raise ApiError(Reason.BOT_COUNT, hint=f"no more than {most} can be registered", max=most)
    bot_id = await users.add(tx, UserKind.BOT, plan.profile)
    # What a bot registers belongs to whoever registered that bot.
    registering = await bots.find(tx, plan.registrant) if plan.registrant else None
    if registering:
        plan = msgspec.structs.replace(plan, registrant=registering.registrant)
    await bots.add(tx, _planned(plan, bot_id, now=tx.now))
    await outbox.publish(tx, BotRegistered(actor_id=actor_id, bot_id=bot_id, code=plan.code))
    return bot_id


def _planned(plan: NewBot, bot_id: int, *, now: int) -> Bot:
    values = {name: getattr(plan, name) for name in NewBot.__struct_fields__ if name in Bot.__struct_fields__}
    return _fitting(Bot(user_id=bot_id, created=now, name="", active=True, **values))


def _fitting(bot: Bot) -> Bot:
    return msgspec.structs.replace(bot, background_id=bot.background_id and bot.background_id[:WORDS_MAX])


@raises(Reason.BOT_NOT_UPDATED)
async def change(tx: Tx, actor_id: int, bot: Bot, *, code: str | None, profile: Profile, handlers: Handlers) -> None:
    """Change a bot's code, profile and handlers. Raises BOT_NOT_UPDATED for a code that is taken."""
    if code and code != bot.code:
        if await bots.find_by_code(tx, code):
            raise ApiError(Reason.BOT_NOT_UPDATED, hint="a bot with this CODE exists")
        await bots.change(tx, msgspec.structs.replace(bot, code=code))
    await bot_handlers.put(tx, bot.owner, handlers)
    await _changed(tx, actor_id, bot, profile=profile)


async def configure(tx: Tx, actor_id: int, bot: Bot, *, profile: Profile) -> None:
    """Store a bot's settings as they now are, and change its profile.

    In another event mode the bot is told in the new way of what has not reached it yet.
    """
    before = await bots.find(tx, bot.user_id)
    await bots.change(tx, _fitting(bot))
    if before and before.event_mode != bot.event_mode:
        await deliveries.turn(tx, recipients.bot(bot.user_id), outbox.initial_state(bot.event_mode))
    await _changed(tx, actor_id, bot, profile=profile)


async def _changed(tx: Tx, actor_id: int, bot: Bot, *, profile: Profile) -> None:
    await users.change(tx, bot.user_id, profile)
    await outbox.publish(tx, BotChanged(actor_id=actor_id, bot_id=bot.user_id))


@raises(Reason.TOKEN_NOT_ROTATED)
async def hand_over(tx: Tx, bot: Bot, owner: Owner) -> None:
    """Transfer a bot and its handlers to another key of its owner; the old key no longer works.

    Raises TOKEN_NOT_ROTATED for a name that bots have already.
    """
    if owner == bot.owner:
        return
    if await bots.count_of(tx, owner):
        raise ApiError(Reason.TOKEN_NOT_ROTATED)
    bound = await bot_handlers.find(tx, bot.owner)
    await bots.set_owner(tx, bot.user_id, owner)
    if bound:
        await bot_handlers.put(tx, owner, bound)
    if not await bots.count_of(tx, bot.owner):
        await bot_handlers.remove(tx, bot.owner)


@raises(Reason.USER_MISSING)
async def reassign(tx: Tx, bot: Bot, person: User) -> None:
    """Have a bot belong to another person: it goes on if it had stopped, and stops with that person from now on.

    Its key, handlers and chats stay. Raises USER_MISSING for bots, guests and people who are deactivated.
    """
    if not person.active or person.kind not in (UserKind.EMPLOYEE, UserKind.EXTRANET):
        raise ApiError(Reason.USER_MISSING)
    await bots.set_registrant(tx, bot.user_id, person.id)
    await users.set_active(tx, bot.user_id, True)
    details: dict[str, str | int | None] = {"from": bot.registrant, "to": person.id}
    await audit.record(tx, AuditEvent.BOT_REASSIGNED, subject=f"bot:{bot.user_id}", details=details)


@raises(Reason.BOT_NOT_DELETED, participants.force_remove)
async def remove(tx: Tx, actor_id: int, bot: Bot, *, uninstalled: bool = False) -> None:
    """Unregister a bot: its private dialogs are deleted, its messages in group chats stay.

    ``uninstalled``: it goes together with its application.

    Raises BOT_NOT_DELETED while it owns a chat of a kind that its owner may not leave.
    """
    places = await members.chats_of(tx, bot.user_id)
    for chat_id, kind in places:
        chat = await chats.reload(tx, chat_id)
        owned = chat.owner_id == bot.user_id and kind != Kind.PRIVATE
        if owned and not rules.restrictions(chat).leave_owner:
            raise ApiError(Reason.BOT_NOT_DELETED)
    for chat_id, kind in places:
        if kind == Kind.PRIVATE:
            other_id = (await chats.reload(tx, chat_id)).counterpart(bot.user_id)
            await bots.count(tx, other_id, chats=-1)
            await chats.delete(tx, chat_id)
        else:
            await participants.force_remove(tx, bot.user_id, chat_id)
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
        mode=bot.event_mode,
        url=bot.webhook_url,
        hidden=bot.hidden,
        reactions=bot.reactions,
        background_id=bot.background_id,
        language=bot.language,
        messages=bot.messages,
        chats=bot.chats,
        people=bot.people,
        first_owner=bot.first_owner,
        uninstalled=uninstalled,
        registrant=bot.registrant,
        stopped=not bot.active,
    )
    await outbox.publish(tx, farewell)
    await bots.remove(tx, bot.user_id)
    await users.set_active(tx, bot.user_id, False)
