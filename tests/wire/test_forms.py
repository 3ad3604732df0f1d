"""PHP forms, both ways."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botyard.errors import ApiError, ErrorCode
from botyard.wire import forms
from botyard.wire.limits import MAX_KEYS

PARSED: list[tuple[str, bytes, dict[str, Any]]] = [
    ("nothing", b"", {}),
    ("separators only", b"&&&", {}),
    ("a name alone", b"a", {"a": ""}),
    ("no name", b"=1&[]=2", {"[]": "2"}),
    ("equals signs in the value", b"a=b=c==", {"a": "b=c=="}),
    ("case is kept", b"Ab=1&aB=2", {"Ab": "1", "aB": "2"}),
    ("the last one wins", b"a=1&a=2", {"a": "2"}),
    ("an array replaces a value", b"a=2&a[b]=1", {"a": {"b": "1"}}),
    ("a value replaces an array", b"a[b]=1&a=2", {"a": "2"}),
    ("a branch replaces a leaf", b"a[b]=1&a[b][c]=2", {"a": {"b": {"c": "2"}}}),
    ("pushed", b"a[]=1&a[]=2", {"a": ["1", "2"]}),
    ("indexed", b"a[0]=x&a[1]=y", {"a": ["x", "y"]}),
    ("indexed, other order", b"a[1]=x&a[0]=y", {"a": {"1": "x", "0": "y"}}),
    ("indexed from one", b"a[1]=x&a[2]=y", {"a": {"1": "x", "2": "y"}}),
    ("a gap", b"a[0]=x&a[2]=y", {"a": {"0": "x", "2": "y"}}),
    ("pushed after an index", b"a[5]=x&a[]=y", {"a": {"5": "x", "6": "y"}}),
    ("pushed after a name", b"a[n]=x&a[]=y", {"a": {"n": "x", "0": "y"}}),
    ("indexed, then pushed", b"a[0]=x&a[]=y", {"a": ["x", "y"]}),
    ("01 is a name", b"a[01]=x&a[]=y", {"a": {"01": "x", "0": "y"}}),
    ("a huge index is a name", b"a[9999999999999999999999]=x&a[]=y", {"a": {"9" * 22: "x", "0": "y"}}),
    ("list of objects", b"a[0][b]=1&a[0][c]=2&a[1][b]=3", {"a": [{"b": "1", "c": "2"}, {"b": "3"}]}),
    ("pushed objects do not meet", b"a[][b]=1&a[][c]=2", {"a": [{"b": "1"}, {"c": "2"}]}),
    ("empty array", b"a[]=", {"a": []}),
    ("empty array, no equals sign", b"a[]", {"a": []}),
    ("empty array inside", b"a[b][]=", {"a": {"b": []}}),
    ("two empty texts", b"a[]=&a[]=", {"a": ["", ""]}),
    ("an empty text after another", b"a[]=1&a[]=", {"a": ["1", ""]}),
    ("an empty text at an index", b"a[0]=", {"a": [""]}),
    ("positional", b"0=123&1[POST_MESSAGE]=test", {"0": "123", "1": {"POST_MESSAGE": "test"}}),
    ("never closed", b"a[b=1", {"a[b": "1"}),
    ("never closed at the end", b"a[b][c=1", {"a[b][c": "1"}),
    ("bracket in front", b"[a]=1", {"[a]": "1"}),
    ("closing bracket alone", b"a]=1", {"a]": "1"}),
    ("the mark of UTF-8 before the first name", b"%EF%BB%BFa=1&b=2", {"a": "1", "b": "2"}),
    ("the same, unescaped", "\ufeffa[b]=1".encode(), {"a": {"b": "1"}}),
    ("before another name it is part of it", b"a=1&%EF%BB%BFb=2", {"a": "1", "\ufeffb": "2"}),
    ("alone", b"%EF%BB%BF=1", {}),
    ("bracket within brackets", b"a[b[c]=1", {"a": {"b[c": "1"}}),
    ("text behind the brackets", b"a[b]c=1", {"a": {"b": "1"}}),
    ("escaped brackets of both cases", b"a%5Bb%5d[c]=1", {"a": {"b": {"c": "1"}}}),
    ("filter of a list method", b"filter[>ID]=0&order[ID]=ASC&", {"filter": {">ID": "0"}, "order": {"ID": "ASC"}}),
    ("lone percent signs", b"a=100%&b=%zz%4&c=%%41", {"a": "100%", "b": "%zz%4", "c": "%A"}),
    ("backslashes", b"a=\\x41%5Cn\\u0041%41", {"a": "\\x41\\n\\u0041A"}),
    ("escaped twice", b"a=%2541", {"a": "%41"}),
    ("raw and escaped Cyrillic", "a=й%D0%B9+%20".encode(), {"a": "йй  "}),
    ("the page's example", b"fields[TITLE]=John%26Martin", {"fields": {"TITLE": "John&Martin"}}),
    ("the page's example, unescaped", b"fields[TITLE]=John&Martin", {"fields": {"TITLE": "John"}, "Martin": ""}),
]


@pytest.mark.parametrize(("name", "raw", "value"), PARSED, ids=[row[0] for row in PARSED])
def test_parses(name: str, raw: bytes, value: dict[str, Any]) -> None:
    assert forms.parse(raw) == value


ENCODED: list[tuple[str, dict[str, Any], str]] = [
    ("nothing", {}, ""),
    ("scalars", {"a": True, "b": False, "c": None, "d": 12, "e": 1.5, "f": "x"}, "a=1&b=0&c=&d=12&e=1.5&f=x"),
    ("whole floats", {"a": 1.0, "b": 1e20, "c": float("inf"), "d": float("nan")}, "a=1&b=1e%2B20&c=INF&d=NAN"),
    ("empty arrays vanish", {"a": [], "b": {}, "c": [[], {}], "d": 1}, "d=1"),
    ("list", {"a": [1, (2, 3)]}, "a%5B0%5D=1&a%5B1%5D%5B0%5D=2&a%5B1%5D%5B1%5D=3"),
    ("event", {"data": {"BOT": {39: {"BOT_ID": 39}}}}, "data%5BBOT%5D%5B39%5D%5BBOT_ID%5D=39"),
    ("escapes", {"a b": "x y&z=~é/-_.*"}, "a+b=x+y%26z%3D%7E%C3%A9%2F-_.%2A"),
    ("lone surrogate", {"a": "\ud800"}, "a=%3F"),
    ("an integer without end", {"a": 10**9999}, "a="),
]


@pytest.mark.parametrize(("name", "value", "raw"), ENCODED, ids=[row[0] for row in ENCODED])
def test_encodes(name: str, value: dict[str, Any], raw: str) -> None:
    assert forms.encode(value) == raw


@pytest.mark.parametrize("size", [forms.PIECE - 1, forms.PIECE, forms.PIECE + 1, 3 * forms.PIECE])
@pytest.mark.parametrize("part", ["%D0%B9", "a%41", "%%41", "%4", "+%"])
def test_large_values_are_cut_between_escapes(size: int, part: str) -> None:
    raw = (part * size)[:size].removesuffix("%D0").removesuffix("%D0%").removesuffix("%D0%B").encode()
    expected = forms.unescape(raw.replace(b"+", b" ")).decode("utf-8", "replace")
    if "\ufffd" not in expected:
        assert forms.parse(b"a=" + raw) == {"a": expected}


# A mark of UTF-8 ahead of the first name belongs to no name: tests of their own have it.
NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="[]\0\ufeff"), min_size=1, max_size=4
) | st.sampled_from("0123")
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)
)
VALUES = st.recursive(
    SCALARS | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


def normal(value: Any) -> Any:
    """What PHP makes of a value that went through a form: texts, no empty arrays, lists by their keys. None is gone."""
    if not isinstance(value, dict | list):
        return forms.text(value)
    pairs = value.items() if isinstance(value, dict) else ((str(i), item) for i, item in enumerate(value))
    kept = {key: normal(item) for key, item in pairs}
    kept = {key: item for key, item in kept.items() if item is not None}
    if not kept:
        return None
    return list(kept.values()) if list(kept) == [str(i) for i in range(len(kept))] else kept


@given(value=st.dictionaries(NAMES, VALUES, max_size=5))
@settings(max_examples=150, deadline=None)
def test_what_is_encoded_parses_to_its_php_form(value: dict[str, Any]) -> None:
    expected = {name: item for name, item in ((name, normal(item)) for name, item in value.items()) if item is not None}
    assert forms.parse(forms.encode(value).encode()) == expected


@given(value=st.dictionaries(NAMES, VALUES, max_size=5))
@settings(max_examples=60, deadline=None)
def test_a_second_trip_changes_nothing(value: dict[str, Any]) -> None:
    once = forms.parse(forms.encode(value).encode())
    assert forms.parse(forms.encode(once).encode()) == once


class Slowly(io.BytesIO):
    """A body that comes in pieces of a few bytes, so that every cut is tried."""

    def __init__(self, raw: bytes, step: int) -> None:
        super().__init__(raw)
        self._step = step

    def read(self, size: int | None = -1) -> bytes:
        return super().read(self._step)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"a=1&b[c]=2&b[d][]=3&&e",
        b"=x&a%5Bb%5D=%D0%BF%D1%80%2B+%3D%26&c=a=b=c",
        b"a=%&b=%4&c=%%41&d=%zz&e%=1&f%3=2&%=3",
        b"a%=&b=1",
        b"a=\\x41%5Cx41",
    ],
)
@pytest.mark.parametrize("step", [1, 2, 3, 7, 1000])
def test_a_file_is_read_as_the_text_is(raw: bytes, step: int) -> None:
    assert forms.parse_file(Slowly(raw, step)) == forms.parse(raw)


@given(st.lists(st.sampled_from([b"a", b"=", b"&", b"%", b"4", b"1", b"+", b"[", b"]", b"\xd0\xb0"]), max_size=30))
def test_any_file_is_read_as_the_text_is(parts: list[bytes]) -> None:
    raw = b"".join(parts)
    try:
        expected: object = forms.parse(raw)
    except ApiError as refused:
        expected = refused.problem
    for step in (1, 2, 5):
        try:
            outcome: object = forms.parse_file(Slowly(raw, step))
        except ApiError as refused:
            outcome = refused.problem
        assert outcome == expected


def test_a_file_has_the_limits_of_a_text() -> None:
    for raw, problem in [
        (b"a=%00", ErrorCode.BODY_NUL),
        (b"a=%ff", ErrorCode.BODY_NOT_UTF8),
        (b"&".join(b"a%d=1" % number for number in range(MAX_KEYS + 1)), ErrorCode.BODY_TOO_MANY),
    ]:
        with pytest.raises(ApiError) as refused:
            forms.parse_file(io.BytesIO(raw))
        assert refused.value.problem is problem


@given(st.text(st.characters()), st.text(st.characters()))
def test_names_and_values_are_escaped_as_the_library_does(name: str, value: str) -> None:
    escaped = [quote_plus(text, errors="replace").replace("~", "%7E") for text in (name, value)]
    assert forms.encode({name: value}) == "=".join(escaped)
