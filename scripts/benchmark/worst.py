"""The heaviest calls: each method with its largest inputs, one at a time, and how long each holds up everybody else."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

from botyard.commands.permissions import usual_scopes
from botyard.config import Settings
from botyard.demo.known_keys import KnownKeys
from botyard.demo.provisioning import DemoPortal, provision
from botyard.rpc.method import V3, Method
from botyard.server import open_context
from scripts import samples
from scripts.benchmark import crowd
from scripts.benchmark.processes import child, peak_mib, reset_peak
from scripts.benchmark.worst_inputs import WorstInput, bodies, inputs
from scripts.reference import REGISTRY

SHOWN = 10
BODY = 31 * 1024 * 1024
# Calls that undo what others need come last, and those that set the portal back not at all.
_UNDOING = re.compile(
    r"(delete|unregister|leave|uninstall|deactivate|revoke|block|clear|switch|unbind|password)$", re.IGNORECASE
)
_LEFT_OUT = re.compile(r"botyard\.portal\.(restore|reset|snapshot)$")


class Held(NamedTuple):
    """What a call cost: how long it took, how long it held up another caller, and what the server's memory grew by."""

    sent: WorstInput
    status: int
    took_ms: float
    held_ms: float
    mib: float
    answered: int


class Keys(NamedTuple):
    """Where a demo portal is called, and the token of its application."""

    webhook: str
    token: str


def worst(folder: Path, database: str) -> None:
    """Call everything, and print what held up others the longest and what took the most memory."""
    keys = asyncio.run(_prepared(folder, database))
    with child("portal", str(folder), database) as (pid, port):
        measured, usual = asyncio.run(_measured(pid, port, keys))
    print(f"{len(measured)} calls; another caller waits {usual:.1f} ms at most while nothing else is called")
    _show("Held up others the longest", sorted(measured, key=lambda case: -case.held_ms))
    _show("Took the most memory", sorted(measured, key=lambda case: -case.mib))


def _show(title: str, measured: list[Held]) -> None:
    print(f"\n{title}\n{'held ms':>8} {'took ms':>8} {'MiB':>6} {'in KiB':>8} {'out KiB':>8}  call")
    for case in measured[:SHOWN]:
        sizes = f"{len(case.sent.sent) / 1024:8.0f} {case.answered / 1024:8.0f}"
        what = f"{case.status} {case.sent.method} ({case.sent.label})"
        print(f"{case.held_ms:8.1f} {case.took_ms:8.1f} {case.mib:6.0f} {sizes}  {what}")


async def _prepared(folder: Path, database: str) -> Keys:
    settings = Settings(data=folder, database=database)
    context = await open_context(settings)
    place = DemoPortal(context.database, context.keys, settings, usual_scopes())
    shown = (await provision(place, keyset=KnownKeys())).credentials
    await context.database.write(lambda tx: crowd.fill(tx, samples.APPLICATION))
    await context.database.close()
    admin = shown.people[0]
    return Keys(f"/rest/{admin.id}/{admin.webhook}/", shown.application.access_token)


def ordered() -> list[Method]:
    """The methods that are called, in an order in which each finds what it needs."""
    called = [method for method in REGISTRY if not _LEFT_OUT.match(method.name)]

    def late(method: Method) -> int:
        # Without its application nothing else is called by a token, and the others need whom the last one deletes.
        if method.name == "botyard.user.delete":
            return 3
        return 0 if not _UNDOING.search(method.name) else 2 if method.name.startswith("botyard.") else 1

    return sorted(called, key=lambda method: (late(method), method.name))


async def _measured(pid: int, port: int, keys: Keys) -> tuple[list[Held], float]:
    caller, other = Caller(port, keys), Caller(port, keys)
    await asyncio.sleep(0.5)
    usual = max([await other.ping() for _ in range(200)])
    measured = [await _held(pid, caller, other, sent) async for sent in _all(caller)]
    return measured, usual


async def _all(caller: Caller) -> AsyncIterator[WorstInput]:
    by_name = {method.name: method for method in REGISTRY}
    for method in ordered():
        made = None
        for name in samples.BEFORE.get(method.name, ()):
            sample = next(iter(inputs(by_name[name])))
            made = (await caller.call(sample))[1].get("result")
        for sent in inputs(method, made):
            yield sent
    for sent in bodies(BODY):
        yield sent


async def _held(pid: int, caller: Caller, other: Caller, sent: WorstInput) -> Held:
    content = sent.sent
    before = reset_peak(pid)
    call = asyncio.ensure_future(caller.call(sent, content))
    began = time.perf_counter()
    longest = 0.0
    while not call.done():
        longest = max(longest, await other.ping())
    status, _, answered = await call
    return Held(sent, status, (time.perf_counter() - began) * 1e3, longest, peak_mib(pid) - before, answered)


class Caller:
    """A connection to a portal."""

    def __init__(self, port: int, keys: Keys) -> None:
        self._port = port
        self._keys = keys
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ping(self) -> float:
        """How many milliseconds a call takes that does nothing."""
        began = time.perf_counter()
        await self._request(f"{self._keys.webhook}server.time", b"{}", "application/json")
        return (time.perf_counter() - began) * 1e3

    async def call(self, sent: WorstInput, content: bytes = b"") -> tuple[int, dict[str, Any], int]:
        """Status, body, and size of the body."""
        raw = await self._request(self._path(sent.method), content or sent.sent, sent.kind)
        status, body = raw
        return status, json.loads(body) if len(body) < 100_000 else {}, len(body)

    def _path(self, name: str) -> str:
        third = name.startswith(V3)
        method = next(candidate for candidate in REGISTRY if candidate.name == name)
        if samples.needs_token(method):
            return f"/rest/{name}?auth={self._keys.token}"
        path = self._keys.webhook + name.removeprefix(V3)
        return path.replace("/rest/", "/rest/api/") if third else path

    async def _request(self, path: str, content: bytes, kind: str) -> tuple[int, bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n"
        writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        try:
            answer = await reader.readuntil(b"\r\n\r\n")
            size = re.search(rb"content-length: (\d+)", answer, re.IGNORECASE)
            body = await reader.readexactly(int(size[1]) if size else 0)
        except (asyncio.IncompleteReadError, ConnectionError):
            self._streams = None
            return 0, b"{}"
        if b"connection: close" in answer.lower():
            writer.close()
            self._streams = None
        return int(answer[9:12]), body
