"""ONIMBOTV2…: what the bots of the second generation are told.

Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/events/events.md
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple
from zlib import crc32

from botyard.api.payloads import chat_payloads
from botyard.api.payloads.auth_block import block, issue_tokens
from botyard.api.payloads.chat_payloads import Data, RenderContext
from botyard.api.payloads.render_batch import RenderBatch
from botyard.api.payloads.webhook_payload import EventPayload, WebhookPayload
from botyard.api.shapes import entities
from botyard.model.bots import Bot, EventMode
from botyard.model.events import (
    BotRemoved,
    CommandCalled,
    ContextGiven,
    Event,
    EventRecord,
    MemberJoined,
    MessageEdited,
    MessageErased,
    MessageLiked,
    MessageSent,
)


async def render(batch: RenderBatch, what: EventRecord, bot: Bot) -> WebhookPayload | None:
    """An event as the bot's handler is told of it; ``None`` where there is nothing to tell, or no handler.

    Needs a write transaction where the bot is an application's: the tokens are issued here.
    """
    if bot.event_mode != EventMode.WEBHOOK or not bot.webhook_url:
        return None
    said = await told(batch, what, bot, {"id": bot.user_id, "code": bot.code})
    if said is None:
        return None
    actor_id, caller_id = what.event.actor_id, what.caller_id
    await batch.note_alias(bot)
    await issue_tokens(batch, owner=bot.owner, bot_id=bot.user_id, actor_id=actor_id, caller_id=caller_id)
    own = await block(batch, owner=bot.owner, user_id=bot.user_id, known_as=bot.known_as)
    auth = await block(batch, owner=bot.owner, user_id=actor_id, caller_id=caller_id, known_as=bot.known_as)
    body = said.data | {"bot": said.data["bot"] | {"auth": own}}
    return WebhookPayload(said.event, body, auth, bot.webhook_url, handler_id(bot.user_id, said.event))


def handler_id(bot_id: int, name: str) -> int:
    """The number of a bot's subscription to an event; the same for as long as the bot is there."""
    return crc32(f"{bot_id} {name}".encode()) & 0x7FFFFFFF


async def told(batch: RenderBatch, what: EventRecord, bot: Bot, shown: Data) -> EventPayload | None:
    """An event for a bot that is ``shown`` like this; ``None`` where there is nothing to tell, or its chat is gone."""
    wanted = EVENTS.get(type(what.event))
    if wanted is None:
        return None
    if wanted.say is None:
        return EventPayload(wanted.name, {"bot": shown})
    at = await chat_payloads.render_context(batch, what, bot.user_id, online=True)
    return EventPayload(wanted.name, {"bot": shown} | await wanted.say(at, what.event)) if at else None


async def _join_chat(at: RenderContext, event: MemberJoined) -> Data:
    return await chat_payloads.member_joined(at, event.actor_id)


async def _command_add(at: RenderContext, event: CommandCalled) -> Data:
    command = {
        "id": event.command_id,
        "command": f"/{event.command}",
        "params": event.params,
        "context": event.context.lower(),
    }
    return {"command": command} | await chat_payloads.command_called(at, event)


async def _context_get(at: RenderContext, event: ContextGiven) -> Data:
    opened = {"dialogId": entities.dialog_id(at.chat, at.viewer_id), "context": event.context}
    return opened | await chat_payloads.common_fields(at, event.actor_id)


class BotEventV2Spec(NamedTuple):
    """The name of an event, and its body; ``None``: nothing but the bot."""

    name: str
    say: Callable[[RenderContext, Any], Awaitable[Data]] | None


EVENTS: dict[type[Event], BotEventV2Spec] = {
    MessageSent: BotEventV2Spec("ONIMBOTV2MESSAGEADD", chat_payloads.message_added),
    MessageEdited: BotEventV2Spec("ONIMBOTV2MESSAGEUPDATE", chat_payloads.message_edited),
    MessageErased: BotEventV2Spec("ONIMBOTV2MESSAGEDELETE", chat_payloads.message_deleted),
    MemberJoined: BotEventV2Spec("ONIMBOTV2JOINCHAT", _join_chat),
    BotRemoved: BotEventV2Spec("ONIMBOTV2DELETE", None),
    ContextGiven: BotEventV2Spec("ONIMBOTV2CONTEXTGET", _context_get),
    CommandCalled: BotEventV2Spec("ONIMBOTV2COMMANDADD", _command_add),
    MessageLiked: BotEventV2Spec("ONIMBOTV2REACTIONCHANGE", chat_payloads.reaction_changed),
}
