"""The push client of @bitrix24/b24jssdk, unmodified: live events, requests, and a server that is started anew."""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.sdk.programs import HERE, beside

pytestmark = [pytest.mark.sdk, pytest.mark.live]
SECONDS = 60


class Portal:
    """A demo portal that can be stopped, killed and started again at the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://localhost:{self.port}"
        self.start()
        words = dict(re.findall(r"(?m)^(\w+): (\S+)", self.command("token", "issue", "alice", "--app", self.client_id)))
        self.access, self.refresh = words["access_token"], words["refresh_token"]

    @property
    def client_id(self) -> str:
        return "local.0123456789abcd.12345678"

    def start(self) -> None:
        command = ["serve", "--demo", "--quiet", "--port", str(self.port), "--public-url", self.url]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "botyard", *command, "--data", str(self.folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(400):
            try:
                urllib.request.urlopen(f"{self.url}/health", timeout=1).close()  # noqa: S310  # It is our own.
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("it did not start")

    def stop(self, *, kill: bool = False) -> None:
        (self.process.kill if kill else self.process.terminate)()
        self.process.wait(20)

    def command(self, *words: str) -> str:
        command = [sys.executable, "-m", "botyard", *words, "--data", str(self.folder)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def call(self, method: str, **params: Any) -> Any:
        body = json.dumps({**params, "auth": self.access}).encode()
        request = urllib.request.Request(  # noqa: S310  # It is our own.
            f"{self.url}/rest/{method}", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            return json.load(response)["result"]

    def tell(self, name: str) -> None:
        assert self.call("pull.application.event.add", COMMAND=name, PARAMS={"name": name}) is True


class Heard:
    """What a client says, line by line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.lines: queue.Queue[tuple[str, Any]] = queue.Queue()
        self._process = process
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            kind, value = json.loads(line)
            self.lines.put((kind, value))

    def next(self, kind: str) -> Any:
        """The next thing of a kind; others are passed over."""
        end = time.monotonic() + SECONDS
        while True:
            heard, value = self.lines.get(timeout=max(0.01, end - time.monotonic()))
            if heard == kind:
                return value


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    started = Portal(tmp_path / "data")
    yield started
    started.stop()


@contextmanager
def client(portal: Portal, modules: Path, folder: Path, **variables: str) -> Iterator[Heard]:
    folder.mkdir()
    beside(modules, folder)
    shutil.copy(HERE / "js" / "pull.mjs", folder / "pull.mjs")
    environment = {
        **os.environ,
        "PORTAL": portal.url,
        "CLIENT_ID": portal.client_id,
        "CLIENT_SECRET": "not needed while the token is good",
        "APPLICATION_TOKEN": "",
        "MEMBER_ID": "",
        "ACCESS_TOKEN": portal.access,
        "REFRESH_TOKEN": portal.refresh,
        # Before version 22 Node has no WebSocket without it.
        "NODE_OPTIONS": "--experimental-websocket --no-warnings",
        **variables,
    }
    process = subprocess.Popen(
        ["node", str(folder / "pull.mjs")],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    heard = Heard(process)
    try:
        yield heard
    finally:
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        heard.thread.join(10)
        assert process.stdout
        process.stdout.close()


def test_it_hears_its_application_and_asks(portal: Portal, modules: Path, tmp_path: Path) -> None:
    with client(portal, modules, tmp_path / "app") as heard:
        assert heard.next("started") is True
        assert heard.next("channels") == 2
        heard.next("seen")
        assert heard.next("client") == ["echo", {"a": 1}]
        portal.tell("one")
        assert heard.next("server") == ["one", {"name": "one"}]


def test_it_hears_of_the_persons_chats(portal: Portal, modules: Path, tmp_path: Path) -> None:
    with client(portal, modules, tmp_path / "person", PERSON="1") as heard:
        assert heard.next("started") is True
        message = portal.call("im.message.add", DIALOG_ID="chat2001", MESSAGE="hello from REST")
        command, params = heard.next("server")
        assert command in ("messageChat", "message")
        assert params["message"]["id"] == message


@pytest.mark.journey
def test_nothing_is_lost_or_told_twice_when_the_server_starts_anew(
    portal: Portal, modules: Path, tmp_path: Path
) -> None:
    with client(portal, modules, tmp_path / "app") as heard:
        heard.next("client")
        portal.tell("before")
        assert heard.next("server")[0] == "before"
        portal.stop(kill=True)
        portal.start()
        names = [f"c{number}" for number in range(12)]
        for name in names:
            portal.tell(name)
        assert [heard.next("server")[0] for _ in names] == names
        portal.tell("after")
        assert heard.next("server")[0] == "after"
