"""Messages."""

from __future__ import annotations

from typing import Any

import msgspec

FILE_ID = "FILE_ID"
"""The param of a message that lists its files."""


class Message(msgspec.Struct, frozen=True, gc=False):
    """A stored message. ``author_id`` is 0 for system messages; ``params`` holds attach, keyboard, menu and marks."""

    id: int
    chat_id: int
    author_id: int
    sent: int
    text: str
    counted: int
    system: bool
    edited: bool
    erased: bool
    reply_id: int
    uuid: str | None
    params: dict[str, Any]


class Draft(msgspec.Struct, frozen=True):
    """A message before it is sent. ``counted=False`` leaves unread counters alone (notes such as "X joined")."""

    text: str
    system: bool = False
    counted: bool = True
    reply_id: int = 0
    uuid: str | None = None
    params: dict[str, Any] = {}


def file_ids(params: dict[str, Any]) -> tuple[int, ...]:
    """The numbers of the files that a message with these params came with."""
    listed = params.get(FILE_ID, ())
    return tuple(file_id for file_id in listed if isinstance(file_id, int)) if isinstance(listed, list) else ()
