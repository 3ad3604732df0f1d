"""The process in which pictures are decoded: it has little memory, writes no files, and may die of what it is given.

It is started by ``picture_worker``, is handed one open file at a time over the socket that is its standard input, and
ends when that is closed.
"""

from __future__ import annotations

import contextlib
import gc
import resource
import socket
from typing import IO, NamedTuple

import msgspec

from botyard.chat.media import picture_headers, previews

MEMORY = 160 * 1024 * 1024
"""Bytes of data that the process may have."""
LENGTH = 4
"""Bytes that say how long a reply is; the bytes of a preview follow it."""


class PictureRequest(msgspec.Struct, frozen=True):
    """What is to be done with the file that comes along: measure it, or with a ``mime`` make its preview, too."""

    size: int
    mime: str = ""


class PictureReply(NamedTuple):
    """What a picture is; no ``kind`` for what is none or too large. ``preview`` is its size in bytes."""

    kind: str = ""
    width: int = 0
    height: int = 0
    ending: str = ""
    preview: int = 0


def main() -> None:
    """Answer requests until nobody is left to ask."""
    _limit()
    previews.load()
    with socket.socket(fileno=0) as channel:
        while True:
            message, files, _, _ = socket.recv_fds(channel, 1024, 1)
            if not message or not files:
                return
            request = msgspec.json.decode(message, type=PictureRequest)
            with open(files[0], "rb") as source:
                reply, preview = _reply(request, source)
            head = msgspec.json.encode(reply)
            channel.sendall(len(head).to_bytes(LENGTH, "big") + head + preview)
            # A decoder and its picture know each other, and would keep the memory of the next one.
            gc.collect()


def _reply(request: PictureRequest, source: IO[bytes]) -> tuple[PictureReply, bytes]:
    # A decoder fed with hostile bytes fails in many ways, and they all mean the same; so does too little memory.
    with contextlib.suppress(Exception):
        if not request.mime:
            return PictureReply(*picture_headers.read(source)), b""
        picture = previews.look(source, request.mime, size=request.size)
        if picture is not None:
            shown = PictureReply(request.mime, picture.width, picture.height, picture.ending, len(picture.preview))
            return shown, picture.preview
    return PictureReply(), b""


def _limit() -> None:
    """Take no more memory than is needed, and write nothing."""
    for kind, most in ((resource.RLIMIT_DATA, MEMORY), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        # Not every system knows each of these, and a smaller one may be set already.
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    main()
