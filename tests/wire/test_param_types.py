"""Types of parameters that clients write in several ways."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import UNSET, UnsetType

from botyard.wire.coerce import reader
from botyard.wire.limits import MAX_DEPTH
from botyard.wire.multipart import FilePart
from botyard.wire.param_types import (
    LATEST,
    FilterConditions,
    FilterIds,
    FilterValue,
    Moment,
    NamedValues,
    RawAttach,
    Scopes,
    SortBy,
    SortOrder,
    descends,
)


class All(msgspec.Struct, kw_only=True):
    attach: RawAttach = UNSET
    value: FilterValue = None
    ids: FilterIds = None
    conditions: FilterConditions = {}
    sort: SortBy = ""
    order: SortOrder = ""
    moment: Moment = None
    scopes: Scopes = None
    unset_scopes: Scopes | UnsetType = UNSET
    named: NamedValues = {}


read = reader(All)
FILE = FilePart("a.txt", None)  # type: ignore[arg-type]
TOO_DEEP = "[" * (MAX_DEPTH + 1)
NOT_OBJECTS: list[Any] = [None, "", "x", [1], "[1]", 5]
KEPT: list[Any] = ["", None, "[1]", [1], {"a": 1}, False, 0, FILE]
VALUES: list[Any] = ["", "x", 5, 1.5, True, False, None, "None", "[1]", [], ["a", None, 1]]
FALSY: list[Any] = [None, "", 0, False, []]
NO_SCOPES: list[Any] = ["", [], {}, 5, True]
NEITHER: list[Any] = [None, "", "x", 5]

TABLE: dict[str, list[tuple[Any, Any]]] = {
    "attach": [(sent, sent) for sent in KEPT],
    "value": [
        *((sent, sent) for sent in VALUES),
        ({"0": "a", "1": 2}, ["a", 2]),
        (["a", ["b"], {"c": 1}], ["a"]),
        (FILE, ""),
        ([FILE], [""]),
    ],
    "ids": [("[1, 2]", [1, 2]), ('{"0": 1}', [1]), ("5", "5"), ("", ""), ([1], [1]), (TOO_DEEP, TOO_DEEP)],
    "conditions": [
        ({">ID": 1, "NAME": {"0": "a"}}, {">ID": 1, "NAME": ["a"]}),
        ('{"ID": [1, {}]}', {"ID": [1]}),
        *((sent, {}) for sent in (*NOT_OBJECTS, FILE)),
    ],
    "sort": [
        ({"id": "DESC", "name": None}, {"id": "DESC", "name": "None"}),
        ('{"id": "DESC"}', '{"id": "DESC"}'),
        ("NAME", "NAME"),
        *((sent, "") for sent in FALSY),
        ([1], "[1]"),
    ],
    "order": [({"id": 1}, {"id": "1"}), ('{"id": "DESC"}', {"id": "DESC"}), ("desc", "desc"), (None, ""), ("{", "{")],
    "moment": [
        (None, None),
        ("", ""),
        ("  ", "  "),
        ("yesterday", "yesterday"),
        ("2026-13-01", "2026-13-01"),
        (True, "True"),
        (0, 0),
        (" 5 ", 5),
        ("9" * 40, LATEST),
        ("9" * 19, LATEST),
        (2**63, LATEST),
        ("9999-12-31T23:59:59Z", LATEST),
        ("1970-01-01T00:01", 60),
        ("1970-01-01T00:01:00+01:00", 60 - 3600),
    ],
    "scopes": [
        (None, None),
        ("im, imbot,", ["im", "imbot"]),
        ('["im"]', ["im"]),
        ({"0": " im "}, ["im"]),
        ([1, ""], ["1"]),
        *((sent, []) for sent in NO_SCOPES),
    ],
    "unset_scopes": [("im", ["im"]), (None, None)],
    "named": [
        ({"a": None, "b": {"c": 1}}, {"a": None, "b": {"c": 1}}),
        ('{"a": 1}', {"a": 1}),
        (["x", "y"], {"0": "x", "1": "y"}),
        *((sent, {}) for sent in (*NEITHER, FILE)),
    ],
}


@pytest.mark.parametrize(
    ("field", "sent", "expected"), [(field, *row) for field, rows in TABLE.items() for row in rows]
)
def test_reads(field: str, sent: Any, expected: Any) -> None:
    value = getattr(read({field: sent}), field)
    assert value == expected
    assert type(value) is type(expected)


def test_every_type_has_rows() -> None:
    assert set(TABLE) == set(All.__struct_fields__)


def test_nothing_sent_leaves_every_default() -> None:
    assert read({}) == All()


@pytest.mark.parametrize(
    ("way", "expected"), [("DESC", True), (" descending", True), ("ASC", False), ("", False), ("None", False)]
)
def test_ways_to_sort(way: str, expected: bool) -> None:
    assert descends(way) is expected
