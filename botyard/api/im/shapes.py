"""Nouns as `im.*` writes them."""

from __future__ import annotations

from typing import Any

import msgspec

from botyard.api.shapes.files import ShownFile, shown_of
from botyard.chat.conversation.colors import color_for
from botyard.chat.conversation.messages import History
from botyard.model.chats import Member, Participant
from botyard.model.messages import Message
from botyard.model.people import User
from botyard.rpc.call import Call
from botyard.store import users

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


async def history_answer(call: Call, who: Participant, found: History) -> HistoryAnswer:
    """Messages and their authors, each author once."""
    authors = sorted({one.author_id for one in found.messages if one.author_id})
    people = await users.find_many(call.tx, authors)
    places = await users.departments_of(call.tx, authors)
    return HistoryAnswer(
        who.chat.id,
        [message(call, one, who.member, found.liked.get(one.id)) for one in found.messages],
        [user(call, one, places.get(one.id, [])) for one in people],
        await shown_of(call.tx, call.context, found.messages, call.user_id),
    )


def message(call: Call, one: Message, member: Member | None, liked: list[int] | None) -> MessageShape:
    """A message for a member; `params` is `[]` where there are none, as PHP writes it."""
    params = dict(one.params)
    if one.erased:
        params["IS_DELETED"] = "Y"
    if one.edited:
        params["IS_EDITED"] = "Y"
    if one.reply_id:
        params["REPLY_ID"] = one.reply_id
    if liked:
        params["LIKE"] = liked
    return MessageShape(
        one.id,
        one.chat_id,
        one.author_id,
        call.atom(one.sent),
        ERASED if one.erased else one.text,
        member is not None and one.counted > member.read_counted,
        one.uuid,
        [],
        params or [],
        None,
    )


def user(call: Call, one: User, departments: list[int]) -> UserShape:
    """A person as messages show it."""
    clock, seen = call.context.clock, one.last_activity
    phones = Phones(one.work_phone, one.mobile) if one.work_phone or one.mobile else False
    avatar = call.context.url(one.avatar)
    return UserShape(
        one.id,
        one.active,
        one.full_name,
        one.name,
        one.last_name,
        one.work_position,
        one.color or color_for(one.id),
        avatar,
        avatar,
        one.gender or "M",
        f"{one.birthday[8:10]}-{one.birthday[5:7]}" if one.birthday else "",
        one.outside,
        False,
        one.bot,
        False,
        "bot" if one.bot else "default",
        "online",
        False,
        clock.atom(seen or one.registered),
        False,
        False,
        False,
        departments,
        phones,
        None,
        "bot" if one.bot else "extranet" if one.outside else "user",
        one.www,
        one.email,
    )
