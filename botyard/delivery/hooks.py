"""The engine that calls handlers: at least once, in order per recipient and chat, nobody held up by others.

A turn is one transaction: what came of earlier deliveries is recorded, the next ones are claimed and leased.
Between turns letters are written (in transactions of their own, for they issue tokens) and sent. The event log
and its deliveries are all the state there is; what is in memory here may be lost at any moment.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from botyard.api.post import Post
from botyard.delivery import form
from botyard.delivery.gates import Gate, Gates
from botyard.delivery.held import Held, Ready
from botyard.delivery.manners import (
    LOOK_SECONDS,
    MODEST_PACE_SECONDS,
    MODEST_ROWS,
    MODEST_SENDING,
    PACE_SECONDS,
    PATIENCE_SECONDS,
    Manners,
)
from botyard.delivery.masking import SHORT, masked
from botyard.delivery.report import Report, made
from botyard.delivery.retries import MODES, Answer, judged
from botyard.delivery.tail import POLL_SECONDS, Tail
from botyard.delivery.words import Letter, Writer
from botyard.model.deliveries import Attempt, Delivery, Ended, Reason, State
from botyard.model.events import happening
from botyard.rpc.call import Context
from botyard.store import deliveries, events
from botyard.store.db import Tx, Unavailable

log = logging.getLogger(__name__)

HELD = 1024
"""Deliveries taken from the database and not recorded yet."""
QUEUE_SECONDS = 5.0
"""How long a delivery may wait in memory before it is given back."""
LEASE_SLACK = 15
LETTERS = 16
"""Letters written in one transaction; on SQLite the event loop does nothing else meanwhile."""
SHUTDOWN_SECONDS = 5.0
HOSTS_REMEMBERED = 10_000
PROBLEM_SECONDS = 1.0

Send = Callable[[str, bytes, Mapping[str, str]], Awaitable[Answer]]


class Hooks:
    """Sends what waits. ``writers`` has one for each kind of recipients ('bot', 'binding', …)."""

    def __init__(
        self,
        context: Context,
        writers: Mapping[str, Writer],
        send: Send,
        poll: float = POLL_SECONDS,
        cut: Callable[[], None] | None = None,
    ) -> None:
        settings = context.settings
        self.pace = PACE_SECONDS
        self._manners = Manners(context.limits)
        self._context = context
        self._database = context.database
        self._writers = writers
        self._send = send
        self._cut = cut
        self._mode = MODES[settings.delivery]
        self._lease = int(settings.delivery_timeout + QUEUE_SECONDS) + LEASE_SLACK
        self._most = settings.delivery_concurrency
        self._name = secrets.token_hex(8)
        self._tail = Tail(context.database, poll)
        self._recipients: Gates[str] = Gates(max(1, self._most // 16))
        self._hosts: Gates[str] = Gates(max(1, self._most // 2))
        self._host_of: dict[str, str] = {}
        self._queues: dict[str, deque[Held]] = {}
        self._ended: list[Ended] = []
        self._held = 0
        self._busy = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._main: asyncio.Task[None] | None = None
        self._stopping = False
        self._pumping = False
        self._report = Report()
        self._started = 0.0

    async def start(self) -> None:
        """Begin. What a server that is gone had leased is due at once where there can be only one server."""
        if self._database.name == "sqlite":
            now = self._now()
            await self._database.write(lambda tx: deliveries.release_all(tx, now))
        self._main = asyncio.create_task(self._run(), name="delivery")

    async def stop(self, seconds: float = SHUTDOWN_SECONDS) -> None:
        """Finish what is being sent, within a time, and give back the rest."""
        self._stopping = True
        if self._main is None:
            return
        self._tail.wake()
        await self._main
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            if late and self._cut is not None:
                # Each says whether its request has left.
                self._cut()
                _, late = await asyncio.wait(late, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for held in itertools.chain.from_iterable(self._queues.values()):
            self._give_back(held, 0)
        self._queues.clear()
        try:
            await self._turn()
        except Unavailable as problem:
            log.warning("What was sent last could not be recorded and may be sent again: %s", problem.reason)

    async def abandon(self) -> None:
        """End at once and record nothing, for the rows that it would be recorded in are about to go."""
        tasks = [task for task in (*self._tasks, self._main) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._queues, self._ended, self._host_of = {}, [], {}
        self._recipients, self._hosts = Gates(self._recipients.limit), Gates(self._hosts.limit)
        self._held, self._busy, self._main = 0, 0, None

    async def _run(self) -> None:
        while not self._stopping:
            pause = 0.0
            try:
                pause = await self._turn()
            except Unavailable as problem:
                if not problem.mark:
                    log.warning("Deliveries pause: %s", problem.reason)
                await asyncio.sleep(PROBLEM_SECONDS)
            except Exception:
                log.exception("A turn of the delivery failed.")
                await asyncio.sleep(PROBLEM_SECONDS)
            if pause:
                await self._tail.wait(pause)
            else:
                await asyncio.sleep(MODEST_PACE_SECONDS if self._manners.modest else self.pace)
            await self._manners.gap()

    # A turn: record, claim, lease.

    async def _turn(self) -> float:
        """Do what there is to do in the database; how long to wait for more, 0 for none at all."""
        self._sweep()
        now = self._now()
        rows = MODEST_ROWS if self._manners.modest else deliveries.CLAIM_MAX
        room = 0 if self._stopping else min(rows, HELD - self._held)
        due = await self._database.read(deliveries.next_due) if room > 0 else None
        if not self._ended and (due is None or due > now):
            self._pump()
            return self._tail.poll if due is None else max(0.001, due - self._context.clock.now())
        ended, self._ended = self._ended, []
        until = now + self._lease

        async def work(tx: Tx) -> list[Delivery]:
            if ended:
                await deliveries.end(tx, self._name, ended, now)
            if room <= 0:
                return []
            taken, parked = self._divided(await deliveries.claim(tx, now, room), now)
            await deliveries.lease(tx, [one.id for one in taken], self._name, until)
            await deliveries.park(tx, parked)
            return taken

        try:
            taken = await self._database.write(work)
        except BaseException:
            self._ended = ended + self._ended
            raise
        self._held -= len(ended)
        for one in taken:
            self._take(one)
        self._pump()
        return 0.0

    def _divided(self, due: list[Delivery], now: int) -> tuple[list[Delivery], dict[int, int]]:
        """What is taken now, and until when the rest is put off: what its recipient or host could not take soon."""
        taken: list[Delivery] = []
        parked: dict[int, int] = {}
        more: Counter[int] = Counter()
        for one in due:
            gates = [gate for gate in self._gates(one.recipient) if gate is not None]
            waits = [gate.wait(over) for gate in gates if (over := gate.held + more[id(gate)] + 1 - gate.quota) > 0]
            more.update(id(gate) for gate in gates)
            if waits:
                parked[one.id] = now + max(waits)
            else:
                taken.append(one)
        return taken, parked

    def _gates(self, recipient: str) -> tuple[Gate, Gate | None]:
        host = self._host_of.get(recipient)
        return self._recipients.of(recipient), self._hosts.of(host) if host else None

    def _take(self, delivery: Delivery) -> None:
        gate, host = self._gates(delivery.recipient)
        held = Held(delivery, self._moment(), gate, host)
        for one in (gate, host):
            if one is not None:
                one.held += 1
        self._held += 1
        self._queues.setdefault(delivery.recipient, deque()).append(held)

    def _sweep(self) -> None:
        """Give back what has waited too long for its recipient: the lease must not end under it."""
        oldest = self._moment() - QUEUE_SECONDS
        for recipient, queue in list(self._queues.items()):
            while queue and queue[0].since < oldest:
                held = queue.popleft()
                self._give_back(held, held.gate.wait(len(queue) + 1))
            if not queue:
                del self._queues[recipient]

    def _give_back(self, held: Held, pause: int) -> None:
        self._end(held, Ended(held.delivery, State.WAITING, due=self._now() + pause))

    def _end(self, held: Held, ended: Ended) -> None:
        for gate in (held.gate, held.host):
            if gate is not None:
                gate.held -= 1
        self._ended.append(ended)
        self._tail.wake()

    # Sending.

    def _pump(self) -> None:
        """Start what may start now."""
        self._pumping = False
        if self._stopping or not self._queues:
            return
        most = self._most
        if self._manners.modest:
            busy = self._manners.wait or self._manners.crowded
            if busy and self._moment() < self._started + PATIENCE_SECONDS:
                self._pump_soon(LOOK_SECONDS)
                return
            most = min(most, MODEST_SENDING)
        chosen: list[Held] = []
        for recipient, queue in list(self._queues.items()):
            while queue and self._busy < most and queue[0].gate.free and _free(queue[0].host):
                held = queue.popleft()
                self._occupy(held)
                chosen.append(held)
            if not queue:
                del self._queues[recipient]
        if chosen:
            self._started = self._moment()
            self._manners.sent()
        for start in range(0, len(chosen), LETTERS):
            self._spawn(self._written(chosen[start : start + LETTERS]))

    def _pump_soon(self, seconds: float = 0.0) -> None:
        """Once for all who ask in this round of the loop."""
        if not self._pumping:
            self._pumping = True
            asyncio.get_running_loop().call_later(seconds, self._pump)

    def _occupy(self, held: Held) -> None:
        self._busy += 1
        for gate in (held.gate, held.host):
            if gate is not None:
                gate.busy += 1

    def _leave(self, held: Held, ended: Ended) -> None:
        self._busy -= 1
        for gate in (held.gate, held.host):
            if gate is not None:
                gate.busy -= 1
        self._end(held, ended)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _written(self, batch: list[Held]) -> None:
        """Write the letters of a batch, and send each."""
        try:
            letters = await self._database.write(lambda tx: self._letters(tx, batch))
        except asyncio.CancelledError:
            for held in batch:
                self._leave(held, Ended(held.delivery, State.WAITING, due=self._now()))
            raise
        except Unavailable:
            for held in batch:
                self._leave(held, Ended(held.delivery, State.WAITING, due=self._now() + 1))
            return
        except Exception as problem:
            await self._separately(batch, problem)
            return
        for held, (found, ts) in zip(batch, letters, strict=True):
            if isinstance(found, Letter):
                self._spawn(self._sent(Ready(held, found, ts)))
            else:
                self._leave(held, Ended(held.delivery, State.SKIPPED, reason=found))

    async def _separately(self, batch: list[Held], problem: Exception) -> None:
        """One letter of a batch failed all: find out which."""
        if len(batch) > 1:
            for held in batch:
                self._spawn(self._written([held]))
            return
        (held,) = batch
        log.error("Delivery %d could not be written.", held.delivery.id, exc_info=problem)
        answer = Answer(0, problem=f"not written: {type(problem).__name__}")
        self._judge(held, None, answer, self._context.clock.now(), 0.0)

    async def _letters(self, tx: Tx, batch: list[Held]) -> list[tuple[Letter | Reason, int]]:
        found: list[tuple[Letter | Reason, int]] = []
        for held in batch:
            delivery = held.delivery
            row = await events.find(tx, delivery.event_id)
            writer = self._writers.get(delivery.recipient.partition(":")[0])
            if row is None or writer is None:
                found.append((Reason.NO_WRITER, 0))
                continue
            what = happening(delivery.event_id, *row)
            found.append((await writer(tx, self._context, what, delivery), what.created))
        return found

    async def _sent(self, ready: Ready) -> None:
        """Make an attempt."""
        held, letter = ready.held, ready.letter
        self._know_host(held, letter.post.handler)
        started, begun = self._context.clock.now(), self._moment()
        try:
            said = form.body(letter.post, ready.ts)
            secret = self._context.keys.signing_secret(letter.owner)
            headers = form.headers(held.delivery, said, secret, int(started))
            answer = await self._send(letter.post.handler, said, headers)
            if len(answer.body) > SHORT:
                answer = answer._replace(body=masked(answer.body, letter.post))
        except asyncio.CancelledError:
            # The server stops: whether the handler has it, nobody knows.
            self._leave(held, Ended(held.delivery, State.WAITING, due=self._now()))
            raise
        except Exception as problem:
            log.exception("Delivery %d could not be sent.", held.delivery.id)
            answer = Answer(0, problem=f"not sent: {type(problem).__name__}")
        self._judge(held, letter.post, answer, started, self._moment() - begun)

    def _judge(self, held: Held, post: Post | None, answer: Answer, started: float, took: float) -> None:
        attempt = Attempt(
            number=held.delivery.attempts + 1,
            started=int(started * 1000),
            took=int(took * 1000),
            status=answer.status,
            answer=answer.body,
            problem=answer.problem,
        )
        ended = judged(held.delivery, attempt, answer, self._mode, self._now(), int(self._context.clock.settled()))
        if one := made(ended, post.event if post else "", post.handler if post else "", self._now()):
            self._report.attempt(one)
            self._context.metrics.attempts[one.outcome.value] += 1
        held.gate.passed(took, ended.state is State.DONE)
        if held.host is not None:
            held.host.passed(took, True)
        self._leave(held, ended)
        self._pump_soon()

    def _know_host(self, held: Held, address: str) -> None:
        """Remember where a recipient lives; the first time the gate is only known now."""
        host = "/".join(address.split("/", 3)[:3]).lower()
        recipient = held.delivery.recipient
        if self._host_of.get(recipient) != host:
            if len(self._host_of) >= HOSTS_REMEMBERED:
                self._host_of.clear()
            self._host_of[recipient] = host
        if held.host is None:
            held.host = self._hosts.of(host)
            held.host.held += 1
            held.host.busy += 1

    def _now(self) -> int:
        return int(self._context.clock.now())

    def _moment(self) -> float:
        return asyncio.get_running_loop().time()


def _free(gate: Gate | None) -> bool:
    return gate is None or gate.free
