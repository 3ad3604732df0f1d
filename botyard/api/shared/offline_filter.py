"""Filters and orders of `event.offline.*`: `{">=ID": 1}`, `{"TIMESTAMP_X": "DESC"}`."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from botyard.rpc.call import Call
from botyard.store import filter_values
from botyard.store.engines.db import Value
from botyard.store.offline_events import FIELDS, Test
from botyard.wire.param_types import FilterConditions, Scalar, SortOrder, descends

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


def tests(call: Call, conditions: FilterConditions) -> list[Test]:
    """A filter as comparisons; keys that name no field are ignored."""
    zone = ZoneInfo(call.context.clock.zone_name)
    made: list[Test] = []
    room = VALUES_MAX
    for key, value in conditions.items():
        prefix = next(prefix for prefix in PREFIXES if key.startswith(prefix))
        field = key[len(prefix) :].strip().upper()
        if field in FIELDS:
            values = [_value(field, scalar, zone) for scalar in filter_values.scalars(value)][:room]
            room -= len(values)
            made.append(Test(field, PREFIXES[prefix], [value for value in values if value is not None]))
    return made


def _value(field: str, scalar: Scalar, zone: ZoneInfo) -> Value:
    if field in ("ID", "MESSAGE_ID"):
        return filter_values.number(scalar)
    if field == "ERROR":
        return filter_values.flag(scalar) or 0
    if field == "TIMESTAMP_X":
        moment = filter_values.moment(scalar, zone)
        return int(moment.timestamp()) if moment else None
    text = filter_values.text(scalar)
    return text.upper() if field == "EVENT_NAME" else text


def ordering(order: SortOrder, default: str) -> list[tuple[str, bool]]:
    """Fields and whether they descend, as `{"ID": "DESC"}` asks for."""
    return list(_wishes(order)) or [(default, False)]


def _wishes(order: SortOrder) -> Iterator[tuple[str, bool]]:
    for name, way in order.items() if isinstance(order, dict) else ():
        field = name.strip().upper()
        if field in FIELDS:
            yield field, descends(way)
