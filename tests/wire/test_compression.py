"""Compressed bodies: unpacked in pieces, and no further than allowed."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.errors import ApiError, ErrorCode
from botyard.wire.compression import PIECE, named, sliced, unpacked

LIMIT = 1024 * 1024


def bare(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


CODINGS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress}


def unpack(coding: str, packed: bytes, size: int = PIECE, limit: int = LIMIT) -> bytes:
    pieces = (packed[start : start + size] for start in range(0, len(packed), size))
    return b"".join(unpacked(coding, pieces, limit))


@pytest.mark.parametrize("coding", CODINGS)
@given(content=st.binary(max_size=300), size=st.integers(1, 64))
def test_what_was_packed_comes_out(coding: str, content: bytes, size: int) -> None:
    assert unpack(coding, CODINGS[coding](content), size) == content


@pytest.mark.parametrize("size", [1, 7, PIECE])
def test_deflate_without_its_header(size: int) -> None:
    assert unpack("deflate", bare(b"MESSAGE=hello"), size) == b"MESSAGE=hello"


@pytest.mark.parametrize("size", [1, 7, PIECE])
def test_gzip_of_two_members(size: int) -> None:
    assert unpack("gzip", gzip.compress(b"MESSAGE=") + gzip.compress(b"hello"), size) == b"MESSAGE=hello"
    with pytest.raises(ApiError) as refused:
        unpack("gzip", gzip.compress(b"a" * (LIMIT // 2)) + gzip.compress(b"a" * LIMIT), size)
    assert refused.value.problem is ErrorCode.BODY_TOO_BIG


@pytest.mark.parametrize("header", [b"gzip, deflate", b"gzip, br", b"gzip,gzip"])
def test_more_than_one_coding_is_refused(header: bytes) -> None:
    with pytest.raises(ApiError) as refused:
        named(header)
    assert refused.value.problem is ErrorCode.BODY_ENCODING


@pytest.mark.parametrize("coding", CODINGS)
def test_the_limit_counts_what_comes_out(coding: str) -> None:
    pack = CODINGS[coding]
    assert unpack(coding, pack(b" " * LIMIT)) == b" " * LIMIT
    with pytest.raises(ApiError) as refused:
        unpack(coding, pack(b" " * (LIMIT + 1)))
    assert (refused.value.problem, refused.value.words) == (ErrorCode.BODY_TOO_BIG, {"limit": LIMIT})


def test_a_bomb_is_left_where_it_passes_the_limit() -> None:
    bomb = gzip.compress(b"\0" * (64 * LIMIT))
    sizes: list[int] = []
    with pytest.raises(ApiError):
        sizes.extend(map(len, unpacked("gzip", sliced(bomb), LIMIT)))
    sizes.clear()
    pieces = unpacked("gzip", sliced(bomb), LIMIT)
    with pytest.raises(ApiError):
        while True:
            sizes.append(len(next(pieces)))
    assert max(sizes) <= PIECE
    assert sum(sizes) <= LIMIT


class Torn(NamedTuple):
    name: str
    coding: str
    sent: bytes
    reason: str


TORN = [
    Torn("half", "gzip", gzip.compress(b"hello")[:-9], "the compressed data ends too early"),
    Torn("a head alone", "gzip", gzip.compress(b"hello")[:5], "the compressed data ends too early"),
    Torn("half of the checksum", "deflate", zlib.compress(b"hello")[:-2], "the compressed data ends too early"),
    Torn("half without a header", "deflate", bare(b"hello" * 100)[:-1], "the compressed data ends too early"),
    Torn("a wrong checksum", "gzip", gzip.compress(b"hello")[:-8] + b"\0" * 8, "it is not valid gzip data"),
    Torn("plain text", "gzip", b"MESSAGE=hello", "it is not valid gzip data"),
    Torn("plain text", "deflate", b"\xff" * 20, "it is not valid deflate data"),
    Torn("something behind", "gzip", gzip.compress(b"hello") + b"x", "something follows the compressed data"),
    Torn("twice", "deflate", zlib.compress(b"a") * 2, "something follows the compressed data"),
]


@pytest.mark.parametrize("size", [1, PIECE])
@pytest.mark.parametrize("torn", TORN, ids=lambda torn: f"{torn.coding}: {torn.name}")
def test_refuses(torn: Torn, size: int) -> None:
    with pytest.raises(ApiError) as refused:
        unpack(torn.coding, torn.sent, size)
    assert (refused.value.problem, refused.value.words) == (ErrorCode.BODY_MALFORMED, {"reason": torn.reason})


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        (b"", ""),
        (b"identity", ""),
        (b"gzip", "gzip"),
        (b" X-GZIP ", "gzip"),
        (b"Deflate", "deflate"),
        (b"gzip, identity", "gzip"),
        (b"identity,deflate", "deflate"),
    ],
)
def test_names(header: bytes, coding: str) -> None:
    assert named(header) == coding


@pytest.mark.parametrize("header", [b"br", b"zstd", b"gzip, gzip", b"aws-chunked", b"\xe9", b"x" * 999])
def test_names_that_are_not_known(header: bytes) -> None:
    with pytest.raises(ApiError) as refused:
        named(header)
    assert refused.value.problem is ErrorCode.BODY_ENCODING
    assert refused.value.words == {"encoding": header.decode("latin-1")[:100]}


def test_nothing_is_nothing() -> None:
    assert unpack("gzip", b"") == b""
