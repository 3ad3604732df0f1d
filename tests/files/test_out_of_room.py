"""A disk that fills and descriptors that run out while files arrive: the documented error, one line in the log."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path
from typing import IO, Any

import pytest

from botyard.web import upload_buffer
from botyard.wire import limits
from tests.world import World
from tests.worlds.files import base64_of
from tests.worlds.pictures import form

UPLOAD = "im.v2.File.upload"


class Full(io.BytesIO):
    """A file that takes so many bytes and no more, and complains once more when it is closed."""

    def __init__(self, room: int, number: int) -> None:
        super().__init__()
        self.left, self.number = room, number

    def write(self, piece: Any) -> int:
        self.left -= len(piece)
        self._complain()
        return super().write(piece)

    def close(self) -> None:
        super().close()
        self._complain()

    def _complain(self) -> None:
        if self.left < 0:
            raise OSError(self.number, os.strerror(self.number))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EMFILE, errno.EIO])
@pytest.mark.parametrize("nth", [0, 1], ids=["the body", "the file in it"])
@pytest.mark.parametrize("size", [1000, 3 * limits.SMALL_BODY], ids=["small", "large"])
def test_a_form_for_which_there_is_no_room(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    size: int,
    nth: int,
    number: int,
) -> None:
    made: list[IO[bytes]] = []

    def arriving(folder: Path) -> IO[bytes]:
        made.append(Full(size // 2, number) if len(made) == nth else io.BytesIO())
        return made[-1]

    monkeypatch.setattr(upload_buffer, "temporary_file", arriving)
    body = form("bound", {"dialogId": world.dialog}, "fields[content]", "a.bin", b"x" * size)
    answer = world.post(f"{world.admin.path}/{UPLOAD}", body, "multipart/form-data; boundary=bound")
    assert (answer.status, answer.error, answer.text) == (400, "UPLOAD_FAILED", "File upload failed")
    assert [(record.message, record.exc_info) for record in caplog.records] == [
        (f"a file could not be received: {os.strerror(number)}", None)
    ]
    assert all(file.closed for file in made)
    monkeypatch.undo()
    assert world.add_file("a.txt", b"alpha")["size"] == 5


def test_a_body_of_json_for_which_there_is_no_room(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_buffer, "temporary_file", lambda folder: Full(2 * limits.SMALL_BODY, errno.ENOSPC))
    answer = world.upload("a.bin", base64_of(b"x" * 3 * limits.SMALL_BODY))
    assert (answer.status, answer.error) == (400, "UPLOAD_FAILED")
