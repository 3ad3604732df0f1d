"""Chats and their members."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import msgspec

LINES = "LINES"
"""The type of entity that the conversations of open lines are about."""


class Kind(StrEnum):
    """Message type letters, as the v1 event pages list them."""

    PRIVATE = "P"
    GROUP = "C"
    OPEN = "O"
    LINES = "L"
    SYSTEM = "S"
    CHANNEL = "N"
    OPEN_CHANNEL = "J"
    THREAD = "T"
    COPILOT = "A"
    COLLAB = "B"
    EXTERNAL = "X"


class Role(StrEnum):
    """A member's standing, weakest first in ``RANK``."""

    NONE = "none"
    GUEST = "guest"
    MEMBER = "member"
    MANAGER = "manager"
    OWNER = "owner"


RANK: dict[str, int] = {role.value: rank for rank, role in enumerate(Role)}


class ChatPermissions(msgspec.Struct, frozen=True, gc=False):
    """The weakest role that may do each thing in a chat; ``None`` leaves it as it is."""

    manage_users_add: str | None = None
    manage_users_delete: str | None = None
    manage_ui: str | None = None
    manage_settings: str | None = None
    manage_messages: str | None = None
    can_post: str | None = None


SETTABLE = (Role.MEMBER, Role.MANAGER, Role.OWNER)
"""Roles that a permission may ask for."""


class Chat(msgspec.Struct, frozen=True, gc=False):
    """A conversation of any kind with its kept counters.

    ``counted`` counts the messages that raise unread counters, ``viewers`` the
    members who have read ``last_message_id``; ``listened`` is false where nobody
    in it has events kept; the six ``manage_*`` and
    ``can_post`` fields name the weakest role that may do the thing.
    """

    id: int
    kind: str
    pair: str | None
    title: str
    description: str
    owner_id: int
    avatar: str
    color: str
    entity_type: str
    entity_id: str
    entity_data_1: str
    entity_data_2: str
    entity_data_3: str
    parent_chat_id: int
    parent_message_id: int
    disk_folder_id: int
    public: str
    background_id: str | None
    text_field: bool
    manage_users_add: str
    manage_users_delete: str
    manage_ui: str
    manage_settings: str
    manage_messages: str
    can_post: str
    created: int
    members: int
    guests: int
    bots: int
    messages: int
    counted: int
    last_message_id: int
    last_author_id: int
    viewers: int
    listened: bool

    @property
    def private(self) -> bool:
        return self.kind == Kind.PRIVATE

    @property
    def lines(self) -> bool:
        """A conversation with a client of an open line."""
        return self.kind == Kind.LINES or self.entity_type == LINES

    def counterpart(self, user_id: int) -> int:
        """The other person of a private dialog (oneself in a dialog with oneself)."""
        return counterpart(self.pair, user_id)


def counterpart(pair: str | None, user_id: int) -> int:
    """The other of two people, from the name of their private dialog."""
    low, _, high = (pair or "0:0").partition(":")
    return int(high) if int(low) == user_id else int(low)


class Member(msgspec.Struct, frozen=True, gc=False):
    """One participant and its read mark; ``first_id`` hides older messages (0: sees all).

    ``unread`` is a mark that the member has made by hand.
    """

    chat_id: int
    user_id: int
    role: str
    muted: bool
    joined: int
    first_id: int
    read_id: int
    read_counted: int
    read_at: int | None
    marked_id: int
    opened: bool
    bot: bool
    unread: bool = False


class Participant(NamedTuple):
    """Somebody who acts in a chat; ``member`` is ``None`` for one who only reads it."""

    actor_id: int
    chat: Chat
    member: Member | None


class Reader(msgspec.Struct, frozen=True, gc=False):
    """A member as the read lists show it."""

    user_id: int
    name: str
    role: str
    muted: bool
    read_id: int
    read_at: int | None
