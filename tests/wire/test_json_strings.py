"""Strings in JSON text, found in stretches."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.wire import json_strings
from botyard.wire.body import JSON_STRING

PIECES = st.lists(st.sampled_from([b'"', b"\\", b'\\"', b"a", b"[", b",", b"\\u0041", b"\n", b"\xd0\x9f"]), max_size=30)


@given(PIECES.map(b"".join), st.integers(1, 8))
def test_they_are_those_that_one_look_finds(raw: bytes, stretch: int) -> None:
    spans = [(match.start() + 1, match.end()) for match in re.finditer(JSON_STRING, raw)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_strings, "STRETCH", stretch)
        places = list(json_strings.places(raw))
    assert [place.start for place in places] == [start for start, _ in spans]
    # A backslash at the very end is in no string for the one, and in the last for the other.
    ends = [end - 1 if raw[end - 1 : end] == b'"' and end > start else end for start, end in spans]
    assert [place.end for place in places][:-1] == ends[:-1]


@given(
    st.lists(st.sampled_from([b"\\/", b"\\\\", b"/", b"a", b"\\n", b'\\"', b"\\u002F"]), max_size=30), st.integers(1, 8)
)
def test_plain_slashes_mean_the_same(pieces: list[bytes], stretch: int) -> None:
    raw = b'"' + b"".join(pieces) + b'"'
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_strings, "STRETCH", stretch)
        plain = json_strings.with_plain_slashes(raw)
        assert json_strings.count_escapes(raw) == raw.count(b"\\")
    assert json.loads(plain) == json.loads(raw)
    assert len(plain) == len(raw) - pieces.count(b"\\/")


def test_text_without_such_escapes_is_not_copied() -> None:
    raw = b'"' + b"a" * json_strings.STRETCH * 2 + b'"'
    assert json_strings.with_plain_slashes(raw) is raw
