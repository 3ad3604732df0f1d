"""Chats as the list of the calling person shows them."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import asdict

from botyard.api.im.shapes import ERASED, user
from botyard.api.shapes.dialog import EntityLink, Permissions, background, link_of, permissions_of, type_of
from botyard.chat import rules
from botyard.chat.content.plain_text import plain
from botyard.chat.conversation.colors import color_for
from botyard.chat.conversation.recent import RecentList
from botyard.chat.rules import Restrictions
from botyard.model.chats import Chat, Participant
from botyard.model.messages import FILE_ID, Message
from botyard.model.people import User
from botyard.rpc.call import Call
from botyard.store import users
from botyard.store.recent import Place, RecentChat

RECEIVED, READ = "received", "delivered"


class Picture(msgspec.Struct, frozen=True, gc=False):
    """The picture of a chat, and the colour that stands in for it."""

    url: str
    color: str


class LastMessage(msgspec.Struct, frozen=True, gc=False):
    """The last message of a chat; its id is 0 where there is none that the caller may see."""

    id: int
    text: str
    file: bool
    author_id: int
    attach: bool
    sticker: None
    date: str
    status: str
    uuid: str | None


class ChatPart(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A group chat. Of a private dialog only the first three are said."""

    text_field_enabled: bool
    background_id: int | None
    mute_list: dict[str, bool] | list[int]
    id: int | UnsetType = UNSET
    parent_chat_id: int | UnsetType = UNSET
    parent_message_id: int | UnsetType = UNSET
    name: str | UnsetType = UNSET
    owner: int | UnsetType = UNSET
    extranet: bool | UnsetType = UNSET
    contains_collaber: bool | UnsetType = UNSET
    avatar: str | UnsetType = UNSET
    color: str | UnsetType = UNSET
    type: str | UnsetType = UNSET
    entity_type: str | UnsetType = UNSET
    entity_id: str | UnsetType = UNSET
    entity_data_1: str | UnsetType = UNSET
    entity_data_2: str | UnsetType = UNSET
    entity_data_3: str | UnsetType = UNSET
    manager_list: list[int] | UnsetType = UNSET
    date_create: str | UnsetType = UNSET
    message_type: str | UnsetType = UNSET
    user_counter: int | UnsetType = UNSET
    restrictions: Restrictions | UnsetType = UNSET
    role: str | UnsetType = UNSET
    entity_link: EntityLink | UnsetType = UNSET
    permissions: Permissions | UnsetType = UNSET
    public: str | UnsetType = UNSET


class Line(msgspec.Struct, frozen=True, gc=False):
    """The open line of a chat. Its status is 0: sessions have none here."""

    id: int
    status: int
    date_create: str


class RecentItem(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A chat in the list.

    `user` is the other person of a private dialog, or the author of the last message of a group chat: of the system
    nothing but the id, 0.
    """

    id: int | str
    chat_id: int
    type: str
    avatar: Picture
    title: str
    message: LastMessage
    counter: int
    last_id: int
    pinned: bool
    unread: bool
    has_reminder: bool
    date_update: str
    date_last_activity: str
    user: dict[str, Any]
    chat: ChatPart
    options: list[None]
    lines: Line | UnsetType = UNSET


class _Beside(msgspec.Struct, frozen=True):
    """The people of a page, and their departments."""

    people: dict[int, User]
    departments: dict[int, list[int]]


async def items(call: Call, page: RecentList, *, original: bool) -> list[RecentItem]:
    """The chats of a page; with ``original`` texts are as they were written, otherwise one line without codes."""
    wanted = sorted({_person(call, entry) for _, entry in page.chats} - {0})
    beside = _Beside(
        {person.id: person for person in await users.find_many(call.tx, wanted)},
        await users.departments_of(call.tx, wanted),
    )
    return [_item(call, place, entry, beside=beside, original=original) for place, entry in page.chats]


def _person(call: Call, entry: RecentChat) -> int:
    """The person beside a chat in the list; 0 for nobody."""
    if entry.chat.private:
        return entry.chat.counterpart(call.user_id)
    message = _visible(entry)
    return message.author_id if message else 0


def _visible(entry: RecentChat) -> Message | None:
    """The last message, where it is not from before the member came."""
    return entry.message if entry.message and entry.message.id >= entry.member.first_id else None


def _item(call: Call, place: Place, entry: RecentChat, *, beside: _Beside, original: bool) -> RecentItem:
    chat, member, atom = entry.chat, entry.member, call.context.clock.atom
    person = beside.people.get(_person(call, entry))
    other = person if chat.private else None
    color = (other.color if other else chat.color) or color_for(other.id if other else chat.id)
    return RecentItem(
        id=chat.counterpart(call.user_id) if chat.private else f"chat{chat.id}",
        chat_id=chat.id,
        type="user" if chat.private else "chat",
        avatar=Picture(call.context.url(other.avatar if other else chat.avatar), color),
        title=other.full_name if other else chat.title,
        message=_message(call, entry, place, original=original),
        counter=max(0, entry.counter),
        last_id=member.read_id,
        pinned=entry.pinned,
        unread=member.unread,
        has_reminder=False,
        date_update=atom(max(place.last_at, entry.changed)),
        date_last_activity=atom(place.last_at),
        user=asdict(user(call.context, person, beside.departments.get(person.id, []))) if person else {"id": 0},
        chat=_dialog_part(entry) if chat.private else _chat_part(call, entry, color),
        options=[],
        lines=Line(_line_id(chat), 0, atom(chat.created)) if chat.lines else UNSET,
    )


def _message(call: Call, entry: RecentChat, place: Place, *, original: bool) -> LastMessage:
    message = _visible(entry)
    if message is None:
        return LastMessage(0, "", False, 0, False, None, call.context.clock.atom(place.last_at), RECEIVED, None)
    file, attach = bool(message.params.get(FILE_ID)), bool(message.params.get("ATTACH"))
    text = ERASED if message.erased else message.text
    if not original:
        text = " ".join(filter(None, (plain(text), "[File]" if file else "", "[Attachment]" if attach else "")))
    read = message.author_id == call.user_id and entry.chat.viewers > 0
    return LastMessage(
        message.id,
        text,
        file,
        message.author_id,
        attach,
        None,
        call.context.clock.atom(message.sent),
        READ if read else RECEIVED,
        message.uuid,
    )


def _dialog_part(entry: RecentChat) -> ChatPart:
    return ChatPart(entry.chat.text_field, background(entry.chat.background_id), _muted(entry))


def _chat_part(call: Call, entry: RecentChat, color: str) -> ChatPart:
    chat = entry.chat
    return ChatPart(
        id=chat.id,
        parent_chat_id=chat.parent_chat_id,
        parent_message_id=chat.parent_message_id,
        name=chat.title,
        owner=chat.owner_id,
        extranet=chat.guests > 0,
        contains_collaber=False,
        avatar=call.context.url(chat.avatar),
        color=color,
        type=type_of(chat),
        entity_type=chat.entity_type,
        entity_id=chat.entity_id,
        entity_data_1=chat.entity_data_1,
        entity_data_2=chat.entity_data_2,
        entity_data_3=chat.entity_data_3,
        mute_list=_muted(entry),
        manager_list=sorted(_ids(entry.managers)),
        date_create=call.context.clock.atom(chat.created),
        message_type=chat.kind,
        user_counter=chat.members,
        restrictions=rules.restrictions(chat),
        role=rules.role(Participant(call.user_id, chat, entry.member)).upper(),
        text_field_enabled=chat.text_field,
        background_id=background(chat.background_id),
        entity_link=link_of(chat),
        permissions=permissions_of(chat),
        public=chat.public,
    )


def _muted(entry: RecentChat) -> dict[str, bool] | list[int]:
    return {str(user_id): True for user_id in sorted(_ids(entry.muted))} or []


def _ids(listed: str) -> list[int]:
    return [int(number) for number in listed.split(",") if number]


def _line_id(chat: Chat) -> int:
    """The number of the line, which stands second in the entity's id: `livechat|1|1373|211`."""
    parts = chat.entity_id.split("|")
    return int(parts[1]) if len(parts) > 1 and parts[1].isascii() and parts[1].isdigit() and len(parts[1]) < 19 else 0
