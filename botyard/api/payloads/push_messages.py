"""Commands of messages: sent, edited, deleted, reacted to, read and unread.

A message is told as it is now, not as it was: who comes back later is not told what has been taken back since.
"""

from __future__ import annotations

from typing import Any

import msgspec

from botyard.api.im.shapes import UserShape
from botyard.api.payloads.push_context import Command, PushContext, Renderer
from botyard.api.shapes import entities, files
from botyard.api.shapes.dialog import EntityLink, link_of, type_of
from botyard.api.shapes.entities import Forward
from botyard.api.shapes.files import FileShape
from botyard.chat.conversation.colors import color_for
from botyard.chat.media import files as stored_files
from botyard.model.event import Event
from botyard.model.events import ChatRead, MessageEdited, MessageErased, MessageLiked, MessageSent
from botyard.model.messages import FILE_ID, Message
from botyard.model.personal_events import ChatUnread
from botyard.store import reactions


class ShownMessage(msgspec.Struct, frozen=True, rename="camel"):
    """A message. ``template_id`` is the sender's own name for it, ``prev_id`` the message before it."""

    id: int
    template_id: str
    prev_id: int
    chat_id: int
    sender_id: int
    system: str
    date: str
    text: str
    params: dict[str, Any]
    forward: Forward | None


class ShownChat(msgspec.Struct, frozen=True):
    """A group chat, as far as it is the same for everybody in it."""

    id: int
    name: str
    owner: int
    extranet: bool
    avatar: str
    color: str
    type: str
    message_type: str
    entity_type: str
    entity_id: str
    entity_data_1: str
    entity_data_2: str
    entity_data_3: str
    entity_link: EntityLink
    date_create: str
    user_counter: int
    parent_chat_id: int
    parent_message_id: int
    text_field_enabled: bool
    public: str


class NewMessage(msgspec.Struct, frozen=True, rename="camel"):
    """A new message with all that a client needs to show it where it has never seen the chat."""

    message: ShownMessage
    users: dict[str, UserShape]
    chat: dict[str, ShownChat]
    files: list[FileShape]
    notify: bool


class ChangedMessage(msgspec.Struct, frozen=True, rename="camel"):
    """A message with another text; ``type`` is `private` or `chat`."""

    id: int
    type: str
    sender_id: int
    text: str
    params: dict[str, Any]


class DeletedMessage(ChangedMessage, frozen=True, rename="camel"):
    """A message that is deleted. ``last_message`` is the last of the chat, where the one before it is the last now."""

    last_message: ShownMessage | None


class Reaction(msgspec.Struct, frozen=True, rename="camel"):
    """Somebody has reacted, or does so no longer. ``count`` is how many react in that way by now."""

    message_id: int
    user_id: int
    reaction: str
    count: int


class OwnMark(msgspec.Struct, frozen=True, rename="camel"):
    """How far one has read, which stands beside it for each of the own connections."""

    lines: bool
    date: str


class MarkOfOther(msgspec.Struct, frozen=True, rename="camel"):
    """How far somebody else has read."""

    user_id: int
    user_name: str
    last_id: int
    date: str
    chat_message_status: str


async def _sent(at: PushContext, event: MessageSent) -> list[Command]:
    message = await at.batch.message(event.message_id)
    if message is None:
        return []
    chat = at.chat
    people = {message.author_id, chat.counterpart(message.author_id)} if chat.private else {message.author_id}
    listed = await stored_files.of_messages(at.batch.tx, [message]) if FILE_ID in message.params else []
    params = NewMessage(
        message=_shown(at, message, event.previous_id),
        users=await at.people(sorted(people - {0})),
        chat={} if chat.private else {str(chat.id): _chat(at)},
        files=[files.shape(at.context, file) for file in listed],
        notify=message.params.get("NOTIFY") != "N",
    )
    return [Command("message" if chat.private else "messageChat", params, place=True)]


async def _edited(at: PushContext, event: MessageEdited) -> list[Command]:
    message = await at.batch.message(event.message_id)
    if message is None or message.erased:
        # That it is deleted is told next.
        return []
    return [Command("messageUpdate", ChangedMessage(**_changed(at, message)))]


async def _deleted(at: PushContext, event: MessageErased) -> list[Command]:
    if not event.complete:
        message = await at.batch.message(event.message_id)
        # It may have been edited, which makes it one again; or be gone altogether.
        if message is None or not message.erased:
            return []
        return [Command("messageDelete", DeletedMessage(**_changed(at, message), last_message=None), place=True)]
    gone = Message(event.message_id, at.chat.id, event.author_id, event.sent, "", 0, False, False, True, 0, None, {})
    last = await at.batch.message(at.chat.last_message_id) if at.chat.last_message_id else None
    params = DeletedMessage(**_changed(at, gone), last_message=_shown(at, last, 0) if last else None)
    blind = [viewer for viewer in at.audience if last is not None and viewer.first_id > last.id]
    hidden: dict[int, dict[str, Any]] = {viewer.user_id: {"lastMessage": None} for viewer in blind}
    return [Command("messageDeleteComplete", params, place=True, by_viewer=hidden)]


async def _liked(at: PushContext, event: MessageLiked) -> list[Command]:
    name = "addReaction" if event.on else "deleteReaction"
    count = await reactions.number(at.batch.tx, event.message_id, event.reaction)
    return [Command(name, Reaction(event.message_id, event.actor_id, event.reaction, count))]


async def _read(at: PushContext, event: ChatRead) -> list[Command]:
    return await _moved(at, event.actor_id, event.message_id, name="read")


async def _unread(at: PushContext, event: ChatUnread) -> list[Command]:
    return await _moved(at, event.actor_id, event.last_id, name="unread")


async def _moved(at: PushContext, reader_id: int, last_id: int, *, name: str) -> list[Command]:
    """A read mark has moved: its owner is told what is left unread, the others that it was read."""
    own, others = at.split(reader_id)
    name = f"{name}Message" if at.chat.private else f"{name}MessageChat"
    date = at.atom(at.record.created)
    reader = await at.batch.user(reader_id) if others else None
    read = at.chat.viewers > 0 and at.chat.last_author_id != 0
    mark = MarkOfOther(reader_id, reader.full_name if reader else "", last_id, date, _STATUSES[read])
    return [
        Command(name, OwnMark(at.chat.lines, date), place=True, only=own),
        Command(f"{name}Opponent", mark, only=others),
    ]


_STATUSES = {False: "received", True: "delivered"}
"""The last message of the chat, and whether anybody else has read it: the words of `im.recent.get`."""


def _shown(at: PushContext, message: Message, previous_id: int) -> ShownMessage:
    shape = entities.message(at.context, message, entities.UNSEEN)
    return ShownMessage(
        id=message.id,
        template_id=shape.uuid,
        prev_id=previous_id,
        chat_id=message.chat_id,
        sender_id=message.author_id,
        system="Y" if message.system else "N",
        date=shape.date,
        text=shape.text,
        params=shape.params,
        forward=shape.forward,
    )


def _changed(at: PushContext, message: Message) -> dict[str, Any]:
    """The fields of ``ChangedMessage``."""
    shape = entities.message(at.context, message, entities.UNSEEN)
    return {
        "id": message.id,
        "type": "private" if at.chat.private else "chat",
        "sender_id": message.author_id,
        "text": shape.text,
        "params": shape.params,
    }


def _chat(at: PushContext) -> ShownChat:
    chat = at.chat
    return ShownChat(
        id=chat.id,
        name=chat.title,
        owner=chat.owner_id,
        extranet=chat.guests > 0,
        avatar=at.context.url(chat.avatar),
        color=chat.color or color_for(chat.id),
        type=type_of(chat),
        message_type=chat.kind,
        entity_type=chat.entity_type,
        entity_id=chat.entity_id,
        entity_data_1=chat.entity_data_1,
        entity_data_2=chat.entity_data_2,
        entity_data_3=chat.entity_data_3,
        entity_link=link_of(chat),
        date_create=at.atom(chat.created),
        user_counter=chat.members,
        parent_chat_id=chat.parent_chat_id,
        parent_message_id=chat.parent_message_id,
        text_field_enabled=chat.text_field,
        public=chat.public,
    )


RENDERERS: dict[type[Event], Renderer] = {
    MessageSent: _sent,
    MessageEdited: _edited,
    MessageErased: _deleted,
    MessageLiked: _liked,
    ChatRead: _read,
    ChatUnread: _unread,
}
