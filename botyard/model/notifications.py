"""Notifications: what is told to a person outside of all chats."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import msgspec

KEPT = 2_000
"""Notifications of one person; an older one goes when a new one comes."""
REST = ("rest", "rest_notify")
"""The module and event of what applications and webhooks send."""


class NotificationKind(IntEnum):
    """What a notification is; the numbers are those of the documentation."""

    CONFIRM = 1
    PERSONAL = 2
    SYSTEM = 4


class NotificationButton(msgspec.Struct, frozen=True):
    """A button of a confirmation: what is pressed, what it says, and what is replied to who presses it."""

    value: str
    title: str
    reply: str


class Notification(msgspec.Struct, frozen=True, gc=False):
    """A notification of one person. ``author_id`` is 0 for the system."""

    id: int
    user_id: int
    author_id: int
    sent: int
    kind: int
    module: str
    event: str
    tag: str
    sub_tag: str
    title: str
    text: str
    unread: bool
    buttons: list[NotificationButton]
    params: dict[str, Any]


class NotificationDraft(msgspec.Struct, frozen=True):
    """A notification before it is sent. A person has one of a ``tag``; ``text_out`` is for other channels."""

    user_id: int
    text: str
    author_id: int = 0
    kind: NotificationKind = NotificationKind.SYSTEM
    module: str = REST[0]
    event: str = REST[1]
    tag: str = ""
    sub_tag: str = ""
    title: str = ""
    text_out: str = ""
    unread: bool = True
    buttons: list[NotificationButton] = []
    params: dict[str, Any] = {}


class NotificationCount(msgspec.Struct, frozen=True):
    """How many notifications a person has, and how many of them are unread."""

    total: int
    unread: int


class NotificationFilter(msgspec.Struct, frozen=True):
    """Which notifications: those that pass every condition that is given.

    ``types`` are modules, or modules and events as ``MODULE|EVENT``; ``since`` is the first moment, ``until`` the one
    after the last; ``sub_tags`` are alternatives.
    """

    text: str = ""
    types: list[str] = []
    authors: list[int] = []
    since: int | None = None
    until: int | None = None
    sub_tags: list[str] = []
