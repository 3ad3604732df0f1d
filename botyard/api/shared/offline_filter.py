"""Filters and orders of `event.offline.*`: `{">=ID": 1}`, `{"TIMESTAMP_X": "DESC"}`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from botyard.rpc.call import Call
from botyard.store import filter_values
from botyard.store.engines.db import Value
from botyard.store.offline_events import FIELDS, Test

# Longer prefixes first.
PREFIXES = {
    "!=": "<>",
    ">=": ">=",
    "<=": "<=",
    "!@": "<>",
    "!": "<>",
    ">": ">",
    "<": "<",
    "=": "=",
    "@": "=",
    "": "=",
}
VALUES_MAX = 300
"""Values that a filter may hold in all."""


def tests(call: Call, given: Any) -> list[Test]:
    """A filter as comparisons; keys that name no field are ignored."""
    if not isinstance(given, Mapping):
        return []
    zone = ZoneInfo(call.context.clock.zone_name)
    made: list[Test] = []
    room = VALUES_MAX
    for key, value in given.items():
        prefix = next(prefix for prefix in PREFIXES if str(key).startswith(prefix))
        field = str(key)[len(prefix) :].strip().upper()
        if field in FIELDS:
            values = [_value(field, scalar, zone) for scalar in filter_values.scalars(value)][:room]
            room -= len(values)
            made.append(Test(field, PREFIXES[prefix], [value for value in values if value is not None]))
    return made


def _value(field: str, given: Any, zone: ZoneInfo) -> Value:
    if field in ("ID", "MESSAGE_ID"):
        return filter_values.number(given)
    if field == "ERROR":
        return filter_values.flag(given) or 0
    if field == "TIMESTAMP_X":
        found = filter_values.moment(given, zone)
        return int(found.timestamp()) if found else None
    text = filter_values.text(given)
    return text.upper() if field == "EVENT_NAME" else text


def ordering(given: Any, default: str) -> list[tuple[str, bool]]:
    """Fields and whether they descend, as `{"ID": "DESC"}` asks for."""
    return list(_wishes(given)) or [(default, False)]


def _wishes(given: Any) -> Iterator[tuple[str, bool]]:
    for name, way in given.items() if isinstance(given, Mapping) else ():
        field = str(name).strip().upper()
        if field in FIELDS:
            yield field, str(way).strip().upper().startswith("DESC")
