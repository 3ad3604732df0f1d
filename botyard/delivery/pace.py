"""Limits the share of the event loop that deliveries take: calls come first.

Both share one event loop and one disk. With nobody calling, deliveries take all there is. Beside callers they begin a
number of posts in each slot of time, which grows while the loop has time left and shrinks to a small share where it has
none. What is counted is beginning a post, which is work; waiting for its response is none.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from botyard.rpc.limits import Limits

RECENT_SECONDS = 0.1
"""After a call, others are expected for so long."""
SLOT_SECONDS = 0.05
SLOT_MIN, SLOT_MAX = 4, 256
"""Posts that may begin in a slot beside callers."""
BUSY_SHARE, CROWDED_SHARE = 0.8, 0.4
"""Of a slot in which this process has worked: above it there is nothing left for more, nor above the second where
somebody was waiting for a response most of the while. A machine that has others to serve gives no whole core."""
CROWDED = 0.6
BATCH, BATCH_BESIDE = 16, 4
"""Posts written in one transaction, alone and beside callers; on SQLite the loop does nothing else meanwhile."""
TURN_SECONDS, TURN_BESIDE_SECONDS = 0.01, 0.05
"""Between two turns, so that they share commits."""
LOOK_SECONDS = 0.002
"""Between two looks whether the callers have their responses."""
PATIENCE_SECONDS = 0.05
"""After this time deliveries go on in any case."""
ROWS_BESIDE = 32
"""Deliveries taken from the database in a turn beside callers; the loop does nothing else meanwhile."""


def loop_time() -> float:
    """The time of the running event loop."""
    return asyncio.get_running_loop().time()


class Pace:
    """Watches the callers of one server, and how busy the loop is."""

    def __init__(self, limits: Limits, now: Callable[[], float] = loop_time) -> None:
        self._limits = limits
        self._now = now
        self._seen = 0
        self._until = 0.0
        self._slot = 0.0
        self._cpu = 0.0
        self._limit = SLOT_MIN
        self._begun = 0
        self._looks = self._waiting = 0
        self._last = 0.0
        self.turn_seconds = TURN_SECONDS
        self.busy = False
        """Whether the loop had no time left in the last slot."""

    @property
    def beside(self) -> bool:
        """Whether somebody has called just now."""
        now = self._now()
        if self._limits.admitted != self._seen or self._limits.in_flight:
            self._seen = self._limits.admitted
            self._until = now + RECENT_SECONDS
        return now < self._until

    def room(self, most: int, queued: int) -> int:
        """How many deliveries to take from the database, where so many are in memory already and may be at most."""
        if not self.beside:
            return most - queued
        return min(ROWS_BESIDE, max(ROWS_BESIDE, self._limit) - queued)

    def allowance(self) -> int:
        """How many posts may begin now."""
        if not self.beside:
            return BATCH
        now = self._now()
        if now >= self._slot + SLOT_SECONDS:
            self._next_slot(now)
        self._looks += 1
        self._waiting += self._limits.in_flight > 0
        if self._limits.in_flight and now < self._last + PATIENCE_SECONDS:
            # Somebody waits for a response, and nobody has waited long for this.
            return 0
        return min(BATCH_BESIDE, self._limit - self._begun)

    def began(self, number: int) -> None:
        """So many posts have begun."""
        self._begun += number
        if self._limits.in_flight == 0 or self._begun >= self._limit:
            self._last = self._now()

    def _next_slot(self, now: float) -> None:
        cpu = time.process_time()
        crowded = self._waiting > CROWDED * self._looks
        self.busy = cpu - self._cpu > (CROWDED_SHARE if crowded else BUSY_SHARE) * (now - self._slot)
        if self.busy:
            self._limit = max(SLOT_MIN, self._limit // 2)
        elif self._begun >= self._limit:
            self._limit = min(SLOT_MAX, self._limit * 2)
        self._slot, self._cpu = now, cpu
        self._begun = self._looks = self._waiting = 0

    async def turn(self) -> None:
        """Wait for the time of the next turn in the database."""
        slow = self.beside and self.busy
        await asyncio.sleep(TURN_BESIDE_SECONDS if slow else self.turn_seconds)
        for _ in range(int((PATIENCE_SECONDS if slow else TURN_SECONDS) / LOOK_SECONDS)):
            if not self._limits.in_flight:
                return
            await asyncio.sleep(LOOK_SECONDS)
