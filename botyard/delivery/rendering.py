"""Builds the payload of a delivery in the dialect of its recipient."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from botyard.api.payloads.render_batch import RenderBatch
from botyard.api.payloads.webhook_payload import WebhookPayload
from botyard.chat.diagnostics.delivery_diagnosis import handler
from botyard.model import owners, recipients
from botyard.model.bindings import Binding
from botyard.model.bots import Bot
from botyard.model.deliveries import Delivery, EndReason
from botyard.model.event import BOT_SCOPE
from botyard.model.events import BotRemoved, EventRecord
from botyard.model.owners import Owner
from botyard.model.portal_events import AppRemoved
from botyard.portal import apps


class SignedPayload(NamedTuple):
    """A payload, and the owner whose secret signs it."""

    post: WebhookPayload
    owner: Owner


Renderer = Callable[[RenderBatch, EventRecord, Bot], Awaitable[WebhookPayload | None]]
"""A dialect: an event as a bot is told of it; ``None`` for nothing to tell, or no handler for it."""
BoundRenderer = Callable[[RenderBatch, EventRecord, Binding], Awaitable[WebhookPayload | None]]
"""The same for a handler that is bound to the event."""
PayloadBuilder = Callable[[RenderBatch, EventRecord, Delivery], Awaitable[SignedPayload | EndReason]]
"""Builds the signed payload for a recipient of one kind, or says why there is none."""


def to_bots(dialects: Mapping[str, Renderer]) -> PayloadBuilder:
    """Payloads for bots, each in the dialect that registered it."""

    async def write(batch: RenderBatch, what: EventRecord, delivery: Delivery) -> SignedPayload | EndReason:
        bot = await _bot(batch, what, recipients.parse(delivery.recipient).number)
        if bot is None:
            return EndReason.NO_BOT
        if _stopped(what, bot):
            return EndReason.STOPPED
        if not _farewell(what) and (reason := await _closed(batch, bot.owner, BOT_SCOPE)):
            return reason
        render = dialects.get(bot.dialect)
        post = await render(batch, what, bot) if render else None
        if post is None:
            return EndReason.NO_WORDS if await handler(batch.tx, bot, what.event) else EndReason.NO_HANDLER
        return SignedPayload(post, bot.owner) if post.handler else EndReason.NO_HANDLER

    return write


def to_bindings(render: BoundRenderer) -> PayloadBuilder:
    """Payloads for handlers that are bound with `event.bind`."""

    async def write(batch: RenderBatch, what: EventRecord, delivery: Delivery) -> SignedPayload | EndReason:
        binding = await batch.binding(recipients.parse(delivery.recipient).number)
        if binding is None:
            return EndReason.NO_HANDLER
        farewell = _farewell(what)
        # Farewells go to where the application was: nothing else reaches a handler that was removed.
        if binding.removed is not None and not farewell:
            return EndReason.NO_HANDLER
        registrant = await batch.user(binding.registrant)
        if registrant is not None and not registrant.active:
            return EndReason.STOPPED
        if not farewell and (reason := await _closed(batch, binding.owner)):
            return reason
        post = await render(batch, what, binding)
        return SignedPayload(post, binding.owner) if post else EndReason.NO_WORDS

    return write


def _farewell(what: EventRecord) -> bool:
    """Whether this is the end of an application, or of a bot that went with its application."""
    event = what.event
    return isinstance(event, AppRemoved) or (isinstance(event, BotRemoved) and event.uninstalled)


def _stopped(what: EventRecord, bot: Bot) -> bool:
    """Whether the person who registered the bot is deactivated; a bot that is removed was known until then."""
    event = what.event
    return event.stopped if isinstance(event, BotRemoved) else not bot.active


async def _closed(batch: RenderBatch, owner: Owner, scope: str = "") -> EndReason | None:
    return apps.closed_reason(await batch.app(owner), scope) if owners.client_id(owner) else None


async def _bot(batch: RenderBatch, what: EventRecord, bot_id: int) -> Bot | None:
    """The bot as it is, or as its farewell remembers it."""
    if isinstance(what.event, BotRemoved) and what.event.bot_id == bot_id:
        return what.event.bot
    return await batch.bot(bot_id)
