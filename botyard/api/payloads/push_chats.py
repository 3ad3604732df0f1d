"""Commands of chats: what they are called, who is in them, and where somebody keeps them in the list."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from botyard.api.im.shapes import UserShape
from botyard.api.payloads.push_context import Command, PushContext, Renderer
from botyard.model.event import Event
from botyard.model.events import ChatChanged, MemberJoined, MemberLeft, MessagePinned, RoleChanged
from botyard.model.personal_events import ChatHidden, ChatMarked, ChatMuted, ChatPinned


class Renamed(msgspec.Struct, frozen=True, rename="camel"):
    name: str


class Described(msgspec.Struct, frozen=True, rename="camel"):
    description: str


class Coloured(msgspec.Struct, frozen=True, rename="camel"):
    color: str


class Pictured(msgspec.Struct, frozen=True, rename="camel"):
    avatar: str


class Owned(msgspec.Struct, frozen=True, rename="camel"):
    user_id: int


class TextField(msgspec.Struct, frozen=True, rename="camel"):
    text_field_enabled: bool


class Permitted(msgspec.Struct, frozen=True, rename="camel"):
    """The weakest role that may do each of the things that have changed, by the names of `permissions` of a chat."""

    permissions: dict[str, str]


class Pinned(msgspec.Struct, frozen=True, rename="camel"):
    """A message is pinned, or no longer (``active`` false), and who did that."""

    message_id: int
    user_id: int
    active: bool


class Joined(msgspec.Struct, frozen=True, rename="camel"):
    """Who came, who they are, and how many are there now."""

    new_users: list[int]
    users: dict[str, UserShape]
    user_count: int


class Left(msgspec.Struct, frozen=True, rename="camel"):
    user_id: int
    user_count: int


class Role(msgspec.Struct, frozen=True, rename="camel"):
    user_id: int
    role: str


class Switched(msgspec.Struct, frozen=True, rename="camel"):
    """Something is on, or off."""

    active: bool


class Nothing(msgspec.Struct, frozen=True):
    """What happened says all."""


Change = Callable[[PushContext, str], Command]

_CHANGES: dict[str, Change] = {
    "title": lambda at, value: Command("chatRename", Renamed(value)),
    "description": lambda at, value: Command("chatDescription", Described(value)),
    "color": lambda at, value: Command("chatChangeColor", Coloured(value)),
    "avatar": lambda at, value: Command("chatAvatar", Pictured(at.context.url(value))),
    "owner": lambda at, value: Command("chatOwner", Owned(int(value))),
    "permissions": lambda at, value: Command("chatPermissions", Permitted(_roles(value))),
    "text_field": lambda at, value: Command("chatTextField", TextField(value == "Y")),
}


def _roles(value: str) -> dict[str, str]:
    """``can_post=manager manage_ui=owner``"""
    return dict(change.split("=") for change in value.split())


async def _message_pinned(at: PushContext, event: MessagePinned) -> list[Command]:
    return [Command("messagePin", Pinned(event.message_id, event.actor_id, event.on))]


async def _changed(at: PushContext, event: ChatChanged) -> list[Command]:
    change = _CHANGES.get(event.field)
    return [change(at, event.value)] if change else []


async def _joined(at: PushContext, event: MemberJoined) -> list[Command]:
    users = await at.people([event.user_id])
    return [Command("chatUserAdd", Joined([event.user_id], users, at.chat.members), place=True)]


async def _left(at: PushContext, event: MemberLeft) -> list[Command]:
    return [Command("chatUserLeave", Left(event.user_id, at.chat.members))]


async def _role(at: PushContext, event: RoleChanged) -> list[Command]:
    return [Command("chatManagers", Role(event.user_id, event.role))]


async def _pinned(at: PushContext, event: ChatPinned) -> list[Command]:
    return [Command("chatPin", Switched(event.on), place=True)]


async def _hidden(at: PushContext, event: ChatHidden) -> list[Command]:
    return [Command("chatHide", Nothing(), place=True)]


async def _muted(at: PushContext, event: ChatMuted) -> list[Command]:
    return [Command("chatMuteNotify", Switched(event.on), place=True)]


async def _marked(at: PushContext, event: ChatMarked) -> list[Command]:
    return [Command("chatUnread", Switched(event.on), place=True)]


RENDERERS: dict[type[Event], Renderer] = {
    ChatChanged: _changed,
    MessagePinned: _message_pinned,
    MemberJoined: _joined,
    MemberLeft: _left,
    RoleChanged: _role,
    ChatPinned: _pinned,
    ChatHidden: _hidden,
    ChatMuted: _muted,
    ChatMarked: _marked,
}
