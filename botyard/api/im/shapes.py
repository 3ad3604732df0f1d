"""Nouns as `im.*` writes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from botyard.api.shapes.files import ShownFile, shown_of
from botyard.chat.conversation.colors import color_for
from botyard.chat.conversation.messages import History
from botyard.model.chats import Member, Participant
from botyard.model.messages import Message
from botyard.model.people import User
from botyard.rpc.call import Call, Context
from botyard.store import user_details, users

ERASED = "This message was deleted"


class MessageShape(msgspec.Struct, frozen=True, gc=False):
    id: int
    chat_id: int
    author_id: int
    date: str
    text: str
    unread: bool
    uuid: str | None
    replaces: list[Any]
    params: dict[str, Any] | list[Any]
    disappearing_date: str | None


class Phones(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Numbers that are known, by kind."""

    work_phone: str = ""
    personal_mobile: str = ""


class StaffPhones(Phones, frozen=True, gc=False, omit_defaults=False):
    """The same with the extension, each of them also where it is not known."""

    inner_phone: str = ""


class UserShape(msgspec.Struct, frozen=True, gc=False):
    """A person or bot beside messages. `False` stands for what is not known."""

    id: int
    active: bool
    name: str
    first_name: str
    last_name: str
    work_position: str
    color: str
    avatar: str
    avatar_hr: str
    gender: str
    birthday: str
    extranet: bool
    network: bool
    bot: bool
    connector: bool
    external_auth_id: str
    status: str
    idle: bool | str
    last_activity_date: str
    mobile_last_date: bool | str
    desktop_last_date: bool | str
    absent: bool | str
    departments: list[int]
    phones: bool | Phones
    bot_data: None
    type: str
    website: str
    email: str


class HistoryAnswer(msgspec.Struct, frozen=True):
    """A window of messages with the people who wrote them."""

    chat_id: int
    messages: list[MessageShape]
    users: list[UserShape]
    files: list[ShownFile]


async def history_answer(call: Call, who: Participant, history: History) -> HistoryAnswer:
    """Messages and their authors, each author once."""
    authors = sorted({entry.author_id for entry in history.messages if entry.author_id})
    people = await users.find_many(call.tx, authors)
    places = await users.departments_of(call.tx, authors)
    return HistoryAnswer(
        who.chat.id,
        [message(call, entry, who.member, history.liked.get(entry.id)) for entry in history.messages],
        [user(call.context, entry, places.get(entry.id, [])) for entry in people],
        await shown_of(call, history.messages),
    )


def message(call: Call, message: Message, member: Member | None, liked: list[int] | None) -> MessageShape:
    """A message for a member; `params` is `[]` where there are none, as PHP writes it."""
    params = message.params
    if message.erased or message.edited or message.reply_id or liked:
        params = params | _marks(message, liked)
    return MessageShape(
        message.id,
        message.chat_id,
        message.author_id,
        call.atom(message.sent),
        ERASED if message.erased else message.text,
        member is not None and message.counted > member.read_counted,
        message.uuid,
        [],
        params or [],
        None,
    )


def _marks(message: Message, liked: list[int] | None) -> dict[str, Any]:
    """What the params say of what became of a message."""
    marks: dict[str, Any] = {}
    if message.erased:
        marks["IS_DELETED"] = "Y"
    if message.edited:
        marks["IS_EDITED"] = "Y"
    if message.reply_id:
        marks["REPLY_ID"] = message.reply_id
    if liked:
        marks["LIKE"] = liked
    return marks


def user(context: Context, user: User, departments: list[int]) -> UserShape:
    """A person as messages show it."""
    clock, seen = context.clock, user.last_activity
    phones = Phones(user.work_phone, user.mobile) if user.work_phone or user.mobile else False
    avatar = context.url(user.avatar)
    return UserShape(
        user.id,
        user.active,
        user.full_name,
        user.name,
        user.last_name,
        user.work_position,
        user.color or color_for(user.id),
        avatar,
        avatar,
        user.gender or "M",
        f"{user.birthday[8:10]}-{user.birthday[5:7]}" if user.birthday else "",
        user.outside,
        False,
        user.bot,
        False,
        "bot" if user.bot else "default",
        user.shown_status,
        False if user.idle_since is None else clock.atom(user.idle_since),
        clock.atom(seen or user.registered),
        False,
        False,
        False,
        departments,
        phones,
        None,
        "bot" if user.bot else "extranet" if user.outside else "user",
        user.www,
        user.email,
    )


async def staff(call: Call, ids: Iterable[int]) -> dict[int, UserShape]:
    """People by id with all their numbers, each once."""
    wanted = sorted(set(ids))
    extensions = await user_details.of_many(call.tx, wanted)
    places = await users.departments_of(call.tx, wanted)
    people = await users.find_many(call.tx, wanted)
    shown = {entry.id: user(call.context, entry, places.get(entry.id, [])) for entry in people}
    return {
        user_id: msgspec.structs.replace(
            shape, phones=_with_extension(shape.phones, extensions.get(user_id, {}).get("UF_PHONE_INNER", ""))
        )
        for user_id, shape in shown.items()
    }


def _with_extension(phones: bool | Phones, extension: str) -> bool | StaffPhones:
    if isinstance(phones, Phones):
        return StaffPhones(phones.work_phone, phones.personal_mobile, extension)
    return StaffPhones("", "", extension) if extension else False
