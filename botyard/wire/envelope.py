"""The envelope of a response: a result with its time block, or an error."""

from __future__ import annotations

from typing import Any

import msgspec


class Time(msgspec.Struct, frozen=True, gc=False):
    """When and for how long a call ran. Every client needs all eight keys."""

    start: float
    finish: float
    duration: float
    processing: float
    date_start: str
    date_finish: str
    operating_reset_at: int
    operating: float


class Success(msgspec.Struct, frozen=True, gc=False):
    result: Any
    time: Time


class Listed(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A page of a list; ``next`` is absent on the last one."""

    result: Any
    time: Time
    total: int | None = None
    next: int | None = None


class Failure(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """An error; ``argument`` names the parameter that is missing, where the page says so."""

    error: str
    error_description: str
    argument: str = ""


class FailureV3Body(msgspec.Struct, frozen=True, gc=False):
    code: str
    message: str


class FailureV3(msgspec.Struct, frozen=True, gc=False):
    """An error as REST 3.0 writes it."""

    error: FailureV3Body


_encode = msgspec.json.Encoder().encode


class TooLarge(Exception):
    """A response has more bytes than it may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


def encode(envelope: msgspec.Struct) -> bytes:
    """An envelope as JSON. Raises TypeError where a result cannot be written."""
    return _encode(envelope)


def encode_within(envelope: Any, limit: int) -> bytes:
    """A result, or an envelope, as JSON of at most so many bytes. Raises TooLarge, and TypeError as ``encode`` does."""
    encoded = _encode(envelope)
    if len(encoded) > limit:
        raise TooLarge(limit)
    return encoded


def written(result: Any, limit: int) -> msgspec.Raw:
    """A result as JSON of at most so many bytes, to be put into another answer as it is."""
    return msgspec.Raw(encode_within(result, limit))
