"""What happened in a chat, in the words of the second generation: the part that bots and people are told alike.

What was said is told as it was said, from the event; titles, names and read marks are those of the moment of telling.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import msgspec

from botyard.api.payloads.render_batch import RenderBatch
from botyard.api.shapes import entities
from botyard.model.chats import Chat
from botyard.model.event import Event
from botyard.model.events import (
    BotRemoved,
    CommandCalled,
    ContextGiven,
    EventRecord,
    MemberJoined,
    MessageEdited,
    MessageErased,
    MessageLiked,
    MessageSent,
)
from botyard.model.messages import Message

Data = dict[str, Any]


class RenderContext(NamedTuple):
    """What the body of an event is made from: when and where it happened, and who is told, a bot or a person."""

    batch: RenderBatch
    what: EventRecord
    chat: Chat
    viewer_id: int
    to_bot: bool


async def render(batch: RenderBatch, what: EventRecord, viewer_id: int, *, to_bot: bool) -> Data | None:
    """The body of an event for a viewer; ``None`` where there is nothing to tell, or its chat is gone.

    Others may be told the same, so that nobody may change it.
    """
    render_data = RENDERERS.get(type(what.event))
    chat = await batch.chat(what.event.chat_id) if render_data else None
    if render_data is None or chat is None:
        return None
    # In a group chat all bots are told the same, and so are all people: it is made once for a batch.
    audience = (what.id, viewer_id if chat.private else 0, to_bot)
    data = batch.bodies.get(audience)
    if data is None:
        data = await render_data(RenderContext(batch, what, chat, viewer_id, to_bot), what.event)
        batch.bodies[audience] = data
    return data


async def _message_added(at: RenderContext, event: MessageSent) -> Data:
    """A new message."""
    first = _first(at, event.message_id, 0 if event.system else event.actor_id, event.text)
    first = msgspec.structs.replace(
        first, system=event.system, uuid=event.uuid, reply_id=event.reply_id, params=event.params
    )
    return await _message(at, first, views=entities.UNSEEN) | await _common_fields(at, event.actor_id)


async def _message_edited(at: RenderContext, event: MessageEdited) -> Data:
    """A message with its new text."""
    message = await at.batch.message(event.message_id) or _first(at, event.message_id, event.actor_id, "")
    changed = msgspec.structs.replace(
        message,
        text=event.text,
        params=event.params,
        reply_id=event.reply_id or message.reply_id,
        edited=True,
        erased=False,
    )
    return await _message(at, changed) | await _common_fields(at, event.actor_id)


async def _message_deleted(at: RenderContext, event: MessageErased) -> Data:
    """A message that is gone, and who wrote it."""
    return {"messageId": event.message_id} | await _common_fields(at, event.author_id or event.actor_id)


async def _reaction_changed(at: RenderContext, event: MessageLiked) -> Data:
    """A reaction, to which message, and whose it is."""
    message = await at.batch.message(event.message_id) or _first(at, event.message_id, event.author_id, "")
    change = {"reaction": event.reaction, "action": "add" if event.on else "delete"}
    return change | await _message(at, message) | await _common_fields(at, event.actor_id)


async def _member_joined(at: RenderContext, event: MemberJoined) -> Data:
    """Somebody came in. A bot is told of itself, and by whom; people are told who it is."""
    named = event.actor_id if at.to_bot else event.user_id
    return {"dialogId": entities.dialog_id(at.chat, at.viewer_id)} | await _common_fields(at, named)


async def _command_called(at: RenderContext, event: CommandCalled) -> Data:
    """A command, and the message that holds it."""
    command = {
        "id": event.command_id,
        "command": f"/{event.command}",
        "params": event.params,
        "context": event.context.lower(),
    }
    message = await at.batch.message(event.message_id) or _first(at, event.message_id, event.actor_id, "")
    whole = msgspec.structs.replace(message, text=event.text or message.text, erased=False)
    body = await _message(at, whole, views=entities.UNSEEN)
    return {"command": command} | body | await _common_fields(at, event.actor_id)


async def _context_given(at: RenderContext, event: ContextGiven) -> Data:
    """Data that a person brought along on opening the dialog."""
    opened = {"dialogId": entities.dialog_id(at.chat, at.viewer_id), "context": event.context}
    return opened | await _common_fields(at, event.actor_id)


async def _common_fields(at: RenderContext, user_id: int) -> Data:
    """The chat, a person, and the language: what stands beside every event."""
    batch, context = at.batch, at.batch.context
    person = await batch.user(user_id)
    # The page promises people that nothing is said of when others were last seen.
    shown = entities.NOBODY
    if person:
        shown = entities.user(context, person, await batch.departments(user_id), online=at.to_bot)
    other = await batch.user(at.chat.counterpart(at.viewer_id)) if at.chat.private else None
    return {
        "chat": msgspec.to_builtins(entities.chat_beside(context, at.chat, at.viewer_id, other)),
        "user": msgspec.to_builtins(shown),
        "language": entities.LANGUAGE,
    }


def _first(at: RenderContext, message_id: int, author_id: int, text: str) -> Message:
    """A message of which nothing but the event is left."""
    sent = at.what.created
    return Message(message_id, at.chat.id, author_id, sent, text, 0, False, False, False, 0, None, {})


async def _message(at: RenderContext, message: Message, views: entities.Seen | None = None) -> Data:
    seen = entities.Seen(tuple(await at.batch.furthest_readers(at.chat.id))) if views is None else views
    return {"message": msgspec.to_builtins(entities.message(at.batch.context, message, seen))}


Renderer = Callable[[RenderContext, Any], Awaitable[Data]]

RENDERERS: dict[type[Event], Renderer | None] = {
    MessageSent: _message_added,
    MessageEdited: _message_edited,
    MessageErased: _message_deleted,
    MessageLiked: _reaction_changed,
    MemberJoined: _member_joined,
    BotRemoved: None,
    CommandCalled: _command_called,
    ContextGiven: _context_given,
}
"""What makes the body of each event that ``model/events.py`` has a v2 name or one for people for.

``None``: nothing but the bot.
"""
