"""What payloads of events are made from: whatever several of them need is read once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from botyard.model import owners
from botyard.model.apps import App, EventToken
from botyard.model.bindings import Binding
from botyard.model.bots import Bot, Handlers
from botyard.model.chats import Chat, Participant
from botyard.model.deliveries import Delivery
from botyard.model.event import Event
from botyard.model.events import CommandCalled, EventRecord, MessageEdited, MessageLiked
from botyard.model.messages import Message
from botyard.model.owners import Owner
from botyard.model.people import User
from botyard.portal import apps
from botyard.portal.auth import consents, tokens
from botyard.portal.auth.tokens import Keyring, TokenPair
from botyard.rpc.call import Context
from botyard.store import (
    bindings,
    bot_handlers,
    bots,
    chats,
    delivery_sources,
    members,
    messages,
    portal,
    users,
    viewers,
)
from botyard.store import consents as stored_consents
from botyard.store.delivery_sources import DeliverySource
from botyard.store.engines.db import Tx
from botyard.store.members import ReadMark
from botyard.store.viewers import Viewer

CHANGED = (MessageEdited, MessageLiked, CommandCalled)
"""Events that are told with the message as it is now."""


class RenderBatch:
    """The render context of all payloads that are made in one transaction.

    ``load`` reads what most deliveries need in one statement. What it has not read is looked up when it is asked for,
    and kept, so nothing here may be changed in the same transaction.
    """

    def __init__(self, tx: Tx, context: Context) -> None:
        self.tx = tx
        self.context = context
        self.bodies: dict[tuple[int, int, bool], dict[str, Any]] = {}
        """What was made already of an event, for a viewer (0: for all) who is a bot or none."""
        self._bots: dict[int, Bot | None] = {}
        self._bindings: dict[int, Binding | None] = {}
        self._handlers: dict[str, Handlers | None] = {}
        self._apps: dict[str, App | None] = {}
        self._participants: dict[tuple[int, int], Participant | None] = {}
        self._chats: dict[int, Chat | None] = {}
        self._messages: dict[int, Message | None] = {}
        self._readers: dict[int, list[ReadMark]] = {}
        self._viewers: dict[tuple[int, frozenset[int] | None], list[Viewer]] = {}
        self._users: dict[int, User | None] = {}
        self._departments: dict[int, list[int]] = {}
        self._event_tokens: dict[str, EventToken | None] = {}
        self._consents: dict[tuple[int, int], str | None] = {}
        self._pairs: dict[tuple[int, int, bool], TokenPair] = {}
        self._member_id: str | None = None
        self._aliased: set[str] = set()

    async def load(self, deliveries: Sequence[Delivery]) -> dict[int, EventRecord]:
        """Read what the payloads of these are made from. Returns the event of each that is still there, by its id."""
        period = tokens.event_period(self.context.settings, self.tx.now)
        events: dict[int, EventRecord] = {}
        ids = [delivery.id for delivery in deliveries]
        for source in await delivery_sources.find_many(self.tx, ids, period=period):
            events[source.delivery_id] = source.what
            self._keep(source, period)
        return events

    async def foresee(self, records: Sequence[EventRecord], about: tuple[type[Event], ...] = CHANGED) -> None:
        """Read at once whom and what these events name, for a page of them; of the kinds ``about`` also the message."""
        events = [record.event for record in records]
        chat_ids = {event.chat_id for event in events} - self._chats.keys() - {0}
        self._chats |= dict.fromkeys(chat_ids)
        self._chats |= {chat.id: chat for chat in await chats.find_many(self.tx, sorted(chat_ids))}
        named = {number for event in events for number in _people(event)}
        for chat in filter(None, map(self._chats.get, chat_ids)):
            named |= set(map(int, chat.pair.split(":"))) if chat.pair else set()
        user_ids = sorted(named - self._users.keys() - {0})
        self._users |= dict.fromkeys(user_ids)
        self._users |= {user.id: user for user in await users.find_many(self.tx, user_ids)}
        departments = await users.departments_of(self.tx, user_ids)
        self._departments |= {user_id: departments.get(user_id, []) for user_id in user_ids}
        message_ids = sorted({cast(Any, event).message_id for event in events if isinstance(event, about)})
        self._messages |= dict.fromkeys(message_ids)
        self._messages |= {message.id: message for message in await messages.find_many(self.tx, message_ids)}

    def _keep(self, source: DeliverySource, period: int) -> None:
        event, bot, binding, app = source.what.event, source.bot, source.binding, source.app
        if bot:
            self._bots[bot.user_id] = bot
            self._handlers[bot.owner] = source.handlers
        if binding:
            self._bindings[binding.id] = binding
        owner = bot.owner if bot else binding.owner if binding else owners.NOBODY
        if owners.client_id(owner):
            self._apps[owner] = app
        if event.chat_id:
            actor = Participant(event.actor_id, source.chat, source.member) if source.chat else None
            self._participants[event.chat_id, event.actor_id] = actor
            self._chats[event.chat_id] = source.chat
        if event.actor_id:
            self._users[event.actor_id] = source.actor
            self._departments[event.actor_id] = source.departments
        if app:
            self._event_tokens[tokens.event_family(app.id, event.actor_id, period=period)] = source.actor_token
            self._consents[app.id, event.actor_id] = source.consent
            if bot:
                self._event_tokens[tokens.event_family(app.id, bot.user_id, period=period)] = source.bot_token
        self._member_id = source.member_id

    async def bot(self, bot_id: int) -> Bot | None:
        if bot_id not in self._bots:
            self._bots[bot_id] = await bots.find(self.tx, bot_id)
        return self._bots[bot_id]

    def known_bot(self, user_id: int) -> Bot | None:
        """A bot that has been read already."""
        return self._bots.get(user_id)

    async def binding(self, binding_id: int) -> Binding | None:
        if binding_id not in self._bindings:
            self._bindings[binding_id] = await bindings.find(self.tx, binding_id)
        return self._bindings[binding_id]

    async def handlers(self, owner: Owner) -> Handlers:
        """The handlers of an owner's v1 bots."""
        if owner not in self._handlers:
            self._handlers[owner] = await bot_handlers.find(self.tx, owner)
        return self._handlers[owner] or Handlers()

    async def app(self, owner: Owner) -> App | None:
        """The application that is an owner; ``None`` for webhooks, too."""
        client_id = owners.client_id(owner)
        if not client_id:
            return None
        if owner not in self._apps:
            self._apps[owner] = await apps.find(self.tx, client_id)
        return self._apps[owner]

    async def participant(self, chat_id: int, user_id: int) -> Participant | None:
        """A chat, with somebody's membership in it; ``None`` when the chat is gone."""
        key = chat_id, user_id
        if key not in self._participants:
            self._participants[key] = await chats.find(self.tx, chat_id, user_id)
        return self._participants[key]

    async def chat(self, chat_id: int) -> Chat | None:
        """A chat; ``None`` when it is gone."""
        if chat_id not in self._chats:
            place = await chats.find(self.tx, chat_id, 0)
            self._chats[chat_id] = place.chat if place else None
        return self._chats[chat_id]

    async def message(self, message_id: int) -> Message | None:
        """A message as it is now."""
        if message_id not in self._messages:
            self._messages[message_id] = await messages.find(self.tx, message_id)
        return self._messages[message_id]

    async def furthest_readers(self, chat_id: int) -> list[ReadMark]:
        """Who has read furthest in a chat."""
        if chat_id not in self._readers:
            self._readers[chat_id] = await members.furthest_readers(self.tx, chat_id)
        return self._readers[chat_id]

    async def viewers(self, chat: Chat, among: frozenset[int] | None) -> list[Viewer]:
        """The people in a chat, of those ``among`` some, and how it stands in the list of each."""
        key = chat.id, among
        if key not in self._viewers:
            self._viewers[key] = await viewers.of_chat(self.tx, chat, among=among)
        return self._viewers[key]

    async def user(self, user_id: int) -> User | None:
        """A person or a bot; nobody has the id 0."""
        if not user_id:
            return None
        if user_id not in self._users:
            self._users[user_id] = await users.find(self.tx, user_id)
        return self._users[user_id]

    async def departments(self, user_id: int) -> list[int]:
        """The ids of somebody's departments."""
        if user_id not in self._departments:
            self._departments[user_id] = (await users.departments_of(self.tx, [user_id])).get(user_id, [])
        return self._departments[user_id]

    async def member_id(self) -> str:
        """The portal's id."""
        if self._member_id is None:
            portal_row = await portal.get(self.tx)
            self._member_id = portal_row.member_id if portal_row else ""
        return self._member_id

    async def trusted(self, registrant: int) -> bool:
        """Whether what somebody registered for an application is told everything that the application is told.

        Not what a person registered who is no administrator: it may lie in that person's hands. 0 is the application.
        """
        person = await self.user(registrant)
        if person is None or person.admin:
            return True
        if person.bot:
            bot = await self.bot(registrant)
            return await self.trusted(bot.registrant) if bot else True
        return self.context.settings.app_bots == "all" and not person.outside

    async def consent(self, app: App, user_id: int) -> str | None:
        """What somebody lets an application have; ``None`` for those who were not asked, bots among them."""
        if user_id in self._bots:
            return None
        if (app.id, user_id) not in self._consents:
            self._consents[app.id, user_id] = await stored_consents.find(self.tx, app.id, user_id)
        return self._consents[app.id, user_id]

    async def token_pairs(self, app: App, user_ids: Sequence[int], *, own: bool = True) -> list[TokenPair]:
        """The tokens of an application in the names of these, issued together where they are due."""
        missing = [user_id for user_id in dict.fromkeys(user_ids) if (app.id, user_id, own) not in self._pairs]
        if missing:
            ring = Keyring(self.context.keys, self.context.settings)
            bearers = {user_id: consents.of_events(app, await self.consent(app, user_id)) for user_id in missing}
            issued = await tokens.for_events(self.tx, ring, app=app, bearers=bearers, known=self._event_tokens, own=own)
            self._pairs |= {(app.id, pair.user_id, own): pair for pair in issued}
        return [self._pairs[app.id, user_id, own] for user_id in user_ids]

    async def note_alias(self, bot: Bot) -> None:
        """Let a webhook's bot and its sisters be found by the application_token that is about to be told."""
        owner = bot.known_as
        if not owners.is_hook(bot.owner) or bot.alias or owner in self._aliased:
            return
        self._aliased.add(owner)
        keys = self.context.keys
        await bots.set_alias(self.tx, owner, keys.alias(keys.application_token(owner)))


def _people(event: Event) -> tuple[int, ...]:
    """Whom an event names: who acted, and of whom it tells."""
    return (event.actor_id, getattr(event, "user_id", 0), getattr(event, "author_id", 0))
