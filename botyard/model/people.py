"""People, bots among them, and departments."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class UserKind(StrEnum):
    """Who a user is to the portal. A guest has no account of the portal and sees only what is shared with it."""

    EMPLOYEE = "employee"
    EXTRANET = "extranet"
    EMAIL = "email"
    BOT = "bot"
    GUEST = "guest"


class User(msgspec.Struct, frozen=True, gc=False):
    """A person or a bot. Times are unix seconds; ``None`` means it never happened."""

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

    @property
    def bot(self) -> bool:
        return self.kind == UserKind.BOT

    @property
    def outside(self) -> bool:
        """Not of the company: extranet, mail and guest users."""
        return self.kind in {UserKind.EXTRANET, UserKind.EMAIL, UserKind.GUEST}


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
