"""People, bots among them, and departments."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum

import msgspec


class UserKind(StrEnum):
    """Who a user is to the portal. A guest has no account of the portal and sees only what is shared with it."""

    EMPLOYEE = "employee"
    EXTRANET = "extranet"
    EMAIL = "email"
    BOT = "bot"
    GUEST = "guest"
    DELETED = "deleted"


DELETED_NAME = "Deleted person"
"""What somebody is called who wrote messages and has no account any more."""


class Status(StrEnum):
    """What somebody says of themselves to those who want to write to them."""

    ONLINE = "online"
    DO_NOT_DISTURB = "dnd"
    AWAY = "away"
    BREAK = "break"


class Reach(Enum):
    """Whom somebody may know of, add to chats and write to."""

    EVERYBODY = "everybody of the portal, and open chats"
    SHARED = "themselves, those with whom they share a chat, and the bots that they registered"
    REGISTRANT = (
        "as the person who registered it: for an outsider's bot those with whom the bot shares a chat, and that person"
    )


REACH: Mapping[UserKind, Reach] = {
    UserKind.EMPLOYEE: Reach.EVERYBODY,
    UserKind.EXTRANET: Reach.SHARED,
    UserKind.EMAIL: Reach.SHARED,
    UserKind.GUEST: Reach.SHARED,
    UserKind.BOT: Reach.REGISTRANT,
    UserKind.DELETED: Reach.SHARED,
}
"""Who may see whom: `store/reach.py` asks the database by it, wherever people and chats are looked up."""

OUTSIDERS = frozenset(kind for kind, reach in REACH.items() if reach is Reach.SHARED)
"""Kinds of people who are not of the company."""


class User(msgspec.Struct, frozen=True, gc=False):
    """A person or a bot. Times are unix seconds; ``None`` means it never happened, or is not so.

    ``status`` is what the person has chosen, empty before that.
    """

    id: int
    kind: str
    active: bool
    admin: bool
    login: str
    email: str
    name: str
    last_name: str
    second_name: str
    full_name: str
    gender: str
    birthday: str
    work_position: str
    work_phone: str
    mobile: str
    city: str
    www: str
    avatar: str
    color: str
    time_zone: str
    language: str
    registered: int
    updated: int
    last_login: int | None
    last_activity: int | None
    status: str
    idle_since: int | None

    @property
    def bot(self) -> bool:
        return self.kind == UserKind.BOT

    @property
    def shown_status(self) -> str:
        """The status as others see it."""
        return self.status or Status.ONLINE

    @property
    def deleted(self) -> bool:
        """Of somebody whose account is gone, and whom messages still name as their author."""
        return self.kind == UserKind.DELETED

    @property
    def outside(self) -> bool:
        """Not of the company: extranet, mail and guest users."""
        return self.kind in OUTSIDERS and not self.deleted


class Profile(msgspec.Struct, frozen=True):
    """What may be set of a user; ``None`` leaves a field as it is."""

    name: str | None = None
    last_name: str | None = None
    second_name: str | None = None
    email: str | None = None
    gender: str | None = None
    birthday: str | None = None
    work_position: str | None = None
    work_phone: str | None = None
    mobile: str | None = None
    city: str | None = None
    www: str | None = None
    avatar: str | None = None
    color: str | None = None
    time_zone: str | None = None
    language: str | None = None


class Department(msgspec.Struct, frozen=True, gc=False):
    """A node of the company structure; ``parent_id`` is ``None`` at the top."""

    id: int
    name: str
    parent_id: int | None
    head_id: int | None
    sort: int
