"""Types of parameters that clients write in several ways, or that a method's own parser reads.

A reader never raises. What it cannot read it passes on in a form that the method knows, so that the method refuses it
when its turn comes, after what is checked before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias

from botyard.wire.coerce import Reading, from_json_text, read_ids, says_nothing

Scalar: TypeAlias = str | int | float | bool | None


def _as_sent(value: Any) -> object:
    return value


_AS_SENT = Reading(_as_sent)
RawAttach: TypeAlias = Annotated[object, _AS_SENT]
"""ATTACH as it was sent; ``chat.content.content.attach`` parses it."""
RawKeyboard: TypeAlias = Annotated[object, _AS_SENT]
"""KEYBOARD as it was sent; ``chat.content.content.keyboard`` parses it."""
RawMenu: TypeAlias = Annotated[object, _AS_SENT]
"""MENU as it was sent; ``chat.content.content.menu`` parses it."""
RawFile: TypeAlias = Annotated[object, _AS_SENT]
"""A file or a picture as it was sent; ``chat.media.file_params`` unwraps it."""
RawCommands: TypeAlias = Annotated[object, _AS_SENT]
"""The commands of a batch as they were sent; ``rpc.batch.commands_of`` parses them."""

RawParams: TypeAlias = Annotated[object, _AS_SENT]
"""Parameters of an event of an application as they were sent; ``api.pull.application`` takes objects and lists."""


def _filter_value(value: Any) -> Any:
    if isinstance(value, dict | list):
        values = value.values() if isinstance(value, dict) else value
        return [_scalar(item) for item in values if not isinstance(item, dict | list)]
    return _scalar(value)


def _scalar(value: Any) -> Scalar:
    return value if value is None or isinstance(value, str | int | float) else ""


def _filter_ids(value: Any) -> Any:
    return _filter_value(from_json_text(value))


def _filter_conditions(value: Any) -> Any:
    value = from_json_text(value)
    if not isinstance(value, Mapping):
        return {}
    return {str(key): _filter_value(held) for key, held in value.items()}


FilterValue: TypeAlias = Annotated[Scalar | list[Scalar], Reading(_filter_value)]
"""What a field is compared with: one value or several. PHP writes some lists as objects."""


def _some_ids(value: Any) -> list[int] | None:
    value = from_json_text(value)
    nothing = value is None or (isinstance(value, str) and says_nothing(value))
    return read_ids(value if nothing or isinstance(value, list | dict) else [value])


SomeIds: TypeAlias = Annotated[list[int] | None, Reading(_some_ids)]
"""One id, or ``Ids``."""
FilterIds: TypeAlias = Annotated[Scalar | list[Scalar], Reading(_filter_ids)]
"""The same of ids, whose list may be JSON text."""
FilterConditions: TypeAlias = Annotated[dict[str, FilterValue], Reading(_filter_conditions)]
"""A filter: values by names of fields, with operators in front of them. What is no object has no conditions."""


def _sort_by(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(field): str(way) for field, way in value.items()}
    return str(value or "")


def _sort_order(value: Any) -> Any:
    return _sort_by(from_json_text(value))


SortBy: TypeAlias = Annotated[dict[str, str] | str, Reading(_sort_by)]
"""A field to sort by, or ways by fields."""
SortOrder: TypeAlias = Annotated[dict[str, str] | str, Reading(_sort_order)]
"""The way to sort, or ways by fields, which may be JSON text."""


def descends(way: str) -> bool:
    """Whether a way to sort is `DESC`."""
    return way.strip().upper().startswith("DESC")


_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_DIGITS_MAX = 19
LATEST = 253_402_300_799
"""The latest moment that has a date: the end of the year 9999."""


def moment(value: Any) -> int | str | None:
    """Unix seconds, or a moment in ISO 8601 as these, in UTC where it names no zone; other text stays as it is."""
    if value is None:
        return None
    text = str(value).strip()
    if _DIGITS.fullmatch(text):
        return min(int(text), LATEST) if len(text) <= _DIGITS_MAX else LATEST
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return str(value)
    return int((parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp())


Moment: TypeAlias = Annotated[int | str | None, Reading(moment)]
"""A moment in Unix seconds; text that is no moment stays text."""


def _scopes(value: Any) -> list[str] | None:
    value = from_json_text(value)
    if value is None:
        return None
    words = value.split(",") if isinstance(value, str) else value
    listed = [*words.values()] if isinstance(words, dict) else words if isinstance(words, list) else []
    return [name for word in listed if (name := str(word).strip())]


Scopes: TypeAlias = Annotated[list[str] | None, Reading(_scopes)]
"""Names of permissions: a list, or text such as `im,imbot`."""


def _texts(value: Any) -> list[str]:
    value = from_json_text(value)
    listed = [*value.values()] if isinstance(value, dict) else value if isinstance(value, list) else [value]
    return [text for each in listed if isinstance(each, str) and (text := each.strip())]


Texts: TypeAlias = Annotated[list[str], Reading(_texts)]
"""Texts: a list, which PHP may write as an object, or a single one. What is no text is left out."""


def _named_values(value: Any) -> dict[str, object]:
    value = from_json_text(value)
    named = dict(enumerate(value)) if isinstance(value, list) else value if isinstance(value, dict) else {}
    return {str(name): held for name, held in named.items()}


NamedValues: TypeAlias = Annotated[dict[str, object], Reading(_named_values)]
"""Values by names of the caller's own; those of a list have their places. What is neither holds none."""


def _label(value: Any) -> object:
    value = from_json_text(value)
    return value if isinstance(value, Mapping) else _scalar(value) or ""


Label: TypeAlias = Annotated[object, Reading(_label)]
"""A text, or an object of texts by language; "" where nothing came."""


def _listed(value: Any) -> list[object] | None:
    value = from_json_text(value)
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else None


Listed: TypeAlias = Annotated[list[object] | None, Reading(_listed)]
"""A list of anything, which PHP may write as an object; ``None`` for what is no list."""


_NATURAL = re.compile(r"[0-9]{1,18}")
_INT64 = 2**63


def _numbered(value: Any) -> dict[str, int] | None:
    value = from_json_text(value)
    if not value or (isinstance(value, str) and says_nothing(value)):
        return {}
    if isinstance(value, list):
        value = dict(enumerate(value))
    if not isinstance(value, dict):
        return None
    numbers = {str(name): number for name, held in value.items() if (number := _natural(held)) is not None}
    return numbers if len(numbers) == len(value) else None


def _natural(value: Any) -> int | None:
    if isinstance(value, str):
        return int(value) if _NATURAL.fullmatch(value) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**18 else None


def _number(value: Any) -> int | None:
    if value is None or value == "":
        return 0
    if isinstance(value, str):
        return _natural(value.strip())
    if isinstance(value, int):
        return int(value) if 0 < value < _INT64 else 0
    return None


Numbered: TypeAlias = Annotated[dict[str, int] | None, Reading(_numbered)]
"""Whole numbers by names of the caller's own; those of a list have their places. What cannot be read so is ``None``."""
Number: TypeAlias = Annotated[int | None, Reading(_number)]
"""A number that can be an id, and 0 where nothing came; what is no whole number is ``None``."""
