"""Bodies made to take time or to break the reader."""

from __future__ import annotations

import json
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botyard.errors import ApiError
from botyard.wire.body import decode
from tests.wire.bodies import FORM, JSON, MULTIPART, multipart

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

ANYTHING = st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join))


@given(content_type=st.sampled_from(TYPES) | st.text(max_size=30), sent=ANYTHING, query=ANYTHING)
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(content_type: str, sent: bytes, query: bytes) -> None:
    try:
        params = decode(content_type, sent, query)
    except ApiError as refused:
        assert refused.text
        return
    assert all(name == name.lower() for name in params)
    text = json.dumps(params, ensure_ascii=False)
    assert "\\u0000" not in text.replace("\\\\", "")
    text.encode()  # No lone surrogate got in.
