"""Text against many patterns in one pass, for SQLite: what PostgreSQL writes as ``LIKE ANY``.

SQLite would need an OR with an arm for each pattern. Each arm would compute the text once more, and the statement
would be another one for each number of patterns.
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

_PIECE = re.compile(r"%|(?:[^%\\]|\\.)+", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)

SQLiteValue = int | float | bytes | str | None


def like_any(patterns: SQLiteValue, text: SQLiteValue) -> bool | None:
    """Whether a text that is lower case matches one of the patterns, a JSON list; ``%`` stands for any characters.

    A backslash takes the meaning from what follows it. ``_`` has none: no filter lets it through.
    """
    if not isinstance(text, str) or not isinstance(patterns, str):
        return None
    return _read(patterns).match(text)


def escaped(text: str) -> str:
    """Text that stands for itself in a pattern, on either engine."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


class _Patterns:
    """Patterns by their form: most are one text, and where that has to stand."""

    def __init__(self, patterns: list[str]) -> None:
        self._whole: set[str] = set()
        self._parts: list[str] = []
        self._others: list[tuple[str, list[str], str]] = []
        beginnings, ends = [], []
        for pattern in dict.fromkeys(patterns):
            match _tokens(pattern.lower()):
                case []:
                    self._whole.add("")
                case [only]:
                    self._whole.add(only) if only else beginnings.append("")
                case ["", only, ""] if only:
                    self._parts.append(only)
                case [first, ""]:
                    beginnings.append(first)
                case ["", last]:
                    ends.append(last)
                case [first, *parts, last]:
                    self._others.append((first, [part for part in parts if part], last))
        self._beginnings, self._ends = tuple(beginnings), tuple(ends)

    def match(self, text: str) -> bool:
        if text in self._whole or text.startswith(self._beginnings) or text.endswith(self._ends):
            return True
        for part in self._parts:  # any() takes twice as long, for each person.
            if part in text:
                return True
        return any(_in_order(text, *other) for other in self._others)


@lru_cache(16)
def _read(patterns: str) -> _Patterns:
    return _Patterns(msgspec.json.decode(patterns, type=list[str]))


def _tokens(pattern: str) -> list[str]:
    """The texts before, between and after the ``%`` of a pattern; one at its beginning or end leaves ``""`` there."""
    pieces = _PIECE.findall(pattern)
    texts = [_ESCAPED.sub(r"\1", piece) for piece in pieces if piece != "%"]
    if pieces[:1] == ["%"]:
        texts.insert(0, "")
    if pieces[-1:] == ["%"] and texts != [""]:
        texts.append("")
    return texts


def _in_order(text: str, first: str, parts: list[str], last: str) -> bool:
    """Whether the text begins and ends so, with the parts between in their order: each as early as can be."""
    end = len(text) - len(last)
    at = len(first)
    if at > end or not text.startswith(first) or not text.endswith(last):
        return False
    for part in parts:
        at = text.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True
