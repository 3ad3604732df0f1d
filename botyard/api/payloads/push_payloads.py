"""What live connections are told of an event: commands, rendered once for everybody who is connected."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import msgspec

from botyard.api.payloads.render_batch import RenderBatch
from botyard.api.shapes import entities
from botyard.model.chats import Chat, Kind
from botyard.model.event import Event
from botyard.model.events import EventRecord, MessageSent
from botyard.model.messages import Message
from botyard.model.push import MODULE, PushMessage
from botyard.store import viewers
from botyard.store.viewers import Viewer


class PushContext(NamedTuple):
    """What commands are made from: the event, and the people who are connected (``None``: everybody)."""

    batch: RenderBatch
    record: EventRecord
    viewers: frozenset[int] | None

    async def chat(self) -> Chat | None:
        """The chat of the event; none where it is gone, nor where it is one of notifications."""
        event = self.record.event
        place = await self.batch.participant(event.chat_id, event.actor_id)
        return place.chat if place and place.chat.kind != Kind.SYSTEM else None

    async def members(self, chat: Chat, since: int = 0) -> list[Viewer]:
        """The connected people in the chat who see the message ``since``."""
        return await viewers.of_chat(self.batch.tx, chat, since, among=self.viewers)


async def render(batch: RenderBatch, record: EventRecord, viewers: frozenset[int] | None = None) -> list[PushMessage]:
    """The commands of an event for those of the ``viewers`` who may see it: whoever is connected.

    Each names its recipients, so that nothing has to be looked up for one of them. With ``None`` everybody is
    connected. Counters and titles are those of the moment of rendering: the last command is right.
    """
    renderer = RENDERERS.get(type(record.event))
    if renderer is None or (viewers is not None and not viewers):
        return []
    return await renderer(PushContext(batch, record, viewers), record.event)


async def _message_sent(at: PushContext, event: MessageSent) -> list[PushMessage]:
    chat = await at.chat()
    recipients = await at.members(chat, event.message_id) if chat else []
    if chat is None or not recipients:
        return []
    message = Message(
        event.message_id,
        chat.id,
        0 if event.system else event.actor_id,
        at.record.created,
        event.text,
        0,
        event.system,
        False,
        False,
        event.reply_id,
        event.uuid,
        event.params,
    )
    shown = entities.message(at.batch.context, message, entities.UNSEEN)
    params: dict[str, Any] = {"chatId": chat.id, "message": msgspec.to_builtins(shown)}
    return [
        PushMessage(
            module_id=MODULE,
            command="message" if chat.private else "messageChat",
            params=params,
            chat_id=chat.id,
            user_ids=tuple(viewer.user_id for viewer in recipients),
            user_params={viewer.user_id: _seen_by(viewer, chat) for viewer in recipients},
            since_message_id=event.message_id,
        )
    ]


def _seen_by(viewer: Viewer, chat: Chat) -> dict[str, Any]:
    return {"dialogId": entities.dialog_id(chat, viewer.user_id), "counter": max(0, viewer.counter)}


Renderer = Callable[[PushContext, Any], Awaitable[list[PushMessage]]]

RENDERERS: dict[type[Event], Renderer] = {MessageSent: _message_sent}
"""What makes the commands of each event that live connections are told of."""
