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
from tests.world import World
from tests.worlds.files import base64_of
from tests.worlds.pictures import form

UPLOAD = "im.v2.File.upload"


def test_a_file_is_a_message_with_a_text(world: World) -> None:
    answer = world.upload("report.pdf", b"%PDF-1.7 hello", message="Here is the report").result
    assert (answer["chatId"], answer["dialogId"]) == (world.room, world.dialog)
    file = answer["file"]
    assert (file["name"], file["extension"], file["size"], file["type"]) == ("report.pdf", "pdf", 14, "file")
    assert (file["authorId"], file["authorName"], file["image"]) == (world.admin.id, "Ada Admin", False)
    newest = world.room_history(world.ann)
    assert newest["messages"][0]["id"] == answer["messageId"]
    assert newest["messages"][0]["text"] == "Here is the report"
    assert newest["messages"][0]["params"]["FILE_ID"] == [file["id"]]
    assert [entry["id"] for entry in newest["files"]] == [file["id"]]


def test_a_file_alone_is_a_message_too(world: World) -> None:
    answer = world.upload("a.txt", b"x").result
    event = world.events()[-1]
    assert event[0] == "MessageSent"
    assert event[1]["message_id"] == answer["messageId"]
    assert event[1]["params"] == {"FILE_ID": [answer["file"]["id"]]}


@pytest.mark.parametrize("size", [1, 3 * limits.SMALL_BODY])
@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_compressed_body(world: World, coding: str, pack: Callable[[bytes], bytes], size: int) -> None:
    body = json.dumps({"dialogId": world.dialog, "fields": {"name": "a.bin", "content": base64_of(b"x" * size)}})
    path = f"{world.admin.path}/{UPLOAD}"
    answer = world.post(path, pack(body.encode()), content_encoding=coding)
    assert answer.result["file"]["size"] == size
    assert world.post(path, b"{}", content_encoding="br").status == 415
    assert world.post(path, b"{}", content_encoding=coding).error == "INVALID_REQUEST"


def test_a_compressed_body_counts_as_what_it_holds(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botyard.web.upload_buffer.MAX_UPLOAD", 3 * limits.SMALL_BODY)
    bomb = gzip.compress(b" " * (3 * limits.SMALL_BODY + 1))
    assert world.post(f"{world.admin.path}/{UPLOAD}", bomb, content_encoding="gzip").error == "FILE_TOO_LARGE"
    assert list((world.settings.data / "files" / "incoming").iterdir()) == []


@pytest.mark.parametrize("size", [1, 3 * limits.SMALL_BODY])
def test_json_under_the_type_of_a_form(world: World, size: int) -> None:
    """As `curl -d @file` sends it."""
    body = json.dumps({"dialogId": world.dialog, "fields": {"name": "a.bin", "content": base64_of(b"x" * size)}})
    answer = world.post(f"{world.admin.path}/{UPLOAD}", body.encode(), "application/x-www-form-urlencoded")
    assert answer.result["file"]["size"] == size


def test_the_first_file_makes_the_folder_of_the_chat(world: World) -> None:
    def folder() -> int:
        return int(world.call("im.dialog.get", world.admin, DIALOG_ID=world.dialog).result["disk_folder_id"])

    assert folder() == 0
    world.add_file("a.txt", b"x")
    made = folder()
    assert made > 0
    world.add_file("b.txt", b"y")
    assert folder() == made


def test_a_private_dialog_is_opened_by_a_file(world: World) -> None:
    answer = world.upload("a.txt", b"x", dialog=str(world.eve.id)).result
    assert answer["dialogId"] == str(world.eve.id)


@pytest.mark.parametrize("content", [b"", b"a", b"ab", b"abc", bytes(range(256)) * 5000], ids=len)
def test_every_byte_arrives(world: World, content: bytes) -> None:
    if not content:
        assert world.upload("a.bin", content).error == "FILE_EMPTY"
        return
    assert world.download(world.download_url(world.add_file("a.bin", content))).body == content


@pytest.mark.parametrize(
    "text",
    ["aGVsbG8=", "aGVsbG8", "aGVs\r\nbG8=\n", "aGVs bG8=".replace(" ", "")],
    ids=["padded", "bare", "folded", "plain"],
)
def test_base64_is_taken_in_the_spellings_of_clients(world: World, text: str) -> None:
    file = world.upload("a.txt", text).result["file"]
    assert world.download(world.download_url(file)).body == b"hello"


def test_both_alphabets_of_base64(world: World) -> None:
    content = b"\xfb\xff\xfe" * 9
    for text in (base64_of(content), base64_of(content).replace("+", "-").replace("/", "_")):
        assert world.download(world.download_url(world.upload("a.bin", text).result["file"])).body == content


@pytest.mark.parametrize(
    "text",
    ["data:image/png;base64,aGVsbG8=", "aGVs!G8=", "aGVsb", "aGVsbG8=aGVs", "====", "п", "aGVsbG8===x"],
)
def test_what_is_no_base64_is_refused(world: World, text: str) -> None:
    assert world.upload("a.txt", text).error == "FILE_INVALID_CONTENT"
    assert world.no_files_left()


@pytest.mark.parametrize("content", [{"a": "b"}, ["a.txt", "aGVsbG8="], 17], ids=["object", "list", "number"])
def test_content_of_another_kind_is_refused(world: World, content: Any) -> None:
    fields = {"name": "a.txt", "content": content}
    assert world.call(UPLOAD, dialogId=world.dialog, fields=fields).error == "FILE_INVALID_CONTENT"


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
def test_a_file_as_other_methods_have_it(world: World, file: Any) -> None:
    """`fields[FILE][…]` in every encoding that can hold it."""
    for name in ("file", "FILE"):
        sent = world.call(UPLOAD, dialogId=world.dialog, fields={name: file}).result["file"]
        assert (sent["name"], sent["size"]) == ("a.txt", 5)
    flat = forms.encode({"dialogId": world.dialog, "fields": {"FILE": file}})
    path = f"{world.admin.path}/{UPLOAD}"
    assert world.post(path, flat.encode(), "application/x-www-form-urlencoded").result["file"]["size"] == 5
    assert world.get(f"{path}?{flat}").result["file"]["name"] == "a.txt"
    pairs = [pair.partition("=") for pair in flat.split("&")]
    parts = "".join(
        f'--B\r\nContent-Disposition: form-data; name="{unquote_plus(name)}"\r\n\r\n{unquote_plus(value)}\r\n'
        for name, _, value in pairs
    )
    sent = world.post(path, f"{parts}--B--".encode(), "multipart/form-data; boundary=B").result["file"]
    assert (sent["name"], sent["size"]) == ("a.txt", 5)


def test_content_wins_over_file_and_a_name_beside_it_over_one_within(world: World) -> None:
    fields = {"name": "b.txt", "content": "aGk=", "file": ["a.txt", "aGVsbG8="]}
    sent = world.call(UPLOAD, dialogId=world.dialog, fields=fields).result["file"]
    assert (sent["name"], sent["size"]) == ("b.txt", 2)
    fields["content"] = ""
    sent = world.call(UPLOAD, dialogId=world.dialog, fields=fields).result["file"]
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
def test_a_file_that_is_none(world: World, file: Any, code: str) -> None:
    assert world.call(UPLOAD, dialogId=world.dialog, fields={"file": file}).error == code


def test_a_form_may_hold_the_file_itself_under_that_name(world: World) -> None:
    body = form("cut", {"dialogId": world.dialog}, "fields[FILE]", "dot.txt", b"hello")
    sent = world.post(f"{world.admin.path}/{UPLOAD}", body, "multipart/form-data; boundary=cut").result["file"]
    assert (sent["name"], sent["size"]) == ("dot.txt", 5)


def test_a_large_piece_boundary_does_not_show(world: World) -> None:
    # Longer than one piece of decoding, with a line break in every 76 letters.
    content = bytes(i * 7 % 256 for i in range(blobs.CHUNK + 12_345))
    text = base64_of(content)
    folded = "\r\n".join(text[i : i + 76] for i in range(0, len(text), 76))
    assert world.download(world.download_url(world.upload("a.bin", folded).result["file"])).body == content


def test_in_a_batch(world: World) -> None:
    query = urlencode({"dialogId": world.dialog, "fields[name]": "a.txt", "fields[content]": "aGVsbG8="})
    answer = world.call("batch", cmd={"up": f"{UPLOAD}?{query}"})
    assert answer.result["result"]["up"]["file"]["size"] == 5
