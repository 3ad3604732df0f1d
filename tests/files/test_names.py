"""Names of files, and files with two faces."""

from __future__ import annotations

import pytest

from tests.world import World
from tests.worlds.pictures import archive, picture


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..\\windows\\win.ini",
        "/etc/passwd",
        "a/b.txt",
        "C:evil.txt",
        "..",
        ".",
        "a\nb.txt",
        "a\r\nSet-Cookie: x=1",
        "a\x1b[31m.txt",
        "a\x7f.txt",
        "invoice\u202egpj.exe",
        "a\u2028b.txt",
        "x" * 256,
        "й" * 128,
    ],
)
def test_names_that_mean_more_than_a_name_are_refused(world: World, name: str) -> None:
    answer = world.upload(name, b"x")
    assert answer.error == "UPLOAD_FAILED"
    assert world.no_files_left()


@pytest.mark.parametrize(
    "name", ["отчёт за май.pdf", "日本語.txt", "👩‍👩‍👧.png", "a;b\"c'.txt", "no ending", ".env", "a..b.txt"]
)
def test_any_other_name_is_kept_as_it_is(world: World, name: str) -> None:
    file = world.add_file(name, b"hello")
    assert file["name"] == name
    assert world.download(world.download_url(file)).body == b"hello"


def test_bytes_lie_under_names_of_their_own(world: World) -> None:
    world.add_file("passwords.html", b"<html>")
    (blob,) = world.blobs
    assert blob.suffix == ""
    assert "passwords" not in str(blob)
    assert blob.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.gif", b"GIF89a/*<script>alert(1)</script>*/"),
        ("a.png", picture() + archive()),
        ("a.jpg", picture("JPEG")[:20] + b"<?php system($_GET['c']); ?>" + picture("JPEG")[20:]),
        ("a.png", picture()[:8] + b"%PDF-1.4" + picture()[8:]),
        ("a.png", b"<!DOCTYPE html><script>alert(1)</script>"),
        ("a.jpg", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("a.png", "<html><script>alert(1)</script>".encode("utf-16")),
    ],
    ids=["gif-script", "png-zip", "jpeg-php", "png-pdf", "html-as-png", "svg-as-jpg", "utf16"],
)
def test_pictures_that_are_something_else_too_are_refused(world: World, name: str, content: bytes) -> None:
    answer = world.upload(name, content)
    assert answer.error == "UPLOAD_FAILED"
    assert "something else" in answer.text
    assert world.no_files_left()


def test_pictures_with_notes_of_a_camera_are_taken(world: World) -> None:
    notes = b'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><dc:title>Sun</dc:title></x:xmpmeta>'
    file = world.add_file("sun.jpg", picture("JPEG", xmp=notes))
    assert file["type"] == "image"


def test_a_page_under_its_own_name_is_a_file_like_any_other(world: World) -> None:
    assert world.add_file("page.html", b"<html><script>alert(1)</script>")["type"] == "file"
