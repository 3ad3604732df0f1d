"""Headers of pictures: what kind they are, and how large. Read in the process of ``picture_process``."""

from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import IO, NamedTuple

_VP8_SIGN = b"\x9d\x01\x2a"
_VP8L_SIGN = 0x2F
_SIDE_BITS = 0x3FFF


class PictureHeader(NamedTuple):
    """The kind of a picture as Pillow calls it, and its size in pixels."""

    kind: str
    width: int
    height: int


def read(source: IO[bytes]) -> PictureHeader:
    """The header of a PNG, JPEG, GIF or WebP. Raises whatever a decoder raises."""
    source.seek(0)
    if size := _webp_size(source.read(30)):
        return PictureHeader("WEBP", *size)
    source.seek(0)
    with pillow().open(source, formats=("PNG", "JPEG", "GIF")) as picture:
        return PictureHeader(picture.format, picture.width, picture.height)


def _webp_size(head: bytes) -> tuple[int, int] | None:
    """The size of a WebP picture by its head: Pillow makes room for all its pixels before it tells."""
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP" or len(head) < 30:
        return None
    kind, number = head[12:16], int.from_bytes
    if kind == b"VP8X":
        return number(head[24:27], "little") + 1, number(head[27:30], "little") + 1
    if kind == b"VP8L" and head[20] == _VP8L_SIGN:
        bits = number(head[21:25], "little")
        return (bits & _SIDE_BITS) + 1, (bits >> 14 & _SIDE_BITS) + 1
    if kind == b"VP8 " and head[23:26] == _VP8_SIGN:
        return number(head[26:28], "little") & _SIDE_BITS, number(head[28:30], "little") & _SIDE_BITS
    return None


@cache
def pillow() -> ModuleType:
    """The library that reads pictures."""
    # Imported at the first picture: Pillow is heavy and most servers never see one.
    from PIL import Image

    # Its own guard against bombs warns first, and goes by pixels alone; sizes are judged where their limits are.
    Image.MAX_IMAGE_PIXELS = None
    return Image
