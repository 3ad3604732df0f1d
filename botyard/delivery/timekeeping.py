"""Jumps of the portal's clock that nobody has seen, and what was given up in a time that has not come.

Dates come from the portal's clock, right or wrong. What must not depend on it is whether an event arrives, and when.
While a server runs, its scheduler moves what waits along with the clock. Between two servers nobody can tell a jump
from time that has passed: where the clock was set back, nothing waits for longer than the schedule says from now on.
Ages are judged by ``Clock.settled``; how far it has come is noted for the next server.
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
"""How long a lease lasts at most beyond the time that a handler has to respond."""


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
            await self._look(max(self._seen, noted.moment), unseen=True)
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
        # Jumps that the clock itself has told from time that has passed are the scheduler's.
        await self._look(self._seen, unseen=self._clock.jumps is None)
        if not self._noted <= self._seen < self._noted + NOTE_SECONDS:
            await self._note()

    async def _look(self, before: float, *, unseen: bool) -> None:
        now = self._clock.now()
        if now < before - JUMP:
            if unseen:
                log.warning("The clock was set back by %d seconds; what waits is due by the new time.", before - now)
                await self._context.database.write_unordered(lambda tx: self._pull_forward(tx, now))
            await self._context.database.write_unordered(lambda tx: timekeeping.take_up(tx))
            self._noted = 0.0
        self._seen = now

    async def _note(self) -> None:
        # By the clock that what waits goes by: the next server compares its own with it.
        now = self._clock.scheduled()
        noted = Noted(int(now), int(self._clock.settled()))
        await self._context.database.write_unordered(lambda tx: timekeeping.note(tx, noted))
        self._noted = now

    async def _pull_forward(self, tx: Tx, now: float) -> None:
        settings = self._context.settings
        mode = RETRY_POLICIES[settings.delivery]
        await timekeeping.shorten_holds(tx, now + (mode.ordering.hold or 0))
        for tried, pause in enumerate(mode.schedule):
            await timekeeping.pull_forward(tx, tried, now + pause)
        await timekeeping.shorten_leases(tx, now + settings.delivery_timeout + LEASE_SECONDS)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            # Also while nothing asks for it: two jumps that are far apart would look like one, or none.
            self._clock.settled()
            try:
                await self.look()
            except Unavailable as problem:
                log.warning("The clock is looked at again later: %s", problem.reason)
