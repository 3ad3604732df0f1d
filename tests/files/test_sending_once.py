"""`botyard.message.file.send`: a file that is sent again is sent once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from botyard.store import files as stored_files
from botyard.store.engines import blobs
from tests.world import Answer, World
from tests.worlds.files import base64_of

METHOD = "botyard.message.file.send"
NAMES = tuple(f"5f3c0f5e-6a53-4a54-9a39-0d2f7a3a1c1{number}" for number in range(3))


def sent(world: World, name: str = NAMES[0], **more: Any) -> Answer:
    params = {"DIALOG_ID": world.dialog, "TEMPLATE_ID": name, "NAME": "a.txt", "CONTENT": base64_of(b"hello"), **more}
    return world.call(METHOD, world.ann, params=params)


def bytes_kept(world: World) -> list[Path]:
    return [path for path in (world.settings.data / "files").rglob("*") if path.is_file()]


def test_a_file_is_sent_once(world: World) -> None:
    first = sent(world, MESSAGE="See")
    assert first.result["CHAT_ID"] == world.room
    assert (first.result["FILE"]["name"], first.result["FILE"]["size"]) == ("a.txt", 5)
    kept = bytes_kept(world)
    again = sent(world, MESSAGE="See", NAME="b.txt", CONTENT=base64_of(b"other bytes"))
    assert (again.result["ID"], again.result["FILE"]["id"]) == (first.result["ID"], first.result["FILE"]["id"])
    assert bytes_kept(world) == kept
    newest = world.room_history(world.ann)["messages"]
    assert [message["text"] for message in newest if message["uuid"]] == ["See"]
    assert newest[0]["uuid"] == NAMES[0]
    other = sent(world, NAMES[1])
    assert other.result["ID"] > first.result["ID"]
    assert world.read(lambda tx: stored_files.used(tx, world.ann.id)) == 10


def test_the_name_is_of_one_author_and_chat(world: World) -> None:
    first = sent(world)
    params = {"TEMPLATE_ID": NAMES[0], "NAME": "a.txt", "CONTENT": base64_of(b"x")}
    by_another = world.call(METHOD, world.admin, params={**params, "DIALOG_ID": world.dialog})
    elsewhere = world.call(METHOD, world.ann, params={**params, "DIALOG_ID": str(world.admin.id)})
    assert len({first.result["ID"], by_another.result["ID"], elsewhere.result["ID"]}) == 3


def test_an_upload_that_failed_is_sent_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(blobs.Folder, "put", full)
        failed = sent(world)
        assert failed.error == "UPLOAD_FAILED"
    assert all(message["uuid"] is None for message in world.room_history(world.ann)["messages"])
    assert sent(world).result["ID"] == sent(world).result["ID"]


def test_a_message_that_has_lost_its_file(world: World) -> None:
    first = sent(world).result
    world.call("im.message.delete", world.ann, MESSAGE_ID=first["ID"])
    again = sent(world).result
    assert (again["ID"], again["FILE"]) == (first["ID"], None)


def test_replies(world: World) -> None:
    quoted = world.send("first", world.ann, world.dialog)
    answer = sent(world, REPLY_ID=quoted)
    assert world.room_history(world.ann)["messages"][0]["params"]["REPLY_ID"] == quoted
    before = bytes_kept(world)
    assert sent(world, NAMES[1], REPLY_ID=answer.result["ID"] + 99).error == "REPLY_ACCESS_ERROR"
    assert bytes_kept(world) == before


def test_refusals(world: World) -> None:
    assert sent(world, "no-uuid").error == "ERROR_ARGUMENT"
    assert sent(world, CONTENT="").error == sent(world, NAME="").error == "FILE_EMPTY"
    assert sent(world, CONTENT="???").error == "FILE_INVALID_CONTENT"
    assert sent(world, DIALOG_ID="").error == "DIALOG_ID_EMPTY"
    stranger = world.call(
        METHOD,
        world.eve,
        params={"DIALOG_ID": world.dialog, "TEMPLATE_ID": NAMES[2], "NAME": "a", "CONTENT": base64_of(b"x")},
    )
    assert (stranger.status, stranger.error) == (403, "ACCESS_ERROR")
