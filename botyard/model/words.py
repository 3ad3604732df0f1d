"""Words of texts, as they are searched for: folded, so that neither case nor accents matter, in any alphabet.

Both engines store and are asked for what is folded here, so that they find the same, whatever their locale.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

WORD_MAX = 32
"""Letters of a word that count."""
PHRASE_MAX = 1000
"""Characters of a phrase that are looked at."""
WORDS_MAX = 10
"""Words of a phrase that are looked for."""
PIECE = 4
"""Letters of the pieces of a text in a script that does not part its words."""

_UNPARTED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]+"
)
_FIRST_UNPARTED = "\u0e00"
# Accents and points of Latin, Greek, Cyrillic, Hebrew and Arabic; marks of other classes are letters to who reads them.
_ACCENT_CLASSES = frozenset((*range(10, 37), *range(200, 241)))
_ASCII_WORD = re.compile("[a-z0-9]+")


def folded(text: str) -> list[str]:
    """The words of a text as they are compared, in their order."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    accents, words = _patterns()
    return words.findall(accents.sub("", unicodedata.normalize("NFKD", text)).casefold())


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Accents, and words. Made for the first text that is not of ASCII: it takes a while, and a start need not wait."""
    marks = [mark for mark in map(chr, range(0x300, 0x10000)) if unicodedata.category(mark) in ("Mn", "Mc")]
    accents = "".join(mark for mark in marks if unicodedata.combining(mark) in _ACCENT_CLASSES) + "\u00ad\u200c\u200d"
    return re.compile(f"[{accents}]+"), re.compile(f"[^\\W_]+(?:[{''.join(marks)}]+[^\\W_]*)*")


def terms(text: str) -> list[str]:
    """What a text is found by: its words and, where a script does not part them, what begins at each letter."""
    if text.isascii() or max(text) < _FIRST_UNPARTED:
        return list(dict.fromkeys([word[:WORD_MAX] for word in folded(text)]))
    known: dict[str, None] = {}
    for run in _runs(text):
        if _UNPARTED.match(run):
            known.update((run[place : place + PIECE], None) for place in range(len(run)))
        else:
            known[run[:WORD_MAX]] = None
    return list(known)


@lru_cache(maxsize=256)
def beginnings(phrase: str) -> tuple[str, ...]:
    """What terms must begin with for a text to be found by a phrase; nothing for a phrase without words."""
    wanted: dict[str, None] = {}
    for run in _runs(phrase[:PHRASE_MAX]):
        if _UNPARTED.match(run) and len(run) > PIECE:
            wanted.update((run[place : place + PIECE], None) for place in range(len(run) - PIECE + 1))
        else:
            wanted[run[:WORD_MAX]] = None
    return tuple(wanted)[:WORDS_MAX]


def has(text: str, wanted: Iterable[str]) -> bool:
    """Whether each of these ``beginnings`` begins a term of the text."""
    there = " " + " ".join(terms(text))
    return all(f" {beginning}" in there for beginning in wanted)


def _runs(text: str) -> Iterator[str]:
    """The words of a text, parted where a script that has no blanks begins or ends."""
    for word in folded(text):
        done = 0
        for match in _UNPARTED.finditer(word):
            if done < match.start():
                yield word[done : match.start()]
            yield match[0]
            done = match.end()
        if done < len(word):
            yield word[done:]
