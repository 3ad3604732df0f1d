"""Answers of `.xml` methods."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botyard.wire import envelope, xml
from botyard.wire.forms import text

HEAD = '<?xml version="1.0" encoding="UTF-8"?><response>'


class Person(msgspec.Struct, rename="upper"):
    id: int
    name: str | msgspec.UnsetType = msgspec.UNSET


ROWS: list[tuple[str, Any, str]] = [
    (
        "the page's example",
        {"result": {"result": {"get_user": {"ID": "1"}}}},
        "<result><result><get_user><ID>1</ID></get_user></result></result>",
    ),
    ("struct", {"result": Person(id=1)}, "<result><ID>1</ID></result>"),
    (
        "error",
        envelope.Failure("NO_AUTH_FOUND", "a < b & c"),
        "<error>NO_AUTH_FOUND</error><error_description>a &lt; b &amp; c</error_description>",
    ),
    ("true, false, null", {"a": True, "b": False, "c": None}, "<a>1</a><b>0</b><c></c>"),
    ("numbers", {"a": 12, "b": 1.5, "c": 2**70}, "<a>12</a><b>1.5</b><c>1180591620717411303424</c>"),
    ("list", {"a": [1, [2]]}, "<a><item>1</item><item><item>2</item></item></a>"),
    ("empty ones", {"a": [], "b": {}}, "<a></a><b></b>"),
    ("number as a name", {12: "x"}, '<item key="12">x</item>'),
    (
        "no name at all",
        {"": 1, "a b": 2, "-a": 3, "é": 4},
        '<item key="">1</item><item key="a b">2</item><item key="-a">3</item><item key="é">4</item>',
    ),
    ("hostile name", {'a"><b\x01': 1}, "<item key='a\"&gt;&lt;b'>1</item>"),
    ("a name with a line end", {"a\n": 1}, '<item key="a&#10;">1</item>'),
    ("control characters", {"a": "x\x00\x0b\x1f\ufffe\ud800\ty\r\n"}, "<a>x\ty&#13;\n</a>"),
]


@pytest.mark.parametrize(("name", "value", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_renders(name: str, value: Any, expected: str) -> None:
    assert xml.render(value).decode() == f"{HEAD}{expected}</response>"


def test_the_whole_envelope_with_its_time() -> None:
    stamp = "2026-11-22T10:00:00+00:00"
    time = envelope.Time(1.5, 2.5, 1.0, 0.5, stamp, stamp, 1_800_000_000, 0.0)
    root = ElementTree.fromstring(xml.render(envelope.Success(["a"], time)))  # noqa: S314
    assert [child.tag for child in root] == ["result", "time"]
    assert root.findtext("time/start") == "1.5"
    assert root.findtext("time/date_start") == stamp
    assert root.findtext("result/item") == "a"


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(), max_size=4), inner, max_size=4)
    ),
    max_leaves=15,
)


@given(value=st.dictionaries(st.text(st.characters(), max_size=6), VALUES, max_size=4))
@settings(max_examples=120, deadline=None)
def test_whatever_is_rendered_parses(value: dict[str, Any]) -> None:
    root = ElementTree.fromstring(xml.render(value))  # noqa: S314
    assert len(root) == len(value)


@given(
    value=st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn"]) | st.sampled_from("\t\r\n<&>"))
    )
)
@settings(max_examples=60, deadline=None)
def test_texts_come_back_as_they_were(value: list[str]) -> None:
    root = ElementTree.fromstring(xml.render({"result": value}))  # noqa: S314
    assert [item.text or "" for item in root.iter("item")] == [text(item) for item in value]
