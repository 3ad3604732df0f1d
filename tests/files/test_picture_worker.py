"""Pictures are decoded one at a time, in a process of their own that has little memory and may die."""

from __future__ import annotations

import io
import os
import signal
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from botyard.chat.media import picture_worker
from botyard.chat.media.picture_headers import PictureHeader
from botyard.chat.media.picture_process import MEMORY
from botyard.chat.media.picture_worker import PictureWorker
from botyard.chat.media.previews import PreviewedPicture
from botyard.errors import ApiError, ErrorCode
from tests.worlds.pictures import picture

LINUX = pytest.mark.skipif(
    not Path("/proc/self/limits").exists(), reason="looks at processes in /proc, as Linux has it"
)


@pytest.fixture
def worker() -> Iterator[PictureWorker]:
    made = PictureWorker()
    yield made
    made.close()


def look(worker: PictureWorker, content: bytes, mime: str) -> PreviewedPicture | None:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        return worker.look(file, mime, size=len(content))


def children() -> dict[int, str]:
    """The processes that this one has started for pictures, and how they were started."""
    pictures = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            command = (entry / "cmdline").read_text()
        except OSError:
            continue
        if parent == os.getpid() and "picture_process" in command:
            pictures[int(entry.name)] = command
    return pictures


def only_child() -> int:
    [number] = children()
    return number


@pytest.fixture
def alone() -> None:
    """No process for pictures but those of the test."""
    picture_worker.WORKER.close()


@LINUX
@pytest.mark.usefixtures("alone")
def test_the_process_has_little_memory_and_no_secrets(worker: PictureWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not for pictures")
    assert worker.header(picture("PNG")) == PictureHeader("PNG", 72, 61)
    process = Path("/proc") / str(only_child())
    limits = {line[:25].strip(): line[26:47].strip() for line in (process / "limits").read_text().splitlines()}
    assert limits["Max data size"] == str(MEMORY)
    assert limits["Max file size"] == "0"
    assert b"not for pictures" not in (process / "environ").read_bytes()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "L", "P", "1"])
def test_the_largest_picture_fits_whatever_its_colours_are(worker: PictureWorker, mode: str) -> None:
    seen = look(worker, picture("PNG", (5000, 5000), mode=mode, color=1 if mode in "LP1" else None), "image/png")
    assert seen is not None
    assert (seen.width, seen.height) == (5000, 5000)
    assert Image.open(io.BytesIO(seen.preview)).size == (1280, 1280)


def test_one_that_takes_too_much_memory_has_no_preview_and_the_next_one_has(worker: PictureWorker) -> None:
    # Pillow keeps four copies of a WebP.
    huge = picture("WEBP", (5000, 5000))
    assert look(worker, huge, "image/webp") is None
    assert worker.header(huge) == PictureHeader("WEBP", 5000, 5000)
    assert look(worker, picture("PNG", (2000, 2000)), "image/png") is not None


@LINUX
@pytest.mark.usefixtures("alone")
def test_a_process_that_died_is_replaced(worker: PictureWorker) -> None:
    worker.header(picture("PNG"))
    first = only_child()
    os.kill(first, signal.SIGKILL)
    while (
        first in children() and (Path("/proc") / str(first) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    ):
        pass
    assert worker.header(picture("PNG")) is not None
    assert only_child() != first


@LINUX
@pytest.mark.usefixtures("alone")
def test_one_that_takes_too_long_costs_its_process(worker: PictureWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    worker.header(picture("PNG"))
    first = only_child()
    os.kill(first, signal.SIGSTOP)
    monkeypatch.setattr(picture_worker, "SECONDS", 0.5)
    assert worker.header(picture("PNG")) is None
    monkeypatch.undo()
    assert worker.header(picture("PNG")) is not None
    assert only_child() != first


def test_the_queue_ends(worker: PictureWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_worker, "WAITING_MAX", 2)
    inside, may_end = threading.Semaphore(0), threading.Event()

    class Held(io.BytesIO):
        def flush(self) -> None:
            inside.release()

        def fileno(self) -> int:
            may_end.wait(30)
            raise OSError("nothing to see")

    def held() -> None:
        worker.look(Held(), "image/png", size=1)

    threads = [threading.Thread(target=held) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert inside.acquire(timeout=30)
    while True:
        # The second one may still be on its way into the queue.
        try:
            if worker.waiting >= 2:
                worker.header(picture("PNG"))
        except ApiError as refused:
            assert refused.problem is ErrorCode.OVERLOAD
            break
    may_end.set()
    for thread in threads:
        thread.join(30)
    assert worker.header(picture("PNG")) is not None
