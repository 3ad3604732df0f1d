"""From what clients send to what a method declares: lenient, as PHP is, by the annotations of a struct.

Clients write true as `true`, `1`, "Y" or "True", lists as `{"0": …}` or JSON text, and nothing as "",
null, "None", "null" or "undefined". A reader takes all of that and never raises; a value that says nothing leaves the
field's default standing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, NamedTuple, TypeVar, Union, get_args, get_origin

import msgspec

from botyard.errors import ApiError
from botyard.wire import body
from botyard.wire.forms import text
from botyard.wire.json_text import json_texts
from botyard.wire.limits import MAX_KEYS, MAX_TEXT

T = TypeVar("T", bound=msgspec.Struct)
ID: Final = "id"
Id = Annotated[int, ID]
"""An id that may be left out, and then means somebody: what is no number at all does not, it is ``NOBODY``."""
NOBODY: Final = -1
ADDRESS: Final = "address"
Address = Annotated[str, ADDRESS]
"""An address: what clients make of a value that is not there says nothing, for such a word is no address."""
Identifier = Annotated[str, ADDRESS]
"""The same of a UUID or a name of the caller's own, which no two calls mean by chance."""
ONCE: Final = "once"
SentOnce = Annotated[str, ONCE]
"""An ``Identifier`` that makes a call safe to repeat: its name is read as either dialect spells it."""
IDS: Final = "ids"
Ids = Annotated[list[int] | None, IDS]
"""Ids of people: a list, an object or JSON text of either. What is none of them is read as ``None``, nothing as no ids;
numbers that cannot be ids are left out."""
TEXT: Final = "text"
Text = Annotated[str | None, TEXT]
"""A text into which nothing else is made: what is none is ``None``, and null an empty one."""
Convert = Callable[[Any], Any]


class Reading(NamedTuple):
    """A mark of a type that says how it is read: ``Annotated[datetime, Reading(read)]``."""

    read: Convert


class Beginning(NamedTuple):
    """A mark of a type: the field has all parameters whose names begin so, by these names in upper case, as sent."""

    beginning: str


# What a converter answers where the value says nothing, so that the default stands.
_SILENT: Final = object()

_INT64: Final = 2**63
_NUMBER = re.compile(r"[ \t\n\r\v\f]*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)")
_WHOLE = re.compile(r"[+-]?[0-9]+\Z")
_MAX_NOTHING = 40
# The longest number that is worth reading; longer ones are beyond 64 bits or beyond precision.
_MAX_NUMBER = 400

_TRUE = ("1", "Y", "y", "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON")
_FALSE = ("0", "N", "n", "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF")
_WORDS: Final = dict.fromkeys(_TRUE, True) | dict.fromkeys(_FALSE, False)
# Two Python clients write their None as this word; JavaScript puts the two others into a form.
_NOTHING: Final = ("", "None", "null", "undefined")
# Where a word cannot be meant, it says nothing in any case.
_NO_VALUE: Final = frozenset({"", "none", "null", "undefined"})
# A text may be these two words.
_NO_TEXT: Final = ("", "None")


def reader(struct: type[T]) -> Callable[[Mapping[str, Any]], T]:
    """Compile the reader of ``struct``: from names in any case and loosely typed values to an instance.

    Names are the struct's encoded ones; unknown names are ignored. A field that is required but absent
    gets its type's empty value. Raises TypeError for a struct with an annotation that has no reading.
    """
    return _reader(struct, outermost=True)


@cache
def _reader(struct: Any, *, outermost: bool) -> Callable[[Mapping[str, Any]], Any]:
    known, blanks = _fields(struct)
    others = _others(struct)

    def read(values: Mapping[str, Any]) -> Any:
        if outermost:
            json_texts.left = MAX_KEYS
        read_values: dict[str, Any] = {}
        for key, value in values.items():
            field = known.get(key)
            if field is None:
                field = known.get(key.lower()) if isinstance(key, str) else None
                if field is None:
                    if others is not None and isinstance(key, str) and key.lower().startswith(others[1]):
                        read_values.setdefault(others[0], {})[key.upper()] = from_json_text(value)
                    continue
            name, convert = field
            value = convert(value)
            if value is not _SILENT:
                read_values[name] = value
        for name, blank in blanks:
            if name not in read_values:
                read_values[name] = blank()
        return struct(**read_values)

    return read


def _others(struct: Any) -> tuple[str, str] | None:
    """The field that is marked ``Beginning``, and with what; ``None`` for most structs."""
    for field in msgspec.structs.fields(struct):
        mark = get_args(field.type)[1] if get_origin(field.type) is Annotated else None
        if isinstance(mark, Beginning):
            return field.name, mark.beginning.lower()
    return None


def _fields(struct: Any) -> tuple[dict[str, tuple[str, Convert]], list[tuple[str, Callable[[], Any]]]]:
    """Map each spelling of a field's name to its converter, and list what required fields start from."""
    known: dict[str, tuple[str, Convert]] = {}
    blanks: list[tuple[str, Callable[[], Any]]] = []
    for field in msgspec.structs.fields(struct):
        if get_origin(field.type) is Annotated and isinstance(get_args(field.type)[1], Beginning):
            continue
        entry = (field.name, _converter(field.type))
        known |= dict.fromkeys((field.encode_name, *spellings(field)), entry)
        if field.required:
            blanks.append((field.name, _blank(field.type)))
    return known, blanks


def spellings(field: msgspec.structs.FieldInfo) -> set[str]:
    """The names by which a parameter is known, in lower case."""
    spelt = {field.encode_name.lower()}
    if get_origin(field.type) is Annotated and ONCE in get_args(field.type):
        spelt |= {field.name, field.name.replace("_", "")}
    return spelt


def _converter(kind: Any) -> Convert:
    mark = get_args(kind)[1] if get_origin(kind) is Annotated else None
    if isinstance(mark, Reading) or mark in _MARKED:
        return mark.read if isinstance(mark, Reading) else _MARKED[mark]
    kind = _plain(kind)
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    options = get_args(kind)
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _union(options)
    if origin is list:
        return _list(_converter(options[0]))
    if origin is dict and options[0] is str:
        return _dict(_converter(options[1]))
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _struct(kind)
    raise TypeError(f"There is no lenient reading for {kind!r}.")


def _plain(kind: Any) -> Any:
    """Take off what says nothing about the wire: Annotated and NewType."""
    while True:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        elif hasattr(kind, "__supertype__"):
            kind = kind.__supertype__
        else:
            return kind


def _blank(kind: Any) -> Callable[[], Any]:
    """The empty value of a type, for a required field that did not come."""
    kind = _plain(kind)
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        options = get_args(kind)
        if msgspec.UnsetType in options:
            return lambda: msgspec.UNSET
        return (lambda: None) if NoneType in options else _blank(options[0])
    if kind is Any:
        return lambda: None
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return lambda: _reader(kind, outermost=False)({})
    empty: Callable[[], Any] = origin or kind
    return empty


def _str(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= MAX_TEXT else value[:MAX_TEXT]
    if value is None:
        return _SILENT
    return "" if value is False else text(value)


def _int(value: Any) -> Any:
    if isinstance(value, str):
        if value.isdecimal() and len(value) < 19 and value.isascii():
            return int(value)
        return _SILENT if value in _NOTHING else _leading_int(value)
    if isinstance(value, int):
        return int(value) if -_INT64 <= value < _INT64 else 0
    if value is None:
        return _SILENT
    return _whole(value) if isinstance(value, float) else 0


def _id(value: Any) -> Any:
    number = _int(value)
    return number if number or value in ("0", 0) else NOBODY


def _address(value: Any) -> Any:
    return _SILENT if isinstance(value, str) and says_nothing(value) else _str(value)


def says_nothing(value: str) -> bool:
    """Whether a text is what a client writes for a value that is not there."""
    return len(value) < _MAX_NOTHING and value.strip().lower() in _NO_VALUE


def from_json_text(value: Any) -> Any:
    """A value, or the list or object that it holds as JSON text."""
    return _json(value, "[{", value) if isinstance(value, str) else value


def read_ids(value: Any) -> list[int] | None:
    """Ids as ``Ids`` describes them."""
    if value is None or (isinstance(value, str) and says_nothing(value)):
        return []
    value = from_json_text(value)
    values = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(values, list):
        return None
    ids = [_listed_id(item) for item in values]
    return None if None in ids else [item for item in ids if item]


def _listed_id(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 < value < _INT64 else 0
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        return int(value) if len(value.strip()) < 19 else 0
    return None


def _only_text(value: Any) -> str | None:
    return "" if value is None else value if isinstance(value, str) else None


def _leading_int(value: str) -> int:
    """Read the number a text begins with, as PHP's intval does: "12abc" is 12, "1e3" is 1000, "abc" is 0."""
    match = _NUMBER.match(value)
    if match is None or len(match[1]) > _MAX_NUMBER:
        return 0
    if not _WHOLE.match(match[1]):
        return _whole(float(match[1]))
    number = int(match[1])
    return number if -_INT64 <= number < _INT64 else 0


def _whole(value: float) -> int:
    return int(value) if math.isfinite(value) and -_INT64 <= value < _INT64 else 0


def _float(value: Any) -> Any:
    if isinstance(value, str):
        if value in _NOTHING:
            return _SILENT
        match = _NUMBER.match(value)
        return _finite(float(match[1])) if match and len(match[1]) <= _MAX_NUMBER else 0.0
    if value is None:
        return _SILENT
    if isinstance(value, int):
        # The largest float is below 2 to the 1024th; a longer integer cannot be converted.
        return float(value) if value.bit_length() < 1024 else 0.0
    return _finite(value) if isinstance(value, float) else 0.0


def _finite(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _bool(value: Any) -> Any:
    if value is True or value is False:
        return value
    if isinstance(value, str):
        return _WORDS.get(value, _SILENT)
    if isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    return _SILENT


def _any(value: Any) -> Any:
    return value


def _union(options: tuple[Any, ...]) -> Convert:
    """`X | None`, `X | UnsetType` or both: where None is allowed, an empty value is None."""
    kinds = [option for option in options if option not in (NoneType, msgspec.UnsetType)]
    if len(kinds) != 1:
        raise TypeError(f"There is no lenient reading for a union of {kinds!r}.")
    convert = _converter(kinds[0])
    if NoneType not in options:
        return convert
    nothing = _NO_TEXT if convert is _str else _NOTHING

    def optional(value: Any) -> Any:
        if value is None or (isinstance(value, str) and value in nothing):
            return None
        return convert(value)

    return optional


def _list(convert: Convert) -> Convert:
    """A list, `{"0": …}`, JSON text of either, or one value alone; items that say nothing are left out."""

    def read(value: Any) -> list[Any]:
        if isinstance(value, str):
            value = _json(value, "[{", value)
        if isinstance(value, list | tuple):
            items: Iterable[Any] = value
        elif isinstance(value, Mapping):
            items = value.values()
        elif value is None or value is False or (isinstance(value, str) and says_nothing(value)):
            return []
        else:
            items = (value,)
        return [item for item in map(convert, items) if item is not _SILENT]

    return read


def _dict(convert: Convert) -> Convert:
    """An object, JSON text of one, or a list, whose places become names; anything else is an empty one."""

    def read(value: Any) -> dict[str, Any]:
        if isinstance(value, str):
            value = _json(value, "[{", None)
        if isinstance(value, list | tuple):
            value = {str(index): item for index, item in enumerate(value)}
        if not isinstance(value, Mapping):
            return {}
        items = ((str(name), convert(item)) for name, item in value.items())
        return {name: item for name, item in items if item is not _SILENT}

    return read


def _struct(kind: type[msgspec.Struct]) -> Convert:
    def read(value: Any) -> Any:
        if isinstance(value, str):
            value = _json(value, "{", None)
        # The reader is looked up late, because a struct may hold its own kind.
        return _reader(kind, outermost=False)(value) if isinstance(value, Mapping) else _SILENT

    return read


def _json(value: str, openings: str, otherwise: Any) -> Any:
    """Decode text that begins as JSON does; ``otherwise`` where it does not, or cannot be read."""
    text = value.lstrip(body.BLANKS)
    if not text or text[0] not in openings:
        return otherwise
    try:
        return json_texts.decode(text)
    except (ApiError, UnicodeEncodeError):
        return otherwise


_SIMPLE: Final[dict[Any, Convert]] = {
    str: _str,
    int: _int,
    float: _float,
    bool: _bool,
    Any: _any,
    list: _list(_any),
    dict: _dict(_any),
}

_MARKED: Final[dict[Any, Convert]] = {
    ID: _id,
    ADDRESS: _address,
    ONCE: _address,
    TEXT: _only_text,
    IDS: read_ids,
}
