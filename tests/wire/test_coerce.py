"""What loosely typed values become, one annotation at a time."""

from __future__ import annotations

import math
from typing import Annotated, Any, NewType

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET, UnsetType

from botyard.wire.coerce import Address, Ids, Text, reader
from botyard.wire.limits import MAX_DEPTH
from botyard.wire.param_types import Number, Numbered

UserId = NewType("UserId", int)


class Button(msgspec.Struct, rename="upper", frozen=True):
    text: str = ""
    newline: bool = False


class Folder(msgspec.Struct):
    name: str = ""
    children: list[Folder] = []


class All(msgspec.Struct):
    """One field of each annotation, with defaults that no value turns into."""

    s: str = "default"
    i: int = 77
    f: float = 7.5
    t: bool = True
    n: bool = False
    ints: list[int] = msgspec.field(default_factory=lambda: [77])
    strs: list[str] = msgspec.field(default_factory=lambda: ["default"])
    structs: list[Button] = []
    struct: Button = Button(text="default")
    map: dict[str, Any] = msgspec.field(default_factory=lambda: {"default": 1})
    texts: dict[str, str] = {}
    any: Any = "default"
    os: str | None = None
    oi: int | None = None
    ob: bool | None = None
    ol: list[int] | None = None
    ostruct: Button | None = None
    om: dict[str, Any] | None = None
    of: float | None = None
    ostructs: list[Button] | None = None
    us: str | UnsetType = UNSET
    ui: int | UnsetType = UNSET
    uni: int | UnsetType | None = UNSET
    uany: Any | UnsetType = UNSET
    user: UserId = UserId(77)
    noted: Annotated[int, msgspec.Meta(ge=0)] = 77
    address: Address = "default"
    oaddress: Address | None = None
    ids: Ids = []
    numbered: Numbered | UnsetType = UNSET
    number: Number | UnsetType = UNSET
    text: Text | UnsetType = UNSET
    raw_list: list = []  # type: ignore[type-arg]
    raw_dict: dict = {}  # type: ignore[type-arg]


read = reader(All)
HELLO = Button(text="hello")
PLAIN = Button()
DEFAULT = object()

NOTHING: list[Any] = [None, "", False, 0, [], {}, "None", "null", " UNDEFINED "]
NO_NUMBERS: list[Any] = ["word", 5, "5", True, {"a": "b"}, {"a": [1]}, {"a": 5, "b": "5x"}, "{a}"]
NO_NUMBER: list[Any] = [True, None, 1.5, -1, "-1", "+1", "٣", "1" * 19, 10**18, 10**300]

TABLE: dict[str, list[tuple[Any, Any]]] = {
    "s": [
        ("x", "x"),
        ("", ""),
        ("None", "None"),
        (12, "12"),
        (-1, "-1"),
        (1.5, "1.5"),
        (1.0, "1"),
        (2**70, str(2**70)),
        (True, "1"),
        (False, ""),
        ([], ""),
        (["a"], ""),
        ({}, ""),
        ({"a": 1}, ""),
        (None, DEFAULT),
        (" x ", " x "),
        (2**14_000, ""),
    ],
    "i": [
        (5, 5),
        ("5", 5),
        ("-5", -5),
        ("+5", 5),
        ("12abc", 12),
        ("abc", 0),
        (" 7", 7),
        ("7 ", 7),
        ("1e3", 1000),
        ("1.9", 1),
        ("-1.9", -1),
        (".5", 0),
        ("0x1A", 0),
        ("007", 7),
        ("٣", 0),
        ("1_000", 1),
        (True, 1),
        (False, 0),
        (1.9, 1),
        (-1.9, -1),
        (math.nan, 0),
        (math.inf, 0),
        (1e300, 0),
        ("1e999", 0),
        ("9" * 5000, 0),
        ("0" * 5000 + "7", 0),
        (2**63 - 1, 2**63 - 1),
        (2**63, 0),
        (-(2**63), -(2**63)),
        (-(2**63) - 1, 0),
        ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", 0),
        ("-9223372036854775808", -(2**63)),
        ("", DEFAULT),
        (None, DEFAULT),
        ("None", DEFAULT),
        ([], 0),
        ([5], 0),
        ({}, 0),
        ({"0": 5}, 0),
        # Section 7 (2): an unresolved reference of a batch once crashed call_list_fast.
        ("$result[1][49][ID]", 0),
    ],
    "f": [
        (1.5, 1.5),
        ("1.5abc", 1.5),
        ("abc", 0.0),
        (3, 3.0),
        (True, 1.0),
        (False, 0.0),
        (2**5000, 0.0),
        (math.inf, 0.0),
        (math.nan, 0.0),
        ("1e999", 0.0),
        ("", DEFAULT),
        (None, DEFAULT),
        ("None", DEFAULT),
        ([], 0.0),
        ({"a": 1}, 0.0),
        ("9" * 5000, 0.0),
    ],
    # B5: the words for true and false of every client, and what is neither leaves the default.
    **{
        field: [
            *((yes, True) for yes in (True, 1, 1.0, "1", "Y", "y", "true", "True", "TRUE", "yes", "on")),
            *((no, False) for no in (False, 0, 0.0, "0", "N", "n", "false", "False", "FALSE", "no", "off")),
            *((odd, DEFAULT) for odd in ("", None, "None", "maybe", 2, -1, math.nan, [], ["Y"], {}, {"a": 1})),
        ]
        for field in ("t", "n")
    },
    "ints": [
        ([1, "2", "x"], [1, 2, 0]),
        ((1, 2), [1, 2]),
        ({"0": "5", "7": 6}, [5, 6]),
        ("[1,2]", [1, 2]),
        (' ["1"]', [1]),
        ('{"0":3}', [3]),
        ("5", [5]),
        (5, [5]),
        (True, [1]),
        ("1,2", [1]),
        ("[1,", [0]),
        ("", []),
        (None, []),
        ("None", []),
        (False, []),
        ([], []),
        ({}, []),
        (["", None, "3"], [3]),
        ([[1]], [0]),
        ("[" * 1000, [0]),
    ],
    "strs": [
        (["a", 1, ""], ["a", "1", ""]),
        ("[B]bold[/B]", ["[B]bold[/B]"]),
        ("x", ["x"]),
        ('["x"]', ["x"]),
        ([None], []),
        ("", []),
    ],
    "structs": [
        ([{"TEXT": "hello"}], [HELLO]),
        ({"0": {"text": "hello"}}, [HELLO]),
        ('[{"TEXT":"hello"}]', [HELLO]),
        (['{"TEXT":"hello"}'], [HELLO]),
        (["garbage", 5, None, {"TEXT": "hello"}], [HELLO]),
        ("garbage", []),
        ("", []),
        (7, []),
        ([{"TYPE": "NEWLINE"}], [PLAIN]),
    ],
    "struct": [
        ({"TEXT": "hello"}, HELLO),
        ({"Text": "hello", "other": 1}, HELLO),
        ('{"TEXT":"hello"}', HELLO),
        ({}, PLAIN),
        ("{}", PLAIN),
        ("{", DEFAULT),
        ("[]", DEFAULT),
        ("x", DEFAULT),
        ("", DEFAULT),
        (None, DEFAULT),
        ([], DEFAULT),
        (5, DEFAULT),
        ({"NEWLINE": "Y"}, Button(newline=True)),
        ({0: 1, None: 2}, PLAIN),
    ],
    "map": [
        ({"A": 1}, {"A": 1}),
        ('{"A":1}', {"A": 1}),
        (["x", "y"], {"0": "x", "1": "y"}),
        ("[7]", {"0": 7}),
        ([], {}),
        ("", {}),
        (None, {}),
        ("x", {}),
        (5, {}),
        ("{", {}),
        ({"A": None}, {"A": None}),
        ({1: 2}, {"1": 2}),
    ],
    "texts": [
        ({"en": "Hi", "de": 5, "fr": None}, {"en": "Hi", "de": "5"}),
        ('{"en":"Hi"}', {"en": "Hi"}),
        (["Hi"], {"0": "Hi"}),
        (5, {}),
    ],
    "any": [(value, value) for value in (None, "", "x", 5, [1], {"a": 1}, True)],
    "os": [("x", "x"), (5, "5"), (None, None), ("", None), ("None", None), (False, "")],
    "oi": [("5", 5), ("x", 0), (None, None), ("", None), ("None", None), ([], 0)],
    "of": [("5", 5.0), (None, None), ("", None)],
    "ob": [("Y", True), ("N", False), (None, None), ("", None), ("None", None), ("maybe", None)],
    "ol": [([1], [1]), ([], []), ("[]", []), (None, None), ("", None), ("None", None)],
    "ostruct": [({"TEXT": "hello"}, HELLO), (None, None), ("", None), ("x", None), ([], None)],
    "ostructs": [([{"TEXT": "hello"}], [HELLO]), (None, None), ("N", [])],
    "om": [({"a": 1}, {"a": 1}), ([], {}), (None, None), ("", None)],
    "us": [("x", "x"), ("", ""), (None, UNSET), (5, "5")],
    "ui": [("5", 5), ("", UNSET), (None, UNSET), (0, 0)],
    "uni": [("5", 5), ("", None), (None, None), (0, 0)],
    "uany": [("", ""), (None, None), ([1], [1])],
    "user": [("5", 5), ("", DEFAULT)],
    "noted": [("5", 5), ("-5", -5), ("", DEFAULT)],
    "address": [
        ("http://x/", "http://x/"),
        ("", DEFAULT),
        *((word, DEFAULT) for word in ("None", "null", " undefined ", "NULL", "none")),
        (None, DEFAULT),
        ("nonesuch", "nonesuch"),
    ],
    "oaddress": [("http://x/", "http://x/"), ("undefined", None), ("NONE", DEFAULT), (None, None)],
    "ids": [
        ([1, "2", " 3 "], [1, 2, 3]),
        ({"0": "1", "x": 2}, [1, 2]),
        ("[1,2]", [1, 2]),
        ('{"0":"7"}', [7]),
        *((word, []) for word in ("", "None", " null ", "[]", "{}")),
        (None, []),
        ({}, []),
        ([0, -1, 2**63, "9" * 19, 5], [5]),
        *((wrong, None) for wrong in ("1", "1,2", 5, True, "[1,", ["x"], [True], [None], [[1]], [1.0], "[" * 40 + "1")),
    ],
    "number": [
        *[(nothing, 0) for nothing in (None, "", 0, "0", -5, 2**63, False)],
        (5, 5),
        (" 5 ", 5),
        (True, 1),
        *[(wrong, None) for wrong in ("5x", "-5", "word", "None", " ", 5.5, [5])],
        ([], None),
        ({}, None),
    ],
    "numbered": [
        ({"a": 5, "b": "7"}, {"a": 5, "b": 7}),
        ('{"a":5}', {"a": 5}),
        ("\ufeff [5]", {"0": 5}),
        ([5, "7"], {"0": 5, "1": 7}),
        ({"a": 0}, {"a": 0}),
        *((value, {}) for value in NOTHING),
        *((value, None) for value in NO_NUMBERS),
        *(([value], None) for value in NO_NUMBER),
    ],
    "text": [("x", "x"), ("", ""), (" None ", " None "), (None, ""), (5, None), (True, None), ([], None), ({}, None)],
    "raw_list": [("NONE", []), ("[1,null]", [1, None]), ({"0": "x"}, ["x"]), ("", [])],
    "raw_dict": [('{"a":[1]}', {"a": [1]}), ("x", {})],
}
ROWS = [(field, value, expected) for field, rows in TABLE.items() for value, expected in rows]


@pytest.mark.parametrize(
    ("field", "value", "expected"), ROWS, ids=[f"{field}-{value!r:.40}" for field, value, _ in ROWS]
)
def test_reads(field: str, value: Any, expected: Any) -> None:
    coerced = getattr(read({field: value}), field)
    wanted = getattr(All(), field) if expected is DEFAULT else expected
    assert coerced == wanted
    assert type(coerced) is type(wanted)


def test_every_annotation_has_rows() -> None:
    assert set(TABLE) == set(All.__struct_fields__)


def test_nothing_sent_leaves_every_default() -> None:
    assert read({}) == All()


def test_defaults_are_not_shared() -> None:
    read({}).ints.append(1)
    assert read({}).ints == [77]


class Names(msgspec.Struct, rename="camel", kw_only=True):
    bot_id: int = 0
    url: str = msgspec.field(name="URL", default="")


@pytest.mark.parametrize("name", ["botId", "botid", "BOTID", "BotId"])
def test_names_are_the_encoded_ones_in_any_case(name: str) -> None:
    assert reader(Names)({name: "5"}).bot_id == 5


def test_other_names_are_ignored() -> None:
    assert reader(Names)({"bot_id": 5, "auth": "x", "url": "u"}) == Names(bot_id=0, url="u")


class Required(msgspec.Struct):
    s: str
    i: int
    f: float
    b: bool
    lines: list[str]
    map: dict[str, Any]
    button: Button
    any: Any
    maybe: int | None
    unset: int | UnsetType


@pytest.mark.parametrize(
    "values", [{}, {"i": "", "s": None, "b": "maybe", "button": "x", "unset": ""}], ids=["absent", "silent"]
)
def test_required_fields_start_empty(values: dict[str, Any]) -> None:
    assert reader(Required)(values) == Required("", 0, 0.0, False, [], {}, PLAIN, None, None, UNSET)


def test_structs_may_hold_their_own_kind() -> None:
    folder = reader(Folder)({"NAME": "a", "children": [{"Name": "b", "Children": '[{"name":"c"}]'}]})
    assert folder == Folder("a", [Folder("b", [Folder("c")])])


def test_a_reader_is_compiled_once() -> None:
    assert reader(All) is reader(All)


def test_text_too_deep_is_just_a_text() -> None:
    assert read({"strs": "[" * 1000 + "]" * 1000}).strs == ["[" * 1000 + "]" * 1000]
    assert read({"map": '{"a":' * 1000 + "1" + "}" * 1000}).map == {}
    assert read({"any": "[" * (MAX_DEPTH + 1)}).any == "[" * (MAX_DEPTH + 1)


def test_a_nul_hidden_in_json_text_does_not_pass() -> None:
    assert read({"map": '{"a":"\\u0000"}'}).map == {}
    assert read({"struct": '{"TEXT":"\\u0000"}'}).struct == All().struct


@pytest.mark.parametrize("kind", [bytes, int | str, dict[int, str], set[int]])
def test_an_annotation_without_a_reading_fails_at_once(kind: Any) -> None:
    with pytest.raises(TypeError, match="no lenient reading"):
        reader(msgspec.defstruct("Odd", [("odd", kind)]))


ODD_TEXTS = st.sampled_from(
    ["None", "Y", "[1]", '{"0":1}', '[{"TEXT":1}]', "[", "{", "1e999", " 7", "\ud800", "[\ud800", "9" * 5000]
)
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.just(2**14_000) | st.floats() | st.text() | ODD_TEXTS | st.binary()
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["TEXT", "0"]), inner),
    max_leaves=8,
)


# What a reader makes need not obey a Meta: whoever declares one checks it.
SENT = sorted(set(TABLE) - {"noted"})


@given(values=st.dictionaries(st.sampled_from([*SENT, *map(str.upper, SENT), "other"]), VALUES, max_size=8))
@settings(max_examples=200, deadline=None)
def test_never_raises_and_always_keeps_its_types(values: dict[str, Any]) -> None:
    record = read(values)
    msgspec.convert(msgspec.to_builtins(record, str_keys=True), All, strict=True)


@given(value=st.integers(-(2**63), 2**63 - 1))
@settings(max_examples=100, deadline=None)
def test_integers_survive_as_texts(value: int) -> None:
    assert read({"i": str(value), "s": value}) == All(s=str(value), i=value)


class Nested(msgspec.Struct):
    lists: list[list[int]] = []
    map: dict[str, Any] = {}


def test_json_texts_of_one_call_hold_as_many_values_as_a_body() -> None:
    """Each of many texts is small; together they would fill the memory."""
    text = "[" + "1," * 999 + "1]"
    assert [len(items) for items in reader(Nested)({"lists": [text] * 10}).lists] == [1000] * 10
    beyond = reader(Nested)({"lists": [text] * 11, "map": '{"a":1}'})
    assert (beyond.lists[9:], beyond.map) == ([[1] * 1000, [0]], {}), "what is too much is not read"
    assert reader(Nested)({"map": '{"a":1}'}).map == {"a": 1}, "the next call begins anew"
