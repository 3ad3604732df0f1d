"""What `im.search.*` lists: people and group chats."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from botyard.api.im.recent_items import Picture
from botyard.api.im.shapes import UserShape, staff
from botyard.api.shapes import dialog
from botyard.api.shapes.dialog import EntityLink, Permissions
from botyard.chat import rules
from botyard.chat.conversation.colors import color_for
from botyard.chat.rules import EntityRestrictions
from botyard.model.chats import Chat, Participant
from botyard.rpc.call import Call
from botyard.store import name_search
from botyard.store.name_search import NamedChat
from botyard.store.search_history import Searched


class SearchedChat(msgspec.Struct, frozen=True, gc=False):
    """A group chat; at most 20 of those who have muted it."""

    id: int
    name: str
    owner: int
    extranet: bool
    avatar: str
    color: str
    type: str
    entity_type: str
    entity_id: str
    entity_data_1: str
    entity_data_2: str
    entity_data_3: str
    mute_list: dict[str, bool] | list[int]
    date_create: str
    message_type: str


class NamedChatShape(SearchedChat, frozen=True, gc=False, kw_only=True):
    """A group chat for the caller, 33 fields."""

    parent_chat_id: int
    parent_message_id: int
    description: str
    counter: int
    user_counter: int
    message_count: int
    unread_id: int
    restrictions: EntityRestrictions
    last_message_id: int
    last_id: int
    marked_id: int
    disk_folder_id: int
    public: str
    role: str
    entity_link: EntityLink
    text_field_enabled: bool
    background_id: int | None
    permissions: Permissions
    is_new: bool


class SearchItem(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A person, with `user`, or a group chat, with `chat`."""

    id: int | str
    type: str
    avatar: Picture
    title: str
    chat: SearchedChat | UnsetType = UNSET
    user: UserShape | UnsetType = UNSET


async def items(call: Call, entries: list[Searched]) -> list[SearchItem]:
    people = await staff(call, [entry.person_id for entry in entries if entry.person_id])
    return [
        _chat(call, entry.chat, entry.muted) if entry.chat else _person(people[entry.person_id])
        for entry in entries
        if entry.chat or entry.person_id in people
    ]


def _person(person: UserShape) -> SearchItem:
    return SearchItem(person.id, "user", Picture(person.avatar, person.color), person.name, user=person)


def _chat(call: Call, chat: Chat, muted: str) -> SearchItem:
    shape = _searched(call, chat, muted)
    return SearchItem(f"chat{chat.id}", "chat", Picture(shape.avatar, shape.color), chat.title, chat=shape)


async def chats(call: Call, ids: list[int]) -> list[NamedChatShape]:
    """Group chats as the caller sees them, the latest first."""
    return [_named(call, named) for named in await name_search.shown_chats(call.tx, call.user_id, ids)]


def _named(call: Call, named: NamedChat) -> NamedChatShape:
    chat, member = named.chat, named.member
    return NamedChatShape(
        **msgspec.structs.asdict(_searched(call, chat, named.muted)),
        parent_chat_id=chat.parent_chat_id,
        parent_message_id=chat.parent_message_id,
        description=chat.description,
        counter=named.counter,
        user_counter=chat.members,
        message_count=chat.messages,
        unread_id=named.unread_id,
        restrictions=rules.with_path(rules.restrictions(chat)),
        last_message_id=chat.last_message_id,
        last_id=member.read_id if member else 0,
        marked_id=member.marked_id if member else 0,
        disk_folder_id=chat.disk_folder_id,
        public=chat.public,
        role=rules.role(Participant(call.user_id, chat, member)),
        entity_link=dialog.link_of(chat),
        text_field_enabled=chat.text_field,
        background_id=dialog.background(chat.background_id),
        permissions=dialog.permissions_of(chat),
        is_new=member is not None and not member.opened,
    )


def _searched(call: Call, chat: Chat, muted: str) -> SearchedChat:
    """What is told of each chat."""
    return SearchedChat(
        id=chat.id,
        name=chat.title,
        owner=chat.owner_id,
        extranet=chat.guests > 0,
        avatar=call.context.url(chat.avatar),
        color=chat.color or color_for(chat.id),
        type=dialog.type_of(chat),
        entity_type=chat.entity_type,
        entity_id=chat.entity_id,
        entity_data_1=chat.entity_data_1,
        entity_data_2=chat.entity_data_2,
        entity_data_3=chat.entity_data_3,
        mute_list=dict.fromkeys(sorted(filter(None, muted.split(",")), key=int), True) or [],
        date_create=call.context.clock.atom(chat.created),
        message_type=chat.kind,
    )
