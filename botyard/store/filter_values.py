"""Parses the values of a user filter as PHP does, and dates in any of the usual forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from botyard.wire import forms
from botyard.wire.param_types import Scalar

MAX_TEXT = 1000
"""Characters of a value that are looked at."""

_WHOLE = re.compile(r"\s*([+-]?[0-9]+)", re.ASCII)
_WIDEST = 2**63 - 1
_FLAGS = {"y": 1, "yes": 1, "true": 1, "1": 1, "n": 0, "no": 0, "false": 0, "0": 0}
_FORMATS = ("%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%m/%d/%Y", "%m/%d/%Y %H:%M:%S")


def scalars(value: Scalar | list[Scalar]) -> list[Scalar]:
    """One value, or the elements of a list."""
    return value if isinstance(value, list) else [value]


def text(value: Scalar) -> str:
    """A value as text; false and nothing are empty. No field is longer than what is kept of it."""
    return "" if value is None or value is False else forms.text(value)[:MAX_TEXT]


def number(value: Scalar) -> int:
    """The digits in front, else 0 (an unresolved `$result[…]` of a batch is 0 too)."""
    if isinstance(value, int):
        parsed = int(value)
    else:
        match = _WHOLE.match(str(value))
        # Longer numbers than this are out of range anyway, and slow to read.
        parsed = int(match[1][:20]) if match else 0
    return max(-_WIDEST, min(parsed, _WIDEST))


def flag(value: Scalar) -> int | None:
    """Y or N in any spelling; ``None`` for anything else."""
    return _FLAGS.get(str(value).strip().lower())


def moment(value: Scalar, zone: ZoneInfo) -> datetime | None:
    """A date, with or without time; without an offset it is in the portal's zone."""
    raw = str(value).strip()
    for read in _READERS:
        try:
            parsed = read(raw)
            parsed = parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)
            parsed.timestamp()
        except (ValueError, OverflowError):
            continue
        return parsed
    return None


def _format(form: str) -> Callable[[str], datetime]:
    return lambda text: datetime.strptime(text, form)


_READERS = (datetime.fromisoformat, *(_format(form) for form in _FORMATS))
