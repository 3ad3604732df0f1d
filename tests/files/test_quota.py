"""How much may be sent, at once and in all."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from botyard.chat.media import uploads
from botyard.wire import limits
from tests.world import World
from tests.worlds.files import base64_of

UPLOAD = "im.v2.File.upload"


def test_a_file_over_the_limit_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "SIZE_MAX", 1000)
    assert world.upload("a.bin", b"x" * 1001).error == "FILE_TOO_LARGE"
    assert world.no_files_left()
    world.add_file("a.bin", b"x" * 1000)


def test_a_body_over_the_limit_is_the_same_refusal(world: World) -> None:
    path = f"{world.admin.path}/{UPLOAD}"
    announced = world.post(path, b"{}", content_length=str(limits.MAX_UPLOAD + 1))
    assert (announced.status, announced.error) == (400, "FILE_TOO_LARGE")


def test_only_uploads_may_be_large(world: World) -> None:
    size = str(limits.MAX_BODY + 1)
    other = world.post(f"{world.admin.path}/im.message.add", b"{}", content_length=size)
    assert other.status == 413
    # Nobody need send the body to be told that the key is wrong.
    wrong = world.post(f"/rest/{world.admin.id}/nosuchsecret/{UPLOAD}", b"{}", content_length=size)
    assert wrong.error == "INVALID_CREDENTIALS"


def test_a_body_that_never_ends_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botyard.web.upload_buffer.MAX_UPLOAD", 3 * limits.SMALL_BODY)
    parts = [b"x" * limits.SMALL_BODY] * 5
    asked = world.exchange("POST", f"{world.admin.path}/{UPLOAD}", parts, {"content-type": "application/json"}, "http")
    _, _, raw = world.run(asked)
    assert json.loads(raw)["error"] == "FILE_TOO_LARGE"


def test_only_so_many_large_bodies_at_once(world: World) -> None:
    uploads = world.context.slots.uploads
    uploads.take("hook:another", uploads.each)
    uploads.take("hook:third", uploads.each)
    path = f"{world.admin.path}/{UPLOAD}"
    large = world.post(path, b"{}", content_length=str(limits.SMALL_BODY + 1))
    assert (large.status, large.error) == (503, "OVERLOAD_LIMIT")
    small = json.dumps({"dialogId": world.dialog, "fields": {"name": "a.txt", "content": "aGVsbG8="}}).encode()
    assert world.post(path, small, content_length=str(len(small))).status == 200
    # Nobody knows how large a body without a length will be.
    assert world.post(path, small).error == "OVERLOAD_LIMIT"
    uploads.release("hook:third")
    assert world.post(path, b"{}", content_length=str(limits.SMALL_BODY + 1)).error == "FILE_EMPTY"


def test_a_sender_that_goes_away_leaves_nothing(world: World) -> None:
    async def broken() -> tuple[int, dict[str, str], bytes]:
        headers = {"content-type": "application/json", "content-length": str(10 * limits.SMALL_BODY)}
        # The line is cut after the second part: the world sends a disconnect in place of more.
        app, queue = world.app, [b"x" * limits.SMALL_BODY] * 2

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
            "path": f"{world.admin.path}/{UPLOAD}",
            "query_string": b"",
            "headers": named,
        }
        await app(scope, receive, send)
        return sent[0]["status"], {}, sent[1]["body"]

    status, _, raw = world.run(broken())
    assert (status, json.loads(raw)["error"]) == (400, "INVALID_REQUEST")
    assert world.no_files_left()


def test_a_quota_for_each_person(tight_world: World) -> None:
    world = tight_world
    half = b"x" * (600 * 1024)
    first = world.add_file("a.bin", half)
    answer = world.upload("b.bin", half)
    assert answer.error == "UPLOAD_FAILED"
    assert "1 MiB" in answer.text
    assert len(world.blobs) == 1
    world.add_file("c.bin", half, world.ann)
    # Room is made by deleting.
    messages = world.room_history()["messages"]
    message_id = next(
        message["id"] for message in messages if message["params"] and message["params"].get("FILE_ID") == [first["id"]]
    )
    world.erase(message_id)
    assert world.bytes_used == 0
    world.add_file("b.bin", half)


def test_a_copy_costs_whoever_makes_it(portal: World) -> None:
    """Bytes are stored once and paid for by everybody who keeps them, or they would be kept at nobody's cost."""
    portal.open_file_room()
    file = portal.add_file("a.bin", b"x" * 1000)
    first = portal.room_history()["messages"][0]["id"]
    ids = {"FORWARD_IDS": {"11111111-2222-3333-4444-555555555555": first}}
    for _ in range(2):
        # Once more, the copy is there already and costs nothing.
        portal.call("botyard.message.forward", portal.admin, ids, DIALOG_ID=portal.dialog)
        assert portal.bytes_used == 2000
    portal.call("im.message.share", MESSAGE_ID=first, DIALOG_ID=portal.dialog, TYPE="CHAT")
    assert portal.bytes_used == 3000
    portal.call("im.disk.file.save", FILE_ID=file["id"])
    assert portal.bytes_used == 4000
    assert len(portal.blobs) == 1
    portal.erase(first)
    assert portal.bytes_used == 3000
    assert portal.read(lambda tx: tx.one("SELECT SUM(charged) FROM files")) == (3000,)


def test_what_there_is_no_room_for_is_not_forwarded(tight_world: World) -> None:
    world = tight_world
    world.add_file("a.bin", b"x" * (600 * 1024))
    first = world.room_history()["messages"][0]["id"]
    before = (world.count("files"), world.count("messages"), world.count("chats"), world.bytes_used)
    ids = {"FORWARD_IDS": {"11111111-2222-3333-4444-555555555555": first}}
    refused = world.call("botyard.message.forward", world.admin, ids, DIALOG_ID=world.dialog)
    assert (refused.error, "1 MiB" in refused.text) == ("UPLOAD_FAILED", True)
    shared = world.call("im.message.share", MESSAGE_ID=first, DIALOG_ID=world.dialog, TYPE="CHAT")
    assert (shared.error, "1 MiB" in shared.headers["botyard-hint"]) == ("PARAMS_ERROR", True)
    assert (world.count("files"), world.count("messages"), world.count("chats"), world.bytes_used) == before
    own = {"CHAT_ID": world.room, "FILE_ID": world.room_history()["files"][0]["id"]}
    assert world.call("im.disk.file.commit", params=own).status == 400
    assert world.call("im.disk.file.save", params=own).status == 400
    assert (world.count("files"), world.count("messages"), world.count("chats"), world.bytes_used) == before
    # Whoever has room may.
    assert world.call("botyard.message.forward", world.ann, ids, DIALOG_ID=world.dialog).status == 200


def test_a_quota_holds_when_two_come_at_once(tight_world: World) -> None:
    world = tight_world
    body = json.dumps(
        {"dialogId": world.dialog, "fields": {"name": "a.bin", "content": base64_of(b"x" * 600 * 1024)}}
    ).encode()

    async def both() -> list[Any]:
        first_exchange = world.exchange(
            "POST", f"{world.admin.path}/{UPLOAD}", [body], {"content-type": "application/json"}, "http"
        )
        second_exchange = world.exchange(
            "POST", f"{world.admin.path}/{UPLOAD}", [body], {"content-type": "application/json"}, "http"
        )
        return list(await asyncio.gather(first_exchange, second_exchange))

    answers = [json.loads(raw) for _, _, raw in world.run(both())]
    assert sorted("error" in answer for answer in answers) == [False, True]
    assert len(world.blobs) == 1
