"""Detects the type of a file from its bytes. Names and declared types are not trusted."""

from __future__ import annotations

import re

HEAD = 4096
"""How many bytes at the start are looked at."""
TAIL = 66_000
"""How many at the end: a ZIP archive ends with its directory and at most 64 KiB of comment."""

UNKNOWN = "application/octet-stream"
TEXT = "text/plain"
MARKUP = "text/html"
"""Anything that a browser might take for a page or a drawing with scripts in it."""

# Bytes at an offset. The first row that fits wins.
_SIGNS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBPVP8", "image/webp"),
    (8, b"WAVE", "audio/wav"),
    (8, b"AVI ", "video/x-msvideo"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"{\\rtf", "application/rtf"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftypM4B", "audio/mp4"),
    (4, b"ftypavi", "image/avif"),
    (4, b"ftyphei", "image/heic"),
    (4, b"ftyphev", "image/heic"),
    (4, b"ftypmif1", "image/heif"),
    (4, b"ftypmsf1", "image/heif"),
    (4, b"ftyp3g", "video/3gpp"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xf2", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"\xff\xf9", "audio/aac"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
)
_RIFF = frozenset({"image/webp", "audio/wav", "video/x-msvideo"})

# Words by which browsers, old ones above all, take bytes for a page, whatever they were told. Cameras write notes
# as XML into their pictures, with none of these words in them.
_PAGE = re.compile(
    rb"<\s*(?:!doctype|html|head|body|script|iframe|svg|object|embed|style|title|meta|link|form|frameset)\b|<\?php",
    re.IGNORECASE,
)
_XML = b"<?xml"
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def of(head: bytes) -> str:
    """The type of bytes that begin with ``head``."""
    for offset, sign, mime in _SIGNS:
        if head.startswith(sign, offset) and (mime not in _RIFF or head.startswith(b"RIFF")):
            return mime
    if _is_page(head):
        return MARKUP
    return TEXT if _is_text(head) else UNKNOWN


def two_faced(mime: str, *, head: bytes, tail: bytes) -> bool:
    """Whether a picture is at the same time a page or an archive, so that two readers see two different files."""
    if not mime.startswith("image/"):
        return False
    return _PAGE.search(head) is not None or b"%PDF-" in head[:1024] or _ends_as_zip(tail)


def disguised(mime: str, extension: str) -> bool:
    """Whether a page goes under the name of a picture."""
    return mime == MARKUP and extension in ("png", "jpg", "jpeg", "gif", "webp", "bmp", "avif", "heic")


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        # Tables that Excel saves as "Unicode text".
        head = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
    return bool(head) and not _CONTROL.search(head)


def _is_page(head: bytes) -> bool:
    # UTF-16 spreads letters apart, with a mark before them.
    plain = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return plain.startswith(_XML) or _PAGE.search(plain) is not None


def _ends_as_zip(tail: bytes) -> bool:
    """Whether there is an end-of-directory record whose comment reaches exactly to the end."""
    place = tail.rfind(b"PK\x05\x06")
    while place >= 0:
        record = tail[place : place + 22]
        if len(record) == 22 and place + 22 + int.from_bytes(record[20:22], "little") == len(tail):
            return True
        place = tail.rfind(b"PK\x05\x06", 0, place)
    return False
