"""Files go out by links that cannot be made, changed or kept, and nothing in a file can run anywhere."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote

import pytest

from botyard.chat.conversation import members
from botyard.errors import Reason
from botyard.portal.auth import signed_urls
from botyard.portal.auth.keys import Keys
from botyard.portal.auth.signed_urls import FileLink
from botyard.store.engines import blobs
from botyard.store.engines.db import Tx
from tests.files.room import SITE, Room, picture

HELLO = b"hello, this is a file"


def token(url: str) -> str:
    return unquote(url.partition("?token=")[2])


def with_token(text: str) -> str:
    return f"{SITE}/rest/download.json?token={text.replace('|', '%7C')}"


# Links.


def test_a_link_needs_no_key_and_works_until_it_expires(room: Room) -> None:
    url = room.link(room.sent("a.txt", HELLO))
    assert url.startswith(f"{SITE}/rest/download.json?token=im%7C")
    assert room.get(url).body == HELLO
    assert room.get(url).body == HELLO
    room.world.wait(3590)
    assert room.get(url).body == HELLO
    room.world.wait(20)
    late = room.get(url)
    assert (late.status, late.error) == (403, "ACCESS_DENIED")


def test_a_link_without_its_ending(room: Room) -> None:
    url = room.link(room.sent("a.txt", HELLO))
    assert room.get(url.replace("download.json", "download")).body == HELLO


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
def test_a_link_cannot_be_forged(room: Room, change: Callable[[str], str]) -> None:
    right = token(room.link(room.sent("a.txt", HELLO)))
    assert change(right) != right
    answer = room.get(with_token(change(right).replace("\n", "%0A")))
    assert (answer.status, answer.error) == (403, "ACCESS_DENIED")


def test_every_letter_of_a_link_counts(room: Room) -> None:
    right = token(room.link(room.sent("a.txt", HELLO)))
    for place in range(len(right)):
        for letter in ("0", "Z", "|"):
            changed = right[:place] + letter + right[place + 1 :]
            if changed != right and place != len(right) - 1:
                assert room.get(with_token(changed)).status == 403, place


def test_another_portal_cannot_sign(room: Room) -> None:
    file = room.sent("a.txt", HELLO)
    link = FileLink("im", file["id"], room.me.id, signed_urls.LOAD, int(room.world.time) + 100)
    assert room.get(with_token(signed_urls.token(room.world.context.keys, link))).status == 200
    assert room.get(with_token(signed_urls.token(Keys(b"other"), link))).status == 403


def test_a_link_ends_with_the_membership(room: Room) -> None:
    file = room.sent("a.txt", HELLO)
    url = room.link(file, room.ann)
    assert room.get(url).status == 200

    async def leave(tx: Tx) -> None:
        await members.leave(tx, await members.get_group(tx, room.ann.id, room.id, missing=Reason.CHAT_CLOSED))

    room.world.write(leave)
    assert room.get(url).status == 403
    assert room.get(room.link(file)).status == 200


def test_a_link_ends_with_the_file(room: Room) -> None:
    answer = room.send("a.txt", HELLO).result
    url = room.link(answer["file"])
    room.erase(answer["messageId"])
    assert room.get(url).status == 403


def test_links_in_lists_are_the_same_for_a_while(room: Room) -> None:
    room.sent("a.png", picture())
    one = room.history()["files"][0]
    room.world.wait(60)
    two = room.history()["files"][0]
    assert one["urlShow"] == two["urlShow"]
    room.world.wait(7200)
    assert room.get(one["urlShow"]).status == 403
    assert room.get(room.history()["files"][0]["urlShow"]).status == 200


def test_no_link_and_no_name_of_bytes_is_in_the_event_log(room: Room) -> None:
    room.sent("a.txt", HELLO)
    (blob,) = room.blobs
    assert blob.name not in str(room.world.events())
    assert "token" not in str(room.world.events())


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
def test_only_pictures_sound_and_film_are_shown(room: Room, name: str, content: bytes, kind: str) -> None:
    answer = room.get(room.sent(name, content)[kind])
    assert answer.body == content
    assert answer.headers["content-disposition"].startswith("attachment;")
    kept = answer.headers["content-type"].partition(";")[0]
    assert kept in ("application/octet-stream", "text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("name", ["a.png", "a.html", "a"])
def test_the_type_is_told_by_the_bytes(room: Room, name: str) -> None:
    file = room.sent(name, picture())
    shown, loaded = room.get(file["urlShow"]), room.get(file["urlDownload"])
    assert shown.headers["content-type"] == loaded.headers["content-type"] == "image/png"
    assert shown.headers["content-disposition"].startswith("inline;")
    assert loaded.headers["content-disposition"].startswith("attachment;")
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in shown.headers["content-security-policy"]


def test_a_name_cannot_leave_its_header(room: Room) -> None:
    file = room.sent('a"; x="b; é отчёт.txt', HELLO)
    told = room.get(room.link(file)).headers["content-disposition"]
    assert told == (
        'attachment; filename="a_; x=_b; _ _____.txt"; '
        "filename*=UTF-8''a%22%3B%20x%3D%22b%3B%20%C3%A9%20%D0%BE%D1%82%D1%87%D1%91%D1%82.txt"
    )


def test_what_caches_may_keep(room: Room) -> None:
    file = room.sent("a.png", picture())
    assert room.get(file["urlDownload"]).headers["cache-control"] == "no-store"
    assert room.get(file["urlShow"]).headers["cache-control"].startswith("private, max-age=")


# Parts.


def test_a_file_by_parts(room: Room) -> None:
    url = room.link(room.sent("a.bin", bytes(range(100))))
    whole = room.get(url)
    assert (whole.headers["accept-ranges"], whole.headers["content-length"]) == ("bytes", "100")
    for asked, start, end in [
        ("0-9", 0, 10),
        ("90-", 90, 100),
        ("-5", 95, 100),
        ("50-1000", 50, 100),
        ("99-99", 99, 100),
    ]:
        part = room.get(url, range=f"bytes={asked}")
        assert (part.status, part.body) == (206, bytes(range(start, end))), asked
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/100"
        assert part.headers["content-length"] == str(end - start)


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,5-6", "items=0-1", "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "x" * 9999]
)
def test_a_range_that_is_none_gets_the_file(room: Room, asked: str) -> None:
    answer = room.get(room.link(room.sent("a.txt", HELLO)), range=asked)
    assert (answer.status, answer.body) == (200, HELLO)


@pytest.mark.parametrize("asked", ["bytes=21-", "bytes=999999999999999999-", "bytes=-0"])
def test_a_range_beyond_the_file(room: Room, asked: str) -> None:
    answer = room.get(room.link(room.sent("a.txt", HELLO)), range=asked)
    assert (answer.status, answer.error) == (416, "INVALID_REQUEST")
    assert answer.headers["content-range"] == f"bytes */{len(HELLO)}"


def test_a_part_of_the_same_file_only(room: Room) -> None:
    url = room.link(room.sent("a.txt", HELLO))
    mark = room.get(url).headers["etag"]
    assert room.get(url, range="bytes=0-1", if_range=mark).status == 206
    assert room.get(url, range="bytes=0-1", if_range='"other"').status == 200


def test_a_file_that_one_has_already(room: Room) -> None:
    url = room.link(room.sent("a.txt", HELLO))
    again = room.get(url, if_none_match=room.get(url).headers["etag"])
    assert (again.status, again.body) == (304, b"")


def test_only_the_head(room: Room) -> None:
    url = room.link(room.sent("a.txt", HELLO))
    answer = room.get(url, "HEAD", range="bytes=0-1")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", str(len(HELLO)))


def test_other_verbs_are_refused(room: Room) -> None:
    assert room.get(room.link(room.sent("a.txt", HELLO)), "POST").status == 405


def test_a_file_of_many_pieces(room: Room) -> None:
    content = bytes(range(256)) * (blobs.CHUNK // 256 * 2) + b"end"
    url = room.link(room.sent("a.bin", content))
    assert room.get(url).body == content
    part = room.get(url, range=f"bytes={blobs.CHUNK - 1}-{blobs.CHUNK + 1}")
    assert part.body == content[blobs.CHUNK - 1 : blobs.CHUNK + 2]


def test_bytes_that_are_gone_are_a_fault_and_not_half_an_answer(room: Room) -> None:
    url = room.link(room.sent("a.txt", HELLO))
    (blob,) = room.blobs
    blob.unlink()
    answer = room.get(url)
    assert answer.status == 500
    assert blob.name not in str(answer.body)
