"""Bodies that cannot be read, or are too much, and what is said of them."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botyard.errors import ApiError, ErrorCode
from botyard.wire import body
from botyard.wire.body import decode
from botyard.wire.limits import MAX_BODY, MAX_DEPTH, MAX_KEYS, MAX_TYPE_ECHO
from tests.wire.bodies import FORM, JSON, MULTIPART, VALUES, multipart, named, nested

DEEP: dict[str, object] = {"limit": MAX_DEPTH}

MANY: dict[str, object] = {"limit": MAX_KEYS}


class Bad(NamedTuple):
    name: str
    content_type: str
    body: bytes
    problem: ErrorCode
    words: dict[str, object]
    query: bytes = b""


def malformed(name: str, content_type: str, sent: bytes, reason: str) -> Bad:
    return Bad(name, content_type, sent, ErrorCode.BODY_MALFORMED, {"reason": reason})


def half(name: str, content_type: str, sent: bytes, place: str = "", query: bytes = b"") -> Bad:
    return Bad(name, content_type, sent, ErrorCode.BODY_SURROGATE, {"place": place}, query)


# The decoder itself calls most of these cut off.
HALVES = [
    ("half an emoji", b'{"a":"\\ud83d"}'),
    ("half an emoji before more", b'{"a":"\\ud83d","b":"c"}'),
    ("half an emoji before a letter", b'{"a":"\\uD83Dx"}'),
    ("half an emoji before an escape", b'{"a":"\\ud83d\\n"}'),
    ("half an emoji before another character", b'{"a":"\\ud83d\\u0041"}'),
    ("half an emoji twice", b'{"a":"\\ud83d\\ud83d"}'),
    ("the second half of an emoji", b'{"a":"\\udc00"}'),
]

REFUSED = [
    malformed("scalar", JSON, b"17", "the JSON must be an object or an array"),
    malformed("string", JSON, b'"a"', "the JSON must be an object or an array"),
    malformed("true", JSON, b"true", "the JSON must be an object or an array"),
    malformed("form called JSON", JSON, b"secret=1", "it is not valid JSON (byte 0)"),
    malformed("NaN", JSON, b'{"a":NaN}', "it is not valid JSON (byte 5)"),
    malformed("Infinity", JSON, b'{"a":Infinity}', "it is not valid JSON (byte 5)"),
    malformed("-Infinity", JSON, b'{"a":-Infinity}', "it is not valid JSON (byte 6)"),
    malformed("infinite number", JSON, b'{"a":1e999}', "a number in the JSON is out of range"),
    malformed("endless number", JSON, b'{"a":' + b"1" * 5000 + b"}", "a number in the JSON is out of range"),
    malformed("cut off", JSON, b'{"a":"b', "the JSON ends too early"),
    malformed("something after it", JSON, b"{} secret", "it is not valid JSON (byte 4)"),
    *(half(name, JSON, sent, " (byte 6)") for name, sent in HALVES),
    half("half an emoji in JSON under the type of a form", FORM, b'{"a":"\\ud83d","u":"x=1"}', " (byte 6)"),
    half("half an emoji after a whole one", JSON, b'{"a":"\\ud83d\\ude00\\\\\\ude00"}', " (byte 20)"),
    half("half an emoji behind other faults is not the first", JSON, b'{"a":"\\ud83d"', " (byte 6)"),
    half("half an emoji as a name", JSON, b'{"\\ud83d":1}', " (byte 2)"),
    half("JSON with a surrogate's bytes", JSON, b'{"a":"\xed\xa0\x80"}'),
    half("form with a surrogate's bytes", FORM, b"a=\xed\xa0\x80"),
    half("form with a surrogate escaped", FORM, b"a=%ED%A0%80"),
    half("form with an emoji in two halves", FORM, b"a=%ED%A0%BD%ED%B8%80"),
    half("query with a surrogate", "", b"", query=b"%ED%B8%80=1"),
    half("multipart with a surrogate", MULTIPART, multipart(("a", "-")).replace(b"-\r\n-", b"\xed\xa0\xbd\r\n-")),
    malformed("cut off in an emoji", JSON, b'{"a":"\\ud83d', "the JSON ends too early"),
    malformed("a fault before half an emoji", JSON, b'{"a":tru,"b":"\\ud83d"}', "it is not valid JSON (byte 9)"),
    malformed("broken JSON under the type of a form", FORM, b'{"a":"secret"', "the JSON ends too early"),
    malformed("prose in brackets", FORM, b"[secret]", "it is not valid JSON (byte 1)"),
    malformed("no boundary", "multipart/form-data", b"--B--", "the multipart boundary is missing"),
    malformed("not multipart", MULTIPART, b"secret", "it is not valid multipart data"),
    malformed("half multipart", MULTIPART, multipart(("a", "b"))[:-8], "the multipart data ends too early"),
    Bad("JSON not UTF-8", JSON, b'{"a":"\xff"}', ErrorCode.BODY_NOT_UTF8, {}),
    Bad("JSON name not UTF-8", JSON, b'{"\xff":1}', ErrorCode.BODY_NOT_UTF8, {}),
    Bad("JSON not UTF-8 outside of texts", JSON, b"{\xff}", ErrorCode.BODY_NOT_UTF8, {}),
    Bad("form not UTF-8", FORM, b"a=\xff", ErrorCode.BODY_NOT_UTF8, {}),
    Bad("form escapes not UTF-8", FORM, b"a=%FF", ErrorCode.BODY_NOT_UTF8, {}),
    Bad("query not UTF-8", "", b"", ErrorCode.BODY_NOT_UTF8, {}, b"%ff=1"),
    Bad(
        "multipart not UTF-8",
        MULTIPART,
        multipart(("a", "-")).replace(b"-\r\n-", b"\xff\r\n-"),
        ErrorCode.BODY_NOT_UTF8,
        {},
    ),
    Bad("NUL in a JSON text", JSON, b'{"a":["x\\u0000"]}', ErrorCode.BODY_NUL, {}),
    Bad("NUL in a JSON name", JSON, b'{"a":{"\\u0000":1}}', ErrorCode.BODY_NUL, {}),
    Bad("NUL after an escaped backslash", JSON, b'{"a":"\\\\\\u0000"}', ErrorCode.BODY_NUL, {}),
    Bad("NUL raw in JSON", JSON, b'{"a":"\0"}', ErrorCode.BODY_NUL, {}),
    Bad("NUL escaped in a form", FORM, b"a=x%00", ErrorCode.BODY_NUL, {}),
    Bad("NUL raw in a form", FORM, b"a\0=x", ErrorCode.BODY_NUL, {}),
    Bad("NUL in a query", "", b"", ErrorCode.BODY_NUL, {}, b"a[%00]=1"),
    Bad("NUL in multipart", MULTIPART, multipart(("a", "x\0")), ErrorCode.BODY_NUL, {}),
    Bad("XML", "text/xml", b"<a b='c'/>", ErrorCode.BODY_TYPE, {"type": "text/xml"}),
    Bad("picture", "image/png", b"\x89PNG=", ErrorCode.BODY_TYPE, {"type": "image/png"}),
    Bad("prose", "text/plain", b"hello", ErrorCode.BODY_TYPE, {"type": "text/plain"}),
    Bad("prose without a type", "", b"hello", ErrorCode.BODY_TYPE, {"type": "(none)"}),
    Bad("long type", "x" * 999, b"hello", ErrorCode.BODY_TYPE, {"type": "x" * MAX_TYPE_ECHO}),
    Bad(
        "foreign charset",
        FORM + ";charset=windows-1251",
        b"a=1",
        ErrorCode.BODY_TYPE,
        {"type": FORM + ";charset=windows-1251"},
    ),
    *(Bad(f"lists {n} deep", JSON, nested(n), ErrorCode.BODY_TOO_DEEP, DEEP) for n in (MAX_DEPTH + 1, 1000, 100_000)),
    *(Bad(f"objects {n} deep", JSON, named(n), ErrorCode.BODY_TOO_DEEP, DEEP) for n in (MAX_DEPTH + 1, 1000, 100_000)),
    Bad("deep and never closed", JSON, b"[" * 100_000, ErrorCode.BODY_TOO_DEEP, DEEP),
    Bad("deep under no type", "", nested(1000), ErrorCode.BODY_TOO_DEEP, DEEP),
    Bad("deep form", FORM, b"a" + b"[b]" * MAX_DEPTH + b"=1", ErrorCode.BODY_TOO_DEEP, DEEP),
    Bad("deep pushes", FORM, b"a" + b"[]" * 100_000 + b"=1", ErrorCode.BODY_TOO_DEEP, DEEP),
    Bad("deep query", "", b"", ErrorCode.BODY_TOO_DEEP, DEEP, b"a" + b"[b]" * 100_000 + b"=1"),
    Bad("deep multipart", MULTIPART, multipart(("a" + "[b]" * MAX_DEPTH, "1")), ErrorCode.BODY_TOO_DEEP, DEEP),
    Bad("wide list", JSON, b"[" + b"1," * MAX_KEYS + b"1]", ErrorCode.BODY_TOO_MANY, MANY),
    Bad("wide list of texts", JSON, b"[" + b'"",' * MAX_KEYS + b'""]', ErrorCode.BODY_TOO_MANY, MANY),
    Bad("many lists", JSON, b"[" + b"[1]," * (MAX_KEYS // 2) + b"[1]]", ErrorCode.BODY_TOO_MANY, MANY),
    Bad("wide object", JSON, json.dumps(dict.fromkeys(range(MAX_KEYS + 1))).encode(), ErrorCode.BODY_TOO_MANY, MANY),
    Bad("wide form", FORM, b"a=1&" * MAX_KEYS + b"b=1", ErrorCode.BODY_TOO_MANY, MANY),
    Bad("wide tree", FORM, b"&".join([b"a" + b"[]" * 50 + b"=1"] * 300), ErrorCode.BODY_TOO_MANY, MANY),
    Bad("wide query", "", b"", ErrorCode.BODY_TOO_MANY, MANY, b"a[]=1&" * MAX_KEYS + b"b=1"),
    Bad("wide multipart", MULTIPART, multipart(*[("a", "1")] * (MAX_KEYS + 1)), ErrorCode.BODY_TOO_MANY, MANY),
    Bad("parts without a name", MULTIPART, b"--B\r\nX: 1\r\n\r\n\r\n" * (MAX_KEYS + 2), ErrorCode.BODY_TOO_MANY, MANY),
    Bad("large body", JSON, b" " * (MAX_BODY + 1), ErrorCode.BODY_TOO_BIG, {"limit": MAX_BODY}),
    Bad("large query", "", b"", ErrorCode.BODY_TOO_BIG, {"limit": MAX_BODY}, b"&" * (MAX_BODY + 1)),
]


@pytest.mark.parametrize("bad", REFUSED, ids=lambda bad: bad.name)
def test_refuses(bad: Bad) -> None:
    with pytest.raises(ApiError) as refused:
        decode(bad.content_type, bad.body, bad.query)
    assert (refused.value.problem, refused.value.words) == (bad.problem, bad.words)
    code, text = refused.value.code, refused.value.text
    assert code == "INVALID_REQUEST"
    assert "secret" not in text, "an error never repeats what was sent"


CAME = {
    "wide list": "10001 names and elements came",
    "wide list of texts": "10001 names and elements came",
    "many lists": "10002 names and elements came",
    "wide object": "10001 names and elements came",
    "wide form": "10001 came",
    "wide tree": "300 came, and the brackets of their names make more than 10000 values",
    "wide query": "10001 came",
    "wide multipart": "10001 parts came so far",
    "parts without a name": "10002 parts came so far",
    "large body": f"the body is {MAX_BODY + 1} bytes",
    "large query": f"the query is {MAX_BODY + 1} bytes",
}


@pytest.mark.parametrize("bad", [bad for bad in REFUSED if bad.problem.name in ("BODY_TOO_BIG", "BODY_TOO_MANY")])
def test_what_is_too_much_says_how_much_came(bad: Bad) -> None:
    with pytest.raises(ApiError) as refused:
        decode(bad.content_type, bad.body, bad.query)
    assert refused.value.hint == CAME[bad.name]


JUST_FITS = [
    ("deep list", JSON, nested(MAX_DEPTH)),
    ("deep object", JSON, named(MAX_DEPTH)),
    ("deep form", FORM, b"a" + b"[b]" * (MAX_DEPTH - 1) + b"=1"),
    ("wide list", JSON, b"[" + b"1," * (MAX_KEYS - 1) + b"1]"),
    ("wide object", JSON, json.dumps(dict.fromkeys(range(MAX_KEYS))).encode()),
    ("wide, with white space", JSON, json.dumps([[]] * MAX_KEYS, indent=4).replace("[]", "[ \n]").encode()),
    ("wide form", FORM, b"a[]=1&" * MAX_KEYS),
    ("wide multipart", MULTIPART, multipart(*[("a[]", "1")] * MAX_KEYS)),
    ("commas in a text", JSON, json.dumps({"a": "," * 100_000}).encode()),
    ("brackets in a text", JSON, json.dumps({"a": '\\"[{' * 100_000}).encode()),
    ("brackets in a name", JSON, json.dumps({"[{,\\" * 100_000: 1}).encode()),
    ("BBCode in a form", FORM, b"a=" + b"[b],[/b]" * 100_000),
    ("the text \\u0000", JSON, json.dumps({"a": "\\u0000" * 1000}).encode()),
]


@pytest.mark.parametrize(("name", "content_type", "sent"), JUST_FITS, ids=[row[0] for row in JUST_FITS])
def test_accepts_what_just_fits(name: str, content_type: str, sent: bytes) -> None:
    assert decode(content_type, sent, b"")


def test_a_stack_that_overflows_is_a_refusal_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "check_structure", lambda raw, most: None)
    with pytest.raises(ApiError) as refused:
        decode(JSON, nested(100_000), b"")
    assert refused.value.problem is ErrorCode.BODY_TOO_DEEP


def test_json_text_inside_a_parameter_obeys_the_same_limits() -> None:
    with pytest.raises(ApiError) as refused:
        body.json(nested(1000))
    assert refused.value.problem is ErrorCode.BODY_TOO_DEEP


@given(value=st.lists(VALUES, max_size=8))
@settings(max_examples=80, deadline=None)
def test_the_exact_count_agrees_with_the_value(value: list[Any]) -> None:
    bare = body.JSON_STRING.sub(b"0", json.dumps(value, indent=1).encode())
    assert body.count_elements(bare) == count(value)


def count(value: Any) -> int:
    items = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return len(items) + sum(count(item) for item in items)


@pytest.mark.parametrize("encoding", ["UTF-16", "UTF-16-LE", "UTF-16-BE", "UTF-32", "UTF-32-LE", "UTF-32-BE"])
def test_json_in_another_encoding_is_told_which(encoding: str) -> None:
    with pytest.raises(ApiError) as refused:
        decode("application/json", '{"a":"b"}'.encode(encoding), b"")
    assert refused.value.problem is ErrorCode.BODY_NOT_UTF8
    assert refused.value.hint == f"the JSON is in {encoding[:6]}; send it in UTF-8"
