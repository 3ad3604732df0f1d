"""Sizes of pictures, and small copies of large ones. Slow work for threads."""

from __future__ import annotations

from io import BytesIO
from typing import IO, Any

import msgspec

from botyard.chat.media.picture_headers import pillow

SIDE = 1280
"""The longer side of a preview."""
SMALL = 256 * 1024
"""A picture of few pixels and no more bytes than this is its own preview."""

# Decoded, a pixel takes up to four bytes. A JPEG is decoded at the size that is wanted, unless it is progressive.
PIXELS_MAX = 25_000_000
PIXELS_MAX_JPEG = 80_000_000
SIDE_MAX = 20_000

_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
# Values of the EXIF tag that stand for a quarter turn.
_ORIENTATION = 0x0112
_TURNED = (5, 6, 7, 8)
_QUALITY = 82
_STRIP = 64
_COUNTED = ("1", "P", "PA")


class PreviewedPicture(msgspec.Struct, frozen=True):
    """A picture's size as it is looked at, and its preview (``b""``: it is its own) with the ending of its name."""

    width: int
    height: int
    preview: bytes = b""
    ending: str = ""


def has_preview(mime: str) -> bool:
    """Whether previews are made of files of this type."""
    return mime in _FORMATS


def load() -> None:
    """Load what decodes pictures, ahead of the first one."""
    pillow().init()


def fit(width: int, height: int) -> tuple[int, int]:
    """The size of the preview of a picture of this size."""
    longer = max(width, height)
    if longer <= SIDE:
        return width, height
    return max(1, round(width * SIDE / longer)), max(1, round(height * SIDE / longer))


def look(source: IO[bytes], mime: str, *, size: int) -> PreviewedPicture | None:
    """Measure a picture and make its preview.

    ``None`` for what is no picture after all, and for one that would take too
    much to decode: the file is kept, and shown as any other.
    """
    if not has_preview(mime):
        return None
    source.seek(0)
    try:
        with pillow().open(source, formats=(_FORMATS[mime],)) as image:
            return _seen(image, size) if _affordable(image) else None
    except Exception:
        # A decoder fed with hostile bytes fails in many ways, warnings about bombs among them; all mean the same.
        return None


def _affordable(image: Any) -> bool:
    width, height = image.size
    quick = image.format == "JPEG" and not image.info.get("progressive")
    most = PIXELS_MAX_JPEG if quick else PIXELS_MAX
    return bool(min(width, height) > 0 and max(width, height) <= SIDE_MAX and width * height <= most)


def _seen(image: Any, size: int) -> PreviewedPicture:
    width, height = image.size
    turn = image.getexif().get(_ORIENTATION, 1)
    if turn in _TURNED:
        width, height = height, width
    if max(width, height) <= SIDE and size <= SMALL:
        return PreviewedPicture(width, height)
    preview, ending = _shrunk(image)
    return PreviewedPicture(width, height, preview, ending)


def _shrunk(image: Any) -> tuple[bytes, str]:
    """A copy of the first frame, upright, without anything but its pixels."""
    from PIL import ImageOps  # Beside the library itself, which is loaded late for its weight.

    image.draft("RGB", (SIDE, SIDE))
    clear = "A" in image.getbands() or "transparency" in image.info
    plain = image
    if image.mode in _COUNTED or "transparency" in image.info:
        # Numbers of colours cannot be mixed. All others are made small first: there is memory for one large copy.
        plain = image.convert("RGBA" if clear else "RGB")
        image.close()
    if clear:
        plain = _reduced(plain)
    plain.thumbnail((SIDE, SIDE))
    plain = ImageOps.exif_transpose(plain).convert("RGBA" if clear else "RGB")
    out = BytesIO()
    plain.info.clear()
    if clear:
        plain.save(out, "PNG")
        return out.getvalue(), "png"
    plain.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue(), "jpg"


def _reduced(image: Any) -> Any:
    """A smaller copy of a clear picture, made strip by strip: Pillow copies what it makes smaller as a whole."""
    width, height = image.size
    factor = max(width, height) // SIDE
    if factor < 2:
        return image
    small = pillow().new(image.mode, (-(-width // factor), -(-height // factor)))
    rows = factor * _STRIP
    for top in range(0, height, rows):
        strip = image.crop((0, top, width, min(top + rows, height)))
        small.paste(strip.reduce(factor), (0, top // factor))
    small.info = image.info
    return small
