"""Looks for mistakes in the parameters of a failed call: misspelt names, and values of another type."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from itertools import islice
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

import msgspec

from botyard.wire.body import BLANKS
from botyard.wire.coerce import IDS, Reading, spellings
from botyard.wire.hint import kind_of
from botyard.wire.json_text import fault

MOST = 5
"""Notes on one call."""
LOOKED_AT = 40
"""Parameters of one object that are looked at, and the longest of their names: a call may hold thousands."""
_ALIKE = 0.8
_NOTHING = (None, "", "None", "null", "undefined")
# Said by many clients to many servers, and of no consequence.
_PASSED_OVER = frozenset({"auth", "access_token", "sessid", "halt", "start", "client_secret"})


class Known(NamedTuple):
    """A parameter: its name as the method spells it, and its type."""

    name: str
    kind: Any


def known(struct: Any) -> dict[str, Known]:
    """The parameters of a method by their lower-cased names."""
    fields = msgspec.structs.fields(struct)
    return {name: Known(field.encode_name, plain(field.type)) for field in fields for name in spellings(field)}


def notes(struct: Any, params: Mapping[str, Any]) -> list[str]:
    """A phrase for each thing that is odd; values are never repeated, for any of them may be a secret."""
    return list(_notes(struct, params, ""))[:MOST]


def _notes(struct: Any, params: Mapping[str, Any], inside: str) -> Iterator[str]:
    names = known(struct)
    looked_at = list(islice(params.items(), LOOKED_AT))
    came = {str(name).lower() for name, _ in looked_at}
    upper = all(parameter.name.isupper() for parameter in names.values())
    for written, value in looked_at:
        name = str(written)
        parameter = names.get(name.lower())
        if parameter is None:
            meant = _meant(name.lower(), names, came)
            if meant:
                shown = _path(inside, name.upper() if upper else name)
                yield f"unknown parameter {shown}; did you mean {_path(inside, meant)}?"
            continue
        yield from mistyped(parameter, value, _path(inside, parameter.name))


def _path(inside: str, name: str) -> str:
    return f"{inside}[{name}]" if inside else name


def _meant(name: str, names: Mapping[str, Known], came: set[str]) -> str:
    """The parameter that a name is a misspelling of; none that came as well."""
    if name in _PASSED_OVER or len(name) > LOOKED_AT:
        return ""
    bare = {name.replace("_", ""): name for name in names if name not in came}
    close = get_close_matches(name.replace("_", ""), bare, n=1, cutoff=_ALIKE)
    return names[bare[close[0]]].name if close else ""


def mistyped(parameter: Known, value: Any, path: str) -> Iterator[str]:
    """What of a value, given at a path, is not of the type of its parameter."""
    kind = parameter.kind
    structured = isinstance(kind, type) and issubclass(kind, msgspec.Struct)
    if is_json_text(value) and (structured or (get_origin(kind) or kind) in (list, dict)):
        wrong = fault(value)
        if wrong:
            yield f"{path}: {wrong}"
            return
        value = decoded(value)
    if structured and isinstance(value, Mapping):
        yield from _notes(kind, value, path)
        return
    expected = _EXPECTED.get(get_origin(kind) or kind) or _of_struct(kind)
    if expected is None or value in _NOTHING or value is msgspec.UNSET:
        return
    word, fits = expected
    if not fits(value):
        yield f"{path}: expected {word}, got {kind_of(value)}"


def is_json_text(value: Any) -> bool:
    """Whether a value is meant as JSON text of an object or a list, good or not."""
    return isinstance(value, str) and value[:LOOKED_AT].lstrip(BLANKS)[:1] in ("{", "[")


def decoded(value: Any) -> Any:
    """A value, or what its JSON text holds; text that cannot be read stays as it is."""
    return value if not is_json_text(value) or fault(value) else msgspec.json.decode(value.lstrip(BLANKS))


def plain(kind: Any) -> Any:
    """A type without what the wire does not see: Annotated, NewType, None and UNSET.

    ``Any`` where more is read than the type says; the method tells what it cannot read.
    """
    while True:
        if get_origin(kind) is Annotated:
            kind, *marks = get_args(kind)
            if IDS in marks or isinstance(marks[0], Reading):
                return Any
        elif hasattr(kind, "__supertype__"):
            kind = kind.__supertype__
        elif get_origin(kind) in (Union, UnionType):
            kinds = [option for option in get_args(kind) if option not in (NoneType, msgspec.UnsetType)]
            if len(kinds) != 1:
                return Any
            kind = kinds[0]
        else:
            return kind


Fits = Callable[[Any], bool]


def _is_whole(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) < LOOKED_AT and value.strip().removeprefix("-").removeprefix("+").isdecimal()
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())


def _is_number(value: Any) -> bool:
    if not isinstance(value, str):
        return isinstance(value, int | float)
    try:
        float(value)
    except ValueError:
        return False
    return True


def _is_text(value: Any) -> bool:
    return isinstance(value, str | int | float)


_YES_NO = frozenset({"y", "n", "1", "0", "true", "false", "yes", "no", "on", "off"})


def _is_flag(value: Any) -> bool:
    return value in (0, 1) or (isinstance(value, str) and value[:LOOKED_AT].lower() in _YES_NO)


def _holds(value: Any) -> bool:
    return not isinstance(value, bool)


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping | list) or is_json_text(value)


_EXPECTED: dict[Any, tuple[str, Fits]] = {
    int: ("a whole number", _is_whole),
    float: ("a number", _is_number),
    str: ("a text", _is_text),
    bool: ("Y or N", _is_flag),
    list: ("a list", _holds),
    dict: ("an object", _is_object),
}


def _of_struct(kind: Any) -> tuple[str, Fits] | None:
    is_struct = isinstance(kind, type) and issubclass(kind, msgspec.Struct)
    return ("an object", lambda value: isinstance(value, Mapping)) if is_struct else None
