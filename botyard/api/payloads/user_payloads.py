"""ONIMV2…: what people who are subscribed are told of their chats, whichever family they fetch it by.

Docs: api-reference/chat-bots/chat-bots-v2/im.v2/events/events.md
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from botyard.api.payloads import chat_payloads
from botyard.api.payloads.chat_payloads import Data, RenderContext
from botyard.api.payloads.render_batch import RenderBatch
from botyard.api.payloads.webhook_payload import EventPayload
from botyard.api.shared.event_queue import EventQueue
from botyard.model import deliveries as recipients
from botyard.model.events import (
    Event,
    EventRecord,
    MemberJoined,
    MessageEdited,
    MessageErased,
    MessageLiked,
    MessageSent,
)
from botyard.rpc.call import Call


async def data(batch: RenderBatch, what: EventRecord, user_id: int) -> EventPayload | None:
    """An event as this person is told of it; ``None`` where there is nothing to tell, or its chat is gone."""
    wanted = EVENTS.get(type(what.event))
    # The page promises that nothing is said of when people were last seen.
    at = await chat_payloads.render_context(batch, what, user_id, online=False) if wanted else None
    return EventPayload(wanted.name, await wanted.say(at, what.event)) if wanted and at else None


def queue(call: Call) -> EventQueue:
    """The caller's own events."""
    return EventQueue(recipients.user(call.user_id), lambda batch, what: data(batch, what, call.user_id))


async def _join_chat(at: RenderContext, event: MemberJoined) -> Data:
    return await chat_payloads.member_joined(at, event.user_id)


class UserEventSpec(NamedTuple):
    """The name of an event, and its body."""

    name: str
    say: Callable[[RenderContext, Any], Awaitable[Data]]


EVENTS: dict[type[Event], UserEventSpec] = {
    MessageSent: UserEventSpec("ONIMV2MESSAGEADD", chat_payloads.message_added),
    MessageEdited: UserEventSpec("ONIMV2MESSAGEUPDATE", chat_payloads.message_edited),
    MessageErased: UserEventSpec("ONIMV2MESSAGEDELETE", chat_payloads.message_deleted),
    MessageLiked: UserEventSpec("ONIMV2REACTIONCHANGE", chat_payloads.reaction_changed),
    MemberJoined: UserEventSpec("ONIMV2JOINCHAT", _join_chat),
}
