"""What a download is told to be, and that nothing of it can be run."""

from __future__ import annotations

import io
import zipfile
from typing import NamedTuple

import pytest

from botyard.chat.media.content_types import closer
from tests.world import World
from tests.worlds.pictures import picture

OPEN_XML = "application/vnd.openxmlformats-officedocument"
ODF = "application/vnd.oasis.opendocument"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
OPUS = b"OggS\0\x02" + bytes(20) + b"\x01\x13OpusHead\x01\x02" + bytes(40)


def packed(*names: str, mimetype: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "<x/>", zipfile.ZIP_DEFLATED)
    return out.getvalue()


def box(brand: bytes) -> bytes:
    return b"\0\0\0\x20ftyp" + brand + bytes(40)


class Sent(NamedTuple):
    name: str
    content: bytes
    mime: str
    type: str = "file"


PLAIN = packed("a.txt")
SENT = [
    Sent("a.docx", packed("[Content_Types].xml", "word/document.xml"), f"{OPEN_XML}.wordprocessingml.document"),
    Sent("a.xlsx", packed("[Content_Types].xml", "xl/workbook.xml"), f"{OPEN_XML}.spreadsheetml.sheet"),
    Sent("a.pptx", packed("[Content_Types].xml", "ppt/presentation.xml"), f"{OPEN_XML}.presentationml.presentation"),
    Sent("report", packed("[Content_Types].xml", "word/document.xml"), f"{OPEN_XML}.wordprocessingml.document"),
    Sent("table.zip", packed("xl/workbook.xml"), f"{OPEN_XML}.spreadsheetml.sheet"),
    Sent("a.odt", packed("content.xml", mimetype=f"{ODF}.text"), f"{ODF}.text"),
    Sent("a.ods", packed("content.xml", mimetype=f"{ODF}.spreadsheet"), f"{ODF}.spreadsheet"),
    Sent("a.odp", packed("content.xml", mimetype=f"{ODF}.presentation"), f"{ODF}.presentation"),
    Sent("book", packed("a.xml", mimetype="application/epub+zip"), "application/epub+zip"),
    Sent("a.zip", PLAIN, "application/zip"),
    Sent("a.docx", PLAIN, f"{OPEN_XML}.wordprocessingml.document"),
    Sent("a.html", PLAIN, "application/zip"),
    Sent("a.doc", OLE, "application/msword"),
    Sent("a.xls", OLE, "application/vnd.ms-excel"),
    Sent("a.ppt", OLE, "application/vnd.ms-powerpoint"),
    Sent("a", OLE, "application/x-ole-storage"),
    Sent("a.rtf", b"{\\rtf1 hello}", "application/rtf"),
    Sent("a.json", b'{"a": 1}', "application/json"),
    Sent("A.JSON", '{"a": "й"}'.encode(), "application/json"),
    Sent("a.csv", b"a;b", "text/csv; charset=utf-8"),
    Sent("a.csv", "имя;год".encode("cp1251"), "text/csv"),
    Sent("a.csv", "a\tb".encode("utf-16"), "text/csv"),
    Sent("a.md", b"# hi", "text/markdown; charset=utf-8"),
    Sent("a.txt", "привет".encode(), "text/plain; charset=utf-8"),
    Sent("a.txt", "привет".encode("cp1251"), "text/plain"),
    Sent("a.txt", b"a" * 2_000_000 + b"\xef\xf0\xe8", "text/plain"),
    Sent("a.txt", ("й" * 1_000_000).encode(), "text/plain; charset=utf-8"),
    Sent("a.log", b"hello", "text/plain; charset=utf-8"),
    Sent("a.m4a", box(b"M4A "), "audio/mp4", "audio"),
    Sent("a.m4a", box(b"isom"), "audio/mp4", "audio"),
    Sent("a.mp4", box(b"isom"), "video/mp4", "video"),
    Sent("a.heic", box(b"heic"), "image/heic"),
    Sent("a.heic", box(b"hevx"), "image/heic"),
    Sent("a.heif", box(b"mif1"), "image/heif"),
    Sent("a.opus", OPUS, "audio/ogg; codecs=opus", "audio"),
    Sent("voice.ogg", OPUS, "audio/ogg; codecs=opus", "audio"),
    Sent("a.ogg", b"OggS" + bytes(60), "audio/ogg", "audio"),
    Sent("a.amr", b"#!AMR\n" + bytes(20), "audio/amr", "audio"),
    Sent("a.aac", b"\xff\xf1" + bytes(20), "audio/aac", "audio"),
    Sent("a.mkv", b"\x1aE\xdf\xa3" + bytes(20), "video/x-matroska", "video"),
    Sent("a.bin", bytes(20), "application/octet-stream"),
    Sent("a.json", b"<html><script>", "application/octet-stream"),
    Sent("a.csv", b"\0\1", "application/octet-stream"),
    Sent("a.csv", picture(), "image/png", "image"),
]


@pytest.mark.parametrize("sent", SENT, ids=lambda sent: f"{sent.name} {sent.mime} {len(sent.content)}")
def test_a_download_is_told_as_what_it_is(world: World, sent: Sent) -> None:
    file = world.add_file(sent.name, sent.content)
    assert file["type"] == sent.type
    answer = world.download(world.download_url(file))
    assert answer.headers["content-type"] == sent.mime
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; sandbox; frame-ancestors 'none'")
    assert (answer.body if isinstance(answer.body, bytes) else sent.content) == sent.content


@pytest.mark.parametrize(
    ("kept", "extension", "content_type"),
    [
        ("application/zip", "docx", f"{OPEN_XML}.wordprocessingml.document"),
        ("text/plain", "csv", "text/csv"),
        ("video/mp4", "m4a", "audio/mp4"),
        ("text/plain; charset=utf-8", "json", "application/json"),
        ("audio/ogg; codecs=opus", "opus", "audio/ogg; codecs=opus"),
        ("image/png", "docx", "image/png"),
        ("application/octet-stream", "json", "application/octet-stream"),
        ("text/html", "csv", "text/html"),
    ],
)
def test_a_name_counts_within_what_the_bytes_allow(kept: str, extension: str, content_type: str) -> None:
    """Also for files that were kept before their types were told that closely."""
    assert closer(kept, extension) == content_type
