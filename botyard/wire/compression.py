"""Bodies that were sent compressed: unpacked piece by piece, never further than a limit.

Docs: RFC 9110, 8.4.1. The official pages say nothing of `Content-Encoding` of requests; clients and proxies set it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from botyard.errors import ApiError, ErrorCode
from botyard.wire.limits import MAX_TYPE_ECHO

PIECE = 64 * 1024
"""The most that is read or unpacked at a time."""
SUPPORTED = "gzip, deflate"

_MEMBER = b"\x1f"
_NAMES = {"": "", "identity": "", "gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}


def named(header: bytes) -> str:
    """The coding that a `Content-Encoding` names, "" for none. Raises BODY_ENCODING for one that is not known."""
    listed = header.decode("latin-1").strip().lower()
    codings = [_NAMES.get(name.strip()) for name in listed.split(",")]
    # What a list says beside "identity" is one coding, or more than anybody sends.
    named_ones = [name for name in codings if name != ""]
    if len(named_ones) > 1 or None in named_ones:
        raise ApiError(ErrorCode.BODY_ENCODING, encoding=listed[:MAX_TYPE_ECHO])
    return named_ones[0] or "" if named_ones else ""


def unpacked(coding: str, pieces: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """What a compressed body holds, in pieces. Raises BODY_TOO_BIG beyond ``limit`` bytes, and BODY_MALFORMED."""
    size = 0
    for piece in _unpacked(coding, pieces):
        size += len(piece)
        if size > limit:
            raise ApiError(ErrorCode.BODY_TOO_BIG, hint=f"unpacked it is {size} bytes or more", limit=limit)
        yield piece


def sliced(body: bytes) -> Iterator[bytes]:
    """A body in pieces of a size that may be unpacked."""
    return (body[start : start + PIECE] for start in range(0, len(body), PIECE))


def _unpacked(coding: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    reader: Any = None
    for piece in pieces:
        reader = reader or _reader(coding, piece)
        rest = piece
        while rest:
            if reader.eof and coding == "gzip" and rest[:1] == _MEMBER:
                # RFC 1952, 2.2: members follow one another.
                reader = _reader(coding, rest)
            elif reader.eof:
                raise _malformed("something follows the compressed data")
            try:
                yield reader.decompress(rest, PIECE)
            except zlib.error:
                raise _malformed(f"it is not valid {coding} data") from None
            rest = reader.unused_data if reader.eof else reader.unconsumed_tail
    if reader is not None:
        yield from _held_back(reader)


def _held_back(reader: Any) -> Iterator[bytes]:
    """What comes out only after the last byte has gone in."""
    while not reader.eof:
        piece = reader.decompress(b"", PIECE)
        if not piece:
            raise _malformed("the compressed data ends too early")
        yield piece


def _reader(coding: str, start: bytes) -> Any:
    if coding == "gzip":
        return zlib.decompressobj(zlib.MAX_WBITS | 16)
    # "deflate" means a zlib stream, whose first byte says so in its lower half; some send the data without it.
    bare = start[0] & 0x0F != zlib.DEFLATED
    return zlib.decompressobj(-zlib.MAX_WBITS if bare else zlib.MAX_WBITS)


def _malformed(reason: str) -> ApiError:
    return ApiError(ErrorCode.BODY_MALFORMED, reason=reason)
