"""What bytes are, and where they may lie."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from botyard.chat.media import file_types
from botyard.model.files import File, StoredBlob
from botyard.store.engines.blobs import Folder
from botyard.store.engines.connect import open_blobs
from botyard.store.engines.db import Unavailable
from tests.worlds.pictures import archive


@pytest.mark.parametrize(
    ("head", "mime"),
    [
        (b"", file_types.UNKNOWN),
        (b"hello", "text/plain"),
        ("привет".encode(), "text/plain"),
        (b"\0\1", file_types.UNKNOWN),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"XXXX\0\0\0\0WEBPVP8 ", file_types.UNKNOWN),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (b"\0\0\0\x18ftypmp42", "video/mp4"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"\x1aE\xdf\xa3", "video/webm"),
        (b"OggS", "audio/ogg"),
        (b"PK\x03\x04", "application/zip"),
        (b"%PDF-1.7", "application/pdf"),
        ("a,b".encode("utf-16"), "text/plain"),
        (b"\xff\xfe\0\0", file_types.UNKNOWN),
        (b"<html>", file_types.MARKUP),
        (b"<sVg ", file_types.MARKUP),
        (b"\xef\xbb\xbf\n <?xml version='1.0'?>", file_types.MARKUP),
        ("\ufeff<html>".encode("utf-16-le"), file_types.MARKUP),
        (b"a < b and b > c", "text/plain"),
        (b"<p>see above</p>", "text/plain"),
    ],
)
def test_a_type_by_its_bytes(head: bytes, mime: str) -> None:
    assert file_types.of(head) == mime


def test_an_archive_at_the_end_is_seen_whatever_its_comment() -> None:
    packed = archive()
    assert file_types.two_faced("image/png", head=b"\x89PNG", tail=b"xx" + packed)
    commented = packed[:-2] + b"\x03\0abc"
    assert file_types.two_faced("image/png", head=b"\x89PNG", tail=commented)
    assert not file_types.two_faced("image/png", head=b"\x89PNG", tail=packed + b"more")
    assert not file_types.two_faced("application/zip", head=packed, tail=packed)


@pytest.mark.parametrize(
    ("name", "ending"), [("a.PDF", "pdf"), ("a.tar.gz", "gz"), ("none", ""), (".env", ""), ("a.", "")]
)
def test_the_ending_of_a_name(name: str, ending: str) -> None:
    file = File(1, 1, 1, 1, "", 0, name, 1, "text/plain", 0, 0, "b", "", 0)
    assert file.extension == ending
    assert StoredBlob("b", 1, "x").names == ("b",)


@pytest.mark.parametrize(
    "name", ["", "..", "../x", "a" * 32 + "/", "A" * 32, "0" * 31, "0" * 32 + ".", "0" * 32 + "\n"]
)
def test_a_folder_takes_names_of_ours_only(tmp_path: Path, name: str) -> None:
    folder = Folder(tmp_path / "files")
    for work in (lambda: folder.put(name, io.BytesIO()), lambda: folder.read(name, 0, 1), lambda: folder.delete(name)):
        with pytest.raises(ValueError, match="no name"):
            work()
    assert not (tmp_path / "files").exists()


def test_a_folder_that_cannot_be_made_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    with pytest.raises(Unavailable, match="Files cannot be kept in"):
        open_blobs("", tmp_path / "files")
