"""Multipart bodies as clients really write them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from botyard.errors import ApiError, ErrorCode
from botyard.wire import multipart

TYPE = "multipart/form-data; boundary=SomeBoundary"
FIELD = b'--SomeBoundary\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
END = b"--SomeBoundary--\r\n"

ROWS: list[tuple[str, str, bytes, dict[str, Any]]] = [
    ("no field", TYPE, END, {}),
    ("one field", TYPE, FIELD % (b"A", b"", b"x") + END, {"A": "x"}),
    ("empty value", TYPE, FIELD % (b"A", b"", b"") + END, {"A": ""}),
    ("lines in a value", TYPE, FIELD % (b"A", b"", b"x\r\n--y\n") + END, {"A": "x\r\n--y\n"}),
    ("the page's sample has no dashes at its end", TYPE, FIELD % (b"A", b"", b"x") + b"--SomeBoundary\r\n", {"A": "x"}),
    ("nested", TYPE, FIELD % (b"f[P][]", b"", b"1") + FIELD % (b"f[P][]", b"", b"2") + END, {"f": {"P": ["1", "2"]}}),
    ("Cyrillic", TYPE, FIELD % ("й".encode(), b"", "ё".encode()) + END, {"й": "ё"}),
    ("type of a field", TYPE, FIELD % (b"A", b"\r\nContent-Type: text/plain", b"x") + END, {"A": "x"}),
    (
        "a file is no parameter",
        TYPE,
        FIELD % (b"A", b'; filename="a.bin"', b"\xff\0") + FIELD % (b"B", b"", b"1") + END,
        {"B": "1"},
    ),
    ("no name", TYPE, b"--SomeBoundary\r\nX-Other: 1\r\n\r\nx\r\n" + END, {}),
    ("header in lower case", TYPE, (FIELD % (b"A", b"", b"x")).replace(b"Content-D", b"content-d") + END, {"A": "x"}),
    ("quoted boundary", 'multipart/form-data; boundary="SomeBoundary"', FIELD % (b"A", b"", b"x") + END, {"A": "x"}),
]


@pytest.mark.parametrize(("name", "content_type", "sent", "value"), ROWS, ids=[row[0] for row in ROWS])
def test_reads(name: str, content_type: str, sent: bytes, value: dict[str, Any]) -> None:
    assert multipart.parse(content_type, sent) == value


REFUSED: list[tuple[str, str, bytes]] = [
    ("boundary of another body", TYPE.replace("Some", "Other"), FIELD % (b"A", b"", b"x") + END),
    ("boundary too long", "multipart/form-data; boundary=" + "b" * 5000, b"--" + b"b" * 5000 + b"--"),
    ("boundary not Latin", "multipart/form-data; boundary=й", END),
    ("ends inside of a value", TYPE, (FIELD % (b"A", b"", b"x"))[:-2]),
    ("ends inside of a boundary", TYPE, FIELD % (b"A", b"", b"x") + b"--Some"),
]


@pytest.mark.parametrize(("name", "content_type", "sent"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refuses(name: str, content_type: str, sent: bytes) -> None:
    with pytest.raises(ApiError) as refused:
        multipart.parse(content_type, sent)
    assert refused.value.problem is ErrorCode.BODY_MALFORMED


def test_reads_what_httpx_writes() -> None:
    fields = {"fields[TITLE]": "Привет, + & мир", "fields[PHONE][0][VALUE]": "112233", "empty": ""}
    request = httpx.Request("POST", "http://portal.test/", data=fields, files={"file": ("a.txt", b"bytes")})
    assert multipart.parse(request.headers["content-type"], request.read()) == {
        "fields": {"TITLE": "Привет, + & мир", "PHONE": [{"VALUE": "112233"}]},
        "empty": "",
    }
