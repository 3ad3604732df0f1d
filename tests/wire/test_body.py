"""What clients send, row by row: the table is section 0.2 of the notes on clients (B1 to B6)."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botyard.errors import ApiError, ErrorCode
from botyard.wire import body
from botyard.wire.body import decode
from botyard.wire.limits import MAX_BODY, MAX_DEPTH, MAX_KEYS, MAX_TYPE_ECHO

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=B"


def multipart(*fields: tuple[str, str]) -> bytes:
    parts = (f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields)
    return "".join([*parts, "--B--\r\n"]).encode()


class Sent(NamedTuple):
    name: str
    content_type: str
    body: bytes
    query: bytes
    params: dict[str, Any]


READ = [
    # B1 JSON object or array.
    Sent("B1 object", JSON, b'{"BOT_ID":39,"x":[1,{"a":null}]}', b"", {"bot_id": 39, "x": [1, {"a": None}]}),
    Sent("B1 the mark of UTF-8 in the first name", JSON, '{"\ufeffa":1,"b":2}'.encode(), b"", {"a": 1, "b": 2}),
    Sent("B4 the same in a part", MULTIPART, multipart(("\ufeffA", "1"), ("b", "2")), b"", {"a": "1", "b": "2"}),
    Sent("B2 the same in query and form", FORM, b"%ef%bb%bfb=2", b"%EF%BB%BFA=1", {"a": "1", "b": "2"}),
    Sent("B1 the PHP SDK's empty array (section 7, mistake 1)", JSON, b"[]", b"", {}),
    Sent("B1 positional array", JSON, b'[123,{"POST_MESSAGE":"t"}]', b"", {"0": 123, "1": {"POST_MESSAGE": "t"}}),
    Sent("B1 null is nothing", JSON, b"null", b"", {}),
    Sent("B1 white space around", JSON, b' \r\n{"a":1}\n', b"", {"a": 1}),
    Sent("B1 blank is nothing", JSON, b" \r\n", b"", {}),
    Sent("B1 byte order mark", JSON, b'\xef\xbb\xbf{"a":1}', b"", {"a": 1}),
    Sent("B1 charset utf-8", "application/json; charset=utf-8", '{"a":"привет"}'.encode(), b"", {"a": "привет"}),
    Sent("B1 charset quoted", 'Application/JSON;Charset="UTF-8"', b'{"a":1}', b"", {"a": 1}),
    Sent("B1 charset utf8", "application/json;charset=utf8", b'{"a":1}', b"", {"a": 1}),
    Sent("B1 structured suffix", "application/vnd.api+json", b'{"a":1}', b"", {"a": 1}),
    Sent("B1 escapes", JSON, b'{"a":"\\ud83d\\ude00 \\u0041\\n\\\\u0000"}', b"", {"a": "😀 A\n\\u0000"}),
    Sent("B1 beyond 64 bits", JSON, b'{"a":18446744073709551616,"b":1e300}', b"", {"a": 2**64, "b": 1e300}),
    Sent("B1 batch of pysdk", JSON, b'{"cmd":{"a":"m?x=1"},"halt":false}', b"", {"cmd": {"a": "m?x=1"}, "halt": False}),
    Sent("B1 batch of jssdk", JSON, b'{"cmd":["m?x=1"],"halt":1}', b"", {"cmd": ["m?x=1"], "halt": 1}),
    # B2 PHP forms.
    Sent("B2 plain", FORM, b"BOT_ID=39&MESSAGE=Hi", b"", {"bot_id": "39", "message": "Hi"}),
    Sent("B2 brackets raw", FORM, b"fields[TITLE]=a", b"", {"fields": {"TITLE": "a"}}),
    Sent("B2 brackets escaped", FORM, b"fields%5BTITLE%5d=a", b"", {"fields": {"TITLE": "a"}}),
    Sent("B2 plus and %20", FORM, b"a=x+y%20z%2B", b"", {"a": "x y z+"}),
    Sent("B2 a[]", FORM, b"a[]=1&a[]=2", b"", {"a": ["1", "2"]}),
    Sent("B2 a[0][b]", FORM, b"a[0][b]=1&a[1][b]=2", b"", {"a": [{"b": "1"}, {"b": "2"}]}),
    Sent("B2 trailing &", FORM, b"a=1&b=2&", b"", {"a": "1", "b": "2"}),
    Sent("B2 key[]= is an empty array", FORM, b"ATTACH[]=", b"", {"attach": []}),
    Sent("B2 key= is empty", FORM, b"ATTACH=&KEYBOARD=", b"", {"attach": "", "keyboard": ""}),
    Sent("B2 charset", FORM + "; charset=UTF-8", b"a=%D0%B9", b"", {"a": "й"}),
    Sent("B2 charset of Java's clients", FORM + "; charset=ISO-8859-1", b"a=%D0%B9", b"", {"a": "й"}),
    Sent("B2 charset of old clients", FORM + "; charset=us-ascii", b"a=b", b"", {"a": "b"}),
    Sent(
        "B2 batch of CRest",
        FORM,
        b"cmd%5Ba%5D=profile%3Fx%255Bb%255D%3D1&halt=0",
        b"",
        {"cmd": {"a": "profile?x%5Bb%5D=1"}, "halt": "0"},
    ),
    Sent(
        "B2 batch of @2bad, escaped twice in the query",
        "",
        b"",
        b"cmd%5Ba%5D=m%3Fx%255B0%255D%3D%2526",
        {"cmd": {"a": "m?x%5B0%5D=%26"}},
    ),
    Sent("B2 batch of call_list_fast counts from one", FORM, b"cmd[1]=m&cmd[2]=n", b"", {"cmd": {"1": "m", "2": "n"}}),
    # B2 what curl calls a form: `curl -d '{…}'`. As a whole it is JSON, or it is not.
    Sent("B2 JSON under the type of a form", FORM, b'{"BOT_ID":39,"x":["a=b&c"]}', b"", {"bot_id": 39, "x": ["a=b&c"]}),
    Sent("B2 JSON with blanks around", FORM, b' \r\n{"a":1}\n', b"", {"a": 1}),
    Sent("B2 JSON behind a mark", FORM, b'\xef\xbb\xbf {"a":1}', b"", {"a": 1}),
    Sent("B2 JSON keeps its escapes", FORM, b'{"a":"100%25 + %41"}', b"", {"a": "100%25 + %41"}),
    Sent("B2 a JSON list is positional", FORM, b'[5,{"POST":"t"}]', b"", {"0": 5, "1": {"POST": "t"}}),
    Sent("B2 empty JSON", FORM, b"{}", b"", {}),
    Sent("B2 a form whose first name is a brace", FORM, b"{=1&b=2", b"", {"{": "1", "b": "2"}),
    Sent("B2 a form whose first name is in braces", FORM, b"{a}=1&b=2", b"", {"{a}": "1", "b": "2"}),
    Sent("B2 a form that begins as JSON does", FORM, b'{"a":1}=1', b"", {'{"a":1}': "1"}),
    Sent("B2 a form whose first name is a bracket", FORM, b"[]=1&b=2", b"", {"[]": "1", "b": "2"}),
    Sent("B2 JSON that is escaped is a form", FORM, b"%7B%22a%22%3A1%7D", b"", {'{"a":1}': ""}),
    Sent("B2 a form behind a mark", FORM, b"\xef\xbb\xbfa=1&b=2", b"", {"a": "1", "b": "2"}),
    Sent("B2 blanks before a name belong to it", FORM, b" a=1", b"", {" a": "1"}),
    # B3 multipart, with the fields of the page data-encoding.md.
    Sent(
        "B3 bracketed names",
        MULTIPART,
        multipart(("fields[TITLE]", "My company"), ("fields[PHONE][0][VALUE]", "112233")),
        b"",
        {"fields": {"TITLE": "My company", "PHONE": [{"VALUE": "112233"}]}},
    ),
    Sent("B3 nothing is decoded twice", MULTIPART, multipart(("A", "x+y%20z")), b"", {"a": "x+y%20z"}),
    Sent("B3 behind a mark", MULTIPART, b"\xef\xbb\xbf" + multipart(("A", "x")), b"", {"a": "x"}),
    # B4 no type, no body.
    Sent("B4 nothing at all", "", b"", b"", {}),
    Sent("B4 GET with a query", "", b"", b"BOT_ID=39&a[]=1", {"bot_id": "39", "a": ["1"]}),
    Sent("B4 JSON type, no body", JSON, b"", b"a=1", {"a": "1"}),
    Sent("B4 foreign charset, no body", "text/plain; charset=koi8-r", b"", b"a=1", {"a": "1"}),
    # B5 spellings stay as they are: only the reader of a method knows what they mean.
    Sent("B5 words of Python", FORM, b"halt=True&x=None", b"", {"halt": "True", "x": "None"}),
    Sent("B5 true and null", JSON, b'{"halt":true,"x":null}', b"", {"halt": True, "x": None}),
    # B6 names in any case, at the top only.
    Sent(
        "B6 lower, upper, mixed", JSON, b'{"ORDER":{"ID":"ASC"},"Start":-1}', b"", {"order": {"ID": "ASC"}, "start": -1}
    ),
    Sent("B6 the last of one name wins", JSON, b'{"ID":1,"id":2}', b"", {"id": 2}),
    Sent("B6 in a query", "", b"", b"Filter[ID]=1", {"filter": {"ID": "1"}}),
    # Query and body are merged, the body wins (U5; also telemetry of jssdk beside a body, U6).
    Sent("U5 merged", JSON, b'{"a":1}', b"b=2", {"a": 1, "b": "2"}),
    Sent("U5 the body wins", FORM, b"A=body", b"a=query", {"a": "body"}),
    Sent("U5 an empty POST with a query", FORM, b"", b"MESSAGE=Hi", {"message": "Hi"}),
    Sent(
        "U6 telemetry",
        JSON,
        b"[]",
        b"bx24_request_id=1-2&bx24_sdk_ver=2",
        {"bx24_request_id": "1-2", "bx24_sdk_ver": "2"},
    ),
    # Types that say nothing: the body's own look decides.
    Sent("text/plain with JSON", "text/plain;charset=UTF-8", b'{"a":1}', b"", {"a": 1}),
    Sent("text/plain with a form", "text/plain", b"a[b]=1&c=2", b"", {"a": {"b": "1"}, "c": "2"}),
    Sent("no type, JSON", "", b' [{"a":1}]', b"", {"0": {"a": 1}}),
    Sent("no type, form", "", b"a=1", b"", {"a": "1"}),
    Sent("octets with JSON", "application/octet-stream", b'\xef\xbb\xbf{"a":1}', b"", {"a": 1}),
    Sent("unknown type, blank body", "text/xml", b"\r\n", b"", {}),
]


@pytest.mark.parametrize("sent", READ, ids=lambda sent: sent.name)
def test_reads(sent: Sent) -> None:
    assert decode(sent.content_type, sent.body, sent.query) == sent.params


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def named(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


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
    code, text = refused.value.v1()
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


SLOW_IF_QUADRATIC = [
    ("an open text of escaped quotes", JSON, b"[" * 65 + b'"' + b'\\"' * 1_000_000),
    ("texts without end", JSON, b"[" + b'"",' * 1_000_000),
    ("lists without end", JSON, b"[" + b"[]," * 1_000_000),
    ("closing brackets", JSON, b"[" * 64 + b"]" * 3_000_000),
    ("separators", FORM, b"&" * 3_000_000),
    ("opening brackets", FORM, b"a" + b"[" * 3_000_000),
    ("opening brackets in each name", FORM, b"&".join([b"a[x]" + b"[" * 300] * 9_999)),
    ("pushes", FORM, b"a[]=&" * 10_000),
    ("one deep branch", FORM, b"&".join(b"a" + b"[x]" * 60 + b"[%d]=1" % i for i in range(9_900))),
    ("escapes", FORM, b"a=" + b"%41" * 1_000_000),
    ("percent signs", FORM, b"a=" + b"%" * 500_000),
    ("escapes in JSON", JSON, b'{"a":"' + b"\\ud83d\\ude00" * 500_000 + b'\\ud83d"}'),
    ("halves in JSON", JSON, b'{"a":"' + b"\\ud83d" * 500_000 + b'"}'),
    ("backslashes in JSON", JSON, b'{"a":"' + b"\\" * 3_000_001),
    ("broken JSON under the type of a form", FORM, b'{"a":"' + b"=&" * 4_000 + b"\\" * 3_000_001),
    ("line ends in multipart", MULTIPART, multipart(("a", "\r\n--" * 500_000))),
    ("parts without end", MULTIPART, multipart(("a", "1")).replace(b"--B--\r\n", b"") * 50_000),
]


@pytest.mark.parametrize(("name", "content_type", "sent"), SLOW_IF_QUADRATIC, ids=[row[0] for row in SLOW_IF_QUADRATIC])
def test_hostile_bodies_take_no_time(name: str, content_type: str, sent: bytes) -> None:
    began = time.process_time()
    with suppress(ApiError):
        decode(content_type, sent, b"")
    assert time.process_time() - began < 2


def test_a_stack_that_overflows_is_a_refusal_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "_check_structure", lambda raw: None)
    with pytest.raises(ApiError) as refused:
        decode(JSON, nested(100_000), b"")
    assert refused.value.problem is ErrorCode.BODY_TOO_DEEP


def test_json_text_inside_a_parameter_obeys_the_same_limits() -> None:
    with pytest.raises(ApiError) as refused:
        body.json(nested(1000))
    assert refused.value.problem is ErrorCode.BODY_TOO_DEEP


TYPES = [
    "",
    JSON,
    FORM,
    MULTIPART,
    "multipart/form-data",
    "text/plain",
    "application/x+json;charset=utf-8",
    "a;charset=x",
]
PIECES = [
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b":",
    b",",
    b"a",
    b"=",
    b"&",
    b"%5B",
    b"%",
    b"+",
    b"\\u0000",
    b"\\",
    b"\xd0",
    b"\0",
]
PIECES += [b"--B", b"\r\n", b'Content-Disposition: form-data; name="a[b]"', b"--", b"null", b"1e9", b" "]
ANYTHING = st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join))


@given(content_type=st.sampled_from(TYPES) | st.text(max_size=30), sent=ANYTHING, query=ANYTHING)
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(content_type: str, sent: bytes, query: bytes) -> None:
    try:
        params = decode(content_type, sent, query)
    except ApiError as refused:
        refused.v1()
        return
    assert all(name == name.lower() for name in params)
    text = json.dumps(params, ensure_ascii=False)
    assert "\\u0000" not in text.replace("\\\\", "")
    text.encode()  # No lone surrogate got in.


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="ascii", exclude_characters="\0")), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(value=st.dictionaries(st.text('abc[]{},"\\', min_size=1), VALUES, max_size=5))
@settings(max_examples=80, deadline=None)
def test_json_comes_through_untouched(value: dict[str, Any]) -> None:
    assert decode(JSON, json.dumps(value).encode(), b"") == value


@given(value=st.lists(VALUES, max_size=8))
@settings(max_examples=80, deadline=None)
def test_the_exact_count_agrees_with_the_value(value: list[Any]) -> None:
    bare = body._JSON_STRING.sub(b"0", json.dumps(value, indent=1).encode())
    assert body._elements(bare) == count(value)


def count(value: Any) -> int:
    items = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return len(items) + sum(count(item) for item in items)


@pytest.mark.parametrize("encoding", ["UTF-16", "UTF-16-LE", "UTF-16-BE", "UTF-32", "UTF-32-LE", "UTF-32-BE"])
def test_json_in_another_encoding_is_told_which(encoding: str) -> None:
    with pytest.raises(ApiError) as refused:
        decode("application/json", '{"a":"b"}'.encode(encoding), b"")
    assert refused.value.problem is ErrorCode.BODY_NOT_UTF8
    assert refused.value.hint == f"the JSON is in {encoding[:6]}; send it in UTF-8"
