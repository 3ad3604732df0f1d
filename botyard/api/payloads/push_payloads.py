"""What live connections are told of an event: commands, rendered once for everybody who is connected.

Whom an event is for is said by its row; here that is looked up, in one statement however many there are. How a chat
stands in somebody's list is told as it is at the moment of rendering, so that what is told last is right.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, cast

import msgspec

from botyard.api.payloads import push_chats, push_messages, push_people
from botyard.api.payloads.push_context import Command, PushContext, Renderer, place_of
from botyard.api.payloads.render_batch import RenderBatch
from botyard.api.shapes import entities
from botyard.model.chats import Chat
from botyard.model.event import Audience, Event
from botyard.model.events import ABOUT_MESSAGES, EVENTS, ChatRead, EventRecord, MemberLeft, MessagePinned
from botyard.model.personal_events import ChatUnread, NotificationsDeleted
from botyard.model.push import PushMessage
from botyard.store import reach
from botyard.store.viewers import Viewer

CROWD = 200
"""Members of a chat from which on who reads, comes and goes is told only to whom it concerns: all others would be told
of each of all others."""

Connected = frozenset[int] | None
"""The people who are connected; ``None`` for everybody."""


async def render(batch: RenderBatch, record: EventRecord, viewers: Connected = None) -> list[PushMessage]:
    """The commands of an event for those of the ``viewers`` who may see it: whoever is connected.

    Each names its recipients, so that nothing has to be looked up for one of them. With ``None`` everybody is
    connected.
    """
    event = record.event
    spec = EVENTS.get(type(event))
    if spec is None or spec.push is None or (viewers is not None and not viewers):
        return []
    chat = await place_of(batch, event)
    if event.chat_id and chat is None:
        return []
    audience = await _AUDIENCES[spec.push.audience](batch, event, chat, viewers)
    if not audience:
        return []
    at = PushContext(batch, record, audience, chat)
    commands = await RENDERERS[type(event)](at, event)
    module = spec.push.module
    return [_message(at, command, module) for command in commands if command.only is None or command.only]


def _message(at: PushContext, command: Command, module: str) -> PushMessage:
    chat, recipients = at.place, at.audience if command.only is None else command.only
    params: dict[str, Any] = msgspec.to_builtins(command.params)
    if chat is not None:
        params["chatId"] = chat.id
        if not chat.private:
            params["dialogId"] = entities.dialog_id(chat, 0)
    return PushMessage(
        module_id=module,
        command=command.name,
        params=params,
        chat_id=chat.id if chat else 0,
        user_ids=tuple(viewer.user_id for viewer in recipients),
        user_params=_by_viewer(chat, command, recipients) if chat or command.by_viewer else {},
        since_message_id=_message_id(at.record.event),
    )


def _by_viewer(chat: Chat | None, command: Command, recipients: Sequence[Viewer]) -> Mapping[int, dict[str, Any]]:
    """What differs by viewer: the name of a private dialog, how the chat stands in the list, and what else."""
    own: dict[int, dict[str, Any]] = {}
    for viewer in recipients:
        shown: dict[str, Any] = {"dialogId": entities.dialog_id(chat, viewer.user_id)} if chat and chat.private else {}
        if command.place:
            shown |= {
                "counter": max(0, viewer.counter),
                "lastId": viewer.read_id,
                "muted": bool(viewer.muted),
                "unread": bool(viewer.unread),
                "pinned": bool(viewer.pinned),
                "listed": bool(viewer.listed),
            }
        if command.by_viewer:
            shown |= command.by_viewer.get(viewer.user_id, {})
        if shown:
            own[viewer.user_id] = shown
    return own


# Who is told.


def _message_id(event: Event) -> int:
    """The message that an event is about: who may not see it is not told."""
    return event.message_id if isinstance(event, (*ABOUT_MESSAGES, MessagePinned)) else 0


async def _members(batch: RenderBatch, event: Event, chat: Chat | None, connected: Connected) -> list[Viewer]:
    assert chat is not None
    people, message_id = await batch.viewers(chat, connected), _message_id(event)
    return [viewer for viewer in people if not message_id or viewer.first_id <= message_id]


async def _present(batch: RenderBatch, event: Event, chat: Chat | None, connected: Connected) -> list[Viewer]:
    assert chat is not None
    named = cast(int, getattr(event, "user_id", 0))
    if chat.members > CROWD:
        concerned = {event.actor_id, named}
        if isinstance(event, ChatRead | ChatUnread):
            # Whoever wrote last sees whether that was read.
            concerned.add(chat.last_author_id)
        connected = frozenset(concerned if connected is None else concerned & connected)
    present = await _members(batch, event, chat, connected)
    if isinstance(event, MemberLeft) and (connected is None or named in connected):
        gone = await batch.user(named)
        if gone and not gone.bot and all(viewer.user_id != named for viewer in present):
            present.append(Viewer(named))
    return present


async def _actor(batch: RenderBatch, event: Event, chat: Chat | None, connected: Connected) -> list[Viewer]:
    if connected is not None and event.actor_id not in connected:
        return []
    return await _members(batch, event, chat, frozenset({event.actor_id}))


async def _named(batch: RenderBatch, event: Event, chat: Chat | None, connected: Connected) -> list[Viewer]:
    ids = list(event.deleted) if isinstance(event, NotificationsDeleted) else [cast(Any, event).user_id]
    return [Viewer(user_id) for user_id in ids if connected is None or user_id in connected]


async def _known(batch: RenderBatch, event: Event, chat: Chat | None, connected: Connected) -> list[Viewer]:
    subject = getattr(event, "user_id", 0) or getattr(event, "bot_id", 0)
    return [Viewer(user_id) for user_id in await reach.knowing(batch.tx, subject, among=connected)]


_AUDIENCES: Mapping[Audience, Callable[[RenderBatch, Event, Chat | None, Connected], Awaitable[list[Viewer]]]] = {
    Audience.MEMBERS: _members,
    Audience.PRESENT: _present,
    Audience.ACTOR: _actor,
    Audience.NAMED: _named,
    Audience.KNOWN: _known,
}

RENDERERS: Mapping[type[Event], Renderer] = {**push_messages.RENDERERS, **push_chats.RENDERERS, **push_people.RENDERERS}
"""What makes the commands of each event that ``model/events.py`` has a row with ``push`` for."""
