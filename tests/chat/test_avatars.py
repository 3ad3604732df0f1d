"""Avatars: what is a picture, how large it may be, and how base64 is mangled on its way."""

from __future__ import annotations

import base64
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from botyard.chat.media import avatars
from botyard.errors import ApiError, Problem, Reason


def picture(kind: str, width: int = 3, height: int = 2) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), "#29619b").save(out, kind)
    return out.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises pixels and holds none."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    return b"\x89PNG\r\n\x1a\n" + chunks + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def refused(sent: str) -> Problem:
    with pytest.raises(ApiError) as caught:
        avatars.check(sent)
    return caught.value.problem


@pytest.mark.parametrize(
    ("kind", "mime"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif"), ("WEBP", "image/webp"), ("MPO", "image/jpeg")],
)
def test_kinds_of_pictures(kind: str, mime: str) -> None:
    data = picture(kind)
    assert avatars.check(text(data)) == avatars.Avatar(data, mime, 3, 2)


def test_spellings_of_base64() -> None:
    # "+" and "/" shall occur, and the padding shall matter.
    data = picture("PNG") + b"\xfb\xef\xbe\xff\xff" + b"x" * 3
    while len(data) % 3 != 1:
        data += b"x"
    plain = text(data)
    assert "+" in plain and "/" in plain and plain.endswith("==")
    wrapped = "\r\n".join(plain[place : place + 76] for place in range(0, len(plain), 76))
    spellings = [
        f"data:image/png;base64,{plain}",
        f"DATA:;base64, {plain}",
        plain.rstrip("="),
        f"  {wrapped}\n",
        plain.replace("+", " "),
        plain.replace("+", "-").replace("/", "_"),
    ]
    for spelling in spellings:
        assert avatars.check(spelling).data == data


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "data:",
        "data:image/png;base64,",
        "%%%",
        "кот",
        "A",
        "https://example.com/cat.png",
        text(b"hello"),
        text(b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        text(b"GIF89a"),
        text(b"\x89PNG\r\n\x1a\n"),
        text(picture("BMP")),
        text(picture("TIFF")),
        text(picture("ICO", 16, 16)),
        text(picture("PDF", 16, 16)),
        text(png_header(0, 0)),
        text(picture("PNG"))[5:],
    ],
)
def test_what_is_no_picture(sent: str) -> None:
    assert refused(sent) is Reason.AVATAR_TYPE


@pytest.mark.parametrize("size", [(5001, 1), (1, 5001), (10_000, 10_000), (20_000, 20_000), (2**31 - 1, 2**31 - 1)])
def test_too_large_pictures_are_refused_by_their_header(size: tuple[int, int]) -> None:
    assert refused(text(png_header(*size))) is Reason.AVATAR_SIZE


def test_the_largest_picture_is_taken_without_looking_at_its_pixels() -> None:
    largest = avatars.check(text(png_header(5000, 5000)))
    assert (largest.width, largest.height) == (5000, 5000)


def test_too_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    data = picture("PNG")
    monkeypatch.setattr(avatars, "BYTES_MAX", len(data))
    assert avatars.check(text(data)).data == data
    assert refused(text(data + b"x")) is Reason.AVATAR_SIZE
    assert refused("A" * (len(data) * 2)) is Reason.AVATAR_SIZE
