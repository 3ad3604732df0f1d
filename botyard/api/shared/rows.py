"""Filters and orders of short lists that are held in memory: `{"%NAME": "x"}`, `{"ID": "DESC"}`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any, TypeAlias, TypeVar

from botyard.store import filter_values
from botyard.store.user_filter import NEGATIVE, ORDERED, POSITIVE, PREFIXES, Operator
from botyard.wire.param_types import FilterConditions, FilterValue, SortBy, descends

T = TypeVar("T")
Keys: TypeAlias = Mapping[str, Callable[[T], int | str]]
"""Field, in upper case → its value in a row."""


def kept(rows: Iterable[T], keys: Keys[T], conditions: FilterConditions) -> list[T]:
    """The rows that meet all conditions; texts are compared without regard to case."""
    return [row for row in rows if all(_passes(row, keys, key, value) for key, value in conditions.items())]


def in_order(rows: Iterable[T], keys: Keys[T], order: SortBy) -> list[T]:
    """Rows in the order that is wished for; what cannot be sorted by is left out."""
    pairs = order.items() if isinstance(order, Mapping) else [(order, "asc")]
    wishes = [(name.upper(), descends(way)) for name, way in pairs if name.upper() in keys]
    ordered = list(rows)
    for name, descending in reversed(wishes):
        ordered.sort(key=lambda row, name=name: _value(row, keys, name), reverse=descending)  # type: ignore[misc]
    return ordered


def _value(row: T, keys: Keys[T], name: str) -> int | str:
    value = keys[name](row)
    return value.lower() if isinstance(value, str) else value


def _passes(row: T, keys: Keys[T], key: str, value: FilterValue) -> bool:
    """Whether a row passes one condition; a key that names nothing is no condition."""
    prefix, operator = next((pair for pair in PREFIXES if key.strip().startswith(pair[0])), ("", Operator.PLAIN))
    name = key.strip().removeprefix(prefix).strip().upper()
    if name not in keys or value is None:
        return True
    held = _value(row, keys, name)
    plain = POSITIVE.get(operator, operator)
    matches = any(
        _compares(held, plain, wanted=filter_values.text(item).lower()) for item in filter_values.scalars(value)
    )
    return matches != (operator in NEGATIVE)


def _compares(held: int | str, operator: Operator, *, wanted: str) -> bool:
    if operator is Operator.LIKE:
        return wanted in str(held)
    if operator is Operator.PATTERN:
        literal = "".join(f"[{letter}]" if letter in "*?[" else letter for letter in wanted)
        return fnmatchcase(str(held), literal.replace("%", "*"))
    if isinstance(held, int):
        return _ordered(held, operator, filter_values.number(wanted))
    return _ordered(held, operator, wanted)


def _ordered(held: Any, operator: Operator, wanted: Any) -> bool:
    if operator not in ORDERED:
        return bool(held == wanted)
    compared = {
        Operator.MORE: held > wanted,
        Operator.LESS: held < wanted,
        Operator.FROM: held >= wanted,
        Operator.UPTO: held <= wanted,
    }
    return bool(compared[operator])
