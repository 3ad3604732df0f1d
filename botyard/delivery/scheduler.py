"""Which delivery is sent when: in order within a dialog, recipients beside each other, nobody held up by others.

A turn is one transaction: what came of earlier attempts is recorded, the next deliveries are claimed and leased.
Between turns the sender writes and sends them. The event log and its deliveries are all the state there is; what is
in memory here may be lost at any moment.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Callable, Mapping

import msgspec

from botyard.delivery.backpressure import HANGING_FACTOR, Backpressure, open_files
from botyard.delivery.commit_listener import POLL_SECONDS, CommitListener
from botyard.delivery.pace import LOOK_SECONDS, Pace
from botyard.delivery.queue import Dialog, Queue, QueuedDelivery, moved
from botyard.delivery.recovery import Recovery
from botyard.delivery.rendering import PayloadBuilder
from botyard.delivery.retries import RETRY_POLICIES
from botyard.delivery.sender import Send, Sender
from botyard.model.deliveries import Delivery, Ended, State
from botyard.rpc.call import Context
from botyard.store import delivery_queue, leases, timekeeping
from botyard.store.engines.db import Tx, Unavailable

log = logging.getLogger(__name__)

QUEUE_MAX = 512
"""Deliveries in memory whose attempt has not begun."""
QUEUE_SECONDS = 5.0
"""How long a delivery may wait in memory, as far as its lease is concerned."""
LEASE_SLACK = 15
SHUTDOWN_SECONDS = 5.0
PROBLEM_SECONDS = 1.0
TAKEOVER_SECONDS = 5.0
"""Between two looks for leases of servers that are gone, where there may be several."""


class Scheduler:
    """Sends what waits. ``builders`` has one for each kind of recipients ('bot', 'binding', …).

    ``cut`` ends what is being sent, each with what is known of it.
    """

    def __init__(
        self,
        context: Context,
        builders: Mapping[str, PayloadBuilder],
        send: Send,
        poll: float = POLL_SECONDS,
        cut: Callable[[], None] | None = None,
    ) -> None:
        settings, mode = context.settings, RETRY_POLICIES[context.settings.delivery]
        self.pace = Pace(context.limits)
        self.sender = Sender(context, builders, send, mode, self._begun, self._ended)
        self._clock = context.clock
        self._database = context.database
        self._cut = cut
        self._ordering = mode.ordering
        self._lease = settings.delivery_timeout + QUEUE_SECONDS + LEASE_SLACK
        self._name = secrets.token_hex(8)
        self._named = False
        self._commits = CommitListener(context.database, poll)
        # Half of the files are for callers and the database.
        files = open_files() // 2
        self._most = max(1, min(settings.delivery_concurrency, files))
        self._hanging = min(self._most * HANGING_FACTOR, max(0, files - self._most))
        self._places = Backpressure(self._most, self._hanging, self._moment)
        self._queue = Queue()
        self._recovery = Recovery()
        self._outcomes: list[Ended] = []
        self._call_ups: list[tuple[str, int, float]] = []
        # How far what waits has been moved by jumps of the clock, as far as this server knows.
        self._moved = 0.0
        self._main: asyncio.Task[None] | None = None
        self._stopping = False
        self._pumping = False
        self._looked = 0.0

    async def start(self) -> None:
        """Begin. What servers that are gone had leased is due at once."""
        if not self._named:
            self._named = True
            await self._database.hold(self._name)
            self._moved = await self._database.read(timekeeping.moved)
        await self._take_over()
        self._main = asyncio.create_task(self._run(), name="delivery")

    async def stop(self, seconds: float = SHUTDOWN_SECONDS) -> None:
        """Finish what is being sent, within a time, and give back the rest."""
        self._stopping = True
        if self._main is None:
            return
        self._commits.wake()
        await self._main
        await self.sender.stop(seconds, self._cut)
        for queued in self._queue.take_all():
            self._ended(queued, Ended(queued.delivery, State.WAITING, due=self._now()), 0.0)
        try:
            await self._tick()
        except Unavailable as problem:
            log.warning("What was sent last could not be recorded and may be sent again: %s", problem.reason)

    async def abandon(self) -> None:
        """End at once and record nothing, for the rows that it would be recorded in are about to go."""
        if self._main is not None:
            self._main.cancel()
            await asyncio.gather(self._main, return_exceptions=True)
        await self.sender.abandon()
        self._main = None
        self._places = Backpressure(self._most, self._hanging, self._moment)
        for kept in (self._queue, self._outcomes, self._call_ups):
            kept.clear()

    async def _run(self) -> None:
        while not self._stopping:
            pause = 0.0
            try:
                if self._database.name == "postgresql" and self._moment() >= self._looked + TAKEOVER_SECONDS:
                    await self._take_over()
                pause = await self._tick()
            except Unavailable as problem:
                if not problem.mark:
                    log.warning("Deliveries pause: %s", problem.reason)
                await asyncio.sleep(PROBLEM_SECONDS)
            except Exception:
                log.exception("A turn of the delivery failed.")
                await asyncio.sleep(PROBLEM_SECONDS)
            if pause:
                await self._commits.wait(pause)
            await self.pace.turn()

    async def _take_over(self) -> None:
        """Make due what is leased by servers that live no more."""
        self._looked, now = self._moment(), self._now()
        for name in await self._database.read(leases.holders):
            # Before the start nothing is under way here, whatever is leased under this name.
            gone = self._main is None if name == self._name else not await self._database.is_held(name)
            if gone:
                await self._database.write_unordered(lambda tx, name=name: leases.release(tx, name, now))  # type: ignore[misc]

    # A turn: record, claim, lease.

    async def _tick(self) -> float:
        """Do what there is to do in the database; how long to wait for more, 0 for none at all."""
        now = self._now()
        if self._clock.jumped:
            await self._follow_clock()
            now = self._now()
        self._call_ups += [(*dialog, now) for dialog in self._queue.end_holds(now)]
        room = self._room()
        due = await self._database.read(delivery_queue.next_due) if room > 0 else None
        busy = self._outcomes or self._call_ups or self._recovery.recovered
        if not busy and (due is None or due > now):
            self._dispatch()
            return self._pause(due)
        outcomes, self._outcomes = self._outcomes, []
        call_ups, self._call_ups = self._call_ups, []
        recovered = self._recovery.take()

        async def work(tx: Tx) -> list[Delivery]:
            if outcomes:
                await leases.end(tx, self._name, outcomes, now=now)
            await delivery_queue.call_up(tx, call_ups, now)
            await delivery_queue.pull_forward(tx, recovered, now)
            return await self._claim(tx, room, now) if room > 0 else []

        try:
            claimed = await self._database.write_unordered(work)
        except BaseException:
            self._outcomes = outcomes + self._outcomes
            self._call_ups = call_ups + self._call_ups
            self._recovery.put_back(recovered)
            raise
        for delivery in claimed:
            self._take(delivery, now)
        self._dispatch()
        return 0.0

    async def _claim(self, tx: Tx, room: int, now: float) -> list[Delivery]:
        """Lease what there are places for, and put off the rest."""
        taken, deferred = self._divided(await delivery_queue.claim(tx, self._ordering, now, limit=room), now)
        await leases.lease(tx, taken, self._name, until=now + self._lease, now=now)
        await delivery_queue.defer(tx, deferred)
        return taken

    async def _follow_clock(self) -> None:
        """The clock was set: what waits has as long to wait as before, and what is sent holds its dialog as long."""
        by, now = self._clock.jumped, self._clock.now()
        self._moved = await self._database.write_unordered(lambda tx: timekeeping.move(tx, by, self._moved, now=now))
        self._clock.settle(by)
        self._queue.move(by)
        self._outcomes = [
            msgspec.structs.replace(ended, delivery=moved(ended.delivery, by), due=ended.due + by)
            for ended in self._outcomes
        ]
        self._call_ups = [(recipient, ordering_key, now) for recipient, ordering_key, _ in self._call_ups]
        log.warning("The clock was set %s by %.0f seconds; what waits keeps its pauses.", _way(by), abs(by))

    def _room(self) -> int:
        """How many deliveries to take from the database."""
        if self._stopping:
            return 0
        return min(delivery_queue.CLAIM_MAX, self.pace.room(QUEUE_MAX, self._queue.waiting))

    def _pause(self, due: float | None) -> float:
        """Until the next delivery is due, or one that is being sent holds its dialog no longer."""
        now = self._clock.scheduled()
        moments = [moment for moment in (due, self._queue.next_end_of_hold) if moment is not None]
        return max(0.001, min((moment - now for moment in moments), default=self._commits.poll))

    def _divided(self, claimed: list[Delivery], now: float) -> tuple[list[Delivery], dict[int, float]]:
        """What is taken now, and until when the rest is put off: what there is no place for."""
        taken: list[Delivery] = []
        deferred: dict[int, float] = {}
        mine: Counter[str] = Counter()
        # Where there was no place for one, those behind it wait too, even if one has become free meanwhile.
        full: dict[Dialog, int] = {}
        for delivery in claimed:
            dialog = (delivery.recipient, delivery.ordering_key)
            if delivery.id in self._queue:
                # The clock went ahead of the lease; the request is open all the same.
                deferred[delivery.id] = now + self._lease
                continue
            wait = full.get(dialog) or self._places.defer(delivery.recipient, mine[delivery.recipient], len(taken))
            mine[delivery.recipient] += 1
            if wait:
                full[dialog] = wait
                deferred[delivery.id] = now + wait
            else:
                taken.append(delivery)
        return taken, deferred

    def _take(self, delivery: Delivery, now: float) -> None:
        queued = self._queue.add(delivery, self._places.take(delivery.recipient), now)
        if self._ordering.hold != 0 and delivery.holds_until <= now and delivery.fresh:
            # It holds nobody: who stands behind it need not wait for its end.
            self._call_ups.append((*queued.dialog, now))

    # Sending.

    def _dispatch(self) -> None:
        """Start what may start now: recipients in turn."""
        self._pumping = False
        if self._stopping or not self._queue.waiting:
            return
        batch = self._queue.take(self.pace.allowance())
        if batch:
            self.pace.began(len(batch))
            self.sender.start(batch)
        if self._queue.waiting:
            self._dispatch_soon(LOOK_SECONDS if self.pace.beside else 0.0)

    def _dispatch_soon(self, seconds: float) -> None:
        """Once for all who ask in this round of the loop."""
        if not self._pumping:
            self._pumping = True
            asyncio.get_running_loop().call_later(seconds, self._dispatch)

    def _begun(self, queued: QueuedDelivery) -> None:
        self._places.begin(queued.place)

    def _ended(self, queued: QueuedDelivery, ended: Ended, took: float) -> None:
        """Something came of a delivery; it is recorded in the next turn."""
        self._queue.remove(queued)
        self._places.leave(queued.place)
        self._outcomes.append(ended)
        if ended.attempt is not None:
            queued.place.flow.ended(took)
            done = ended.state is State.DONE
            self._recovery.note(queued.delivery, ended.attempt, took, self._moment(), done=done)
        self._commits.wake()

    def _now(self) -> float:
        return self._clock.scheduled()

    def _moment(self) -> float:
        return asyncio.get_running_loop().time()


def _way(by: float) -> str:
    return "ahead" if by > 0 else "back"
