"""What reading a body costs: memory in proportion to its size, and no text that takes far longer than others."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable

import pytest
from python_multipart import MultipartParser

from botyard.errors import ApiError, ErrorCode
from botyard.wire import body, forms
from botyard.wire.limits import MAX_WIDE, SMALL_BODY
from tests.wire.bodies import FORM, JSON, MULTIPART

MEBI = 1024 * 1024
SIZE = 6 * MEBI
MULTI = b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n%b\r\n--B--\r\n'

LARGE: list[tuple[str, str, bytes]] = [
    ("a plain form", FORM, b"a=" + b"x" * SIZE),
    ("percent signs in a form", FORM, b"a=" + b"%" * SIZE),
    ("percent signs in a name", FORM, b"%" * SIZE + b"=1"),
    ("escapes in a form", FORM, b"a=" + b"%41" * (SIZE // 3)),
    ("backslashes in a form", FORM, b"a=%41" + b"\\" * SIZE),
    ("one emoji in a form", FORM, b"a=" + "😀".encode() + b"x" * SIZE),
    ("one escaped emoji in a form", FORM, b"a=%F0%9F%98%80" + b"x" * SIZE),
    ("one emoji in a name", FORM, b"\xf0\x9f\x98\x80" + b"x" * SIZE + b"=1"),
    ("brackets in a form", FORM, b"a[" + b"x" * SIZE + b"]=1"),
    ("many fields", FORM, b"&".join(b"a%d=%b" % (number, b"%" * 600) for number in range(9_999))),
    ("a plain JSON text", JSON, b'{"a":"' + b"x" * SIZE + b'"}'),
    ("line ends in JSON", JSON, b'{"a":"' + b"\\n" * (SIZE // 2) + b'"}'),
    ("one emoji in JSON", JSON, b'{"a":"' + "😀".encode() + b"x" * SIZE + b'"}'),
    ("one escaped emoji in JSON", JSON, b'{"a":"\\ud83d\\ude00' + b"x" * SIZE + b'"}'),
    ("emojis in many texts", JSON, b"[" + b",".join([b'"' + "😀".encode() + b"x" * 700 + b'"'] * 9_000) + b"]"),
    ("one emoji in broken JSON", JSON, b'{"a":"' + "😀".encode() + b"x" * SIZE),
    ("brackets in a JSON text", JSON, b'{"a":"' + b"[," * (SIZE // 2) + b'"}'),
    ("texts without end", JSON, b"[" + b'"",' * (SIZE // 3)),
    ("a JSON text that calls itself a form", FORM, b'{"a":"' + b"=" * SIZE),
    ("a plain part", MULTIPART, MULTI % (b"x" * SIZE)),
    ("one emoji in a part", MULTIPART, MULTI % ("😀".encode() + b"x" * SIZE)),
]


def peak(read: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        read()
    except ApiError:
        pass
    finally:
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return most


@pytest.mark.parametrize(("name", "kind", "sent"), LARGE, ids=[row[0] for row in LARGE])
def test_a_body_takes_four_times_its_size_and_a_little(name: str, kind: str, sent: bytes) -> None:
    most = 4 * len(sent) + 16 * MEBI
    # The body is in memory as well.
    assert len(sent) + peak(lambda: body.decode(kind, sent, b"")) < most
    assert len(sent) + peak(lambda: body.token(kind, sent, b"")) < most


def spent(read: Callable[[], object]) -> float:
    began = time.process_time()
    read()
    return time.process_time() - began


@pytest.mark.parametrize("pattern", [b"%", b"%4", b"%4g", b"\\", b"%%41"])
def test_no_form_takes_longer_than_one_of_nothing_but_escapes(pattern: bytes) -> None:
    usual = min(spent(lambda: forms.parse(b"a=" + b"%41" * (MEBI // 3))) for _ in range(3))
    odd = min(spent(lambda: forms.parse(b"a=" + pattern * (MEBI // len(pattern)))) for _ in range(3))
    assert odd < 3 * usual + 0.02


def test_text_beyond_ascii_has_a_limit_of_its_own() -> None:
    for kind, sent in (
        (JSON, b'{"a":"%b"}'),
        (FORM, b"a=%b"),
        (MULTIPART, MULTI),
    ):
        fits, wide = "я" * (MAX_WIDE // 2 - 10), "я" * (MAX_WIDE // 2 + 10)
        assert body.decode(kind, sent % fits.encode(), b"")["a"] == fits
        with pytest.raises(ApiError) as refused:
            body.decode(kind, sent % wide.encode(), b"")
        assert refused.value.problem is ErrorCode.BODY_TOO_BIG
        ascii_text = "A" * (MAX_WIDE + 10)
        assert body.decode(kind, sent % ascii_text.encode(), b"")["a"] == ascii_text


def test_base64_whose_signs_are_escaped_is_ascii() -> None:
    """Some clients write "+" as an escape, others the slash."""
    sent = b'{"a":"' + b"QUJD\\u002BREVG\\/" * (MAX_WIDE // 10) + b'"}'
    assert body.decode(JSON, sent, b"")["a"].startswith("QUJD+REVG/QUJD+")


@pytest.mark.parametrize("escape", [b"\\u0041", b"\\n", b"\\\\", b'\\"'])
def test_no_body_has_more_escapes_than_can_be_read_in_a_moment(escape: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "MAX_ESCAPES", 1000)
    rest = b"a" * SMALL_BODY
    allowed = 1000 // escape.count(b"\\")
    assert body.decode(JSON, b'{"a":"' + escape * allowed + rest + b'"}', b"")
    with pytest.raises(ApiError) as refused:
        body.decode(JSON, b'{"a":"' + escape * (allowed + 1) + rest + b'"}', b"")
    assert refused.value.problem is ErrorCode.BODY_ESCAPES
    # Small bodies are read as they are, and slashes are counted in none.
    assert body.decode(JSON, b'{"a":"' + escape * (allowed + 1) + b'"}', b"")
    assert body.decode(JSON, b'{"a":"' + b"\\/" * 5000 + rest + b'"}', b"")["a"].startswith("/////")


def test_a_multipart_body_is_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    write = MultipartParser.write

    def noting(parser: MultipartParser, data: bytes) -> int:
        sizes.append(len(data))
        return write(parser, data)

    monkeypatch.setattr(MultipartParser, "write", noting)
    sent = MULTI % (b"\r\n--" * MEBI)
    assert body.decode(MULTIPART, sent, b"")["a"] == "\r\n--" * MEBI
    assert sum(sizes) == len(sent)
    assert max(sizes) <= MEBI
