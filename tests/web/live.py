"""A portal behind a real socket, and clients that say exactly what they are told."""

from __future__ import annotations

import asyncio
import http.client
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Self

from botyard.server import Listener, application, open_context
from botyard.web.crowd import Crowd, room
from tests.world import Answer, World

LOGGERS = ("botyard", "uvicorn", "uvicorn.error", "asyncio")


class Live:
    """A server in a thread of its own; ``lines`` is all that it has logged."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.world = World(folder, **settings)
        self.path = self.world.admin.path
        self.lines: list[str] = []
        self._heard = _Listening(self.lines)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._ready.wait(20)
        for name in LOGGERS:
            logging.getLogger(name).addHandler(self._heard)

    async def _serve(self) -> None:
        context = self.context = await open_context(self.world.settings)
        self._loop = asyncio.get_running_loop()
        self.crowd = Crowd(room())
        self.listener = Listener(application(context), "127.0.0.1", 0, crowd=self.crowd)
        self.listener.socket.listen()
        self.port = self.listener.port
        task = asyncio.create_task(self.listener.serve())
        self._ready.set()
        await task
        await asyncio.sleep(0)
        await context.database.close()

    def close(self) -> None:
        self.stop()
        for name in LOGGERS:
            logging.getLogger(name).removeHandler(self._heard)
        self.world.close()

    def stop(self, grace: int = 5) -> None:
        """Stop to serve; requests under way may take so many seconds yet."""
        if not self._thread.is_alive():
            return
        self._loop.call_soon_threadsafe(self.context.stopping.begin)
        self._loop.call_soon_threadsafe(self.listener.stop, grace)
        self._thread.join(20)

    def tasks(self) -> set[asyncio.Task[Any]]:
        """What runs on the loop of the server."""
        return asyncio.all_tasks(self._loop)

    def on_loop(self, work: Coroutine[Any, Any, object]) -> None:
        """Run something where the server runs, and wait for it."""
        asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def connect(self) -> Wire:
        return Wire(self.port)

    def ask(self, raw: bytes, verb: str = "POST") -> Answer:
        """The answer to these very bytes, on a connection of their own."""
        with self.connect() as wire:
            wire.send(raw)
            return wire.answer(verb)

    def alive(self) -> None:
        """The server answers the next request at once."""
        with self.connect() as wire:
            wire.send(request("GET", f"{self.path}/server.time"))
            assert wire.answer().status == 200


class Wire:
    """One connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._file = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def send(self, raw: bytes) -> None:
        self._socket.sendall(raw)

    def line(self) -> bytes:
        """The next line."""
        return self._file.readline()

    def answer(self, verb: str = "POST") -> Answer:
        """The next answer; what was sent in one go may have several."""
        version, status, *_ = self._file.readline().split()
        assert version == b"HTTP/1.1"
        message = http.client.parse_headers(self._file)
        headers = {name.lower(): value for name, value in message.items()}
        raw = self._file.read(0 if verb == "HEAD" else int(headers["content-length"]))
        is_json = raw and headers["content-type"].startswith("application/json")
        return Answer(int(status), json.loads(raw) if is_json else raw, headers)

    def ended(self) -> bool:
        """Whether the server has closed the connection; waits for that."""
        try:
            return self._file.read(1) == b""
        except ConnectionResetError:
            return True


def request(verb: str, path: str, body: bytes = b"", /, **headers: str) -> bytes:
    """A plain request; header names may be written with underscores."""
    named: dict[str, Any] = {"host": "botyard.test"} | {key.replace("_", "-"): text for key, text in headers.items()}
    if body and "transfer-encoding" not in named and "content-length" not in named:
        named["content-length"] = str(len(body))
    lines = [f"{verb} {path} HTTP/1.1", *(f"{name}: {text}" for name, text in named.items())]
    return "\r\n".join((*lines, "", "")).encode("latin-1") + body


def chunked(*parts: bytes, end: bool = True) -> bytes:
    """A body in chunks."""
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + (b"0\r\n\r\n" if end else b"")


def until(true: Callable[[], bool]) -> None:
    """Wait until something has come about."""
    for _ in range(1000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come about")


def assert_refused(answer: Answer, status: int, text: str = "") -> None:
    """The request was refused as no request at all."""
    assert (answer.status, answer.error) == (status, "INVALID_REQUEST")
    assert text in answer.text
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["referrer-policy"] == "no-referrer"


class _Listening(logging.Handler):
    """Keeps what would be printed, tracebacks too."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(self.format(record))
