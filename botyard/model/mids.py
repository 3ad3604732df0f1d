"""Numbers of messages: where in the event log a client stands, as hexadecimal digits.

A mid is the number of an event and the place of the message among those that the event became. What is not in the log
has the place behind the last event that was told, and some digits of its own. A client that comes back with a mid is
told everything that lies behind it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

WHOLE = 0xFFFF
"""The place behind all messages of an event."""
_MID = re.compile(r"([0-9a-f]{16})([0-9a-f]{4})(?:[0-9a-f]{8})?")


class Position(NamedTuple):
    """A place in the log: an event, and the last of its messages that was told."""

    event_id: int
    place: int = WHOLE


def mid(position: Position) -> str:
    """The number of a message of the log."""
    return f"{position.event_id:016x}{position.place:04x}"


def passing(position: Position, number: int) -> str:
    """The number of a message that is in no log, after everything up to a place in it."""
    return f"{position.event_id:016x}{position.place:04x}{number & 0xFFFFFFFF:08x}"


def find(text: str) -> Position | None:
    """The place that a mid stands for; ``None`` for what is none."""
    match = _MID.fullmatch(text)
    return Position(int(match[1], 16), int(match[2], 16)) if match else None


def event_id(text: str) -> int:
    """The event that a mid of ours names."""
    return int(text[:16], 16)
