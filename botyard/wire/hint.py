"""Formats a hint as the value of a header: one line of ASCII, not too long."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

NAME: Final = "Botyard-Hint"
MAX: Final = 500
_CUT: Final = "..."


def kind_of(value: object) -> str:
    """The type of what came, as a caller would call it."""
    if isinstance(value, str):
        return "a text" if value else "an empty text"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, list | tuple):
        return "a list"
    return "an object" if isinstance(value, Mapping) else "null" if value is None else "something else"


def one_line(text: str, most: int = MAX) -> str:
    """A text as one line of printable ASCII; other characters are written as in JSON (``\\u00e9``)."""
    words = " ".join(text.split())
    if words.isascii() and words.isprintable() and len(words) <= most:
        return words
    written: list[str] = []
    size = 0
    for sign in words:
        # Sign by sign, so that what is cut off is never half of an escape.
        part = sign if " " <= sign <= "~" else json.dumps(sign)[1:-1] if sign != "\x7f" else "\\u007f"
        size += len(part)
        if size > most:
            return _shortened(written, most)
        written.append(part)
    return "".join(written)


def _shortened(written: list[str], most: int) -> str:
    size = sum(map(len, written))
    while written and size > most - len(_CUT):
        size -= len(written.pop())
    return "".join(written) + _CUT
