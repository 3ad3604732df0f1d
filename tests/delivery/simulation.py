"""A made-up world for the engine: its own clock, a database without a disk, handlers with moods.

The event loop's time leaps from one timer to the next, so that days pass in seconds; everything that happens by
chance is drawn from one seed, so that a run can be repeated to the letter.
"""

from __future__ import annotations

import asyncio
import math
import random
import selectors
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import apsw
import msgspec

from botyard.api.payloads.render_batch import RenderBatch
from botyard.api.payloads.webhook_payload import WebhookPayload
from botyard.clock import Clock
from botyard.config import Settings
from botyard.delivery.backpressure import DEFER_MAX
from botyard.delivery.rendering import SignedPayload
from botyard.delivery.retries import HandlerResponse
from botyard.delivery.scheduler import Scheduler
from botyard.model.deliveries import Delivery, EndReason, State
from botyard.model.events import EventRecord, MessageSent
from botyard.model.owners import Owner
from botyard.portal.auth.keys import Keys
from botyard.rpc.call import Context
from botyard.rpc.limits import PROFILES, Limits
from botyard.rpc.metrics import Metrics
from botyard.store import deliveries, delivery_queue, events
from botyard.store.engines.db import SQLITE_WORDS, Dialect, T, Tx, Work
from botyard.store.engines.migrate import migrate
from botyard.store.engines.outage import Outage
from botyard.store.engines.sqlite_tx import SqliteTx, run_to_completion
from botyard.store.ordering import NEVER
from tests.delivery.line import Line

EPOCH = 1_790_000_000
HOLD, BESIDE = 10, 4
SOON = 0.3
"""Seconds in which an event that was taken up is sent."""
CROWDED_SHARE = 0.25
"""From this share of the places on, one that is slow or new may have to wait for another's."""
LATE = 5.0
"""Seconds that it takes at most until one is taken up when thousands come at once."""


class LeapingLoop(asyncio.SelectorEventLoop):
    """An event loop that does not wait: where nothing is ready, its time moves on to the next timer."""

    def __init__(self) -> None:
        self.now = 0.0
        super().__init__(_Leap(self))

    def time(self) -> float:
        return self.now


class _Leap(selectors.SelectSelector):
    def __init__(self, loop: LeapingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("Nothing will ever happen again.")
        self._loop.now += max(0.0, timeout)
        return []


class Memory:
    """A database whose statements are real and whose disk is not: a commit takes as long as chance wants."""

    name = "sqlite"

    def __init__(self, chance: random.Random) -> None:
        self._connection = apsw.Connection(":memory:")
        self._connection.pragma("foreign_keys", 1)
        self._tx = SqliteTx(self._connection, Dialect(SQLITE_WORDS, numbered=False))
        self._chance = chance
        self._wakes: list[Callable[[], None]] = []
        self.refusal = Outage()
        self.now: Callable[[], float] = time.time
        self.names: set[str] = set()

    def lost(self) -> str:
        return ""

    async def read(self, work: Work[T], /) -> T:
        self._tx.renew(int(self.now()))
        return run_to_completion(work, self._tx)

    snapshot = read

    async def write(self, work: Work[T], /) -> T:
        self._tx.renew(int(self.now()))
        before = self._connection.total_changes()
        with self._connection:
            value = run_to_completion(work, self._tx)
        if self._connection.total_changes() != before:
            for wake in self._wakes:
                asyncio.get_running_loop().call_soon(wake)
        await asyncio.sleep(self._chance.uniform(0.0005, 0.005))
        return value

    write_unordered = write

    def rows(self, sql: str, id: int = 0) -> list[Any]:
        """Rows, on the quick."""
        return self._connection.execute(sql, {"id": id} if ":id" in sql else None).fetchall()

    def on_commit(self, wake: Callable[[], None], /) -> None:
        self._wakes.append(wake)

    def on_signal(self, listener: Callable[[str], None], /) -> None:
        """Nobody signals here."""

    async def hold(self, name: str, /) -> None:
        self.names.add(name)

    async def is_held(self, name: str, /) -> bool:
        return name in self.names

    async def close(self) -> None:
        self._connection.close()


def context(settings: Settings, database: Memory, loop: LeapingLoop) -> Context:
    """As much of a portal's context as the engine needs."""
    clock = Clock("UTC", lambda: EPOCH + loop.now)
    database.now = clock.now
    parts: dict[str, Any] = dict.fromkeys(Context.__struct_fields__)
    parts |= {
        "settings": settings,
        "database": database,
        "clock": clock,
        "keys": Keys(b"simulated"),
        "limits": Limits(PROFILES["off"], 1),
        "metrics": Metrics(),
    }
    return Context(**parts)


class Mood:
    """How one bot's handler takes what it is sent."""

    def __init__(self, chance: random.Random) -> None:
        self.seconds = chance.choice([0.002, 0.01, 0.05, 0.5])
        self.fails = chance.choice([0.0, 0.0, 0.01, 0.1, 0.3])
        self.down = (0.0, 0.0)
        if chance.random() < 0.3:
            begin = chance.uniform(0, 4000)
            self.down = (begin, begin + chance.choice([10, 600, 20_000]))


class Simulation:
    """So many bots and chats; ``accepted`` is what each handler took, per bot and chat, in order."""

    def __init__(self, folder: Path, seed: int, *, bots: int = 40, chats: int = 25, places: int = 1024) -> None:
        self.loop = LeapingLoop()
        self.chance = random.Random(seed)
        self.accepted: dict[tuple[str, int], list[int]] = defaultdict(list)
        self.sent = 0
        self.published = 0
        self._folder = folder
        self._places = places
        self._bots = [f"bot:{number}" for number in range(1, bots + 1)]
        self._chats = chats
        self._moods = {bot: Mood(self.chance) for bot in self._bots}
        self.begun: dict[tuple[str, int], dict[int, float]] = defaultdict(dict)
        self.violations: list[str] = []
        """What the engine did against its rules; it goes on, so that the first one is not buried under what follows."""
        self._sending: dict[tuple[str, int], int] = defaultdict(int)
        # When there was a place again in a dialog.
        self._full: dict[tuple[str, int], float] = defaultdict(float)
        # How many requests are open, and when they last were so many that recipients may have to wait for places.
        self._open = 0
        self._crowded = -math.inf
        self._crashes = 0
        self._crashed: set[int] = set()

    def run(self, count: int, *, engines: int = 1, crashes: int = 0) -> None:
        """Publish so many events, with engines that crash so often, and go on until all is quiet."""
        with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
            runner.run(self._run(count, engines, crashes))

    async def _run(self, count: int, engines: int, crashes: int) -> None:
        self.database = Memory(self.chance)
        await migrate(self.database)
        # As on PostgreSQL there may be other servers, so that leases have to run out.
        self.database.name = "simulated"
        running = [await self._engine() for _ in range(engines)]
        publishing = asyncio.create_task(self._publish(count))
        for _ in range(crashes):
            await asyncio.sleep(self.chance.uniform(1, 120))
            victim = running.pop(0)
            await self._kill(*victim)
            running.append(await self._engine())
        await publishing
        while await self.database.read(delivery_queue.next_due) is not None:  # noqa: ASYNC110  # Time is made up here.
            await asyncio.sleep(60)
        for engine, _ in running:
            await engine.stop()

    async def _engine(self) -> tuple[Scheduler, Line]:
        settings = Settings(data=self._folder, delivery_concurrency=self._places)
        line = Line(self.database)
        parts = msgspec.structs.replace(context(settings, self.database, self.loop), database=line)
        engine = Scheduler(parts, {"bot": render}, self._send, poll=60)
        engine.pace.turn_seconds = 0.05
        await engine.start()
        return engine, line

    async def _kill(self, engine: Scheduler, line: Line) -> None:
        """As kill -9 does it: whatever the engine was doing ends in the middle."""
        self._crashes += 1
        # What it still says while it ends must not reach the database.
        line.cut()
        self.database.names -= line.names
        # What it was sending then has its first attempt again.
        self._crashed |= {row[0] for row in self.database.rows("SELECT id FROM deliveries WHERE state = 'sending'")}
        await engine.abandon()

    async def _publish(self, count: int) -> None:
        while self.published < count:
            some = min(self.chance.choice([1, 5, 50, 200, 500]), count - self.published)
            await self.database.write(lambda tx, some=some: self._events(tx, some))  # type: ignore[misc]
            self.published += some
            await asyncio.sleep(self.chance.expovariate(50))

    async def _events(self, tx: Tx, some: int) -> None:
        for _ in range(some):
            chat = self.chance.randint(1, self._chats)
            event = MessageSent(actor_id=1, chat_id=chat, message_id=1, text="", system=False)
            event_id = await events.append(tx, event)
            await deliveries.add(tx, event_id, chat, recipients=[(self.chance.choice(self._bots), State.WAITING)])

    async def _send(
        self, address: str, body: bytes, headers: Mapping[str, str], written: Callable[[], None]
    ) -> HandlerResponse:
        written()
        event_id, delivery_id = map(int, headers["Webhook-Id"].split("."))
        ((state, recipient, chat),) = self.database.rows(
            "SELECT state, recipient, ordering_key FROM deliveries WHERE id = :id", delivery_id
        )
        self._require(state == State.SENDING, f"{delivery_id} is sent although it is {state}")
        dialog = (recipient, chat)
        self._begin(dialog)
        self._check_hold(dialog, delivery_id)
        self._check_order(dialog, delivery_id)
        try:
            return await self._answered(dialog, event_id, self._moods[recipient])
        finally:
            self._end(dialog)

    def _require(self, holds: bool, violation: str) -> None:
        if not holds:
            self.violations.append(violation)

    def _begin(self, dialog: tuple[str, int]) -> None:
        self._open += 1
        if self._open >= self._places * CROWDED_SHARE:
            self._crowded = self.loop.now
        self._sending[dialog] += 1
        if self._sending[dialog] == BESIDE:
            self._full[dialog] = NEVER
        self._require(self._sending[dialog] <= BESIDE, f"{dialog} gets {self._sending[dialog]} at a time")

    def _end(self, dialog: tuple[str, int]) -> None:
        self._open -= 1
        self._sending[dialog] -= 1
        if self._full[dialog] == NEVER:
            self._full[dialog] = self.loop.now

    def _check_hold(self, dialog: tuple[str, int], delivery_id: int) -> None:
        """Nothing holds the next event for longer than ten seconds, unless as many are open as may be."""
        begun = self.begun[dialog]
        # Where places are few, or a server is gone, it may be those that are waited for.
        if delivery_id in begun or not begun or self._crashes or self._places < len(self._bots):
            return
        free = max(max(begun.values()) + HOLD, self._full[dialog], self._crowded + DEFER_MAX)
        ((queued,),) = self.database.rows("SELECT queued FROM deliveries WHERE id = :id", delivery_id)
        late = self.loop.now - max(free, queued + 1 - EPOCH)
        self._require(late < LATE, f"{delivery_id} waits for {HOLD + late:.1f} s in {dialog}")

    def _check_order(self, dialog: tuple[str, int], delivery_id: int) -> None:
        """First attempts come in order, and none before those ahead are over or have held it up for long enough."""
        begun = self.begun[dialog]
        if delivery_id in begun:
            return
        newest = max(begun, default=0)
        self._require(delivery_id > newest, f"{delivery_id} comes after {newest} in {dialog}")
        for ahead, moment in list(begun.items())[-20:]:
            ((state,),) = self.database.rows("SELECT state FROM deliveries WHERE id = :id", ahead)
            # The hold begins when the event is taken up, which is a little before it is sent.
            held = state in (State.WAITING, State.SENDING) and self.loop.now - moment < HOLD - SOON
            self._require(not held or ahead in self._crashed, f"{delivery_id} does not wait for {ahead} in {dialog}")
        begun[delivery_id] = self.loop.now

    async def _answered(self, dialog: tuple[str, int], event_id: int, mood: Mood) -> HandlerResponse:
        self.sent += 1
        await asyncio.sleep(mood.seconds * self.chance.uniform(0.5, 2))
        if mood.down[0] <= self.loop.now < mood.down[1]:
            return HandlerResponse(0, problem="no connection: it is down")
        if self.chance.random() < mood.fails:
            kind = self.chance.randrange(4)
            if kind == 0:
                # Whether it was taken or not, the handler has it.
                self.accepted[dialog].append(event_id)
                await asyncio.sleep(self.chance.uniform(1, 30))
                return HandlerResponse(0, problem="timeout: it hangs", written=True)
            if kind == 1:
                return HandlerResponse(429, retry_after=str(self.chance.choice([0, 3, 100])))
            if kind == 2:
                # It was taken, but the answer is lost.
                self.accepted[dialog].append(event_id)
                return HandlerResponse(0, problem="no answer: lost", written=True)
            return HandlerResponse(500)
        self.accepted[dialog].append(event_id)
        return HandlerResponse(200, "ok")


async def render(batch: RenderBatch, what: EventRecord, delivery: Delivery) -> SignedPayload | EndReason:
    payload = WebhookPayload("ONIMBOTMESSAGEADD", {"ID": what.id}, {}, f"http://{delivery.recipient[4:]}.test/")
    return SignedPayload(payload, Owner("hook:x"))
