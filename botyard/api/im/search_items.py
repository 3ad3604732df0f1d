"""What `im.search.last.get` lists: people and group chats."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from botyard.api.im.recent_items import Picture
from botyard.api.im.shapes import UserShape, staff
from botyard.api.shapes.dialog import type_of
from botyard.chat.conversation.colors import color_for
from botyard.model.chats import Chat
from botyard.rpc.call import Call
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
    avatar, color = call.context.url(chat.avatar), chat.color or color_for(chat.id)
    shape = SearchedChat(
        id=chat.id,
        name=chat.title,
        owner=chat.owner_id,
        extranet=chat.guests > 0,
        avatar=avatar,
        color=color,
        type=type_of(chat),
        entity_type=chat.entity_type,
        entity_id=chat.entity_id,
        entity_data_1=chat.entity_data_1,
        entity_data_2=chat.entity_data_2,
        entity_data_3=chat.entity_data_3,
        mute_list=dict.fromkeys(sorted(filter(None, muted.split(",")), key=int), True) or [],
        date_create=call.context.clock.atom(chat.created),
        message_type=chat.kind,
    )
    return SearchItem(f"chat{chat.id}", "chat", Picture(avatar, color), chat.title, chat=shape)
