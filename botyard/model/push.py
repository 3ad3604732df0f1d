"""What live connections of people are told: a command of a module, with its params."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

MODULE = "im"
ONLINE = "online"
"""The module of who is there, and who is not."""


class PushMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A command, and whom it is for: ``user_ids``, or where that is ``None`` all members of ``chat_id``.

    Of those members whose visible history begins after ``since_message_id`` are left out. ``user_params`` are what
    differs by viewer, and stand among the params of that viewer.
    """

    module_id: str
    command: str
    params: dict[str, Any]
    chat_id: int = 0
    user_ids: tuple[int, ...] | None = None
    user_params: Mapping[int, dict[str, Any]] = {}
    since_message_id: int = 0
