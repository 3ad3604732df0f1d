"""Contents of files."""

from __future__ import annotations

import io
import zipfile
import zlib
from random import Random
from struct import pack
from typing import Any

from PIL import Image


def picture(
    kind: str = "PNG", size: tuple[int, int] = (72, 61), color: Any = "red", mode: str = "RGB", **more: Any
) -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new(mode, size, color).save(out, kind, **more)
    return out.getvalue()


def noise(side: int, seed: int) -> bytes:
    """A picture that no compression makes smaller: three bytes for each pixel."""
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), Random(seed).randbytes(3 * side * side)).save(out, "PNG")
    return out.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A valid PNG of one bit per pixel that is tiny as a file and huge once decoded."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    line = bytes(1 + (width + 7) // 8)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()
    head = pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def archive() -> bytes:
    """A small ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("evil.html", "<script>alert(1)</script>")
    return out.getvalue()


def form(boundary: str, fields: dict[str, str], name: str, filename: str, content: bytes) -> bytes:
    """A multipart form with one file."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in fields.items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
    return (
        "".join([*parts, head, "Content-Type: image/png\r\n\r\n"]).encode()
        + content
        + f"\r\n--{boundary}--\r\n".encode()
    )
