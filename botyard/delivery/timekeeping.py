"""Jumps of the portal's clock: what was put off until a moment that lies hours ahead again is pulled forward.

Dates come from the portal's clock, right or wrong. What must not depend on it is whether an event arrives: when the
clock is set back, nothing waits for longer than the schedule says from now on, and what was given up in a time that has
not come is taken up again. Ages are judged by ``Clock.settled``; how far it has come is noted for the next server.
"""

from __future__ import annotations

import asyncio
import logging

from botyard.ages import JUMP
from botyard.delivery.retries import RETRY_POLICIES
from botyard.rpc.call import Context
from botyard.store import timekeeping
from botyard.store.engines.db import Tx, Unavailable
from botyard.store.timekeeping import Noted

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
NOTE_SECONDS = 60.0
LEASE_SECONDS = 60
"""How long a lease lasts at most beyond the time that a handler has to answer."""


class Timekeeper:
    """Watches the clock of one server."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._clock = context.clock
        self._seen = self._clock.now()
        # Not noted at once, which would cost each start a commit.
        self._noted = self._seen
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Compare the clock with what the last server has noted, and begin to watch it."""
        noted = await self._context.database.read(timekeeping.noted)
        if noted is not None:
            self._clock.resume(noted.settled)
            self._seen = max(self._seen, noted.moment)
        await self.look()
        self._task = asyncio.create_task(self._watch(), name="timekeeping")

    async def stop(self) -> None:
        """Note how far the clock has come."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        try:
            await self._note()
        except Unavailable as problem:
            log.warning("How late it is could not be noted: %s", problem.reason)

    async def look(self) -> None:
        """Do what a clock that was set back asks for, and note the time now and then."""
        now = self._clock.now()
        if now < self._seen - JUMP:
            log.warning("The clock was set back by %d seconds; what waits is due by the new time.", self._seen - now)
            await self._context.database.write(lambda tx: self._pull_forward(tx, int(now)))
            self._noted = 0.0
        self._seen = now
        if not self._noted <= now < self._noted + NOTE_SECONDS:
            await self._note()

    async def _note(self) -> None:
        now = self._clock.now()
        noted = Noted(int(now), int(self._clock.settled()))
        await self._context.database.write(lambda tx: timekeeping.note(tx, noted))
        self._noted = now

    async def _pull_forward(self, tx: Tx, now: int) -> None:
        settings = self._context.settings
        mode = RETRY_POLICIES[settings.delivery]
        await timekeeping.shorten_holds(tx, now + (mode.hold or 0))
        for tried, pause in enumerate(mode.schedule):
            await timekeeping.pull_forward(tx, tried, now + pause)
        await timekeeping.shorten_leases(tx, now + int(settings.delivery_timeout) + LEASE_SECONDS)
        await timekeeping.take_up(tx, now)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            # Also while nothing asks for it: two jumps that are far apart would look like one, or none.
            self._clock.settled()
            try:
                await self.look()
            except Unavailable as problem:
                log.warning("The clock is looked at again later: %s", problem.reason)
