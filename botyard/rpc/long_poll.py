"""Callers that wait for events: outside any transaction, woken only when there are some, or keys have ended."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar

from botyard.store import event_queues, portal
from botyard.store.engines.db import Database, Tx, Unavailable

MOST = 10_000
"""Callers that may wait at once; whoever comes after them gets a response without waiting."""
GLANCE = 1.0
"""Seconds after which the queues are looked at anyway: another process may have filled them."""

NOTED_SECONDS = 60
"""Between two notes of when a queue's recipient last came: a poll that finds nothing costs no write."""

OnLost = Callable[[], None]
Watch = Callable[[OnLost], OnLost]
"""Has something called when the caller's connection is lost; what it returns takes that back."""

watching: ContextVar[Watch | None] = ContextVar("watching", default=None)
"""How to watch the connection of the call under way, where there is one."""


class Waiter:
    """One caller who waits for something to lie ready for any of these recipients.

    ``gone``: the caller has hung up, or is dismissed. ``over``: nobody waits any longer, for that reason or because
    the server stops.
    """

    def __init__(self, recipients: frozenset[str]) -> None:
        self.recipients = recipients
        self.called = asyncio.Event()
        self.gone = False
        self.over = False

    async def wait(self, seconds: float) -> None:
        """Wait to be called up, at most for so long."""
        if self.over:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.called.wait()
        self.called.clear()

    def end(self) -> None:
        """Let the caller wait no longer."""
        self.over = True
        self.called.set()

    def leave(self) -> None:
        """The caller has hung up, or gets nothing more."""
        self.gone = True
        self.end()


class LongPollHub:
    """Everybody who waits, with one look into the database for all of them after a commit.

    Nothing runs, and no commit costs anything, while nobody waits.
    """

    def __init__(self) -> None:
        self._database: Database | None = None
        self._since = 0
        self._waiters: dict[str, set[Waiter]] = {}
        self._count = 0
        self._rung = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._closed = False
        self._noted: dict[str, int] = {}
        self._revocations: int | None = None

    def unnoted(self, recipients: Iterable[str], now: int) -> list[str]:
        """Those of the callers whose visit is to be noted now; the rest were noted within the last minute."""
        fresh = [
            recipient
            for recipient in recipients
            if not 0 <= now - self._noted.get(recipient, -NOTED_SECONDS) < NOTED_SECONDS
        ]
        if fresh and len(self._noted) >= MOST:
            self._noted.clear()
        self._noted.update(dict.fromkeys(fresh, now))
        return fresh

    @contextlib.contextmanager
    def waiter(self, database: Database, recipients: Iterable[str], since: int) -> Iterator[Waiter | None]:
        """Register a waiter before the queue is read, so that nothing slips in between; ``None`` when full.

        What was laid ready before ``since`` is too old to call anybody up.
        """
        if self._closed or self._count >= MOST:
            yield None
            return
        if self._database is None:
            self._database = database
            database.on_commit(self._rung.set)
        self._since = since
        taken = Waiter(frozenset(recipients))
        self._count += 1
        for recipient in taken.recipients:
            self._waiters.setdefault(recipient, set()).add(taken)
        if self._looking is None:
            self._looking = asyncio.get_running_loop().create_task(self._look())
        watch = watching.get()
        unwatch = watch(taken.leave) if watch else None
        try:
            yield taken
        finally:
            if unwatch is not None:
                unwatch()
            self._leave(taken)

    def dismiss(self) -> None:
        """Let everybody go who waits now, with nothing: the portal is set back, and with it who came when."""
        self._noted.clear()
        for waiter in self._all():
            waiter.leave()

    @property
    def waiting(self) -> int:
        """How many callers wait."""
        return self._count

    @property
    def closed(self) -> bool:
        """Whether the server is stopping."""
        return self._closed

    def close(self) -> None:
        """Let everybody go, and nobody wait any more: the server is stopping."""
        self._closed = True
        for waiter in self._all():
            waiter.end()

    def _all(self) -> set[Waiter]:
        return {waiter for waiters in self._waiters.values() for waiter in waiters}

    def _leave(self, taken: Waiter) -> None:
        self._count -= 1
        for recipient in taken.recipients:
            waiters = self._waiters[recipient]
            waiters.discard(taken)
            if not waiters:
                del self._waiters[recipient]
        if not self._waiters:
            # Ended by itself, for a read that is cancelled costs a connection.
            self._rung.set()

    async def _look(self) -> None:
        """After each commit, and every ``GLANCE`` seconds, call up those for whom something lies ready.

        Where keys have ended, all are called up.
        """
        try:
            while self._waiters:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(GLANCE):
                        await self._rung.wait()
                self._rung.clear()
                # A database that cannot be read now is asked again at the next commit or glance.
                with contextlib.suppress(Unavailable):
                    await self._call_up()
        finally:
            self._looking = None

    async def _call_up(self) -> None:
        database, recipients = self._database, list(self._waiters)
        if database is None or not recipients:
            return

        async def look(tx: Tx) -> tuple[Iterable[str], int]:
            return await event_queues.any_ready(tx, recipients, self._since), await portal.revocations(tx)

        ready, revocations = await database.read(look)
        for recipient in ready:
            for waiting in self._waiters.get(recipient, ()):
                waiting.called.set()
        if revocations != self._revocations:
            # Whose key it was they find out themselves.
            self._revocations = revocations
            for waiting in self._all():
                waiting.called.set()
