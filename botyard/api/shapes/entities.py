"""Messages, chats and people as the second generation writes them, in responses and in events.

Docs: api-reference/chat-bots/chat-bots-v2/entities.md
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from botyard.chat.conversation.colors import color_for
from botyard.chat.conversation.forwarding import ORIGIN
from botyard.model.chats import Chat, Kind, Member
from botyard.model.messages import Message
from botyard.model.people import User, UserKind
from botyard.rpc.call import Context
from botyard.store import members, users
from botyard.store.engines.db import Tx
from botyard.store.members import ReadMark

LANGUAGE = "en"
"""The portal's language."""

CHAT_TYPES: dict[str, str] = {
    Kind.PRIVATE: "private",
    Kind.GROUP: "chat",
    Kind.OPEN: "open",
    Kind.LINES: "lines",
    Kind.SYSTEM: "system",
    Kind.CHANNEL: "channel",
    Kind.OPEN_CHANNEL: "openChannel",
    Kind.THREAD: "thread",
    Kind.COPILOT: "copilot",
    Kind.COLLAB: "collab",
    Kind.EXTERNAL: "chat",
}
# A guest is to the others what an extranet user is.
_USER_TYPES = {kind.value: kind.value for kind in UserKind} | {
    UserKind.GUEST.value: UserKind.EXTRANET.value,
    UserKind.DELETED.value: UserKind.EMPLOYEE.value,
}
_AUTHS = {UserKind.BOT: "bot", UserKind.EMAIL: "email"}


class Forward(msgspec.Struct, frozen=True, gc=False):
    """Where a forwarded message was first written."""

    id: int
    user_id: int = msgspec.field(name="userId")
    chat_id: int = msgspec.field(name="chatId")
    date: str


class MessageShape(msgspec.Struct, frozen=True, gc=False, rename="camel", omit_defaults=True):
    """A message. ``unread`` and ``viewed`` stand in responses only: they depend on who asks."""

    id: int
    chat_id: int
    author_id: int
    date: str
    text: str
    is_system: bool
    uuid: str
    forward: Forward | None
    params: dict[str, Any]
    viewed_by_others: bool
    unread: bool | msgspec.UnsetType = msgspec.UNSET
    viewed: bool | msgspec.UnsetType = msgspec.UNSET


class Phones(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    work_phone: str
    personal_mobile: str


class UserShape(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A person or a bot."""

    id: int
    active: bool
    name: str
    first_name: str
    last_name: str
    work_position: str
    color: str
    avatar: str
    gender: str
    birthday: str
    extranet: bool
    bot: bool
    connector: bool
    external_auth_id: str
    status: str
    idle: bool | str
    last_activity_date: bool | str
    mobile_last_date: bool | str
    desktop_last_date: bool | str
    absent: bool | str
    departments: list[int]
    phones: bool | Phones
    website: str
    email: str
    type: str


class ChatShape(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A chat as events show it: without what depends on who looks."""

    id: int
    dialog_id: str
    name: str
    type: str
    message_type: str
    owner: int
    color: str
    avatar: str
    description: str
    extranet: bool
    contains_collaber: bool
    entity_type: str
    entity_id: str
    entity_data_1: str = msgspec.field(name="entityData1")
    entity_data_2: str = msgspec.field(name="entityData2")
    entity_data_3: str = msgspec.field(name="entityData3")
    entity_link: dict[str, str]
    disk_folder_id: int | None
    permissions: dict[str, str]
    parent_chat_id: int | None
    parent_message_id: int | None
    is_new: bool
    text_field_enabled: str
    background_id: str | None


class Seen(msgspec.Struct, frozen=True, gc=False):
    """How far the two foremost readers of a chat have come: enough to tell of any message whether others saw it."""

    marks: tuple[ReadMark, ...] = ()

    def by_others(self, message_id: int, author_id: int) -> bool:
        return any(mark.read_id >= message_id and mark.user_id != author_id for mark in self.marks)


UNSEEN = Seen()


async def seen(tx: Tx, chat_id: int) -> Seen:
    """Who has read furthest in a chat."""
    return Seen(tuple(await members.furthest_readers(tx, chat_id)))


def message(context: Context, message: Message, views: Seen, reader: Member | None = None) -> MessageShape:
    """A message; for a ``reader`` with what only a response tells."""
    return MessageShape(
        message.id,
        message.chat_id,
        message.author_id,
        context.clock.atom(message.sent),
        "" if message.erased else message.text,
        message.system,
        message.uuid or "",
        forward(context, message.params),
        _params(message),
        views.by_others(message.id, message.author_id),
        msgspec.UNSET if reader is None else message.counted > reader.read_counted,
        msgspec.UNSET if reader is None else message.id <= reader.read_id,
    )


def forward(context: Context, params: dict[str, Any]) -> Forward | None:
    """Where a message was first written, as its params have it; ``None`` for one that was not forwarded."""
    if not all(name in params for name in ORIGIN):
        return None
    message_id, user_id, chat_id, sent = (int(params[name]) for name in ORIGIN)
    return Forward(message_id, user_id, chat_id, context.clock.atom(sent))


def _params(message: Message) -> dict[str, Any]:
    """Params by the names of the first generation, which portals use in both: two public bots have read them so."""
    shown = {name: value for name, value in message.params.items() if name not in ORIGIN}
    if message.reply_id:
        shown["REPLY_ID"] = message.reply_id
    if message.edited:
        shown["IS_EDITED"] = "Y"
    if message.erased:
        shown["IS_DELETED"] = "Y"
    return shown


async def people(tx: Tx, context: Context, ids: Iterable[int], *, online: bool = True) -> dict[int, UserShape]:
    """Users by id; unknown ones and 0, the author of system messages, are left out."""
    wanted = [person for person in set(ids) if person]
    known = await users.find_many(tx, wanted)
    places = await users.departments_of(tx, wanted)
    return {person.id: user(context, person, places.get(person.id, []), online=online) for person in known}


def user(context: Context, user: User, departments: list[int], *, online: bool = True) -> UserShape:
    """A user; without ``online`` nothing is said of when the person was last seen."""
    seen_at = user.last_activity if online else None
    return UserShape(
        user.id,
        user.active,
        user.full_name,
        user.name,
        user.last_name,
        user.work_position,
        user.color or color_for(user.id),
        context.url(user.avatar),
        user.gender or "M",
        f"{user.birthday[8:10]}-{user.birthday[5:7]}" if user.birthday else "",
        user.outside,
        user.bot,
        False,
        _AUTHS.get(UserKind(user.kind), "default"),
        user.shown_status,
        False if user.idle_since is None or not online else context.clock.atom(user.idle_since),
        context.clock.atom(seen_at) if seen_at else False,
        False,
        False,
        False,
        departments,
        Phones(user.work_phone, user.mobile) if user.work_phone or user.mobile else False,
        user.www,
        user.email,
        _USER_TYPES[user.kind],
    )


NOBODY = UserShape(
    0,
    True,
    "",
    "",
    "",
    "",
    color_for(0),
    "",
    "M",
    "",
    False,
    False,
    False,
    "default",
    "online",
    False,
    False,
    False,
    False,
    False,
    [],
    False,
    "",
    "",
    UserKind.EMPLOYEE.value,
)
"""Who writes system messages, and who is gone."""


def dialog_id(chat: Chat, viewer_id: int) -> str:
    """How a viewer names a chat: ``chat5``, or in a private dialog the id of the other one."""
    return str(chat.counterpart(viewer_id)) if chat.private else f"chat{chat.id}"


async def chat(tx: Tx, context: Context, chat: Chat, viewer_id: int) -> ChatShape:
    """A chat for an event; a private dialog looks like the other person."""
    other = await users.find(tx, chat.counterpart(viewer_id)) if chat.private else None
    return chat_beside(context, chat, viewer_id, other)


def chat_beside(context: Context, chat: Chat, viewer_id: int, other: User | None) -> ChatShape:
    """The same where the other person of a private dialog has been looked up."""
    return ChatShape(
        chat.id,
        dialog_id(chat, viewer_id),
        other.full_name if other else chat.title,
        CHAT_TYPES[chat.kind],
        chat.kind,
        chat.owner_id,
        (other.color if other else chat.color) or color_for(other.id if other else chat.id),
        context.url(other.avatar if other else chat.avatar),
        chat.description,
        chat.guests > 0,
        False,
        chat.entity_type,
        chat.entity_id,
        chat.entity_data_1,
        chat.entity_data_2,
        chat.entity_data_3,
        {"type": chat.entity_type, "url": "", "id": chat.entity_id} if chat.entity_type else {},
        chat.disk_folder_id or None,
        {},
        chat.parent_chat_id,
        chat.parent_message_id,
        chat.messages == 0,
        "Y" if chat.text_field else "N",
        chat.background_id,
    )
