"""How much may be sent, at once and in all."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from botyard.chat.media import uploads
from botyard.store.engines import blobs
from botyard.wire import limits
from tests.conftest import MakeWorld
from tests.files.room import Room, base64_of
from tests.world import World

UPLOAD = "im.v2.File.upload"


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
