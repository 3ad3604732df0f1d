"""Deliveries: how fast events leave, and what that costs those who write messages meanwhile."""

from __future__ import annotations

import asyncio
import json
import socket
import statistics
import time
from typing import NamedTuple

from botyard.events import outbox
from botyard.model.events import MessageSent
from botyard.rpc.call import Context
from botyard.store import chats
from botyard.store.engines.db import Tx
from scripts.benchmark.load import PACE, Load, measure, paced
from scripts.benchmark.portal import Portal, add_bot, chat
from scripts.benchmark.processes import child, cpu_seconds, pin

BOTS, CHATS_EACH = 40, 5
BACKLOG = 10_000
IDLE_SECONDS = 1.5
"""Nothing has left for so long: nothing is left."""


class Fleet(NamedTuple):
    """Bots that are told of everything: where their chats are, and a chat without any."""

    chats: list[int]
    quiet: int


class Sender(NamedTuple):
    """What somebody who writes messages met: p50 and p95 of a call at a steady pace, and calls per second at full."""

    p50_ms: float
    p95_ms: float
    per_second: float


class Ground(NamedTuple):
    """A portal, a fleet of its bots, and the port of the handler that they are told at."""

    portal: Portal
    fleet: Fleet
    handler: int

    def backlog(self) -> None:
        """Leave so many messages to the fleet for a server that starts next."""
        asyncio.run(self.portal.write(self._fill))

    async def _fill(self, context: Context, tx: Tx) -> None:
        for number in range(BACKLOG):
            chat_id = self.fleet.chats[number % len(self.fleet.chats)]
            place = await chats.reload(tx, chat_id)
            author = self.portal.keys.user_id
            event = MessageSent(actor_id=author, chat_id=chat_id, message_id=1, text="Hello there", system=False)
            await outbox.publish(tx, event, place)

    def drain(self) -> tuple[int, float, float]:
        """How many left until none came any more, in how many seconds and CPU seconds."""
        with self.portal.served() as (pid, _):
            first, begun, spent = arrived(self.handler), time.perf_counter(), cpu_seconds(pid)
            last, end, used = first, begun, 0.0
            while time.perf_counter() < end + IDLE_SECONDS:
                time.sleep(0.01)
                if (now := arrived(self.handler)) != last:
                    last, end, used = now, time.perf_counter(), cpu_seconds(pid) - spent
            return last - first, end - begun, used

    def send(self, seconds: float) -> tuple[Sender, int]:
        """A sender into the quiet chat, and how many events left meanwhile."""
        keys = self.portal.keys
        params = {"DIALOG_ID": f"chat{self.fleet.quiet}", "MESSAGE": "Hello there"}
        load = Load("", f"/rest/{keys.user_id}/{keys.secret}/im.message.add", json.dumps(params))
        with self.portal.served() as (pid, port):
            before = arrived(self.handler)
            p50, p95 = paced(port, load, seconds)
            full = measure(pid, port, load, seconds)
            return Sender(p50, p95, full.per_second), arrived(self.handler) - before


def arrived(port: int) -> int:
    with socket.create_connection(("127.0.0.1", port)) as made:
        made.sendall(b"GET /count HTTP/1.1\r\n\r\n")
        return int(made.recv(1000).rpartition(b"\r\n")[2])


async def add_fleet(portal: Portal, handler: int) -> Fleet:
    """Bots that hear everything in their chats, with the sender."""
    people = [portal.keys.user_id, portal.keys.user_id + 1]

    async def work(context: Context, tx: Tx) -> Fleet:
        chats = []
        for number in range(BOTS):
            bot_id = await told_bot(context, tx, f"fleet{number}", f"http://127.0.0.1:{handler}/{number}")
            chats += [await chat(tx, [*people, bot_id], 10) for _ in range(CHATS_EACH)]
        return Fleet(chats, await chat(tx, people, 10))

    return await portal.write(work)


async def told_bot(context: Context, tx: Tx, name: str, handler: str) -> int:
    """A bot that is told at a handler of everything in its chats."""
    owner = f"hook:{context.keys.hash(f'client:{name}')}"
    bot_id = await add_bot(tx, name, owner, name, "S")
    await tx.run("INSERT INTO bot_handlers (owner, message_add) VALUES (:owner, :url)", owner=owner, url=handler)
    return bot_id


def deliveries(portal: Portal, seconds: float, rounds: int) -> None:
    """Print both sides: events alone, then a sender alone and beside them."""
    pairs: list[tuple[Sender, Sender]] = []
    left = 0
    with child("handler") as (pid, port):
        pin(pid, 1)
        ground = Ground(portal, asyncio.run(add_fleet(portal, port)), port)
        ground.backlog()
        count, took, spent = ground.drain()
        print(f"{'webhook deliveries':34}{count / took:>9,.0f}{spent / count * 1e6:>9.0f}", flush=True)
        for _ in range(rounds):
            # In turns, so that the machine's pace at that moment is in both.
            alone, _none = ground.send(min(seconds, 3))
            ground.backlog()
            beside, count = ground.send(min(seconds, 3))
            left += count
            pairs.append((alone, beside))
            ground.drain()
    compare(pairs, left / rounds)


def compare(pairs: list[tuple[Sender, Sender]], left: float) -> None:
    """Print what a sender met alone, and beside so many deliveries in a round."""
    alone, beside = (Sender(*map(statistics.median, zip(*some, strict=True))) for some in zip(*pairs, strict=True))
    slower = statistics.median(beside.p50_ms / alone.p50_ms - 1 for alone, beside in pairs)
    fewer = statistics.median(beside.per_second / alone.per_second - 1 for alone, beside in pairs)
    print(f"  message add at {PACE}/s alone: p50 {alone.p50_ms:.2f} ms, p95 {alone.p95_ms:.2f} ms")
    print(f"  while events leave:       p50 {beside.p50_ms:.2f} ms ({slower:+.0%}), p95 {beside.p95_ms:.2f} ms")
    print(
        f"  message add, as many as go: {alone.per_second:,.0f}/s alone, {beside.per_second:,.0f}/s while events leave "
        f"({fewer:+.0%}); {left:,.0f} deliveries in a round"
    )
