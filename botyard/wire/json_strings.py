"""Strings in JSON text and their escapes, a stretch at a time: however long they are, other threads have their turn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

STRETCH: Final = 256 * 1024
_INSIDE = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)


class Place(NamedTuple):
    """Where the inside of a string begins and ends; the quotes are around it."""

    start: int
    end: int


def stretches(raw: bytes) -> Iterator[bytes]:
    """The text in pieces."""
    return (raw[at : at + STRETCH] for at in range(0, len(raw), STRETCH))


def count_escapes(raw: bytes) -> int:
    """How many backslashes there are."""
    return sum(piece.count(b"\\") for piece in stretches(raw))


def with_plain_slashes(raw: bytes) -> bytes:
    r"""The same text without the escapes that say nothing: PHP writes "/" as "\/", and base64 has many of them."""
    pieces: list[bytes] = []
    at, changed = 0, False
    while at < len(raw):
        piece = raw[at : at + STRETCH]
        if (len(piece) - len(piece.rstrip(b"\\"))) % 2:
            # The last escape lies across the end of the stretch.
            piece = raw[at : at + STRETCH + 1]
        at += len(piece)
        if b"\\/" in piece:
            changed = True
            # Of two backslashes the second begins no escape.
            piece = b"\\\\".join(part.replace(b"\\/", b"/") for part in piece.split(b"\\\\"))
        pieces.append(piece)
    return b"".join(pieces) if changed else raw


def places(raw: bytes) -> Iterator[Place]:
    """The strings of JSON text in order; one that is never closed ends with the text."""
    at = 0
    while (quote := _next_quote(raw, at)) >= 0:
        place = Place(quote + 1, _end(raw, quote + 1))
        yield place
        at = place.end + 1


def _next_quote(raw: bytes, at: int) -> int:
    while at < len(raw):
        quote = raw.find(b'"', at, at + STRETCH)
        if quote >= 0:
            return quote
        at += STRETCH
    return -1


def _end(raw: bytes, at: int) -> int:
    """Where a string ends, which begins at a place or goes on there."""
    while at < len(raw):
        match = _INSIDE.match(raw, at, at + STRETCH)
        assert match is not None
        end = match.end()
        if raw[end : end + 1] == b'"':
            return end
        # An escape may lie across the end of the stretch.
        at = end + 2 if raw[end : end + 1] == b"\\" else end
    return len(raw)
