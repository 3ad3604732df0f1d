"""Halves of characters: what is left of an emoji where a client cut a text by UTF-16 units."""

from __future__ import annotations

import re

from botyard.errors import ApiError, ErrorCode

# Everything up to the first escape that is a surrogate without its partner. Possessive, so linear.
_UP_TO_LONE = re.compile(
    rb"(?:[^\\]++|\\[^u]|\\u(?![dD][89a-fA-F])|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})*+"
    rb"(?=\\u[dD][89a-fA-F][0-9a-fA-F]{2})",
    re.DOTALL,
)
_ESCAPE = len(b"\\ud83d")
HALF = "half a character, such as half of an emoji"
"""What a lone surrogate is called."""


def lone_escape(raw: bytes) -> int | None:
    """Where JSON text holds a lone surrogate as an escape; one at the very end may only be cut off."""
    match = _UP_TO_LONE.match(raw)
    return match.end() if match and match.end() + _ESCAPE < len(raw) else None


def not_utf8(error: UnicodeDecodeError) -> ApiError:
    """The refusal of bytes that are no UTF-8; a surrogate that was written as bytes is told as one."""
    start = bytes(error.object[error.start : error.start + 2])
    if start[:1] == b"\xed" and b"\xa0" <= start[1:] <= b"\xbf":
        return half_character()
    return ApiError(ErrorCode.BODY_NOT_UTF8)


def half_character(place: int | None = None) -> ApiError:
    """The refusal of a lone surrogate, at a byte of the body where that is known."""
    return ApiError(ErrorCode.BODY_SURROGATE, place="" if place is None else f" (byte {place})")
