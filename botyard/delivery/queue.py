"""What a server has leased, in memory: deliveries whose attempt is about to begin, and those that are being sent."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import OrderedDict, deque
from collections.abc import Iterator

import msgspec

from botyard.delivery.backpressure import Place
from botyard.model.deliveries import Delivery
from botyard.store.ordering import NEVER

Dialog = tuple[str, int]
"""The ordering key: a recipient, and one of its chats."""


WRITING_SECONDS = 1.0
"""How long a request is waited for that begins before one of the same dialog, until it is written."""


class QueuedDelivery:
    """A leased delivery: the place it takes up, and the one of its dialog whose request has to leave before it."""

    __slots__ = ("_begun", "_waiting", "before", "delivery", "ended", "left", "place")

    def __init__(self, delivery: Delivery, place: Place, before: QueuedDelivery | None) -> None:
        self.delivery = delivery
        self.place = place
        self.before = before
        self.left = self.ended = False
        self._begun: float | None = None
        self._waiting: asyncio.Future[None] | None = None

    @property
    def dialog(self) -> Dialog:
        return self.delivery.recipient, self.delivery.ordering_key

    def begin(self) -> None:
        """Its attempt begins now: a handler that cannot be reached keeps the next one waiting for a moment only."""
        self._begun = asyncio.get_running_loop().time()
        if self._waiting is not None:
            self._leave_in_time()

    def leave(self) -> None:
        """Its request has been written in full, or never will be: the next one of the dialog may go."""
        self.left = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def turn(self) -> None:
        """Wait until the one before has left: two connections that are opened at once overtake each other."""
        before, self.before = self.before, None
        if before is not None and not before.left:
            before._waiting = asyncio.get_running_loop().create_future()
            before._leave_in_time()
            await before._waiting

    def _leave_in_time(self) -> None:
        if self._begun is not None:
            asyncio.get_running_loop().call_at(self._begun + WRITING_SECONDS, self.leave)


class Queue:
    """All that one server has leased. ``waiting`` counts what has not been taken from it to be sent."""

    def __init__(self) -> None:
        self.waiting = 0
        self._recipients: OrderedDict[str, deque[QueuedDelivery]] = OrderedDict()
        self._held: dict[int, QueuedDelivery] = {}
        self._last: dict[Dialog, QueuedDelivery] = {}
        # By the moments at which their holds end.
        self._holding: list[tuple[float, int, QueuedDelivery]] = []
        self._numbers = itertools.count()

    def __contains__(self, delivery_id: int) -> bool:
        return delivery_id in self._held

    def add(self, delivery: Delivery, place: Place, now: float) -> QueuedDelivery:
        """Put a delivery at the end of what waits for its recipient."""
        dialog = (delivery.recipient, delivery.ordering_key)
        queued = self._last[dialog] = QueuedDelivery(delivery, place, self._last.get(dialog))
        self._held[delivery.id] = queued
        if now < delivery.holds_until < NEVER:
            heapq.heappush(self._holding, (delivery.holds_until, next(self._numbers), queued))
        self._recipients.setdefault(delivery.recipient, deque()).append(queued)
        self.waiting += 1
        return queued

    def take(self, most: int) -> list[QueuedDelivery]:
        """Up to so many that are to be sent next: recipients in turn."""
        batch: list[QueuedDelivery] = []
        while len(batch) < most and self._recipients:
            recipient, queue = self._recipients.popitem(last=False)
            batch.append(queue.popleft())
            if queue:
                self._recipients[recipient] = queue
        self.waiting -= len(batch)
        return batch

    def take_all(self) -> list[QueuedDelivery]:
        """Everything that has not been taken."""
        return self.take(self.waiting)

    def remove(self, queued: QueuedDelivery) -> None:
        """It has ended."""
        queued.ended = True
        self._held.pop(queued.delivery.id, None)
        if self._last.get(queued.dialog) is queued:
            del self._last[queued.dialog]

    def end_holds(self, now: float) -> Iterator[Dialog]:
        """The dialogs of deliveries that are still being sent, and have held them for long enough: each once."""
        while self._holding and (self._holding[0][2].ended or self._holding[0][0] <= now):
            _, _, queued = heapq.heappop(self._holding)
            if not queued.ended:
                yield queued.dialog

    @property
    def next_end_of_hold(self) -> float | None:
        """When the next dialog may have been held for long enough."""
        return self._holding[0][0] if self._holding else None

    def move(self, by: float) -> None:
        """The clock has jumped: holds last for as long as before."""
        for queued in self._held.values():
            queued.delivery = moved(queued.delivery, by)
        self._holding = [(until + by, number, queued) for until, number, queued in self._holding]

    def clear(self) -> None:
        """Forget everything."""
        self.waiting = 0
        self._recipients.clear()
        self._held.clear()
        self._last.clear()
        self._holding.clear()


def moved(delivery: Delivery, by: float) -> Delivery:
    """The same after the clock has jumped by so many seconds."""
    if not 0 < delivery.holds_until < NEVER:
        return delivery
    return msgspec.structs.replace(delivery, holds_until=delivery.holds_until + by)
