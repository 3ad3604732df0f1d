"""Lenient reading of structures that bots spell in many ways.

A reader takes whatever was sent and returns the value or ``None`` when there is
nothing usable; only what cannot be understood at all is ``ParseFailure``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

import msgspec

from botyard.errors import ApiError, ErrorCode
from botyard.wire import body
from botyard.wire.body import BLANKS
from botyard.wire.hint import kind_of
from botyard.wire.limits import MAX_KEYS
from botyard.wire.surrogates import HALF, lone_escape

Reader = Callable[[Any], Any]
Table = Mapping[str, Reader]
Fields = dict[str, Any]

# Every number here is an id, a count of bytes or of pixels; JavaScript clients keep integers exact up to this one.
WHOLE_MAX = 2**53 - 1

# What Python and JavaScript make of a value that is not there when it is put into a form. In any case: a word is no
# keyboard, no attachment and no picture.
_ABSENT = frozenset({"NONE", "NULL", "UNDEFINED"})
_EMPTY = frozenset({"", "N", "0", "FALSE", *_ABSENT})
_YES = frozenset({"Y", "1", "TRUE", "YES", "ON"})
_HEX = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
LOOKED_AT = 40
"""Names of one object that are compared, and signs of each: an object may hold thousands."""
ALIKE = 0.7
TOKENS = ("primary", "secondary", "alert", "base")


class ParsedRow(NamedTuple):
    """Objects that were sent together; ``nested`` where they came as a list of their own."""

    nested: bool
    entries: list[Fields]


class Grammar(NamedTuple):
    """What may come as a list or as one bare object: how it is called, and the names by which the object is known."""

    expected: str
    singular: Callable[[Fields], bool]
    names: Iterable[str]


class ParseFailure(Exception):
    """The structure cannot be parsed; ``content`` turns it into the documented error.

    ``path`` leads to the fault, such as ``BLOCKS[0].IMAGE.LINK``.
    """

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.reason = reason
        self.path = path

    def inside(self, step: str) -> ParseFailure:
        """The same, seen from one step further out."""
        joined = f"{step}.{self.path}" if self.path and not self.path.startswith("[") else step + self.path
        return ParseFailure(self.reason, joined)


def absent(value: object) -> bool:
    """Whether a client meant to send nothing: ``"None"``, ``"null"``, ``"undefined"``."""
    return isinstance(value, str) and value.strip().upper() in _ABSENT


def empty(value: object) -> bool:
    """Whether this is one of the spellings of "none": ``''``, ``N``, null, false, 0, ``[]``, ``{}``."""
    if isinstance(value, str):
        return value.strip().upper() in _EMPTY
    return not value


def decoded(value: Any) -> Any:
    """The value itself, or what it holds when it is a JSON text of an object or array, within the limits of bodies."""
    if not isinstance(value, str) or not value.lstrip(BLANKS).startswith(("[", "{")):
        return value
    raw = value.lstrip(BLANKS).encode(errors="surrogatepass")
    try:
        body.check_structure(raw)
        return msgspec.json.decode(raw)
    except ApiError as refused:
        deep = refused.problem is ErrorCode.BODY_TOO_DEEP
        raise ParseFailure("it is nested too deep" if deep else f"it holds more than {MAX_KEYS} values") from refused
    except (msgspec.DecodeError, UnicodeError) as error:
        # The decoder takes half an emoji near the end for a text that is cut off.
        half = lone_escape(raw) is not None
        raise ParseFailure(f"it holds {HALF}" if half else f"it is not valid JSON: {error}") from error


def fields(value: object) -> Fields:
    """An object with upper-case names."""
    if not isinstance(value, Mapping):
        raise ParseFailure(f"expected an object, got {kind_of(value)}")
    return {str(name).upper(): held for name, held in value.items()}


def misspelt(source: Iterable[Any], names: Iterable[str]) -> str:
    """The name that is most like a known one, which did not come: a phrase to end a sentence with, or nothing."""
    came = [str(name) for name in list(source)[:LOOKED_AT]]
    upper = {name.upper() for name in came}
    missing = [name for name in names if name not in upper]
    for name in came:
        close = get_close_matches(name.upper()[:LOOKED_AT], missing, n=1, cutoff=ALIKE)
        if close and name.upper() not in names:
            return f"; unknown name {name[:LOOKED_AT]}: did you mean {close[0]}?"
    return ""


def entries(value: Any, grammar: Grammar) -> list[Fields]:
    """The objects of a list, whichever way it is spelt.

    A list, a form-indexed object ``{"0": …}`` and one bare object (the grammar knows it by
    its names) are the same thing. Rows of a keyboard arrive as lists within the list.
    """
    return [entry for row in rows(value, grammar) for entry in row.entries]


def rows(value: Any, grammar: Grammar) -> list[ParsedRow]:
    """The same by rows: a list within the list is one, and so is each object that stands by itself."""
    value = decoded(value)
    if empty(value):
        return []
    listed = enumerate(_listed(value, grammar))
    return [_row(item, grammar, place=place) for place, item in listed if not absent(item)]


def _row(item: Any, grammar: Grammar, *, place: int) -> ParsedRow:
    nested = isinstance(item, list) or _indexed(item)
    try:
        held = _listed(item, grammar) if nested else [item]
        return ParsedRow(nested, [fields(entry) for entry in held if not absent(entry)])
    except ParseFailure as wrong:
        raise wrong.inside(f"[{place}]") from None


def _listed(value: Any, grammar: Grammar) -> list[Any]:
    if isinstance(value, list):
        return value
    if _indexed(value):
        return [value[name] for name in sorted(value, key=int)]
    if not isinstance(value, Mapping):
        raise ParseFailure(f"expected {grammar.expected}, got {kind_of(value)}")
    if grammar.singular(fields(value)):
        return [value]
    raise ParseFailure(f"expected {grammar.expected}{misspelt(value, grammar.names)}")


def _indexed(value: object) -> bool:
    if not isinstance(value, dict) or not value:
        return False
    return all(isinstance(name, str) and len(name) < 10 and name.isascii() and name.isdigit() for name in value)


def read(table: Table, source: Fields) -> Fields:
    """The known fields of ``source`` that hold something usable, in the table's order."""
    values: Fields = {}
    for name, reader in table.items():
        try:
            value = reader(source.get(name))
        except ParseFailure as wrong:
            raise wrong.inside(name) from None
        if value is not None:
            values[name] = value
    return values


def text(value: Any) -> str | None:
    """A text; numbers are written out, an object or array is no text."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return str(value)
    except ValueError:
        # Python refuses to write out integers of thousands of digits.
        return None


def params(value: Any) -> str | None:
    """Parameters that go back to the bot as text: structures become JSON."""
    if not isinstance(value, (dict, list)):
        return text(value) or None
    try:
        return msgspec.json.encode(value).decode()
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise ParseFailure("the parameters cannot be written as JSON") from error


def whole(value: Any) -> int | None:
    """A positive whole number; ``"250"`` and ``"250px"`` are both 250."""
    if isinstance(value, str):
        digits = re.match(r"\s*\+?([0-9]{1,17})", value)
        value = int(digits[1]) if digits else 0
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if 1 <= value <= WHOLE_MAX else None


def flag(value: Any) -> str:
    """``Y`` for every spelling of yes, else ``N``."""
    yes = value.strip().upper() in _YES if isinstance(value, str) else value in (True, 1)
    return "Y" if yes else "N"


def color(value: Any) -> str | None:
    """A colour in HEX, ``#RGB`` or ``#RRGGBB``, lower case."""
    match = _HEX.fullmatch(value.strip()) if isinstance(value, str) else None
    return f"#{match[1].lower()}" if match else None


def token(value: Any) -> str | None:
    """The name of a colour that the client's theme fills in."""
    name = value.strip().lower() if isinstance(value, str) else ""
    return name if name in TOKENS else None


def choice(*words: str, default: str | None = None) -> Reader:
    """A reader of one word out of several; anything else is the documented default, if there is one."""

    def read_choice(value: Any) -> str | None:
        word = value.strip().upper() if isinstance(value, str) else ""
        return word if word in words else default

    return read_choice
