"""ONIMV2…: what people who are subscribed are told of their chats, whichever family they fetch it by.

Docs: api-reference/chat-bots/chat-bots-v2/im.v2/events/events.md
"""

from __future__ import annotations

from botyard.api.payloads import chat_payloads
from botyard.api.payloads.render_batch import RenderBatch
from botyard.api.payloads.webhook_payload import EventPayload
from botyard.api.shared.event_queue import EventQueue
from botyard.model import recipients
from botyard.model.events import EVENTS, EventRecord
from botyard.rpc.call import Call


async def data(batch: RenderBatch, what: EventRecord, user_id: int) -> EventPayload | None:
    """An event as this person is told of it; ``None`` where there is nothing to tell, or its chat is gone."""
    spec = EVENTS.get(type(what.event))
    if spec is None or spec.people is None:
        return None
    data = await chat_payloads.render(batch, what, user_id, to_bot=False)
    return EventPayload(spec.people.name, data) if data else None


def queue(call: Call) -> EventQueue:
    """The caller's own events."""
    return EventQueue(recipients.user(call.user_id), lambda batch, what: data(batch, what, call.user_id))
