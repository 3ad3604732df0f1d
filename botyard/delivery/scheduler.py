"""Which delivery is sent when: in order within a dialog, recipients beside each other, nobody held up by others.

A turn is one transaction: what came of earlier attempts is recorded, the next deliveries are claimed and leased.
Between turns the sender writes and sends them. The event log and its deliveries are all the state there is; what is
in memory here may be lost at any moment.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Mapping

from botyard.delivery.backpressure import Backpressure, open_files
from botyard.delivery.commit_listener import POLL_SECONDS, CommitListener
from botyard.delivery.pace import LOOK_SECONDS, Pace
from botyard.delivery.rendering import PayloadBuilder
from botyard.delivery.retries import RETRY_POLICIES
from botyard.delivery.sender import QueuedDelivery, Send, Sender
from botyard.model.deliveries import Attempt, Delivery, Ended, State
from botyard.model.events import AppInstalled, AppRemoved, AppUpdated, BotRemoved, ContextGiven, MemberJoined
from botyard.rpc.call import Context
from botyard.store import deliveries
from botyard.store.engines.db import Tx, Unavailable
from botyard.store.ordering import NEVER, Ordering

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
HEALTHY_MAX = 10_000
PASSIVE = frozenset(
    kind.__name__ for kind in (MemberJoined, BotRemoved, ContextGiven, AppInstalled, AppUpdated, AppRemoved)
)
"""Joining, welcome and farewell: they keep their place, and hold nobody behind it."""

Dialog = tuple[str, int]


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
        self.sender = Sender(context, builders, send, mode, self._ended)
        self._context = context
        self._database = context.database
        self._cut = cut
        # Where everything holds, so do they.
        self._ordering = Ordering(mode.hold, mode.beside, PASSIVE if mode.hold else frozenset())
        self._lease = int(settings.delivery_timeout + QUEUE_SECONDS) + LEASE_SLACK
        self._name = secrets.token_hex(8)
        self._named = False
        self._commits = CommitListener(context.database, poll)
        # Half of the files are for callers and the database.
        self._places = Backpressure(max(1, min(settings.delivery_concurrency, open_files() // 2)))
        self._queues: OrderedDict[str, deque[QueuedDelivery]] = OrderedDict()
        self._queued = 0
        self._held: dict[int, QueuedDelivery] = {}
        self._last: dict[Dialog, QueuedDelivery] = {}
        self._holding: deque[QueuedDelivery] = deque()
        self._outcomes: list[Ended] = []
        self._call_ups: list[tuple[str, int, int]] = []
        # When an attempt for a recipient last failed; 0 once one has succeeded.
        self._failed: dict[str, float] = {}
        self._recovered: dict[str, int] = {}
        self._main: asyncio.Task[None] | None = None
        self._stopping = False
        self._pumping = False
        self._looked = 0.0

    async def start(self) -> None:
        """Begin. What servers that are gone had leased is due at once."""
        if not self._named:
            self._named = True
            await self._database.hold(self._name)
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
        for held in itertools.chain.from_iterable(self._queues.values()):
            self._ended(held, Ended(held.delivery, State.WAITING, due=self._now()), 0.0)
        self._queues.clear()
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
        self._places = Backpressure(self._places.most)
        for kept in (self._queues, self._held, self._last, self._holding, self._outcomes, self._call_ups):
            kept.clear()
        self._queued = 0

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
        for name in await self._database.read(deliveries.holders):
            # Before the start nothing is under way here, whatever is leased under this name.
            gone = self._main is None if name == self._name else not await self._database.is_held(name)
            if gone:
                await self._database.write(lambda tx, name=name: deliveries.release(tx, name, now))  # type: ignore[misc]

    # A turn: record, claim, lease.

    async def _tick(self) -> float:
        """Do what there is to do in the database; how long to wait for more, 0 for none at all."""
        now = self._now()
        self._note_ends_of_holds(now)
        room = self._room()
        due = await self._database.read(deliveries.next_due) if room > 0 else None
        if not (self._outcomes or self._call_ups or self._recovered) and (due is None or due > now):
            self._dispatch()
            return self._pause(due)
        outcomes, self._outcomes = self._outcomes, []
        call_ups, self._call_ups = self._call_ups, []
        recovered, self._recovered = self._recovered, {}

        async def work(tx: Tx) -> list[Delivery]:
            if outcomes:
                await deliveries.end(tx, self._name, outcomes, now)
            await deliveries.call_up(tx, call_ups, now)
            await deliveries.pull_forward(tx, recovered, now)
            if room <= 0:
                return []
            taken, deferred = self._divided(await deliveries.claim(tx, self._ordering, now, room), now)
            await deliveries.lease(tx, taken, self._name, now + self._lease, now)
            await deliveries.defer(tx, deferred)
            return taken

        try:
            taken = await self._database.write(work)
        except BaseException:
            self._outcomes = outcomes + self._outcomes
            self._call_ups = call_ups + self._call_ups
            self._recovered = recovered | self._recovered
            raise
        for one in taken:
            self._take(one, now)
        self._dispatch()
        return 0.0

    def _room(self) -> int:
        """How many deliveries to take from the database."""
        if self._stopping:
            return 0
        return min(deliveries.CLAIM_MAX, self.pace.room(QUEUE_MAX, self._queued))

    def _pause(self, due: int | None) -> float:
        """Until the next delivery is due, or one that is being sent holds its dialog no longer."""
        now = self._context.clock.now()
        moments = [held.delivery.holds_until for held in itertools.islice(self._holding, 1)]
        moments += [] if due is None else [due]
        return max(0.001, min((moment - now for moment in moments), default=self._commits.poll))

    def _divided(self, claimed: list[Delivery], now: int) -> tuple[list[Delivery], dict[int, int]]:
        """What is taken now, and until when the rest is put off: what there is no place for."""
        taken: list[Delivery] = []
        deferred: dict[int, int] = {}
        mine: Counter[str] = Counter()
        for one in claimed:
            if one.id in self._held:
                # The clock went ahead of the lease; the request is open all the same.
                deferred[one.id] = now + self._lease
                continue
            wait = self._places.defer(one.recipient, mine[one.recipient], len(taken))
            mine[one.recipient] += 1
            if wait:
                deferred[one.id] = now + wait
            else:
                taken.append(one)
        return taken, deferred

    def _take(self, delivery: Delivery, now: int) -> None:
        dialog = (delivery.recipient, delivery.lane)
        before = self._last.get(dialog)
        held = self._last[dialog] = QueuedDelivery(delivery, self._places.take(delivery.recipient), before)
        self._held[delivery.id] = held
        if now < delivery.holds_until < NEVER:
            self._holding.append(held)
        elif self._ordering.hold and delivery.holds_until <= now and delivery.fresh:
            # It holds nobody: who stands behind it need not wait for its end.
            self._call_ups.append((*dialog, now))
        self._queues.setdefault(delivery.recipient, deque()).append(held)
        self._queued += 1

    def _note_ends_of_holds(self, now: int) -> None:
        """Call up those behind deliveries that are still being sent, and have held their dialogs for long enough."""
        holding = self._holding
        while holding and (holding[0].ended or holding[0].delivery.holds_until <= now):
            held = holding.popleft()
            if not held.ended:
                self._call_ups.append((held.delivery.recipient, held.delivery.lane, now))

    # Sending.

    def _dispatch(self) -> None:
        """Start what may start now: recipients in turn."""
        self._pumping = False
        if self._stopping or not self._queues:
            return
        batch: list[QueuedDelivery] = []
        allowance = self.pace.allowance()
        while len(batch) < allowance and self._queues:
            recipient, queue = self._queues.popitem(last=False)
            batch.append(queue.popleft())
            if queue:
                self._queues[recipient] = queue
        if batch:
            self._queued -= len(batch)
            self.pace.began(len(batch))
            self.sender.start(batch)
        if self._queues:
            self._dispatch_soon(LOOK_SECONDS if self.pace.beside else 0.0)

    def _dispatch_soon(self, seconds: float) -> None:
        """Once for all who ask in this round of the loop."""
        if not self._pumping:
            self._pumping = True
            asyncio.get_running_loop().call_later(seconds, self._dispatch)

    def _ended(self, held: QueuedDelivery, ended: Ended, took: float) -> None:
        """Something came of a delivery; it is recorded in the next turn."""
        delivery = held.delivery
        held.ended = True
        self._held.pop(delivery.id, None)
        if self._last.get((delivery.recipient, delivery.lane)) is held:
            del self._last[delivery.recipient, delivery.lane]
        self._places.leave(held.flow)
        self._outcomes.append(ended)
        if ended.attempt is not None:
            held.flow.ended(took)
            self._note_health(delivery, ended.attempt, took, done=ended.state is State.DONE)
        self._commits.wake()

    def _note_health(self, delivery: Delivery, attempt: Attempt, took: float, *, done: bool) -> None:
        """A recipient is back with the first success that began after the last failure had ended."""
        recipient, moment = delivery.recipient, self._moment()
        failed = self._failed.pop(recipient, None)
        if len(self._failed) >= HEALTHY_MAX:
            self._failed.pop(next(iter(self._failed)))
        if not done:
            self._failed[recipient] = moment
        elif failed and failed > moment - took:
            self._failed[recipient] = failed
        else:
            self._failed[recipient] = 0.0
            # Also the first one that this server knows of, and what others may have failed to send.
            if failed != 0.0 or delivery.attempts:
                self._recovered[recipient] = attempt.started

    def _now(self) -> int:
        return int(self._context.clock.now())

    def _moment(self) -> float:
        return asyncio.get_running_loop().time()
