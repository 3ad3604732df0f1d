"""Files that come in multipart forms."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from botyard.wire import limits
from tests.files.room import Room, base64_of, form, picture
from tests.world import Answer

UPLOAD = "im.v2.File.upload"


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
