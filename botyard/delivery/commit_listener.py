"""Wakes the scheduler: after every commit of this or another process, and now and then without one."""

from __future__ import annotations

import asyncio
import contextlib

from botyard.store.engines.db import Database

POLL_SECONDS = 1.0
"""Commits of other programs on a SQLite file make no sound."""


class CommitListener:
    """One reader's place at the end of the log."""

    def __init__(self, database: Database, poll: float = POLL_SECONDS) -> None:
        self.poll = poll
        self._woken = asyncio.Event()
        database.on_commit(self.wake)

    def wake(self) -> None:
        """There may be something to do."""
        self._woken.set()

    async def wait(self, seconds: float) -> None:
        """Return when woken since the last time, or after so many seconds, or when it is time for a poll."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(seconds, self.poll)):
                await self._woken.wait()
        self._woken.clear()
