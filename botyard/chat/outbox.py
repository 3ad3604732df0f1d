"""Publishes events: one table says whom each is for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from botyard.chat import subscriptions
from botyard.model import deliveries as recipients
from botyard.model.bots import BotListener, EventMode
from botyard.model.chats import Chat, Kind
from botyard.model.deliveries import State
from botyard.model.events import (
    BotRemoved,
    CommandCalled,
    ContextGiven,
    Event,
    MemberJoined,
    MessageEdited,
    MessageErased,
    MessageLiked,
    MessageSent,
)
from botyard.portal import bindings
from botyard.store import bots, deliveries, events, members
from botyard.store.engines.db import Tx

Recipient = tuple[str, State]
Listener = Callable[[Tx, Event, Chat | None], Awaitable[list[Recipient]]]


AudienceRule = Callable[[Event, Chat, BotListener], bool]


def _said(event: Event, chat: Chat, bot: BotListener) -> bool:
    assert isinstance(event, MessageSent)
    return not event.system and bot.is_addressed(chat, event.mentioned)


def _changed(event: Event, chat: Chat, bot: BotListener) -> bool:
    assert isinstance(event, MessageEdited | MessageErased)
    return bot.is_addressed(chat, event.mentioned)


def _edited_v1(event: Event, chat: Chat, bot: BotListener) -> bool:
    """Told where a handler is bound, which for types B and H only imbot.update does."""
    return bot.edits and _changed(event, chat, bot)


def _erased_v1(event: Event, chat: Chat, bot: BotListener) -> bool:
    return bot.deletions and _changed(event, chat, bot)


def _itself(event: Event, chat: Chat, bot: BotListener) -> bool:
    assert isinstance(event, MemberJoined)
    return event.user_id == bot.bot_id


def _its_own(event: Event, chat: Chat, bot: BotListener) -> bool:
    assert isinstance(event, MessageLiked)
    return bot.reactions and event.author_id == bot.bot_id


# Event → for each dialect, whether a bot that is in the chat and did not cause it is told.
# A bot is told in the dialect that it was registered in; an event without a rule there is not for it.
AUDIENCE: Mapping[type[Event], Mapping[str, AudienceRule]] = {
    MessageSent: {"v1": _said, "v2": _said},
    MessageEdited: {"v1": _edited_v1, "v2": _changed},
    MessageErased: {"v1": _erased_v1, "v2": _changed},
    MessageLiked: {"v2": _its_own},
    MemberJoined: {"v1": _itself, "v2": _itself},
}
# Events that are about one bot and name it, in a chat or not.
NAMED: Mapping[type[Event], frozenset[str]] = {
    BotRemoved: frozenset({"v1", "v2"}),
    CommandCalled: frozenset({"v1", "v2"}),
    ContextGiven: frozenset({"v2"}),
}
# Who else is told: people who are subscribed, handlers that are bound.
LISTENERS: tuple[Listener, ...] = (subscriptions.listeners,)


async def publish(tx: Tx, event: Event, chat: Chat | None = None, *, by_bot: bool = False) -> int:
    """Write an event and, for each recipient that must not miss it, that it is due. Returns the event's number.

    ``by_bot`` says that the actor is known to be one of the chat's bots; alone there, it leaves nobody to look for.
    """
    event_id = await events.append(tx, event)
    audience = await _bots(tx, event, chat, by_bot=by_bot)
    audience += await bindings.bound_handlers(tx, event, audience)
    for listener in LISTENERS:
        audience += await listener(tx, event, chat)
    if audience:
        await deliveries.add(tx, event_id, event.chat_id, recipients=audience)
    return event_id


async def _bots(tx: Tx, event: Event, chat: Chat | None, *, by_bot: bool) -> list[Recipient]:
    if isinstance(event, BotRemoved | CommandCalled | ContextGiven):
        named = await bots.find(tx, event.bot_id)
        heard = named is not None and named.dialect in NAMED[type(event)]
        return [_recipient(named.user_id, named.event_mode)] if named and heard else []
    rules = AUDIENCE.get(type(event))
    if rules is None or chat is None or chat.bots <= int(by_bot) or chat.kind == Kind.SYSTEM:
        return []
    listeners = await members.bots(tx, chat.id)
    addressed = [bot for bot in listeners if bot.bot_id != event.actor_id and _told(rules, event, chat, bot)]
    return [_recipient(bot.bot_id, bot.mode) for bot in addressed]


def _told(rules: Mapping[str, AudienceRule], event: Event, chat: Chat, bot: BotListener) -> bool:
    rule = rules.get(bot.dialect)
    return rule is not None and rule(event, chat, bot)


def initial_state(mode: str) -> State:
    """How an event begins that is for a bot of this mode: it is called, or comes to fetch."""
    return State.FETCH if mode == EventMode.FETCH else State.WAITING


def _recipient(bot_id: int, mode: str) -> Recipient:
    return recipients.bot(bot_id), initial_state(mode)
