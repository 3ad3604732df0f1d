"""Files that are sent: messages, spellings of their content, every byte."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_plus, urlencode

import pytest

from botyard.store.engines import blobs
from botyard.wire import forms, limits
from tests.files.room import Room, base64_of, form

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


def test_in_a_batch(room: Room) -> None:
    query = urlencode({"dialogId": room.dialog, "fields[name]": "a.txt", "fields[content]": "aGVsbG8="})
    answer = room.world.call("batch", cmd={"up": f"{UPLOAD}?{query}"})
    assert answer.result["result"]["up"]["file"]["size"] == 5
