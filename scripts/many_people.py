"""A thousand people who write and read in two hundred chats, each with a live connection, over loopback.

When all is quiet the counts must agree exactly: what was accepted, what is in the database, what came to each of the
people live, and what each still has to read, by a model that only knows what was sent and read.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import resource
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from websockets.asyncio.client import ClientConnection, connect

from botyard.model.people import Profile, UserKind
from botyard.portal.auth.keys import new_secret
from botyard.rpc.call import Context
from botyard.store import incoming_webhooks, portal, users
from botyard.store.engines.db import Tx
from botyard.store.records import scalar
from scripts.benchmark import portal as bench_portal
from scripts.benchmark.portal import written
from scripts.benchmark.processes import child, resident_mib

PEOPLE, CHATS_OF_ONE, MEMBERS = 1000, 4, 20
PACE_SECONDS = 10.0
"""Between two acts of one person, on average."""
READS = 0.4
"""The part of all acts that read; the others write."""
CALLERS = 32
"""Connections over which all of them call."""
QUIET_SECONDS = 30.0
"""How long the last messages may take to arrive."""
GROWTH_MIB = 32.0
"""What the server's memory may grow by, from when all are connected and a quarter of the time is over."""
SCOPES = "im,user,pull"

_encode, _decode = msgspec.json.Encoder().encode, msgspec.json.Decoder().decode


class Person(NamedTuple):
    """One of them, with the secret of a webhook, and the chats."""

    user_id: int
    secret: str
    chats: tuple[int, ...]


class Seen:
    """What one person has received, in order, and read: the mark of each chat."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.arrived: dict[int, list[int]] = {chat_id: [] for chat_id in person.chats}
        self.marks: dict[int, int] = dict.fromkeys(person.chats, 0)

    def read(self, chat_id: int, message_id: int) -> None:
        """The mark moves on; it never moves back."""
        self.marks[chat_id] = max(self.marks[chat_id], message_id)


class Sent(NamedTuple):
    """A message that the server has accepted."""

    id: int
    author_id: int


class Crowd:
    """Everybody, with what was accepted by chat, and what was refused."""

    def __init__(self, people: list[Person], port: int, pace: float) -> None:
        self.people = [Seen(person) for person in people]
        self.port = port
        self.pace = pace
        self.until = float("inf")
        self.accepted: dict[int, list[Sent]] = {chat_id: [] for person in people for chat_id in person.chats}
        self.owed = 0
        """Messages that were accepted and have not come to somebody who is in their chat."""
        self.moved = asyncio.Event()
        self.reads = 0
        self.refused: Counter[str] = Counter()
        self.free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
        self.milliseconds: list[float] = []

    async def ask(self, person: Person, method: str, **params: object) -> Any:
        """A call of a person; ``None`` where it was refused."""
        body = _encode(params)
        head = (
            f"POST /rest/{person.user_id}/{person.secret}/{method} HTTP/1.1\r\nHost: localhost\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        line = reader, writer = await self.free.get()
        begun = time.perf_counter()
        writer.write(head.encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = answer.partition("content-length:")[2].partition("\r\n")[0]
        content = _decode(await reader.readexactly(int(length)))
        self.milliseconds.append((time.perf_counter() - begun) * 1e3)
        self.free.put_nowait(line)
        if "error" in content:
            self.refused[f"{method}: {content['error']}"] += 1
            return None
        return content["result"]

    async def act(self, seen: Seen, dice: random.Random) -> None:
        """Write and read now and then, until the time is over."""
        person, loop = seen.person, asyncio.get_running_loop()
        await asyncio.sleep(dice.random() * self.pace)
        for number in itertools.count():
            if loop.time() > self.until:
                return
            chat_id = dice.choice(person.chats)
            if dice.random() < READS and seen.arrived[chat_id]:
                last = seen.arrived[chat_id][-1]
                if await self.ask(person, "im.dialog.read", DIALOG_ID=f"chat{chat_id}", MESSAGE_ID=last):
                    self.reads += 1
                    seen.read(chat_id, last)
            else:
                text = f"Hello {person.user_id} {number}"
                message_id = await self.ask(person, "im.message.add", DIALOG_ID=f"chat{chat_id}", MESSAGE=text)
                if message_id:
                    self.accepted[chat_id].append(Sent(message_id, person.user_id))
                    self.owed += MEMBERS
                    seen.read(chat_id, message_id)
            await asyncio.sleep(dice.uniform(0.5, 1.5) * self.pace)

    async def listen(self, seen: Seen, connected: asyncio.Event) -> None:
        """Note every message that comes live."""
        config = await self.ask(seen.person, "pull.config.get")
        channels = "/".join(config["channels"][kind]["id"] for kind in ("private", "shared"))
        path = config["server"]["websocket"].partition("://")[2].partition("/")[2]
        url = f"ws://127.0.0.1:{self.port}/{path}?CHANNEL_ID={channels}&jsonRpc=true&revision=19"
        async with connect(url, compression=None, ping_interval=None, max_queue=None) as socket:
            connected.set()
            await self._hear(socket, seen)

    async def _hear(self, socket: ClientConnection, seen: Seen) -> None:
        async for frame in socket:
            if frame == "ping":
                await socket.send("pong")
                continue
            whole = _decode(frame)
            for part in whole if isinstance(whole, list) else [whole]:
                params = part.get("params", {})
                body = params.get("body", {})
                if body.get("command") == "messageChat":
                    seen.arrived[body["params"]["chatId"]].append(body["params"]["message"]["id"])
                    self.owed -= 1
                    self.moved.set()
                if "mid" in params:
                    await socket.send(f"mack:{params['mid']}")

    async def faults(self) -> list[str]:
        """What does not agree."""
        wrong: list[str] = []
        for seen in self.people:
            person, expected = seen.person, {}
            for chat_id in person.chats:
                accepted = sorted(self.accepted[chat_id])
                if seen.arrived[chat_id] != [message.id for message in accepted]:
                    wrong.append(f"{person.user_id} received other messages of chat {chat_id}, or in another order")
                mark = seen.marks[chat_id]
                unread = sum(message.id > mark and message.author_id != person.user_id for message in accepted)
                if unread:
                    expected[str(chat_id)] = unread
            counters = await self.ask(person, "im.counters.get")
            if counters is None or (counters["CHAT"] or {}) != expected:
                wrong.append(f"{person.user_id} has other counters: {counters and counters['CHAT']}, not {expected}")
        return wrong


class Result(NamedTuple):
    """What a run has shown; memory in MiB."""

    accepted: int
    kept: int
    delivered: int
    reads: int
    refused: Counter[str]
    faults: list[str]
    memory_early: float
    memory_late: float
    p50: float
    p99: float

    def print(self) -> None:
        """Print it all."""
        print(f"messages accepted {self.accepted}, kept {self.kept}; reads {self.reads}")
        print(f"delivered live {self.delivered}; refused: {dict(self.refused) or 'nothing'}")
        print(f"calls: p50 {self.p50:.1f} ms, p99 {self.p99:.1f} ms")
        print(f"memory {self.memory_early:.0f} MiB early, {self.memory_late:.0f} MiB at the end")
        for fault in self.faults[:20]:
            print(f"  {fault}")
        print("all counts agree" if self.holds else f"it does not hold: {len(self.faults)} faults")

    @property
    def holds(self) -> bool:
        """Whether all counts agree, and the memory stayed as it was."""
        flat = self.memory_late - self.memory_early <= GROWTH_MIB
        return self.accepted == self.kept and not self.faults and not self.refused and flat


async def _people(context: Context, tx: Tx, number: int) -> list[Person]:
    await portal.add(tx, "People", "0" * 32)
    ids = [
        await users.add(tx, UserKind.EMPLOYEE, Profile(name=f"P{place}", last_name="Crowd"), admin=place == 0)
        for place in range(number)
    ]
    chats: dict[int, list[int]] = {user_id: [] for user_id in ids}
    dice = random.Random(1)  # noqa: S311
    for _ in range(CHATS_OF_ONE):
        dice.shuffle(ids)
        for members in (ids[start : start + MEMBERS] for start in range(0, number, MEMBERS)):
            chat_id = await bench_portal.chat(tx, members, 1)
            for user_id in members:
                chats[user_id].append(chat_id)
    await tx.run("UPDATE members SET read_counted = 1")
    people = []
    for user_id in ids:
        secret = new_secret()
        await incoming_webhooks.add(
            tx, user_id, context.keys.hash(secret), prefix=secret[:4], title="people", scopes=SCOPES
        )
        people.append(Person(user_id, secret, tuple(chats[user_id])))
    return people


async def _all(
    port: int, pid: int, people: list[Person], seconds: float, pace: float
) -> tuple[Crowd, list[str], float, float]:
    loop = asyncio.get_running_loop()
    crowd = Crowd(people, port, pace)
    for _ in range(CALLERS):
        crowd.free.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    async with asyncio.TaskGroup() as group:
        listening = []
        for seen in crowd.people:
            connected = asyncio.Event()
            listening.append(group.create_task(crowd.listen(seen, connected)))
            await connected.wait()
        crowd.until = loop.time() + seconds
        acting = [
            group.create_task(crowd.act(seen, random.Random(number)))  # noqa: S311
            for number, seen in enumerate(crowd.people)
        ]
        await asyncio.sleep(seconds / 4)
        early = resident_mib(pid)
        await asyncio.wait(acting)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(QUIET_SECONDS):
                while crowd.owed:
                    await crowd.moved.wait()
                    crowd.moved.clear()
        late = resident_mib(pid)
        faults = await crowd.faults()
        for task in listening:
            task.cancel()
    while not crowd.free.empty():
        _, writer = crowd.free.get_nowait()
        writer.close()
        await writer.wait_closed()
    return crowd, faults, early, late


def measure(seconds: float, database: str = "", *, number: int = PEOPLE, pace: float = PACE_SECONDS) -> Result:
    """Let so many people, by twenties, write and read for so long."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        people = asyncio.run(written(folder, database, lambda context, tx: _people(context, tx, number)))
        with child("portal", name, database) as (pid, port):
            crowd, faults, early, late = asyncio.run(_all(port, pid, people, seconds, pace))
        kept = asyncio.run(written(folder, database, lambda _, tx: _kept(tx)))
    times = sorted(crowd.milliseconds)
    return Result(
        accepted=sum(map(len, crowd.accepted.values())),
        kept=kept,
        delivered=sum(len(arrived) for seen in crowd.people for arrived in seen.arrived.values()),
        reads=crowd.reads,
        refused=crowd.refused,
        faults=faults,
        memory_early=early,
        memory_late=late,
        p50=times[len(times) // 2],
        p99=times[len(times) * 99 // 100],
    )


async def _kept(tx: Tx) -> int:
    return int(scalar(await tx.one("SELECT COUNT(*) FROM messages WHERE text LIKE 'Hello %'"), 0))
