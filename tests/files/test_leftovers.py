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
from tests.world import World
from tests.worlds.files import base64_of
from tests.worlds.pictures import picture

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


def failing(world: World, nth: int) -> None:
    """Let the disk fail from the nth file on."""
    world = world
    storage = world.context.storage._replace(blobs=Broken(world.settings.data / "files", nth))
    world.context = msgspec.structs.replace(world.context, storage=storage)
    world.app = application(world.context)


@pytest.mark.parametrize("nth", [1, 2], ids=["file", "preview"])
def test_a_full_disk(world: World, nth: int) -> None:
    failing(world, nth)
    answer = world.upload("a.jpg", LARGE)
    assert (answer.status, answer.error, answer.text) == (400, "UPLOAD_FAILED", "File upload failed")
    assert world.no_files_left()


def test_a_database_that_fails_at_the_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object) -> None:
        raise Unavailable("The disk is full.")

    monkeypatch.setattr(rows, "set_message", fails)
    assert world.upload("a.jpg", LARGE).status == 500
    assert world.no_files_left()
    assert world.room_history()["files"] == []


def test_a_private_dialog_is_not_opened_by_a_failing_upload(world: World) -> None:
    failing(world, 1)
    before = world.count("chats")
    assert world.upload("a.txt", b"x", dialog=str(world.eve.id)).error == "UPLOAD_FAILED"
    assert world.count("chats") == before


def test_a_refusal_costs_nothing(world: World) -> None:
    before = world.last_event()
    assert world.upload("a.txt", b"x", world.eve).error == "ACCESS_DENIED"
    assert world.last_event() == before
    assert world.no_files_left()


def test_a_call_that_is_given_up_waits_for_its_thread(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    writing, go_on = threading.Event(), threading.Event()
    put = blobs.Folder.put

    def slow(self: blobs.Folder, name: str, source: IO[bytes]) -> None:
        writing.set()
        go_on.wait(10)
        put(self, name, source)

    monkeypatch.setattr(blobs.Folder, "put", slow)
    fields = b'{"name":"a.txt","content":"aGVsbG8="}'
    body = b'{"dialogId":"%s","fields":%s}' % (world.dialog.encode(), fields)
    path = f"{world.admin.path}/im.v2.File.upload"

    async def given_up() -> None:
        kind = {"content-type": "application/json"}
        task = asyncio.ensure_future(world.exchange("POST", path, [body], kind, "http"))
        await asyncio.to_thread(writing.wait, 10)
        task.cancel()
        await asyncio.sleep(0.05)
        go_on.set()
        # The server stops: whoever is still there is told so, once nothing is written any more.
        assert (await task)[0] == 503

    world.run(given_up())
    assert world.no_files_left()


def test_a_sweep_leaves_alone_what_is_under_way_and_what_is_owned(world: World) -> None:
    file = world.add_file("a.txt", b"hello")
    name = "0" * 32
    _made_pending(world, name, int(world.time))
    _put(world, name)
    assert world.sweep_files() == 0
    assert len(world.blobs) == 2
    world.wait(files.PENDING_SECONDS + 1)
    assert world.sweep_files() == 1
    assert len(world.blobs) == 1
    assert world.download(world.download_url(file)).body == b"hello"


def test_an_upload_that_took_too_long_does_not_keep_what_was_swept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = blobs.Folder.put

    def slow(self: blobs.Folder, name: str, source: IO[bytes]) -> None:
        put(self, name, source)
        asyncio.run_coroutine_threadsafe(world.context.database.write(_claimed(world)), loop[0]).result(10)

    loop = [world.loop.loop]
    monkeypatch.setattr(blobs.Folder, "put", slow)
    assert world.upload("a.txt", b"hello").error == "UPLOAD_FAILED"
    assert world.no_files_left()


def _claimed(world: World) -> Any:
    async def work(tx: Any) -> list[str]:
        return await rows.claim(tx, before=int(world.time) + 10, limit=10)

    return work


def _made_pending(world: World, name: str, since: int) -> None:
    async def work(tx: Tx) -> None:
        await rows.mark_pending(tx, name, since=since)

    world.write(work)


def _put(world: World, name: str) -> None:
    world.context.storage.blobs.put(name, io.BytesIO(b"left over"))


def test_a_sweep_of_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "SWEPT_AT_ONCE", 2)
    for number in range(5):
        name = f"{number:032x}"
        _made_pending(world, name, 0)
        _put(world, name)
    assert world.sweep_files() == 5
    assert world.no_files_left()


# Deleting.


@pytest.mark.parametrize("complete", [False, True])
def test_a_deleted_message_takes_its_file_along(world: World, complete: bool) -> None:
    answer = world.upload("a.jpg", LARGE).result
    assert len(world.blobs) == 2
    world.erase(answer["messageId"], complete=complete)
    assert world.room_history()["files"] == []
    assert world.sweep_files() == 2
    assert world.no_files_left()


def test_a_deleted_chat_takes_its_files_along(portal: World) -> None:
    portal.open_file_room()
    bot = portal.add_bot()
    assert portal.upload("a.jpg", LARGE, dialog=str(bot)).status == 200
    portal.call("imbot.unregister", BOT_ID=bot, CLIENT_ID="test-client")
    portal.sweep_files()
    assert portal.no_files_left()
    assert portal.count("folders") == 0


# kill -9.

CHILD = """
import sys, os, time
from pathlib import Path
from botyard.store.engines import blobs
from tests.worlds.pictures import picture
from tests.world import World

moment = sys.argv[2]
world = World(Path(sys.argv[1]))
world.open_file_room()
world.add_file("kept.txt", b"kept")

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
world.upload("a.jpg", picture("JPEG", (2000, 2000)))
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
    world = World(tmp_path / "portal", as_is=True)
    try:
        assert world.count("files") == 1
        world.wait(files.PENDING_SECONDS + 10)
        world.sweep_files()
        assert world.count("pending_blobs") == 0
        kept = [path for path in (tmp_path / "portal" / "files").rglob("*") if path.is_file()]
        assert [path.read_bytes() for path in kept] == [b"kept"]
    finally:
        world.close()


# Forwarding.


def test_a_forwarded_file_is_a_file_of_the_other_chat(portal: World) -> None:
    portal.open_file_room()
    made = {"code": "mover", "properties": {"name": "Mover"}}
    bot = portal.call("imbot.v2.Bot.register", botToken="t", fields=made).result["bot"]["id"]
    here = portal.add_chat(portal.admin, [bot])
    there = portal.add_chat(portal.ann, [bot, portal.eve.id])
    fields = {"name": "a.txt", "content": base64_of(b"hello"), "message": "look"}
    own = {"botId": bot, "botToken": "t"}
    sent = portal.call("imbot.v2.File.upload", dialogId=f"chat{here}", fields=fields, **own).result
    uuid = "11111111-2222-3333-4444-555555555555"
    moved = {"forwardIds": {uuid: sent["messageId"]}}
    for _ in range(2):
        assert portal.call("imbot.v2.Chat.Message.send", dialogId=f"chat{there}", fields=moved, **own).status == 200
    assert portal.count("files") == 2
    assert len(portal.blobs) == 1
    body = b'{"DIALOG_ID":"chat%d"}' % there
    seen = portal.post(f"{portal.eve.path}/im.dialog.messages.get", body).result
    (file,) = seen["files"]
    assert (file["name"], file["chatId"]) == ("a.txt", there)
    assert file["id"] != sent["file"]["id"]
    # Neither message needs the other one.
    deleted = portal.call("imbot.v2.Chat.Message.delete", messageId=sent["messageId"], complete=True, **own)
    assert deleted.status == 200
    portal.sweep_files()
    assert portal.download(file["urlDownload"]).body == b"hello"
    assert portal.call("imbot.v2.Chat.Message.delete", messageId=seen["messages"][0]["id"], **own).status == 200
    portal.sweep_files()
    assert portal.no_files_left()
