"""Has pictures decoded: one at a time, in a process of their own that has little memory. Slow work for threads."""

from __future__ import annotations

import atexit
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from typing import IO

import msgspec

from botyard.chat.media.picture_headers import PictureHeader
from botyard.chat.media.picture_process import LENGTH, PictureReply, PictureRequest
from botyard.chat.media.previews import PreviewedPicture, has_preview
from botyard.errors import ApiError, ErrorCode

WAITING_MAX = 8
"""Pictures that wait for their turn; more are refused."""
SECONDS = 20.0
"""How long one picture may take."""
_REPLY_MAX = 64 * 1024
_PREVIEW_MAX = 16 * 1024 * 1024
# Nothing else of the environment, which may hold keys, is the process's business.
_PASSED = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR")


class PictureWorker:
    """Owns the process: starts it at the first picture, and another when it has died or taken too long."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._count = threading.Lock()
        self.waiting = 0
        """Pictures that wait, the one that is being decoded included."""
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None

    def header(self, data: bytes) -> PictureHeader | None:
        """What kind of picture this is, and its size; ``None`` for what is none. Raises OVERLOAD."""
        with tempfile.TemporaryFile() as file:
            file.write(data)
            reply, _ = self._ask(file, PictureRequest(len(data)))
        return PictureHeader(reply.kind, reply.width, reply.height) if reply.kind else None

    def look(self, file: IO[bytes], mime: str, *, size: int) -> PreviewedPicture | None:
        """Measure a picture and make its preview, as ``previews.look`` does. Raises OVERLOAD.

        ``None`` also where it takes too much memory or time.
        """
        if not has_preview(mime):
            return None
        reply, preview = self._ask(file, PictureRequest(size, mime))
        return PreviewedPicture(reply.width, reply.height, preview, reply.ending) if reply.kind else None

    def close(self) -> None:
        """End the process."""
        with self._turn:
            self._end()

    def _ask(self, file: IO[bytes], request: PictureRequest) -> tuple[PictureReply, bytes]:
        file.flush()
        with self._place(), self._turn:
            try:
                channel = self._started()
                channel.settimeout(SECONDS)
                socket.send_fds(channel, [msgspec.json.encode(request)], [file.fileno()])
                head = _received(
                    channel, int.from_bytes(_received(channel, LENGTH, most=LENGTH), "big"), most=_REPLY_MAX
                )
                reply = msgspec.json.decode(head, type=PictureReply)
                return reply, _received(channel, reply.preview, most=_PREVIEW_MAX)
            except (OSError, EOFError, msgspec.DecodeError):
                # It died of this picture, or was about to: the next one gets another process.
                self._end()
                return PictureReply(), b""

    @contextlib.contextmanager
    def _place(self) -> Iterator[None]:
        """A place in the queue. Raises OVERLOAD where there is none."""
        with self._count:
            if self.waiting >= WAITING_MAX:
                raise ApiError(ErrorCode.OVERLOAD, hint="too many pictures are being looked at; try again soon")
            self.waiting += 1
        try:
            yield
        finally:
            with self._count:
                self.waiting -= 1

    def _started(self) -> socket.socket:
        if self._channel is not None and self._process is not None and self._process.poll() is None:
            return self._channel
        self._end()
        ours, theirs = socket.socketpair()
        with theirs:
            environment = {name: os.environ[name] for name in _PASSED if name in os.environ}
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "botyard.chat.media.picture_process"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                start_new_session=True,
            )
        self._channel = ours
        return ours

    def _end(self) -> None:
        if self._channel is not None:
            self._channel.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._channel = self._process = None


def _received(channel: socket.socket, length: int, *, most: int) -> bytes:
    if length > most:
        raise EOFError
    data = bytearray()
    while len(data) < length:
        part = channel.recv(min(length - len(data), 1024 * 1024))
        if not part:
            raise EOFError
        data += part
    return bytes(data)


WORKER = PictureWorker()
"""The one of this server."""
atexit.register(WORKER.close)
