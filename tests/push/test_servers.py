"""Several servers on PostgreSQL are one portal: one is killed, one stands still, and nothing is missed or repeated."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect

from tests.portals import Databases
from tests.world import World

pytestmark = [pytest.mark.postgresql, pytest.mark.live]

_SERVER = """
import asyncio, sys
from pathlib import Path
from botyard.config import Settings
from botyard.server import Listener, application, open_context, serve

async def main(folder, database):
    context = await open_context(Settings(data=Path(folder), database=database))
    listener = Listener(application(context), "127.0.0.1", 0)
    await serve(context, [listener], lambda _: print(listener.port, flush=True))

asyncio.run(main(*sys.argv[1:]))
"""
LAST = "last"


class Server:
    def __init__(self, folder: Path, database: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _SERVER, str(folder), database],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ready(self) -> Server:
        assert self.process.stdout
        self.port = int(self.process.stdout.readline())
        return self

    def end(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait(10)
        assert self.process.stdout
        self.process.stdout.close()


class Follower(threading.Thread):
    """A client that comes back, to the next server, with the number of its last message."""

    def __init__(self, servers: list[Server], first: int, ids: str) -> None:
        super().__init__(daemon=True)
        self.servers, self.at, self.ids = servers, first, ids
        self.commands: list[str] = []
        self.mid = ""
        self.connected = threading.Event()
        self.start()

    def run(self) -> None:
        end = time.monotonic() + 60
        while LAST not in self.commands and time.monotonic() < end:
            try:
                self._listen()
            except (ConnectionClosed, InvalidHandshake, OSError, EOFError):
                self.at = (self.at + 1) % len(self.servers)
                time.sleep(0.1)

    def _listen(self) -> None:
        query = f"CHANNEL_ID={quote(self.ids, safe='')}&jsonRpc=true" + (f"&mid={self.mid}" if self.mid else "")
        url = f"ws://127.0.0.1:{self.servers[self.at].port}/bitrix/subws/?{query}"
        with connect(url, compression=None, proxy=None, open_timeout=5) as socket:
            if not self.mid:
                socket.send('{"jsonrpc": "2.0", "method": "ping", "id": 1}')
            while LAST not in self.commands:
                message = json.loads(text) if (text := socket.recv(timeout=40)) != "ping" else {}
                if "id" in message:
                    self.connected.set()
                elif message:
                    self.mid = message["params"]["mid"]
                    self.commands.append(message["params"]["body"]["command"])


@pytest.fixture
def shared(databases: Databases, tmp_path: Path) -> Iterator[tuple[World, list[Server]]]:
    with databases.lent() as url:
        world = World(tmp_path / "portal", url)
        world.set_clock(time.time() - world.time)
        servers = [Server(tmp_path / "portal", url) for _ in range(3)]
        try:
            yield world, [server.ready() for server in servers]
        finally:
            for server in servers:
                server.end()
            world.close()


def call(server: Server, method: str, **params: Any) -> Any:
    request = urllib.request.Request(  # It is our own.
        f"http://127.0.0.1:{server.port}/rest/{method}",
        json.dumps(params).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310
        return json.load(response)["result"]


def test_nothing_is_missed_and_nothing_comes_twice(shared: tuple[World, list[Server]]) -> None:
    world, servers = shared
    app = world.add_app()
    answer = call(servers[0], "pull.application.config.get", auth=app.token)
    ids = "/".join(answer["channels"][kind]["id"] for kind in ("private", "shared"))
    followers = [Follower(servers, place % 3, ids) for place in range(6)]
    for follower in followers:
        assert follower.connected.wait(20)
    sent: list[str] = []

    def tell(server: Server, count: int) -> None:
        for _ in range(count):
            sent.append(f"c{len(sent)}")
            call(server, "pull.application.event.add", COMMAND=sent[-1], auth=app.token)

    for place in range(30):
        tell(servers[place % 3], 1)
    servers[0].process.kill()
    tell(servers[1], 20)
    os.kill(servers[2].process.pid, signal.SIGSTOP)
    tell(servers[1], 20)
    time.sleep(2)
    os.kill(servers[2].process.pid, signal.SIGCONT)
    tell(servers[2], 20)
    sent.append(LAST)
    call(servers[1], "pull.application.event.add", COMMAND=LAST, auth=app.token)
    for follower in followers:
        follower.join(60)
        assert follower.commands == sent


def test_signals_and_ended_keys_reach_the_clients_of_all_servers(shared: tuple[World, list[Server]]) -> None:
    world, servers = shared
    ann = world.add_person()
    hook = world.add_webhook(ann.id)
    answer = call(servers[0], f"{ann.id}/{hook.secret}/pull.config.get")
    ids = quote("/".join(answer["channels"][kind]["id"] for kind in ("private", "shared")), safe="")
    urls = [f"ws://127.0.0.1:{each.port}/bitrix/subws/?CHANNEL_ID={ids}&jsonRpc=true" for each in servers[:2]]
    body = {"module_id": "im", "command": "hello", "params": {}}
    with (
        connect(urls[0], compression=None, proxy=None) as first,
        connect(urls[1], compression=None, proxy=None) as second,
    ):
        second.send(json.dumps({"jsonrpc": "2.0", "method": "ping", "id": 1}))
        second.recv(timeout=10)
        asked = {"jsonrpc": "2.0", "method": "publish", "params": {"userList": [ann.id], "body": body}, "id": 2}
        first.send(json.dumps(asked))
        assert json.loads(second.recv(timeout=10))["params"]["body"]["command"] == "hello"
        hashed = world.context.keys.hash(hook.secret)
        row = world.read(lambda tx: tx.one("SELECT id FROM webhooks WHERE secret_hash = :hash", hash=hashed))
        assert row
        world.call("botyard.webhook.revoke", ID=row[0])
        for socket in (first, second):
            with pytest.raises(ConnectionClosed):
                for _ in range(10):
                    socket.recv(timeout=10)
            assert socket.close_code == 4010
