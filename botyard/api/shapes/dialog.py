"""The flat dialog object that `imbot.dialog.get` and `im.dialog.get` share."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from botyard.api.shapes.entities import CHAT_TYPES
from botyard.chat.conversation import dialogs
from botyard.chat.conversation.colors import color_for
from botyard.chat.conversation.overview import Overview
from botyard.chat.rules import Restrictions
from botyard.errors import ApiError, raises
from botyard.model.chats import Chat, Participant, Reader
from botyard.rpc.call import Call, WriteInstead

# Kinds of entities that give a chat its type, as the samples write them; others leave it to the kind of chat.
_ENTITY_TYPES = {
    "AI_ASSISTANT_PRIVATE": "aiAssistantPrivate",
    "ANNOUNCEMENT": "announcement",
    "CALENDAR": "calendar",
    "CALL": "call",
    "CRM": "crm",
    "LINES": "lines",
    "LIVECHAT": "livechat",
    "MAIL": "mail",
    "SONET_GROUP": "sonetGroup",
    "TASKS": "tasks",
    "TASKS_TASK": "tasksTask",
    "VIDEOCONF": "videoconf",
}


class EntityLink(msgspec.Struct, frozen=True, gc=False):
    type: str
    url: str
    id: str


class Permissions(msgspec.Struct, frozen=True, gc=False):
    """The weakest role that may do each thing."""

    manage_users_add: str
    manage_users_delete: str
    manage_ui: str
    manage_settings: str
    manage_messages: str
    can_post: str


class ReadMark(msgspec.Struct, frozen=True, gc=False):
    """How far somebody has read; message 0 and no date: not at all."""

    user_id: int
    user_name: str
    message_id: int
    date: str | None


class Viewer(msgspec.Struct, frozen=True, gc=False):
    user_id: int
    user_name: str
    date: str


class LastMessageViews(msgspec.Struct, frozen=True, gc=False):
    """Who saw the last message first, and how many more did."""

    message_id: int
    first_viewers: list[Viewer]
    count_of_viewers: int


class Dialog(msgspec.Struct, frozen=True, gc=False):
    """A chat for the calling user, 38 fields."""

    id: int
    parent_chat_id: int
    parent_message_id: int
    name: str
    description: str
    owner: int
    extranet: bool
    avatar: str
    color: str
    type: str
    counter: int
    user_counter: int
    message_count: int
    unread_id: int
    restrictions: Restrictions
    last_message_id: int
    last_id: int
    marked_id: int
    disk_folder_id: int
    entity_type: str
    entity_id: str
    entity_data_1: str
    entity_data_2: str
    entity_data_3: str
    mute_list: dict[str, bool] | list[int]
    date_create: str
    message_type: str
    public: str
    role: str
    entity_link: EntityLink
    text_field_enabled: bool
    background_id: int | None
    permissions: Permissions
    is_new: bool
    readed_list: list[ReadMark]
    manager_list: list[int]
    last_message_views: LastMessageViews
    dialog_id: str


@raises(dialogs.get)
async def placed(call: Call, dialog_id: str) -> Participant:
    """The chat of a DIALOG_ID that the caller may see; one's own dialog is made where it is not there yet.

    Raises DIALOG_EMPTY, DIALOG_CLOSED.
    """
    try:
        return await dialogs.get(call.tx, call.user_id, dialog_id)
    except ApiError:
        if call.identity.guest or not dialogs.own(call.user_id, dialog_id):
            raise
    if not call.writing:
        raise WriteInstead
    return await dialogs.open_own(call.tx, call.user_id)


def dialog(call: Call, seen: Overview, dialog_id: str) -> Dialog:
    """An overview as the wire shows it; ``dialog_id`` is given back as it was asked for."""
    chat, member, other = seen.chat, seen.member, seen.counterpart
    atom = call.context.clock.atom
    return Dialog(
        id=chat.id,
        parent_chat_id=chat.parent_chat_id,
        parent_message_id=chat.parent_message_id,
        name=other.full_name if other else chat.title,
        description=(other.work_position if other else "") or chat.description,
        owner=chat.owner_id,
        extranet=chat.guests > 0,
        avatar=call.context.url(other.avatar if other else chat.avatar),
        color=(other.color if other else chat.color) or color_for(other.id if other else chat.id),
        type=type_of(chat),
        counter=seen.unread.counter,
        user_counter=chat.members,
        message_count=chat.messages,
        unread_id=seen.unread.first_id,
        restrictions=seen.restrictions,
        last_message_id=chat.last_message_id,
        last_id=member.read_id if member else 0,
        marked_id=member.marked_id if member else 0,
        disk_folder_id=chat.disk_folder_id,
        entity_type=chat.entity_type,
        entity_id=chat.entity_id,
        entity_data_1=chat.entity_data_1,
        entity_data_2=chat.entity_data_2,
        entity_data_3=chat.entity_data_3,
        # The table says array, the samples show a map once somebody is in it.
        mute_list={str(user_id): True for user_id in seen.muted} if seen.muted else [],
        date_create=atom(chat.created),
        message_type=chat.kind,
        public=chat.public,
        role=seen.role,
        entity_link=link_of(chat),
        text_field_enabled=chat.text_field,
        background_id=background(chat.background_id),
        permissions=permissions_of(chat),
        is_new=member is not None and not member.opened,
        readed_list=[_mark(reader, atom) for reader in seen.readers],
        manager_list=seen.managers,
        last_message_views=LastMessageViews(
            chat.last_message_id,
            [Viewer(reader.user_id, reader.name, atom(reader.read_at or 0)) for reader in seen.viewers],
            seen.more_viewers,
        ),
        dialog_id=dialog_id,
    )


def type_of(chat: Chat) -> str:
    """What a chat is called by what it belongs to, or else by its kind."""
    return _ENTITY_TYPES.get(chat.entity_type) or CHAT_TYPES[chat.kind]


def permissions_of(chat: Chat) -> Permissions:
    """Who may do what in a chat."""
    return Permissions(
        chat.manage_users_add,
        chat.manage_users_delete,
        chat.manage_ui,
        chat.manage_settings,
        chat.manage_messages,
        chat.can_post,
    )


def background(kept: str | None) -> int | None:
    """A number on these pages; themes that have names are told by imbot.v2 only."""
    return int(kept) if kept and kept.isdecimal() else None


def _mark(reader: Reader, atom: Callable[[int], str]) -> ReadMark:
    if reader.read_at is None:
        return ReadMark(reader.user_id, reader.name, 0, None)
    return ReadMark(reader.user_id, reader.name, reader.read_id, atom(reader.read_at))


def link_of(chat: Chat) -> EntityLink:
    """Where the entity of a chat is: known for CRM and workgroups only."""
    if chat.entity_type == "CRM":
        kind, _, number = chat.entity_id.partition("|")
        url = f"/crm/{kind.lower()}/details/{number}/" if kind and number else ""
        return EntityLink(kind, url, chat.entity_id)
    if chat.entity_type == "SONET_GROUP":
        return EntityLink(chat.entity_type, f"/workgroups/group/{chat.entity_id}/", chat.entity_id)
    return EntityLink(chat.entity_type, "", chat.entity_id)
