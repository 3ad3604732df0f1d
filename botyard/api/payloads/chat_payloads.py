"""What happened in a chat, in the words of the second generation: the part that bots and people are told alike.

What was said is told as it was said, from the event; titles, names and read marks are those of the moment of telling.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from botyard.api.payloads.render_batch import RenderBatch
from botyard.api.shapes import entities
from botyard.model.chats import Chat
from botyard.model.events import CommandCalled, EventRecord, MessageEdited, MessageErased, MessageLiked, MessageSent
from botyard.model.messages import Message
from botyard.store import messages

Data = dict[str, Any]


class RenderContext(NamedTuple):
    """What the words of an event are made from: when and where it happened, and who is told.

    ``online``: whether it is told when people were last seen.
    """

    batch: RenderBatch
    what: EventRecord
    chat: Chat
    viewer_id: int
    online: bool


async def render_context(
    batch: RenderBatch, what: EventRecord, viewer_id: int, *, online: bool
) -> RenderContext | None:
    """Where an event happened, for a viewer; ``None`` when the chat is gone."""
    actor = await batch.participant(what.event.chat_id, what.event.actor_id)
    return RenderContext(batch, what, actor.chat, viewer_id, online) if actor else None


async def message_added(at: RenderContext, event: MessageSent) -> Data:
    """A new message."""
    first = _first(at, event.message_id, 0 if event.system else event.actor_id, event.text)
    first = msgspec.structs.replace(
        first, system=event.system, uuid=event.uuid, reply_id=event.reply_id, params=event.params
    )
    return await _message(at, first, views=entities.UNSEEN) | await common_fields(at, event.actor_id)


async def message_edited(at: RenderContext, event: MessageEdited) -> Data:
    """A message with its new text."""
    found = await messages.find(at.batch.tx, event.message_id) or _first(at, event.message_id, event.actor_id, "")
    changed = msgspec.structs.replace(
        found,
        text=event.text,
        params=event.params,
        reply_id=event.reply_id or found.reply_id,
        edited=True,
        erased=False,
    )
    return await _message(at, changed) | await common_fields(at, event.actor_id)


async def message_deleted(at: RenderContext, event: MessageErased) -> Data:
    """A message that is gone, and who wrote it."""
    return {"messageId": event.message_id} | await common_fields(at, event.author_id or event.actor_id)


async def reaction_changed(at: RenderContext, event: MessageLiked) -> Data:
    """A reaction, to which message, and whose it is."""
    found = await messages.find(at.batch.tx, event.message_id) or _first(at, event.message_id, event.author_id, "")
    change = {"reaction": event.reaction, "action": "add" if event.on else "delete"}
    return change | await _message(at, found) | await common_fields(at, event.actor_id)


async def member_joined(at: RenderContext, user_id: int) -> Data:
    """Somebody came in; ``user_id`` is the one to be named."""
    return {"dialogId": entities.dialog_id(at.chat, at.viewer_id)} | await common_fields(at, user_id)


async def command_called(at: RenderContext, event: CommandCalled) -> Data:
    """A message that holds a command."""
    found = await messages.find(at.batch.tx, event.message_id) or _first(at, event.message_id, event.actor_id, "")
    whole = msgspec.structs.replace(found, text=event.text or found.text, erased=False)
    return await _message(at, whole, views=entities.UNSEEN) | await common_fields(at, event.actor_id)


async def common_fields(at: RenderContext, user_id: int) -> Data:
    """The chat, a person, and the language: what stands beside every event."""
    batch, context = at.batch, at.batch.context
    person = await batch.user(user_id)
    shown = entities.NOBODY
    if person:
        shown = entities.user(context, person, await batch.departments(user_id), online=at.online)
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


async def _message(at: RenderContext, one: Message, views: entities.Seen | None = None) -> Data:
    seen = await entities.seen(at.batch.tx, at.chat.id) if views is None else views
    return {"message": msgspec.to_builtins(entities.message(at.batch.context, one, seen))}
