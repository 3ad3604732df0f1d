"""Clients of the push server on real sockets, and the portal that they connect to."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from botyard.events import signals
from botyard.model.push import PushMessage
from botyard.store.engines.db import Tx
from tests.web.live import Live
from tests.world import AppKey, Person

SECONDS = 10.0
PARTING = 0.2
"""Seconds that a client waits for the end of a connection; one that was cut off would wait in vain."""


class Listening:
    """One client of version 5 that is connected."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.mids: list[str] = []

    def next(self, seconds: float = SECONDS) -> dict[str, Any]:
        """The next message: module, command, params and all else."""
        while True:
            text = self.socket.recv(timeout=seconds)
            if text == "ping":
                self.socket.send("pong")
                continue
            params: dict[str, Any] = json.loads(text)["params"]
            self.mids.append(params["mid"])
            self.socket.send(f"mack:{params['mid']}")
            body: dict[str, Any] = {**params["body"], "mid": params["mid"], "sender": params["sender"]}
            body["params"] = {**body["params"], **params.get("user_params", {})}
            return body

    def command(self, name: str, seconds: float = SECONDS) -> dict[str, Any]:
        """The next message with this command; others are passed over."""
        while True:
            message = self.next(seconds)
            if message["command"] == name:
                return message

    def silent(self, seconds: float = 0.4) -> bool:
        """Whether nothing comes for a while."""
        try:
            self.next(seconds)
        except TimeoutError:
            return True
        return False

    def ended(self) -> int:
        """The code with which the connection ends; what comes before is passed over."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            try:
                self.socket.recv(timeout=SECONDS)
            except ConnectionClosed as closed:
                return closed.rcvd.code if closed.rcvd else 1006
        raise AssertionError("it is open still")

    def ask(self, method: str, **params: Any) -> Any:
        """Send a request; its result, or the error."""
        self.socket.send(json.dumps({"jsonrpc": "2.0", "method": method, "params": params, "id": 7}))
        while True:
            answer = json.loads(self.socket.recv(timeout=SECONDS))
            if answer.get("id") == 7:
                return answer.get("result", answer.get("error"))


def config(live: Live, who: Person | AppKey | str | None = None, *, of_app: bool = False) -> dict[str, Any]:
    """What a client is told about the push server."""
    method = "pull.application.config.get" if of_app else "pull.config.get"
    result: dict[str, Any] = live.world.call(method, who).result
    return result


def channel_ids(answer: dict[str, Any]) -> str:
    return "/".join(answer["channels"][name]["id"] for name in ("private", "shared"))


def address(live: Live, channels: str, path: str = "/bitrix/subws/", **query: str) -> str:
    words = {"CHANNEL_ID": channels, "jsonRpc": "true", **query}
    return f"ws://127.0.0.1:{live.port}{path}?" + "&".join(f"{k}={quote(v, safe='')}" for k, v in words.items() if v)


@contextmanager
def listening(
    live: Live,
    who: Person | AppKey | str | None = None,
    *,
    of_app: bool = False,
    channels: str = "",
    headers: dict[str, str] | None = None,
    **query: str,
) -> Iterator[Listening]:
    """Connect as somebody."""
    ids = channels or channel_ids(config(live, who, of_app=of_app))
    options: dict[str, Any] = {"compression": None, "proxy": None, "close_timeout": PARTING}
    with connect(address(live, ids, **query), additional_headers=headers, **options) as socket:
        client = Listening(socket)
        if not query.get("mid"):
            # From here on nothing is missed.
            client.ask("ping")
        yield client


def signal(live: Live, message: PushMessage) -> None:
    """Tell something that is in no log, on the server."""

    async def work(tx: Tx) -> None:
        signals.publish(tx, message)

    live.on_loop(live.context.database.write(work))


def code_of(live: Live, channels: str) -> int:
    """The code with which a socket with these channels ends."""
    with connect(address(live, channels), compression=None, proxy=None) as socket:
        return Listening(socket).ended()
