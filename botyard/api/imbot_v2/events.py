"""ONIMBOTV2…: what the bots of the second generation are told.

Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/events/events.md
"""

from __future__ import annotations

from zlib import crc32

from botyard.api.payloads import chat_payloads
from botyard.api.payloads.auth_block import block, issue_tokens
from botyard.api.payloads.chat_payloads import Data
from botyard.api.payloads.render_batch import RenderBatch
from botyard.api.payloads.webhook_payload import EventPayload, WebhookPayload
from botyard.model.bots import Bot, EventMode
from botyard.model.events import EVENTS, EventRecord


async def render(batch: RenderBatch, what: EventRecord, bot: Bot) -> WebhookPayload | None:
    """An event as the bot's handler is told of it; ``None`` where there is nothing to tell, or no handler.

    Needs a write transaction where the bot is an application's: the tokens are issued here.
    """
    if bot.event_mode != EventMode.WEBHOOK or not bot.webhook_url:
        return None
    payload = await render_event(batch, what, bot, {"id": bot.user_id, "code": bot.code})
    if payload is None:
        return None
    actor_id, caller_id = what.event.actor_id, what.caller_id
    await batch.note_alias(bot)
    await issue_tokens(batch, bot=bot, actor_id=actor_id, caller_id=caller_id)
    own = await block(batch, owner=bot.owner, user_id=bot.user_id, known_as=bot.known_as, registrant=bot.registrant)
    auth = await block(
        batch,
        owner=bot.owner,
        user_id=actor_id,
        caller_id=caller_id,
        known_as=bot.known_as,
        registrant=bot.registrant,
    )
    body = payload.data | {"bot": payload.data["bot"] | {"auth": own}}
    return WebhookPayload(payload.event, body, auth, bot.webhook_url, handler_id(bot.user_id, payload.event))


def handler_id(bot_id: int, name: str) -> int:
    """The number of a bot's subscription to an event; the same for as long as the bot is there."""
    return crc32(f"{bot_id} {name}".encode()) & 0x7FFFFFFF


async def render_event(batch: RenderBatch, what: EventRecord, bot: Bot, shown: Data) -> EventPayload | None:
    """An event for a bot that is ``shown`` like this; ``None`` where there is nothing to tell, or its chat is gone."""
    spec = EVENTS.get(type(what.event))
    if spec is None or spec.v2 is None:
        return None
    if chat_payloads.RENDERERS[type(what.event)] is None:
        return EventPayload(spec.v2.name, {"bot": shown})
    data = await chat_payloads.render(batch, what, bot.user_id, to_bot=True)
    return EventPayload(spec.v2.name, {"bot": shown} | data) if data else None
