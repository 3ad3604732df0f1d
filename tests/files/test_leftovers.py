"""What breaks off leaves nothing behind, and what is deleted goes away altogether."""

from __future__ import annotations

import asyncio
import io
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

import msgspec
import pytest

from botyard.chat.media import files
from botyard.server import application
from botyard.store import files as rows
from botyard.store.engines import blobs
from botyard.store.engines.db import Tx, Unavailable
from tests.files.room import Room, base64_of, picture
from tests.world import World

LARGE = picture("JPEG", (2000, 2000))


class Broken(blobs.Folder):
    """A disk that fails at the nth file."""

    def __init__(self, root: Path, nth: int) -> None:
        super().__init__(root)
        self.left = nth

    def put(self, name: str, source: IO[bytes]) -> None:
        self.left -= 1
        if self.left <= 0:
            raise OSError(28, "No space left on device")
        super().put(name, source)


def failing(room: Room, nth: int) -> None:
    """Let the disk fail from the nth file on."""
    world = room.world
    storage = world.context.storage._replace(blobs=Broken(world.settings.data / "files", nth))
    world.context = msgspec.structs.replace(world.context, storage=storage)
    world.app = application(world.context)


@pytest.mark.parametrize("nth", [1, 2], ids=["file", "preview"])
def test_a_full_disk(room: Room, nth: int) -> None:
    failing(room, nth)
    answer = room.send("a.jpg", LARGE)
    assert (answer.status, answer.error, answer.text) == (400, "UPLOAD_FAILED", "File upload failed")
    assert room.nothing_left()


def test_a_database_that_fails_at_the_end(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object) -> None:
        raise Unavailable("The disk is full.")

    monkeypatch.setattr(rows, "set_message", fails)
    assert room.send("a.jpg", LARGE).status == 500
    assert room.nothing_left()
    assert room.history()["files"] == []


def test_a_private_dialog_is_not_opened_by_a_failing_upload(room: Room) -> None:
    failing(room, 1)
    before = room.rows("chats")
    assert room.send("a.txt", b"x", dialog=str(room.eve.id)).error == "UPLOAD_FAILED"
    assert room.rows("chats") == before


def test_a_refusal_costs_nothing(room: Room) -> None:
    before = room.world.last_event()
    assert room.send("a.txt", b"x", room.eve).error == "ACCESS_DENIED"
    assert room.world.last_event() == before
    assert room.nothing_left()


def test_a_call_that_is_given_up_waits_for_its_thread(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    writing, go_on = threading.Event(), threading.Event()
    put = blobs.Folder.put

    def slow(self: blobs.Folder, name: str, source: IO[bytes]) -> None:
        writing.set()
        go_on.wait(10)
        put(self, name, source)

    monkeypatch.setattr(blobs.Folder, "put", slow)
    fields = b'{"name":"a.txt","content":"aGVsbG8="}'
    body = b'{"dialogId":"%s","fields":%s}' % (room.dialog.encode(), fields)
    path = f"{room.me.path}/im.v2.File.upload"

    async def given_up() -> None:
        kind = {"content-type": "application/json"}
        task = asyncio.ensure_future(room.world.exchange("POST", path, [body], kind, "http"))
        await asyncio.to_thread(writing.wait, 10)
        task.cancel()
        await asyncio.sleep(0.05)
        go_on.set()
        # The server stops: whoever is still there is told so, once nothing is written any more.
        assert (await task)[0] == 503

    room.world.run(given_up())
    assert room.nothing_left()


def test_a_sweep_leaves_alone_what_is_under_way_and_what_is_owned(room: Room) -> None:
    file = room.sent("a.txt", b"hello")
    name = "0" * 32
    _loosened(room, name, int(room.world.time))
    _put(room, name)
    assert room.sweep() == 0
    assert len(room.blobs) == 2
    room.world.wait(files.PENDING_SECONDS + 1)
    assert room.sweep() == 1
    assert len(room.blobs) == 1
    assert room.get(room.link(file)).body == b"hello"


def test_an_upload_that_took_too_long_does_not_keep_what_was_swept(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    put = blobs.Folder.put

    def slow(self: blobs.Folder, name: str, source: IO[bytes]) -> None:
        put(self, name, source)
        asyncio.run_coroutine_threadsafe(room.world.context.database.write(_claimed(room)), loop[0]).result(10)

    loop = [room.world.runner.get_loop()]
    monkeypatch.setattr(blobs.Folder, "put", slow)
    assert room.send("a.txt", b"hello").error == "UPLOAD_FAILED"
    assert room.nothing_left()


def _claimed(room: Room) -> Any:
    async def work(tx: Any) -> list[str]:
        return await rows.claim(tx, before=int(room.world.time) + 10, limit=10)

    return work


def _loosened(room: Room, name: str, since: int) -> None:
    async def work(tx: Tx) -> None:
        await rows.mark_pending(tx, name, since=since)

    room.world.write(work)


def _put(room: Room, name: str) -> None:
    room.world.context.storage.blobs.put(name, io.BytesIO(b"left over"))


def test_a_sweep_of_many(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_SWEPT_AT_ONCE", 2)
    for number in range(5):
        name = f"{number:032x}"
        _loosened(room, name, 0)
        _put(room, name)
    assert room.sweep() == 5
    assert room.nothing_left()


# Deleting.


@pytest.mark.parametrize("complete", [False, True])
def test_a_deleted_message_takes_its_file_along(room: Room, complete: bool) -> None:
    answer = room.send("a.jpg", LARGE).result
    assert len(room.blobs) == 2
    room.erase(answer["messageId"], complete=complete)
    assert room.history()["files"] == []
    assert room.sweep() == 2
    assert room.nothing_left()


def test_a_deleted_chat_takes_its_files_along(portal: World) -> None:
    room = Room(portal)
    bot = portal.bot()
    assert room.send("a.jpg", LARGE, dialog=str(bot)).status == 200
    portal.call("imbot.unregister", BOT_ID=bot, CLIENT_ID="test-client")
    room.sweep()
    assert room.nothing_left()
    assert room.rows("folders") == 0


# kill -9.

CHILD = """
import sys, os, time
from pathlib import Path
from botyard.store.engines import blobs
from tests.files.room import Room, picture
from tests.world import World

moment = sys.argv[2]
world = World(Path(sys.argv[1]))
room = Room(world)
room.sent("kept.txt", b"kept")

def stop(*_):
    print("now", flush=True)
    time.sleep(60)

put, half = blobs.Folder.put, blobs.shutil.copyfileobj
if moment == "before":
    blobs.Folder.put = stop
elif moment == "half":
    def halfway(source, out, size):
        out.write(source.read(100))
        out.flush()
        stop()
    blobs.shutil.copyfileobj = halfway
elif moment == "between":
    count = []
    def second(self, name, source):
        stop() if count else put(self, name, source)
        count.append(1)
    blobs.Folder.put = second
else:
    from botyard.store import files as rows
    async def last(*_):
        stop()
    rows.set_message = last
room.send("a.jpg", picture("JPEG", (2000, 2000)))
"""


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "half", "between", "commit"])
def test_a_server_killed_in_the_middle_of_an_upload(tmp_path: Path, moment: str) -> None:
    command = [sys.executable, "-c", CHILD, str(tmp_path / "portal"), moment]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == b"now\n", child.stderr and child.stderr.read()
    finally:
        child.send_signal(signal.SIGKILL)
        child.communicate(timeout=30)
    world = Reopened(tmp_path / "portal")
    try:
        assert world.rows("files") == 1
        world.wait(files.PENDING_SECONDS + 10)
        world.run(files.sweep(world.context.database, world.context.storage.blobs, int(world.time)))
        assert world.rows("loose_blobs") == 0
        kept = [one for one in (tmp_path / "portal" / "files").rglob("*") if one.is_file()]
        assert [one.read_bytes() for one in kept] == [b"kept"]
    finally:
        world.close()


class Reopened(World):
    """A portal that was there before."""

    def _founded(self) -> Any:
        return None

    def rows(self, table: str) -> int:
        found = self.read(lambda tx: tx.one(f"SELECT COUNT(*) FROM {table}"))
        assert found is not None
        return int(found[0])


# Forwarding.


def test_a_forwarded_file_is_a_file_of_the_other_chat(portal: World) -> None:
    room = Room(portal)
    made = {"code": "mover", "properties": {"name": "Mover"}}
    bot = portal.call("imbot.v2.Bot.register", botToken="t", fields=made).result["bot"]["id"]
    here = portal.chat(room.me, [bot])
    there = portal.chat(room.ann, [bot, room.eve.id])
    fields = {"name": "a.txt", "content": base64_of(b"hello"), "message": "look"}
    own = {"botId": bot, "botToken": "t"}
    sent = portal.call("imbot.v2.File.upload", dialogId=f"chat{here}", fields=fields, **own).result
    uuid = "11111111-2222-3333-4444-555555555555"
    moved = {"forwardIds": {uuid: sent["messageId"]}}
    for _ in range(2):
        assert portal.call("imbot.v2.Chat.Message.send", dialogId=f"chat{there}", fields=moved, **own).status == 200
    assert room.rows("files") == 2
    assert len(room.blobs) == 1
    body = b'{"DIALOG_ID":"chat%d"}' % there
    seen = portal.post(f"{room.eve.path}/im.dialog.messages.get", body).result
    (file,) = seen["files"]
    assert (file["name"], file["chatId"]) == ("a.txt", there)
    assert file["id"] != sent["file"]["id"]
    # Neither message needs the other one.
    deleted = portal.call("imbot.v2.Chat.Message.delete", messageId=sent["messageId"], complete=True, **own)
    assert deleted.status == 200
    room.sweep()
    assert room.get(file["urlDownload"]).body == b"hello"
    assert portal.call("imbot.v2.Chat.Message.delete", messageId=seen["messages"][0]["id"], **own).status == 200
    room.sweep()
    assert room.nothing_left()
