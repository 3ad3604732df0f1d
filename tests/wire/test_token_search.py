"""The token in a large body, found with nothing else decoded."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.wire import body, forms
from tests.wire.bodies import FORM, JSON, MULTIPART, multipart

FOUND = [
    (FORM, b"auth=t&x=1", b"", "t"),
    (FORM, b"x=1&AUTH=t", b"", "t"),
    (FORM, b"\xef\xbb\xbfauth=t", b"", "t"),
    (FORM, b"x=1&%61uth=t%2B1", b"", "t+1"),
    (FORM, b"access_token=t", b"", "t"),
    (FORM, b"access_token=second&auth=first", b"", "first"),
    (FORM, b"auth=&access_token=second", b"", "second"),
    (FORM, b"auth=early&auth=late", b"", "late"),
    (FORM, b"auth=body", b"auth=query", "body"),
    (FORM, b"x=1", b"auth=query", "query"),
    (FORM, b"auth[x]=t", b"", ""),
    (FORM, b"xauth=t", b"", ""),
    (FORM, b'{"auth":"t"}', b"", "t"),
    (JSON, b'{"x":{"auth":"inner"},"auth":"t"}', b"", "t"),
    (JSON, b'{"Auth":"t"}', b"", "t"),
    (JSON, b'{"auth":["t"]}', b"", ""),
    (JSON, b'\xef\xbb\xbf {"auth":"t"}', b"", "t"),
    (JSON, b"[1]", b"auth=query", "query"),
    (JSON, b'{"auth":"t"', b"", ""),
    (JSON, b"\xff", b"", ""),
    ("", b'{"auth":"t"}', b"", "t"),
    ("text/plain", b"auth=t", b"", "t"),
    (MULTIPART, multipart(("x", "1"), ("auth", "t")), b"", "t"),
    (MULTIPART, multipart(("x", "1")), b"", ""),
]


@pytest.mark.parametrize(("kind", "sent", "query", "token"), FOUND)
def test_a_token_is_found(kind: str, sent: bytes, query: bytes, token: str) -> None:
    assert body.token(kind, sent, query) == token


NAMES = st.sampled_from(["auth", "AUTH", "access_token", "x", "auth[]"])
VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)


def as_decoded(kind: str, sent: bytes) -> str:
    params: dict[str, Any] = body.decode(kind, sent, b"")
    token = params.get("auth") or params.get("access_token")
    return token if isinstance(token, str) else ""


@given(st.lists(st.tuples(NAMES, VALUES), max_size=5))
def test_it_is_the_one_that_decoding_finds(pairs: list[tuple[str, str]]) -> None:
    plain = [(name, value) for name, value in pairs if name != "auth[]"]
    assert body.token(FORM, urlencode(plain).encode(), b"") == as_decoded(FORM, urlencode(plain).encode())
    named = json.dumps(dict(plain)).encode()
    assert body.token(JSON, named, b"") == as_decoded(JSON, named)


@given(st.binary(max_size=30).filter(lambda raw: b"\0" not in raw))
def test_escapes_are_read_as_before(raw: bytes) -> None:
    assert forms.unescape(quote_plus(raw).replace("+", " ").encode()) == raw
