"""Draws a small picture from a name; the same name always gives the same picture."""

from __future__ import annotations

import hashlib
import struct
import zlib

from botyard.chat.media.pictures import NamedPicture

SIDE = 64


def picture(name: str) -> NamedPicture:
    """Two colours in a mirrored pattern, as a PNG of ``SIDE`` pixels. Written by hand: no image library is loaded."""
    seed = hashlib.sha256(name.encode()).digest()
    front, back = seed[:3], bytes(255 - (value >> 3) for value in seed[3:6])
    content = _png(b"".join(b"\0" + _line(seed, y, front, back) for y in range(SIDE)))
    return NamedPicture(f"{hashlib.sha256(content).hexdigest()[:40]}.png", "image/png", content)


def _line(seed: bytes, y: int, front: bytes, back: bytes) -> bytes:
    # A grid of 8 × 8 fields whose right half mirrors the left one.
    fields = [seed[8 + (y // 8) * 2 + min(x, 7 - x) // 2] >> (min(x, 7 - x) % 2) & 1 for x in range(8)]
    return b"".join((front if field else back) * 8 for field in fields)


def _png(lines: bytes) -> bytes:
    header = struct.pack(">2I5B", SIDE, SIDE, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(lines)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
