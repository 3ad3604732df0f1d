"""Bodies that are read: JSON, forms, multipart, in all their spellings."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botyard.wire.body import decode
from tests.wire.bodies import FORM, JSON, MULTIPART, VALUES, multipart


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


@given(value=st.dictionaries(st.text('abc[]{},"\\', min_size=1), VALUES, max_size=5))
@settings(max_examples=80, deadline=None)
def test_json_comes_through_untouched(value: dict[str, Any]) -> None:
    assert decode(JSON, json.dumps(value).encode(), b"") == value
