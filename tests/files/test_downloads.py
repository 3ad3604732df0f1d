"""Files go out by links that cannot be made, changed or kept, and nothing in a file can run anywhere."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote

import pytest

from botyard.chat.conversation import members
from botyard.portal.auth import signed_urls
from botyard.portal.auth.keys import Keys
from botyard.portal.auth.signed_urls import FileLink
from botyard.store.engines import blobs
from botyard.store.engines.db import Tx
from tests.world import World
from tests.worlds.files import SITE
from tests.worlds.pictures import picture

HELLO = b"hello, this is a file"


def token(url: str) -> str:
    return unquote(url.partition("?token=")[2])


def with_token(text: str) -> str:
    return f"{SITE}/rest/download.json?token={text.replace('|', '%7C')}"


# Links.


def test_a_link_needs_no_key_and_works_until_it_expires(world: World) -> None:
    url = world.download_url(world.add_file("a.txt", HELLO))
    assert url.startswith(f"{SITE}/rest/download.json?token=im%7C")
    assert world.download(url).body == HELLO
    assert world.download(url).body == HELLO
    world.wait(3590)
    assert world.download(url).body == HELLO
    world.wait(20)
    late = world.download(url)
    assert (late.status, late.error) == (403, "ACCESS_DENIED")


def test_a_link_without_its_ending(world: World) -> None:
    url = world.download_url(world.add_file("a.txt", HELLO))
    assert world.download(url.replace("download.json", "download")).body == HELLO


@pytest.mark.parametrize(
    "change",
    [
        lambda t: "",
        lambda t: "x",
        lambda t: t[:-1] + ("A" if t[-1] != "A" else "B"),
        lambda t: t.replace("im|", "imbot|"),
        lambda t: t.replace("|", "|1", 1),
        lambda t: t.replace(".d.", ".s."),
        lambda t: ".".join([*t.split(".")[:3], "9999999999", *t.split(".")[4:]]),
        lambda t: t + "\n",
        lambda t: t.replace(".", ".0", 1),
        lambda t: t.rpartition(".")[0] + ".",
        lambda t: t * 2,
    ],
)
def test_a_link_cannot_be_forged(world: World, change: Callable[[str], str]) -> None:
    right = token(world.download_url(world.add_file("a.txt", HELLO)))
    assert change(right) != right
    answer = world.download(with_token(change(right).replace("\n", "%0A")))
    assert (answer.status, answer.error) == (403, "ACCESS_DENIED")


def test_every_letter_of_a_link_counts(world: World) -> None:
    right = token(world.download_url(world.add_file("a.txt", HELLO)))
    for place in range(len(right)):
        for letter in ("0", "Z", "|"):
            changed = right[:place] + letter + right[place + 1 :]
            if changed != right and place != len(right) - 1:
                assert world.download(with_token(changed)).status == 403, place


def test_another_portal_cannot_sign(world: World) -> None:
    file = world.add_file("a.txt", HELLO)
    link = FileLink("im", file["id"], world.admin.id, signed_urls.LOAD, int(world.time) + 100)
    assert world.download(with_token(signed_urls.token(world.context.keys, link))).status == 200
    assert world.download(with_token(signed_urls.token(Keys(b"other"), link))).status == 403


def test_a_link_ends_with_the_membership(world: World) -> None:
    file = world.add_file("a.txt", HELLO)
    url = world.download_url(file, world.ann)
    assert world.download(url).status == 200

    async def leave(tx: Tx) -> None:
        await members.leave(tx, await members.get_group(tx, world.ann.id, world.room))

    world.write(leave)
    assert world.download(url).status == 403
    assert world.download(world.download_url(file)).status == 200


def test_a_link_ends_with_the_file(world: World) -> None:
    answer = world.upload("a.txt", HELLO).result
    url = world.download_url(answer["file"])
    world.erase(answer["messageId"])
    assert world.download(url).status == 403


def test_links_in_lists_are_the_same_for_a_while(world: World) -> None:
    world.add_file("a.png", picture())
    first = world.room_history()["files"][0]
    world.wait(60)
    second = world.room_history()["files"][0]
    assert first["urlShow"] == second["urlShow"]
    world.wait(7200)
    assert world.download(first["urlShow"]).status == 403
    assert world.download(world.room_history()["files"][0]["urlShow"]).status == 200


def test_no_link_and_no_name_of_bytes_is_in_the_event_log(world: World) -> None:
    world.add_file("a.txt", HELLO)
    (blob,) = world.blobs
    assert blob.name not in str(world.events())
    assert "token" not in str(world.events())


# How a file is handed out.


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>'),
        ("a.svg", b'<?xml version="1.0"?><svg onload="alert(1)"/>'),
        ("a.html", b"<!DOCTYPE html><script>alert(1)</script>"),
        ("a.txt", b"   \n<script>alert(1)</script>"),
        ("a.pdf", b"<html><body onload=alert(1)>"),
        ("a.xhtml", b'\xef\xbb\xbf<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>'),
        ("a.js", b"alert(1)"),
        ("a.bin", b"\0\1\2"),
        ("a.png", b"\x89PNG\r\n\x1a\nno picture at all"),
    ],
)
@pytest.mark.parametrize("kind", ["urlShow", "urlDownload"])
def test_only_pictures_sound_and_film_are_shown(world: World, name: str, content: bytes, kind: str) -> None:
    answer = world.download(world.add_file(name, content)[kind])
    assert answer.body == content
    assert answer.headers["content-disposition"].startswith("attachment;")
    kept = answer.headers["content-type"].partition(";")[0]
    assert kept in ("application/octet-stream", "text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; sandbox; frame-ancestors 'none'")


@pytest.mark.parametrize("name", ["a.png", "a.html", "a"])
def test_the_type_is_told_by_the_bytes(world: World, name: str) -> None:
    file = world.add_file(name, picture())
    shown, loaded = world.download(file["urlShow"]), world.download(file["urlDownload"])
    assert shown.headers["content-type"] == loaded.headers["content-type"] == "image/png"
    assert shown.headers["content-disposition"].startswith("inline;")
    assert loaded.headers["content-disposition"].startswith("attachment;")
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in shown.headers["content-security-policy"]


def test_a_name_cannot_leave_its_header(world: World) -> None:
    file = world.add_file('a"; x="b; é отчёт.txt', HELLO)
    disposition = world.download(world.download_url(file)).headers["content-disposition"]
    assert disposition == (
        'attachment; filename="a_; x=_b; _ _____.txt"; '
        "filename*=UTF-8''a%22%3B%20x%3D%22b%3B%20%C3%A9%20%D0%BE%D1%82%D1%87%D1%91%D1%82.txt"
    )


def test_what_caches_may_keep(world: World) -> None:
    file = world.add_file("a.png", picture())
    assert world.download(file["urlDownload"]).headers["cache-control"] == "no-store"
    assert world.download(file["urlShow"]).headers["cache-control"].startswith("private, max-age=")


# Parts.


def test_a_file_by_parts(world: World) -> None:
    url = world.download_url(world.add_file("a.bin", bytes(range(100))))
    whole = world.download(url)
    assert (whole.headers["accept-ranges"], whole.headers["content-length"]) == ("bytes", "100")
    for asked, start, end in [
        ("0-9", 0, 10),
        ("90-", 90, 100),
        ("-5", 95, 100),
        ("50-1000", 50, 100),
        ("99-99", 99, 100),
    ]:
        part = world.download(url, range=f"bytes={asked}")
        assert (part.status, part.body) == (206, bytes(range(start, end))), asked
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/100"
        assert part.headers["content-length"] == str(end - start)


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,5-6", "items=0-1", "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "x" * 9999]
)
def test_a_range_that_is_none_gets_the_file(world: World, asked: str) -> None:
    answer = world.download(world.download_url(world.add_file("a.txt", HELLO)), range=asked)
    assert (answer.status, answer.body) == (200, HELLO)


@pytest.mark.parametrize("asked", ["bytes=21-", "bytes=999999999999999999-", "bytes=-0"])
def test_a_range_beyond_the_file(world: World, asked: str) -> None:
    answer = world.download(world.download_url(world.add_file("a.txt", HELLO)), range=asked)
    assert (answer.status, answer.error) == (416, "INVALID_REQUEST")
    assert answer.headers["content-range"] == f"bytes */{len(HELLO)}"


def test_a_part_of_the_same_file_only(world: World) -> None:
    url = world.download_url(world.add_file("a.txt", HELLO))
    mark = world.download(url).headers["etag"]
    assert world.download(url, range="bytes=0-1", if_range=mark).status == 206
    assert world.download(url, range="bytes=0-1", if_range='"other"').status == 200


def test_a_file_that_one_has_already(world: World) -> None:
    url = world.download_url(world.add_file("a.txt", HELLO))
    again = world.download(url, if_none_match=world.download(url).headers["etag"])
    assert (again.status, again.body) == (304, b"")


def test_only_the_head(world: World) -> None:
    url = world.download_url(world.add_file("a.txt", HELLO))
    answer = world.download(url, "HEAD", range="bytes=0-1")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", str(len(HELLO)))


def test_other_verbs_are_refused(world: World) -> None:
    assert world.download(world.download_url(world.add_file("a.txt", HELLO)), "POST").status == 405


def test_a_file_of_many_pieces(world: World) -> None:
    content = bytes(range(256)) * (blobs.CHUNK // 256 * 2) + b"end"
    url = world.download_url(world.add_file("a.bin", content))
    assert world.download(url).body == content
    part = world.download(url, range=f"bytes={blobs.CHUNK - 1}-{blobs.CHUNK + 1}")
    assert part.body == content[blobs.CHUNK - 1 : blobs.CHUNK + 2]


def test_bytes_that_are_gone_are_a_fault_and_not_half_an_answer(world: World) -> None:
    url = world.download_url(world.add_file("a.txt", HELLO))
    (blob,) = world.blobs
    blob.unlink()
    answer = world.download(url)
    assert answer.status == 500
    assert blob.name not in str(answer.body)
