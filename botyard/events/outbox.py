"""Publishes events: writes each to the log, and queues it for everybody whom its row of ``EVENTS`` tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple, cast

from botyard.events import handlers
from botyard.model import owners, recipients
from botyard.model.bots import OF_APP, TOLD_MAX, Bot, BotListener, EventMode, Handlers
from botyard.model.chats import Chat, Kind, Participant
from botyard.model.deliveries import State, ToldRecipient
from botyard.model.event import TOLD, Event, EventSpec, NotTold
from botyard.model.events import EVENTS
from botyard.store import bindings, bots, deliveries, event_queues, events, members
from botyard.store.bindings import ActiveBinding
from botyard.store.deliveries import Audience
from botyard.store.engines.db import Tx


async def publish(tx: Tx, event: Event, place: Chat | Participant | None = None, *, connector: str = "") -> int:
    """Write an event and, for each recipient that must not miss it, that it is due. Returns the event's number.

    ``place`` is where it happened: a chat, or the actor in it.
    An application that caused the event is not told through the queue of offline events of its ``connector``, so
    that it does not trigger itself for ever.
    """
    appended = await _append(tx, event, place, connector=connector, kept=_Kept(tx))
    if appended.audience:
        await deliveries.add(tx, appended.event_id, event.chat_id, recipients=appended.audience)
    return appended.event_id


async def publish_all(tx: Tx, happened: Iterable[Event], place: Chat | Participant) -> None:
    """Write events of one chat, in this order; who listens there is read once."""
    kept = _Kept(tx)
    published = [(event, await _append(tx, event, place, connector="", kept=kept)) for event in happened]
    await deliveries.add_all(
        tx, [Audience(each.event_id, event.chat_id, each.audience) for event, each in published if each.audience]
    )


class _Appended(NamedTuple):
    """An event that was written, and those who are to be told."""

    event_id: int
    audience: list[ToldRecipient]


class _Kept:
    """Who listens, read once for events of one chat that happen together."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._bots: list[BotListener] | None = None
        self._bound: dict[str, list[ActiveBinding]] = {}
        self._people: dict[int, list[int]] = {}

    async def bots(self, chat_id: int) -> list[BotListener]:
        if self._bots is None:
            self._bots = await members.bots(self._tx, chat_id)
        return self._bots

    async def bound(self, name: str) -> list[ActiveBinding]:
        if name not in self._bound:
            self._bound[name] = await bindings.listening(self._tx, name)
        return self._bound[name]

    async def people(self, chat_id: int, message_id: int) -> list[int]:
        if message_id not in self._people:
            self._people[message_id] = await event_queues.listening(self._tx, chat_id, message_id)
        return self._people[message_id]


async def _append(tx: Tx, event: Event, place: Chat | Participant | None, *, connector: str, kept: _Kept) -> _Appended:
    """Write an event, and find whom it is for."""
    chat, actor = (place.chat, place.member) if isinstance(place, Participant) else (place, None)
    event_id = await events.append(tx, event)
    spec = EVENTS.get(type(event))
    if spec is None:
        return _Appended(event_id, [])
    if spec.handlers:
        audience = await handlers.listening(tx, event, spec.handlers, connector=connector)
    elif chat is None or spec.names_bot:
        audience = await _named_bot(tx, event, spec) if spec.names_bot else []
    elif chat.kind == Kind.SYSTEM:
        return _Appended(event_id, [])
    else:
        # A bot is not told of what it did itself: where it is the only one, there is nobody to look for.
        others = chat.bots - (actor is not None and actor.bot and actor.user_id == event.actor_id)
        audience = await _bots(event, spec, chat=chat, kept=kept) if others > 0 else []
    if audience and spec.v1:
        audience += await handlers.beside_bots(tx, await kept.bound(spec.v1.name), audience)
    if spec.people and chat is not None and chat.listened:
        audience += await _people(event, spec, chat=chat, kept=kept)
    return _Appended(event_id, audience)


def why_not(event: Event, bot: BotListener, *, chat: Chat) -> NotTold | None:
    """Why a bot in a chat is not told of what happened there; ``TOLD`` if it is.

    A bot is told in the dialect that it was registered in, and never of what it did itself.
    """
    spec = EVENTS.get(type(event))
    tells = spec.bots(bot.dialect) if spec else None
    if tells is None:
        return NotTold.NO_EVENT
    if event.actor_id == bot.bot_id:
        return NotTold.OWN_ACT
    reason = tells.rule(event, chat, bot) if tells.rule else TOLD
    # What is said of a message comes before what is said of its chat.
    return NotTold.SYSTEM_CHAT if chat.kind == Kind.SYSTEM and reason is not NotTold.SYSTEM_MESSAGE else reason


def listener(bot: Bot, bound: Handlers | None) -> BotListener:
    """A bot, as far as it decides which events it gets. ``bound`` are its owner's v1 handlers."""
    edits, deletions = (bound.message_update, bound.message_delete) if bound else ("", "")
    return BotListener(
        bot_id=bot.user_id,
        type=bot.type,
        dialect=bot.dialect,
        mode=bot.event_mode,
        openline=bot.openline,
        reactions=bot.reactions,
        edits=edits != "",
        deletions=deletions != "",
        by_webhook_of=bot.registrant if owners.is_hook(bot.owner) else OF_APP,
    )


async def left_out(tx: Tx, event: Event, bot: BotListener, *, chat: Chat) -> bool:
    """Whether an event is for a bot in a chat, and for ``TOLD_MAX`` others of the same person's webhooks before it."""
    present = await members.bots(tx, chat.id)
    return bot.bot_id not in [listening.bot_id for listening in _audience(event, present, chat=chat)]


def initial_state(mode: str) -> State:
    """How an event begins that is for a bot of this mode: it is called, or comes to fetch."""
    return State.FETCH if mode == EventMode.FETCH else State.WAITING


async def _named_bot(tx: Tx, event: Event, spec: EventSpec) -> list[ToldRecipient]:
    """The bot that an event is about."""
    bot = await bots.find(tx, cast(Any, event).bot_id)
    return [_recipient(bot.user_id, bot.event_mode)] if bot and spec.bots(bot.dialect) else []


async def _bots(event: Event, spec: EventSpec, *, chat: Chat, kept: _Kept) -> list[ToldRecipient]:
    """The bots in a chat that an event is for."""
    if not spec.v1 and not spec.v2:
        return []
    present = await kept.bots(chat.id)
    return [_recipient(bot.bot_id, bot.mode) for bot in _audience(event, present, chat=chat)]


def _audience(event: Event, present: list[BotListener], *, chat: Chat) -> list[BotListener]:
    """The bots that an event is for; of those that one person's webhooks registered the first ``TOLD_MAX``."""
    audience: list[BotListener] = []
    number: Counter[int] = Counter()
    for bot in present:
        if why_not(event, bot, chat=chat) is not TOLD:
            continue
        number[bot.by_webhook_of] += 1
        if bot.by_webhook_of == OF_APP or number[bot.by_webhook_of] <= TOLD_MAX:
            audience.append(bot)
    return audience


async def _people(event: Event, spec: EventSpec, *, chat: Chat, kept: _Kept) -> list[ToldRecipient]:
    """The subscribed members of a chat that an event is for; one who joined later gets nothing of older messages."""
    assert spec.people is not None
    if not spec.people.of_message and chat.private:
        return []
    message_id = cast(Any, event).message_id if spec.people.of_message else 0
    user_ids = await kept.people(chat.id, message_id)
    return [(recipients.user(user_id), State.FETCH) for user_id in user_ids]


def _recipient(bot_id: int, mode: str) -> ToldRecipient:
    return recipients.bot(bot_id), initial_state(mode)
