"""Ordinary callers beside hostile ones: bad sockets by the thousand, and the heaviest calls that are allowed.

Everything runs on this machine, over loopback, for a bounded time. What must hold: the ordinary callers' p99, nothing
that was acknowledged is lost, and the server's memory.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import random
import resource
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from struct import pack
from typing import NamedTuple
from urllib.parse import quote

from botyard.store.engines.db import Tx
from botyard.store.records import scalar
from scripts.benchmark.portal import Portal, prepared
from scripts.benchmark.processes import resident_mib

SOCKETS = 2000
ORDINARY = 50
PACE_SECONDS = 1.0
"""Between two calls of one ordinary caller."""
P99_MS = 250.0
MEMORY_MIB = 400.0
HEAVY_AT_ONCE = 4

_JSON = "Content-Type: application/json\r\n"


class Call(NamedTuple):
    """A request: the path below the portal's address, its head's extra lines, and the body."""

    path: str
    body: bytes
    head: str = _JSON

    def bytes(self) -> bytes:
        return (
            f"POST {self.path} HTTP/1.1\r\nHost: localhost\r\n{self.head}Content-Length: {len(self.body)}\r\n\r\n"
        ).encode() + self.body


class Tally:
    """What the ordinary callers met."""

    def __init__(self) -> None:
        self.milliseconds: list[float] = []
        self.sent = 0
        self.refused: Counter[str] = Counter()
        self.heavy: Counter[str] = Counter()
        self.bad = 0
        self.memory = 0.0


# Ordinary callers.


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, call: Call) -> tuple[int, bytes]:
    writer.write(call.bytes())
    await writer.drain()
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    length = next((int(line[15:]) for line in lines if line.lower().startswith("content-length:")), 0)
    return int(lines[0].split()[1]), await reader.readexactly(length)


async def _ordinary(port: int, portal: Portal, number: int, tally: Tally, until: float) -> None:
    """Read and write in turns, at a person's pace, on one connection that is opened anew when it ends."""
    hook, dialog = f"/rest/{portal.keys.user_id}/{portal.keys.secret}", f"chat{portal.keys.chat_id}"
    calls = itertools.cycle(
        [
            Call(f"{hook}/imbot.dialog.get", json.dumps({"DIALOG_ID": dialog}).encode()),
            Call(f"{hook}/im.message.add", json.dumps({"DIALOG_ID": dialog, "MESSAGE": f"Hello {number}"}).encode()),
        ]
    )
    await asyncio.sleep(number * PACE_SECONDS / ORDINARY)
    while time.monotonic() < until:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                while time.monotonic() < until:
                    call, begun = next(calls), time.perf_counter()
                    status, body = await _ask(reader, writer, call)
                    tally.milliseconds.append((time.perf_counter() - begun) * 1e3)
                    if status == 200:
                        tally.sent += call.path.endswith("im.message.add")
                    else:
                        tally.refused[f"{status} {json.loads(body).get('error')}"] += 1
                    await asyncio.sleep(PACE_SECONDS)
            finally:
                writer.close()


# Bad sockets.

_BAD: list[Callable[[random.Random], bytes]] = [
    lambda dice: b"",
    lambda dice: b"POST /rest/imbot.dialog.get HTTP/1.1\r\nHost: localhost\r\n",
    lambda dice: (
        b"POST /login HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nl"
    ),
    lambda dice: b"POST /rest/im.v2.File.upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000000\r\n\r\nx",
    lambda dice: b"POST /oauth/token/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    lambda dice: (
        b"POST /rest/1/wrong%d/im.v2.File.upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\nx"
        % dice.randrange(10**9)
    ),
    lambda dice: dice.randbytes(200),
    lambda dice: b"GET /rest/profile HTTP/1.1\r\n\r\n",
    lambda dice: b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
]


async def _bad(port: int, seed: int, tally: Tally, until: float) -> None:
    """Open, say something useless, drip on until thrown out, and come again."""
    dice = random.Random(seed)  # noqa: S311
    await asyncio.sleep(dice.random() * 5)
    while time.monotonic() < until:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            tally.bad += 1
            try:
                writer.write(dice.choice(_BAD)(dice))
                end = min(until, time.monotonic() + dice.uniform(5, 60))
                while time.monotonic() < end:
                    with contextlib.suppress(TimeoutError):
                        if not await asyncio.wait_for(reader.read(4096), 5):
                            break
                    writer.write(b"x")
            finally:
                writer.close()
        await asyncio.sleep(1)


# The heaviest calls.


def _bomb(width: int, height: int) -> bytes:
    """A valid PNG of one bit a pixel: tiny as a file, large once decoded."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    packer, line = zlib.compressobj(9), bytes(1 + (width + 7) // 8)
    packed = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()
    head = pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def heavy(portal: Portal) -> dict[str, Call]:
    """The heaviest calls that were known to hurt, by what is heavy in them."""
    keys = portal.keys
    hook, dialog = f"/rest/{keys.user_id}/{keys.secret}", f"chat{keys.chat_id}"

    def call(method: str, **params: object) -> Call:
        return Call(f"{hook}/{method}", json.dumps(params).encode())

    bot = {"BOT_ID": keys.bot_id, "CLIENT_ID": "bench"}
    nested = "[" * 100_000 + "]" * 100_000
    picture = base64.b64encode(_bomb(5000, 5000)).decode()
    again = {f"c{number}": f"im.message.add?DIALOG_ID={dialog}&MESSAGE=$result[c0]" for number in range(1, 50)}
    return {
        "a message of commands": call("imbot.message.add", **bot, DIALOG_ID=dialog, MESSAGE="/a\n" * 1_300_000),
        "a message of mentions": call("im.message.add", DIALOG_ID=dialog, MESSAGE="[USER=1]a[/USER]" * 250_000),
        "a long text": call("im.message.add", DIALOG_ID=dialog, MESSAGE="x" * 20_000_000),
        "history, fifty times": call(
            "batch", cmd={f"h{n}": f"im.dialog.messages.get?DIALOG_ID={dialog}&LIMIT=50" for n in range(50)}
        ),
        "results of results": call("batch", cmd={"c0": f"im.dialog.messages.get?DIALOG_ID={dialog}&LIMIT=50", **again}),
        "deep JSON in a parameter": call("imbot.message.add", **bot, DIALOG_ID=dialog, MESSAGE="a", ATTACH=nested),
        "wide JSON in a parameter": call(
            "imbot.message.add", **bot, DIALOG_ID=dialog, MESSAGE="a", KEYBOARD=json.dumps([{"TEXT": "a"}] * 200_000)
        ),
        "many people": call("im.chat.add", USERS=list(range(1, 10_001)), TITLE="Many"),
        "a wide filter": call("user.get", filter={"ID": list(range(1, 300)), "NAME": ["P%"] * 299}),
        "a search": call("user.get", filter={"NAME_SEARCH": "%" * 200}),
        "a form of percent signs": Call(
            "/rest/profile", b"a=" + b"%" * 31_000_000, "Content-Type: application/x-www-form-urlencoded\r\n"
        ),
        "a form of many names": Call(
            f"{hook}/profile",
            ("&".join(f"a[{number}]={quote('[]')}" for number in range(300_000))).encode(),
            "Content-Type: application/x-www-form-urlencoded\r\n",
        ),
        "a large avatar": call("imbot.chat.updateAvatar", **bot, CHAT_ID=keys.chat_id, AVATAR=picture),
        "a large picture": call(
            "imbot.v2.File.upload",
            botId=keys.bot_id,
            botToken="bench",  # Of this portal, which is gone afterwards.
            dialogId=dialog,
            fields={"name": "a.png", "content": picture},
        ),
    }


async def _heavy(port: int, calls: dict[str, Call], seed: int, tally: Tally, until: float) -> None:
    dice = random.Random(seed)  # noqa: S311
    while time.monotonic() < until:
        name = dice.choice([*calls])
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                status, _ = await _ask(reader, writer, calls[name])
                tally.heavy[f"{name}: {status}"] += 1
            finally:
                writer.close()


# All at once.


async def _watch(pid: int, tally: Tally, until: float) -> None:
    while time.monotonic() < until:
        tally.memory = max(tally.memory, resident_mib(pid))
        await asyncio.sleep(0.25)


async def _all(port: int, pid: int, portal: Portal, seconds: float, sockets: int) -> Tally:
    tally, until, calls = Tally(), time.monotonic() + seconds, heavy(portal)
    works: list[Awaitable[None]] = [_watch(pid, tally, until)]
    works += [_ordinary(port, portal, number, tally, until) for number in range(ORDINARY)]
    works += [_bad(port, seed, tally, until) for seed in range(sockets)]
    works += [_heavy(port, calls, seed, tally, until) for seed in range(HEAVY_AT_ONCE)]
    await asyncio.gather(*works)
    return tally


async def _kept(portal: Portal) -> int:
    async def work(tx: Tx) -> int:
        row = await tx.one(
            "SELECT COUNT(*) FROM messages WHERE chat_id = :chat AND text LIKE 'Hello %'", chat=portal.keys.chat_id
        )
        return int(scalar(row, 0))

    return await portal.read(work)


class Measured(NamedTuple):
    """What a run has shown. ``kept`` are the messages of ordinary callers that are in the database afterwards."""

    tally: Tally
    kept: int

    def print(self) -> None:
        """Print it all."""
        tally, times = self.tally, sorted(self.tally.milliseconds)
        middle = times[len(times) // 2]
        print(f"{len(times)} ordinary calls: p50 {middle:.1f} ms, p99 {self.p99:.1f} ms, longest {times[-1]:.1f} ms")
        print(f"refused to ordinary callers: {dict(tally.refused) or 'nothing'}")
        print(f"messages acknowledged {tally.sent}, kept {self.kept}")
        print(f"bad connections {tally.bad}, memory at most {tally.memory:.0f} MiB")
        for name, number in sorted(tally.heavy.items()):
            print(f"  {number:6} x {name}")

    @property
    def p99(self) -> float:
        """Milliseconds in which 99 of 100 ordinary calls were over."""
        return sorted(self.tally.milliseconds)[len(self.tally.milliseconds) * 99 // 100]

    @property
    def lost(self) -> bool:
        """Whether something that was acknowledged is not there, or something ordinary was refused."""
        return self.kept < self.tally.sent or bool(self.tally.refused)

    @property
    def holds(self) -> bool:
        """Whether nothing was lost, the ordinary callers were quick, and the memory stayed small."""
        return not self.lost and self.p99 <= P99_MS and self.tally.memory <= MEMORY_MIB


def measure(seconds: float, sockets: int = SOCKETS) -> Measured:
    """Run for so long, with so many bad sockets."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as folder:
        portal = asyncio.run(prepared(Path(folder), "", small=True))
        with portal.served() as (pid, port):
            tally = asyncio.run(_all(port, pid, portal, seconds, sockets))
        return Measured(tally, asyncio.run(_kept(portal)))
