"""Files that come in multipart forms."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from botyard.wire import limits
from tests.world import Answer, World
from tests.worlds.files import base64_of
from tests.worlds.pictures import form, picture

UPLOAD = "im.v2.File.upload"


def sent_form(world: World, content: bytes, filename: str = "dot.png", **fields: str) -> Answer:
    named = {"dialogId": world.dialog, **{f"fields[{key}]": value for key, value in fields.items()}}
    body = form("cut", named, "fields[content]", filename, content)
    return world.post(f"{world.admin.path}/{UPLOAD}", body, "multipart/form-data; boundary=cut")


def test_a_form_brings_the_file_itself(world: World) -> None:
    content = picture(size=(300, 200))
    file = sent_form(world, content, message="look").result["file"]
    assert (file["name"], file["type"], file["image"]) == ("dot.png", "image", {"width": 300, "height": 200})
    assert world.download(world.download_url(file)).body == content
    assert world.room_history()["messages"][0]["text"] == "look"


def test_a_name_in_the_form_wins(world: World) -> None:
    assert sent_form(world, picture(), name="given.png").result["file"]["name"] == "given.png"


def test_a_form_with_a_large_file_goes_by_way_of_the_disk(world: World) -> None:
    content = bytes(range(256)) * 4096 * 5
    assert world.download(world.download_url(sent_form(world, content).result["file"])).body == content


@pytest.mark.parametrize(
    ("filename", "content", "code"),
    [("../x.png", b"x", "UPLOAD_FAILED"), ("x.png", b"", "FILE_EMPTY"), ("", b"x", "FILE_EMPTY")],
)
def test_files_of_forms_obey_the_same_rules(world: World, filename: str, content: bytes, code: str) -> None:
    assert sent_form(world, content, filename).error == code
    assert world.no_files_left()


def test_many_files_in_one_form_are_too_many(world: World) -> None:
    part = '--cut\r\nContent-Disposition: form-data; name="f{}"; filename="a"\r\n\r\nx\r\n'
    body = "".join(part.format(i) for i in range(limits.MAX_FILES + 1)) + "--cut--\r\n"
    answer = world.post(f"{world.admin.path}/{UPLOAD}", body.encode(), "multipart/form-data; boundary=cut")
    assert answer.error == "INVALID_REQUEST"


def test_other_methods_do_not_see_files_of_forms(world: World) -> None:
    body = form("cut", {"DIALOG_ID": world.dialog}, "MESSAGE", "a.txt", b"hello")
    answer = world.post(f"{world.admin.path}/im.message.add", body, "multipart/form-data; boundary=cut")
    assert answer.error == "MESSAGE_EMPTY"


def test_base64_in_a_form(world: World) -> None:
    content = b"\xfb\xef\xbe" * 100
    pairs = {"dialogId": world.dialog, "fields[name]": "a.bin", "fields[content]": base64_of(content)}
    body = urlencode(pairs).encode()
    answer = world.post(f"{world.admin.path}/{UPLOAD}", body, "application/x-www-form-urlencoded")
    assert world.download(world.download_url(answer.result["file"])).body == content
