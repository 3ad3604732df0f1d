"""Files come in by base64 text and by forms; what could hurt somebody does not."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_plus, urlencode

import pytest

from botyard.chat.media import uploads
from botyard.store.engines import blobs
from botyard.wire import forms, limits
from tests.conftest import MakeWorld
from tests.files.room import Room, archive, base64_of, form, picture
from tests.world import Answer, World

UPLOAD = "im.v2.File.upload"


def test_a_file_is_a_message_with_a_text(room: Room) -> None:
    answer = room.send("report.pdf", b"%PDF-1.7 hello", message="Here is the report").result
    assert (answer["chatId"], answer["dialogId"]) == (room.id, room.dialog)
    file = answer["file"]
    assert (file["name"], file["extension"], file["size"], file["type"]) == ("report.pdf", "pdf", 14, "file")
    assert (file["authorId"], file["authorName"], file["image"]) == (room.me.id, "Ada Admin", False)
    newest = room.history(room.ann)
    assert newest["messages"][0]["id"] == answer["messageId"]
    assert newest["messages"][0]["text"] == "Here is the report"
    assert newest["messages"][0]["params"]["FILE_ID"] == [file["id"]]
    assert [one["id"] for one in newest["files"]] == [file["id"]]


def test_a_file_alone_is_a_message_too(room: Room) -> None:
    answer = room.send("a.txt", b"x").result
    event = room.world.events()[-1]
    assert event[0] == "MessageSent"
    assert event[1]["message_id"] == answer["messageId"]
    assert event[1]["params"] == {"FILE_ID": [answer["file"]["id"]]}


@pytest.mark.parametrize("size", [1, 3 * limits.SMALL_BODY])
@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_compressed_body(room: Room, coding: str, pack: Callable[[bytes], bytes], size: int) -> None:
    body = json.dumps({"dialogId": room.dialog, "fields": {"name": "a.bin", "content": base64_of(b"x" * size)}})
    path = f"{room.me.path}/{UPLOAD}"
    answer = room.world.post(path, pack(body.encode()), content_encoding=coding)
    assert answer.result["file"]["size"] == size
    assert room.world.post(path, b"{}", content_encoding="br").status == 415
    assert room.world.post(path, b"{}", content_encoding=coding).error == "INVALID_REQUEST"


def test_a_compressed_body_counts_as_what_it_holds(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botyard.web.upload_buffer.MAX_UPLOAD", 3 * limits.SMALL_BODY)
    bomb = gzip.compress(b" " * (3 * limits.SMALL_BODY + 1))
    assert room.world.post(f"{room.me.path}/{UPLOAD}", bomb, content_encoding="gzip").error == "FILE_TOO_LARGE"
    assert list((room.world.settings.data / "files" / "incoming").iterdir()) == []


@pytest.mark.parametrize("size", [1, 3 * limits.SMALL_BODY])
def test_json_under_the_type_of_a_form(room: Room, size: int) -> None:
    """As `curl -d @file` sends it."""
    body = json.dumps({"dialogId": room.dialog, "fields": {"name": "a.bin", "content": base64_of(b"x" * size)}})
    answer = room.world.post(f"{room.me.path}/{UPLOAD}", body.encode(), "application/x-www-form-urlencoded")
    assert answer.result["file"]["size"] == size


def test_the_first_file_makes_the_folder_of_the_chat(room: Room) -> None:
    def folder() -> int:
        return int(room.world.call("im.dialog.get", room.me, DIALOG_ID=room.dialog).result["disk_folder_id"])

    assert folder() == 0
    room.sent("a.txt", b"x")
    made = folder()
    assert made > 0
    room.sent("b.txt", b"y")
    assert folder() == made


def test_a_private_dialog_is_opened_by_a_file(room: Room) -> None:
    answer = room.send("a.txt", b"x", dialog=str(room.eve.id)).result
    assert answer["dialogId"] == str(room.eve.id)


@pytest.mark.parametrize("content", [b"", b"a", b"ab", b"abc", bytes(range(256)) * 5000], ids=len)
def test_every_byte_arrives(room: Room, content: bytes) -> None:
    if not content:
        assert room.send("a.bin", content).error == "FILE_EMPTY"
        return
    assert room.get(room.link(room.sent("a.bin", content))).body == content


@pytest.mark.parametrize(
    "text",
    ["aGVsbG8=", "aGVsbG8", "aGVs\r\nbG8=\n", "aGVs bG8=".replace(" ", "")],
    ids=["padded", "bare", "folded", "plain"],
)
def test_base64_is_taken_in_the_spellings_of_clients(room: Room, text: str) -> None:
    file = room.send("a.txt", text).result["file"]
    assert room.get(room.link(file)).body == b"hello"


def test_both_alphabets_of_base64(room: Room) -> None:
    content = b"\xfb\xff\xfe" * 9
    for text in (base64_of(content), base64_of(content).replace("+", "-").replace("/", "_")):
        assert room.get(room.link(room.send("a.bin", text).result["file"])).body == content


@pytest.mark.parametrize(
    "text",
    ["data:image/png;base64,aGVsbG8=", "aGVs!G8=", "aGVsb", "aGVsbG8=aGVs", "====", "п", "aGVsbG8===x"],
)
def test_what_is_no_base64_is_refused(room: Room, text: str) -> None:
    assert room.send("a.txt", text).error == "FILE_INVALID_CONTENT"
    assert room.nothing_left()


@pytest.mark.parametrize("content", [{"a": "b"}, ["a.txt", "aGVsbG8="], 17], ids=["object", "list", "number"])
def test_content_of_another_kind_is_refused(room: Room, content: Any) -> None:
    fields = {"name": "a.txt", "content": content}
    assert room.world.call(UPLOAD, dialogId=room.dialog, fields=fields).error == "FILE_INVALID_CONTENT"


FILES: list[Any] = [
    {"name": "a.txt", "content": "aGVsbG8="},
    {"fileName": "a.txt", "fileContent": "aGVsbG8="},
    ["a.txt", "aGVsbG8="],
    {"0": "a.txt", "1": "aGVsbG8="},
    {"fileData": ["a.txt", "aGVsbG8="]},
    [["a.txt", "aGVsbG8="]],
    '["a.txt","aGVsbG8="]',
]


@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_file_as_other_methods_have_it(room: Room, file: Any) -> None:
    """`fields[FILE][…]` in every encoding that can hold it."""
    for name in ("file", "FILE"):
        sent = room.world.call(UPLOAD, dialogId=room.dialog, fields={name: file}).result["file"]
        assert (sent["name"], sent["size"]) == ("a.txt", 5)
    flat = forms.encode({"dialogId": room.dialog, "fields": {"FILE": file}})
    path = f"{room.me.path}/{UPLOAD}"
    assert room.world.post(path, flat.encode(), "application/x-www-form-urlencoded").result["file"]["size"] == 5
    assert room.world.get(f"{path}?{flat}").result["file"]["name"] == "a.txt"
    pairs = [pair.partition("=") for pair in flat.split("&")]
    parts = "".join(
        f'--B\r\nContent-Disposition: form-data; name="{unquote_plus(name)}"\r\n\r\n{unquote_plus(value)}\r\n'
        for name, _, value in pairs
    )
    sent = room.world.post(path, f"{parts}--B--".encode(), "multipart/form-data; boundary=B").result["file"]
    assert (sent["name"], sent["size"]) == ("a.txt", 5)


def test_content_wins_over_file_and_a_name_beside_it_over_one_within(room: Room) -> None:
    fields = {"name": "b.txt", "content": "aGk=", "file": ["a.txt", "aGVsbG8="]}
    sent = room.world.call(UPLOAD, dialogId=room.dialog, fields=fields).result["file"]
    assert (sent["name"], sent["size"]) == ("b.txt", 2)
    fields["content"] = ""
    sent = room.world.call(UPLOAD, dialogId=room.dialog, fields=fields).result["file"]
    assert (sent["name"], sent["size"]) == ("b.txt", 5)


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (["a.txt", ""], "FILE_EMPTY"),
        (["", "aGVsbG8="], "FILE_EMPTY"),
        ("null", "FILE_EMPTY"),
        (["a.txt", {"a": 1}], "FILE_INVALID_CONTENT"),
        ({"name": "a.txt"}, "FILE_INVALID_CONTENT"),
        ({"name": "a.txt", "content": "!"}, "FILE_INVALID_CONTENT"),
    ],
)
def test_a_file_that_is_none(room: Room, file: Any, code: str) -> None:
    assert room.world.call(UPLOAD, dialogId=room.dialog, fields={"file": file}).error == code


def test_a_form_may_hold_the_file_itself_under_that_name(room: Room) -> None:
    body = form("cut", {"dialogId": room.dialog}, "fields[FILE]", "dot.txt", b"hello")
    sent = room.world.post(f"{room.me.path}/{UPLOAD}", body, "multipart/form-data; boundary=cut").result["file"]
    assert (sent["name"], sent["size"]) == ("dot.txt", 5)


def test_a_large_piece_boundary_does_not_show(room: Room) -> None:
    # Longer than one piece of decoding, with a line break in every 76 letters.
    content = bytes(i * 7 % 256 for i in range(blobs.CHUNK + 12_345))
    text = base64_of(content)
    folded = "\r\n".join(text[i : i + 76] for i in range(0, len(text), 76))
    assert room.get(room.link(room.send("a.bin", folded).result["file"])).body == content


# Names.


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
def test_names_that_mean_more_than_a_name_are_refused(room: Room, name: str) -> None:
    answer = room.send(name, b"x")
    assert answer.error == "UPLOAD_FAILED"
    assert room.nothing_left()


@pytest.mark.parametrize(
    "name", ["отчёт за май.pdf", "日本語.txt", "👩‍👩‍👧.png", "a;b\"c'.txt", "no ending", ".env", "a..b.txt"]
)
def test_any_other_name_is_kept_as_it_is(room: Room, name: str) -> None:
    file = room.sent(name, b"hello")
    assert file["name"] == name
    assert room.get(room.link(file)).body == b"hello"


def test_bytes_lie_under_names_of_their_own(room: Room) -> None:
    room.sent("passwords.html", b"<html>")
    (blob,) = room.blobs
    assert blob.suffix == ""
    assert "passwords" not in str(blob)
    assert blob.stat().st_mode & 0o077 == 0


# Two-faced files.


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
def test_pictures_that_are_something_else_too_are_refused(room: Room, name: str, content: bytes) -> None:
    answer = room.send(name, content)
    assert answer.error == "UPLOAD_FAILED"
    assert "something else" in answer.text
    assert room.nothing_left()


def test_pictures_with_notes_of_a_camera_are_taken(room: Room) -> None:
    notes = b'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><dc:title>Sun</dc:title></x:xmpmeta>'
    file = room.sent("sun.jpg", picture("JPEG", xmp=notes))
    assert file["type"] == "image"


def test_a_page_under_its_own_name_is_a_file_like_any_other(room: Room) -> None:
    assert room.sent("page.html", b"<html><script>alert(1)</script>")["type"] == "file"


# How much.


def test_a_file_over_the_limit_is_refused(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "SIZE_MAX", 1000)
    assert room.send("a.bin", b"x" * 1001).error == "FILE_TOO_LARGE"
    assert room.nothing_left()
    room.sent("a.bin", b"x" * 1000)


def test_a_body_over_the_limit_is_the_same_refusal(room: Room) -> None:
    path = f"{room.me.path}/{UPLOAD}"
    announced = room.world.post(path, b"{}", content_length=str(limits.MAX_UPLOAD + 1))
    assert (announced.status, announced.error) == (400, "FILE_TOO_LARGE")


def test_only_uploads_may_be_large(room: Room) -> None:
    size = str(limits.MAX_BODY + 1)
    other = room.world.post(f"{room.me.path}/im.message.add", b"{}", content_length=size)
    assert other.status == 413
    # Nobody need send the body to be told that the key is wrong.
    wrong = room.world.post(f"/rest/{room.me.id}/nosuchsecret/{UPLOAD}", b"{}", content_length=size)
    assert wrong.error == "INVALID_CREDENTIALS"


def test_a_body_that_never_ends_is_refused(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botyard.web.upload_buffer.MAX_UPLOAD", 3 * limits.SMALL_BODY)
    parts = [b"x" * limits.SMALL_BODY] * 5
    asked = room.world.exchange("POST", f"{room.me.path}/{UPLOAD}", parts, {"content-type": "application/json"}, "http")
    _, _, raw = room.world.run(asked)
    assert json.loads(raw)["error"] == "FILE_TOO_LARGE"


def test_only_so_many_large_bodies_at_once(room: Room) -> None:
    arrivals = room.world.context.storage.arrivals

    async def taken() -> None:
        for _ in range(blobs.ARRIVALS):
            await arrivals.acquire()

    room.world.run(taken())
    path = f"{room.me.path}/{UPLOAD}"
    large = room.world.post(path, b"{}", content_length=str(limits.SMALL_BODY + 1))
    assert (large.status, large.error) == (503, "OVERLOAD_LIMIT")
    small = json.dumps({"dialogId": room.dialog, "fields": {"name": "a.txt", "content": "aGVsbG8="}}).encode()
    assert room.world.post(path, small, content_length=str(len(small))).status == 200
    # Nobody knows how large a body without a length will be.
    assert room.world.post(path, small).error == "OVERLOAD_LIMIT"
    arrivals.release()
    assert room.world.post(path, b"{}", content_length=str(limits.SMALL_BODY + 1)).error == "FILE_EMPTY"


def test_a_sender_that_goes_away_leaves_nothing(room: Room) -> None:
    async def broken() -> tuple[int, dict[str, str], bytes]:
        headers = {"content-type": "application/json", "content-length": str(10 * limits.SMALL_BODY)}
        # The line is cut after the second part: the world sends a disconnect in place of more.
        app, queue = room.world.app, [b"x" * limits.SMALL_BODY] * 2

        async def receive() -> dict[str, Any]:
            if queue:
                return {"type": "http.request", "body": queue.pop(), "more_body": True}
            return {"type": "http.disconnect"}

        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        named = [(key.encode(), value.encode()) for key, value in headers.items()]
        scope = {
            "type": "http",
            "method": "POST",
            "path": f"{room.me.path}/{UPLOAD}",
            "query_string": b"",
            "headers": named,
        }
        await app(scope, receive, send)
        return sent[0]["status"], {}, sent[1]["body"]

    status, _, raw = room.world.run(broken())
    assert (status, json.loads(raw)["error"]) == (400, "INVALID_REQUEST")
    assert room.nothing_left()


def test_a_quota_for_each_person(make_world: MakeWorld) -> None:
    room = Room(make_world(file_quota=1))
    half = b"x" * (600 * 1024)
    first = room.sent("a.bin", half)
    answer = room.send("b.bin", half)
    assert answer.error == "UPLOAD_FAILED"
    assert "1 MiB" in answer.text
    assert len(room.blobs) == 1
    room.sent("c.bin", half, room.ann)
    # Room is made by deleting.
    found = room.history()["messages"]
    message_id = next(one["id"] for one in found if one["params"] and one["params"].get("FILE_ID") == [first["id"]])
    room.erase(message_id)
    assert room.used == 0
    room.sent("b.bin", half)


def test_a_quota_holds_when_two_come_at_once(make_world: MakeWorld) -> None:
    world: World = make_world(file_quota=1)
    room = Room(world)
    body = json.dumps(
        {"dialogId": room.dialog, "fields": {"name": "a.bin", "content": base64_of(b"x" * 600 * 1024)}}
    ).encode()

    async def both() -> list[Any]:
        one = world.exchange("POST", f"{room.me.path}/{UPLOAD}", [body], {"content-type": "application/json"}, "http")
        two = world.exchange("POST", f"{room.me.path}/{UPLOAD}", [body], {"content-type": "application/json"}, "http")
        return list(await asyncio.gather(one, two))

    answers = [json.loads(raw) for _, _, raw in world.run(both())]
    assert sorted("error" in one for one in answers) == [False, True]
    assert len(room.blobs) == 1


# Forms.


def sent_form(room: Room, content: bytes, filename: str = "dot.png", **fields: str) -> Answer:
    named = {"dialogId": room.dialog, **{f"fields[{key}]": value for key, value in fields.items()}}
    body = form("cut", named, "fields[content]", filename, content)
    return room.world.post(f"{room.me.path}/{UPLOAD}", body, "multipart/form-data; boundary=cut")


def test_a_form_brings_the_file_itself(room: Room) -> None:
    content = picture(size=(300, 200))
    file = sent_form(room, content, message="look").result["file"]
    assert (file["name"], file["type"], file["image"]) == ("dot.png", "image", {"width": 300, "height": 200})
    assert room.get(room.link(file)).body == content
    assert room.history()["messages"][0]["text"] == "look"


def test_a_name_in_the_form_wins(room: Room) -> None:
    assert sent_form(room, picture(), name="given.png").result["file"]["name"] == "given.png"


def test_a_form_with_a_large_file_goes_by_way_of_the_disk(room: Room) -> None:
    content = bytes(range(256)) * 4096 * 5
    assert room.get(room.link(sent_form(room, content).result["file"])).body == content


@pytest.mark.parametrize(
    ("filename", "content", "code"),
    [("../x.png", b"x", "UPLOAD_FAILED"), ("x.png", b"", "FILE_EMPTY"), ("", b"x", "FILE_EMPTY")],
)
def test_files_of_forms_obey_the_same_rules(room: Room, filename: str, content: bytes, code: str) -> None:
    assert sent_form(room, content, filename).error == code
    assert room.nothing_left()


def test_many_files_in_one_form_are_too_many(room: Room) -> None:
    part = '--cut\r\nContent-Disposition: form-data; name="f{}"; filename="a"\r\n\r\nx\r\n'
    body = "".join(part.format(i) for i in range(limits.MAX_FILES + 1)) + "--cut--\r\n"
    answer = room.world.post(f"{room.me.path}/{UPLOAD}", body.encode(), "multipart/form-data; boundary=cut")
    assert answer.error == "INVALID_REQUEST"


def test_other_methods_do_not_see_files_of_forms(room: Room) -> None:
    body = form("cut", {"DIALOG_ID": room.dialog}, "MESSAGE", "a.txt", b"hello")
    answer = room.world.post(f"{room.me.path}/im.message.add", body, "multipart/form-data; boundary=cut")
    assert answer.error == "MESSAGE_EMPTY"


def test_base64_in_a_form(room: Room) -> None:
    content = b"\xfb\xef\xbe" * 100
    pairs = {"dialogId": room.dialog, "fields[name]": "a.bin", "fields[content]": base64_of(content)}
    body = urlencode(pairs).encode()
    answer = room.world.post(f"{room.me.path}/{UPLOAD}", body, "application/x-www-form-urlencoded")
    assert room.get(room.link(answer.result["file"])).body == content


def test_in_a_batch(room: Room) -> None:
    query = urlencode({"dialogId": room.dialog, "fields[name]": "a.txt", "fields[content]": "aGVsbG8="})
    answer = room.world.call("batch", cmd={"up": f"{UPLOAD}?{query}"})
    assert answer.result["result"]["up"]["file"]["size"] == 5
