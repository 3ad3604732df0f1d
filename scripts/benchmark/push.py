"""The push server: messages fanned out to many sockets, the CPU time of each, and the memory of a socket that is idle.

The clients read and count in this process, on a core of its own. Beside it stands the bare web server: the same number
of bytes, written to the same number of connections by nothing but their transports.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import statistics
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote

import uvloop

from botyard.model.addresses import SOCKETS as PATH
from botyard.model.people import Profile, UserKind
from botyard.portal import channels
from botyard.portal.channels import Channel, ChannelKind
from botyard.rpc.call import Context
from botyard.store import app_tokens, users
from botyard.store.engines.db import Tx
from scripts.benchmark.portal import Portal
from scripts.benchmark.processes import child, cpu_seconds, pin, resident_mib

SOCKETS = 1000
BURST = 50
"""Messages of one request, a batch of commands; the next one follows when all have arrived."""


class Fan(NamedTuple):
    """What one load has cost: deliveries a second, and microseconds of the server for each."""

    rate: float
    cost: float


class Clients(asyncio.Protocol):
    """All clients: how many are open, and how many bytes have come."""

    opened = 0
    came = 0

    def __init__(self, head: bytes) -> None:
        self._head = head
        self._open = False

    def connection_made(self, transport: Any) -> None:
        transport.write(self._head)

    def data_received(self, data: bytes) -> None:
        if not self._open:
            if not data.startswith(b"HTTP/1.1 101"):
                raise RuntimeError(data.decode("latin-1"))
            self._open = True
            Clients.opened += 1
            data = data.partition(b"\r\n\r\n")[2]
        Clients.came += len(data)


def push(portal: Portal, seconds: float, sockets: int = SOCKETS) -> None:
    """Print what fan-out costs."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    pin(os.getpid(), 1)
    ids = asyncio.run(_people(portal, sockets))
    with portal.served() as (pid, port):
        uvloop.run(_portal(portal, pid, port, seconds, ids))
    with child("fan", str(sockets)) as (pid, port):
        uvloop.run(_floor(pid, port, seconds, sockets))


async def _people(portal: Portal, number: int) -> list[str]:
    """People who use the application, with a token each; the channels that they listen to."""

    async def work(context: Context, tx: Tx) -> list[str]:
        await tx.run("UPDATE tokens SET scopes = scopes || ',pull'")
        row = await tx.one("SELECT app_id FROM tokens")
        assert row is not None
        ids: list[str] = []
        for place in range(number):
            user_id = await users.add(tx, UserKind.EMPLOYEE, Profile(name=f"S{place}", last_name="Bench"))
            hashed = context.keys.hash(f"bench{place}")
            token = app_tokens.NewToken(
                hashed, "access", row[0], user_id, "pull", f"bench{place}", tx.now, tx.now + 86_400
            )
            await app_tokens.add(tx, [token])
            made = await tx.one("SELECT id FROM tokens WHERE hash = :hash", hash=hashed)
            assert made is not None
            both = [
                Channel(kind, user_id, tx.now + 3600, row[0], f"t{made[0]}")
                for kind in (ChannelKind.PRIVATE, ChannelKind.SHARED)
            ]
            ids.append("/".join(channels.id_of(context.keys, channel) for channel in both))
        return ids

    return await portal.write(work)


async def _portal(portal: Portal, pid: int, port: int, seconds: float, ids: list[str]) -> None:
    token, sockets = portal.keys.token, len(ids)
    commands = {f"c{n}": f"pull.application.event.add?COMMAND=bench&PARAMS[text]={'x' * 40}" for n in range(BURST)}

    async def say() -> None:
        await _post(port, "/rest/batch", {"cmd": commands, "auth": token})

    await say()
    alone = await _cost_of(pid, say)
    before = resident_mib(pid)
    await _connect(port, [f"{PATH}?CHANNEL_ID={quote(each, safe='')}&jsonRpc=true" for each in ids])
    await asyncio.sleep(1)
    grown = resident_mib(pid) - before
    fan = await _fan(pid, say, seconds, sockets, alone)
    print(f"push: {sockets} sockets, {fan.rate:,.0f} deliveries/s, {fan.cost:.2f} µs of CPU for each")
    print(f"push: {grown * 1024 / sockets:.1f} KiB for an idle socket")


async def _floor(pid: int, port: int, seconds: float, sockets: int) -> None:
    await _connect(port, ["/"] * sockets)

    async def say() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"fan %d" % BURST)
        await reader.read(2)
        writer.close()

    fan = await _fan(pid, say, seconds, sockets, 0.0)
    print(f"bare transports, a write for each: {fan.rate:,.0f} deliveries/s, {fan.cost:.2f} µs of CPU for each")


async def _fan(pid: int, say: Callable[[], Awaitable[None]], seconds: float, sockets: int, alone: float) -> Fan:
    """Rounds of bursts; ``alone`` is what a burst costs while nobody is connected."""
    size = await _size(say, sockets)
    took: list[float] = []
    spent, end = cpu_seconds(pid), time.perf_counter() + seconds
    while time.perf_counter() < end:
        begun, wanted = time.perf_counter(), Clients.came + size
        await say()
        await _until(partial(_came, wanted))
        took.append(time.perf_counter() - begun)
    spent = cpu_seconds(pid) - spent - alone * len(took)
    return Fan(BURST * sockets / statistics.median(took), spent / (len(took) * BURST * sockets) * 1e6)


async def _size(say: Callable[[], Awaitable[None]], sockets: int) -> int:
    """The bytes of one burst at all clients, less what may be lost to rounding."""
    before = Clients.came
    await say()
    last = -1
    while last != Clients.came:
        last = Clients.came
        await asyncio.sleep(0.5)
    return (Clients.came - before) * 999 // 1000


async def _cost_of(pid: int, say: Callable[[], Awaitable[None]], times: int = 20) -> float:
    before = cpu_seconds(pid)
    for _ in range(times):
        await say()
    return (cpu_seconds(pid) - before) / times


async def _connect(port: int, paths: list[str]) -> None:
    Clients.opened = Clients.came = 0
    loop = asyncio.get_running_loop()
    for number, path in enumerate(paths):
        head = (
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        ).encode()
        await loop.create_connection(partial(Clients, head), "127.0.0.1", port)
        await _until(partial(_opened, number - 20))
    await _until(partial(_opened, len(paths)))


def _came(size: int) -> bool:
    return Clients.came >= size


def _opened(number: int) -> bool:
    return Clients.opened >= number


async def _until(condition: Callable[[], bool]) -> None:
    for _ in iter(condition, True):
        await asyncio.sleep(0.0005)


async def _post(port: int, path: str, params: Any) -> Any:
    body = json.dumps(params).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    answer = await reader.read(-1)
    writer.close()
    return json.loads(answer.partition(b"\r\n\r\n")[2])
