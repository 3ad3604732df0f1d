"""Builds the payloads of claimed deliveries, sends them and reports the outcome."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from botyard.api.payloads.render_batch import RenderBatch
from botyard.api.payloads.webhook_payload import WebhookPayload
from botyard.delivery import encoding
from botyard.delivery.masking import SHORT, masked
from botyard.delivery.queue import QueuedDelivery
from botyard.delivery.rendering import PayloadBuilder, SignedPayload
from botyard.delivery.report import Report, attempt_record
from botyard.delivery.retries import OWN_FAULT_SECONDS, HandlerResponse, RetryPolicy, judged
from botyard.model import recipients
from botyard.model.deliveries import Attempt, Delivery, Ended, EndReason, State
from botyard.rpc.call import Context
from botyard.store.engines.db import Tx, Unavailable

log = logging.getLogger(__name__)

Send = Callable[[str, bytes, Mapping[str, str], Callable[[], None]], Awaitable[HandlerResponse]]
"""Sends a body to an address, and calls the function once all of the request is written."""


class Sender:
    """Makes attempts. ``begun`` is called with each, ``ended`` with what came of it, and how long it took."""

    def __init__(
        self,
        context: Context,
        builders: Mapping[str, PayloadBuilder],
        send: Send,
        mode: RetryPolicy,
        begun: Callable[[QueuedDelivery], None],
        ended: Callable[[QueuedDelivery, Ended, float], None],
    ) -> None:
        self.builders = builders
        self.database = context.database
        self._context = context
        self._send = send
        self._mode = mode
        self._begun = begun
        self._ended = ended
        self._report = Report()
        self._tasks: set[asyncio.Task[None]] = set()
        self.stopping = False

    def start(self, batch: list[QueuedDelivery]) -> None:
        """Build the payloads of a batch, and send each."""
        self._spawn(self._written(batch))

    async def stop(self, seconds: float, cut: Callable[[], None] | None) -> None:
        """Wait for what is being sent, for so long; then have each say what is known of it."""
        self.stopping = True
        late = self._tasks
        for end in (cut, None):
            if late:
                _, late = await asyncio.wait(late, timeout=seconds)
            if late and end is not None:
                end()
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def kill(self) -> None:
        """End all at once, as if the process had ended."""
        for task in self._tasks:
            task.cancel()

    async def abandon(self) -> None:
        """End all at once, and wait until it has ended."""
        while self._tasks:
            self.kill()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            # Those that are done leave the set in the next round of the loop.
            await asyncio.sleep(0)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _written(self, batch: list[QueuedDelivery]) -> None:
        try:
            payloads = await self.database.write_unordered(lambda tx: self._payloads(tx, batch))
        except asyncio.CancelledError:
            self._give_back(batch, 0)
            raise
        except Unavailable:
            self._give_back(batch, 1)
            return
        except Exception as problem:
            await self._separately(batch, problem)
            return
        for queued, (payload, created) in zip(batch, payloads, strict=True):
            if isinstance(payload, SignedPayload):
                self._spawn(self._sent(queued, payload, created))
            else:
                self._report.over(queued.delivery.recipient, queued.delivery.id)
                self._end(queued, Ended(queued.delivery, State.SKIPPED, reason=payload))

    async def _separately(self, batch: list[QueuedDelivery], problem: Exception) -> None:
        """One payload of a batch failed all: find out which."""
        if len(batch) > 1:
            for queued in batch:
                self._spawn(self._written([queued]))
            return
        (queued,) = batch
        log.error("Delivery %d could not be written.", queued.delivery.id, exc_info=problem)
        answer = HandlerResponse(0, problem=f"not written: {type(problem).__name__}")
        self._judge(queued, None, answer, self._context.clock.now(), 0.0)

    async def _payloads(self, tx: Tx, batch: list[QueuedDelivery]) -> list[tuple[SignedPayload | EndReason, int]]:
        built: list[tuple[SignedPayload | EndReason, int]] = []
        sources = RenderBatch(tx, self._context)
        events = await sources.load([queued.delivery for queued in batch])
        for queued in batch:
            delivery = queued.delivery
            what = events.get(delivery.id)
            builder = self.builders.get(recipients.parse(delivery.recipient).kind)
            if what is None or builder is None:
                built.append((EndReason.NO_WRITER, 0))
                continue
            built.append((await builder(sources, what, delivery), what.created))
        return built

    async def _sent(self, queued: QueuedDelivery, payload: SignedPayload, created: int) -> None:
        """Make an attempt."""
        clock, loop = self._context.clock, asyncio.get_running_loop()
        started, begun = clock.now(), loop.time()
        try:
            await queued.turn()
            started, begun = clock.now(), loop.time()
            body = encoding.body(payload.post, created)
            secret = self._context.keys.signing_secret(payload.owner)
            headers = encoding.headers(
                queued.delivery, body, secret, int(started), self._late(queued.delivery, created)
            )
            queued.begin()
            self._begun(queued)
            answer = await self._send(payload.post.handler, body, headers, queued.leave)
            if len(answer.body) > SHORT:
                answer = answer._replace(body=masked(answer.body, payload.post))
        except asyncio.CancelledError:
            self._give_back([queued], 0)
            raise
        except Exception as problem:
            log.exception("Delivery %d could not be sent.", queued.delivery.id)
            answer = HandlerResponse(0, problem=f"not sent: {type(problem).__name__}")
        self._judge(queued, payload.post, answer, started, loop.time() - begun)

    def _late(self, delivery: Delivery, created: int) -> float | None:
        """How many seconds ago it happened, where later events of the dialog may have arrived before it."""
        clock = self._context.clock
        return clock.elapsed(created) if delivery.late(created, clock.scheduled()) else None

    def _judge(
        self, queued: QueuedDelivery, post: WebhookPayload | None, answer: HandlerResponse, started: float, took: float
    ) -> None:
        attempt = Attempt(
            number=queued.delivery.attempts + 1,
            started=int(started * 1000),
            took=int(took * 1000),
            status=answer.status,
            answer=answer.body,
            problem=answer.problem,
        )
        clock = self._context.clock
        now = clock.scheduled()
        if answer.ours:
            self._report.own_fault(answer.problem, stopping=self.stopping)
            self._give_back([queued], 0 if self.stopping else OWN_FAULT_SECONDS)
            return
        ended = judged(queued.delivery, attempt, answer, self._mode, now, clock.settled(), clock.now())
        if record := attempt_record(ended, post.event if post else "", post.handler if post else "", now):
            self._report.attempt(record, now)
            self._context.metrics.attempts[record.outcome.value] += 1
        self._end(queued, ended, took)

    def _give_back(self, batch: list[QueuedDelivery], pause: int) -> None:
        """No attempt was made of these; they are due again after a pause."""
        due = self._context.clock.scheduled() + pause
        for queued in batch:
            self._end(queued, Ended(queued.delivery, State.WAITING, due=due))

    def _end(self, queued: QueuedDelivery, ended: Ended, took: float = 0.0) -> None:
        queued.ended = True
        queued.leave()
        self._ended(queued, ended, took)
