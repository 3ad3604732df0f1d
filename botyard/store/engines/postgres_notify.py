"""Notifications of commits, and signals, between processes on PostgreSQL, and whether the server can be reached."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

import asyncpg
import msgspec

from botyard.store.engines.outage import Outage
from botyard.store.engines.postgres_errors import DRIVER, reason_of

CHANNEL = "botyard"
SIGNALS = "botyard_signals"
SIGNALS_MAX = 1000  # that wait to be sent; more of them push out the oldest
CONNECT_SECONDS = 10.0
PING_SECONDS = 30.0  # a listener hears nothing of a connection that died silently, so it asks
DOUBT_SECONDS = 2.0  # how long it asks when a call has lost its own connection
DOUBT_PAUSE = 0.1
RECONNECT_SECONDS = (0.2, 0.5, 1.0, 2.0)

SIGNAL = "SELECT pg_notify($1, value) FROM json_array_elements_text($2)"
HOLD = "SELECT pg_try_advisory_lock($1)"
SETTINGS = {"application_name": "botyard", "jit": "off"}


class CommitNotifier:
    """Tells other processes of our commits and hears of theirs, over a connection of its own.

    Nothing depends on a single notification: after a break it rings and wakes once, whatever happened meanwhile.
    Signals are handed to ``hear``; those of a break are lost.
    """

    def __init__(self, address: str, wake: Callable[[], None], hear: Callable[[str], None]) -> None:
        self._address = address
        self._wake = wake
        self._hear = hear
        self._signals: deque[str] = deque(maxlen=SIGNALS_MAX)
        self.outage = Outage()
        self._rung = asyncio.Event()
        self._ringing = False
        self._talking = asyncio.Lock()
        self._names: list[int] = []
        self._connection: Any = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect, so that whoever opened the database hears all that comes later."""
        await self._connect()
        self._task = asyncio.create_task(self._serve(), name="postgres-bell")

    def ring(self) -> None:
        """Tell the others soon; many rings at once become one notification."""
        self._ringing = True
        self._rung.set()

    def signal(self, signals: Iterable[str]) -> None:
        """Pass signals on to the others soon."""
        if not self.outage.reason:
            self._signals.extend(signals)
            self._rung.set()

    async def doubt(self, reason: str) -> None:
        """A call has lost its connection: find out whether the server is gone with it."""
        async with self._talking:
            if self.outage.reason:
                return
            try:
                await self._connection.execute("SELECT 1", timeout=DOUBT_SECONDS)
                # A server that is stopping ends its connections one after the other.
                await asyncio.sleep(DOUBT_PAUSE)
                await self._connection.execute("SELECT 1", timeout=DOUBT_SECONDS)
            except DRIVER:
                self.outage.begin(reason)
                self._connection.terminate()
                self._rung.set()

    async def hold(self, name: int) -> None:
        """Lock a number for as long as this process is connected."""
        self._names.append(name)
        async with self._talking:
            await self._connection.execute(HOLD, name, timeout=CONNECT_SECONDS)

    async def stop(self) -> None:
        """Say what is left to say and hang up."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._connection is None:
            return
        with contextlib.suppress(*DRIVER):
            await self._tell()
            await self._connection.close(timeout=CONNECT_SECONDS)

    async def _connect(self) -> None:
        connection = await asyncpg.connect(self._address, timeout=CONNECT_SECONDS, server_settings=SETTINGS)
        self._connection = connection
        connection.add_termination_listener(lambda _: self._rung.set())
        await connection.add_listener(CHANNEL, self._heard)
        await connection.add_listener(SIGNALS, self._heard_signal)
        for name in self._names:
            await connection.execute(HOLD, name, timeout=CONNECT_SECONDS)

    def _heard(self, connection: Any, pid: int, _channel: str, _payload: object) -> None:
        if pid != connection.get_server_pid():
            self._wake()

    def _heard_signal(self, connection: Any, pid: int, _channel: str, signal: object) -> None:
        if pid != connection.get_server_pid() and isinstance(signal, str):
            self._hear(signal)

    async def _serve(self) -> None:
        failures = 0
        while True:
            try:
                if self._connection.is_closed():
                    await self._connect()
                    failures = 0
                    self.outage.end()
                    self.ring()
                    self._wake()
                await self._carry()
            except DRIVER as problem:
                self.outage.begin(reason_of(problem))
                self._connection.terminate()
                await asyncio.sleep(RECONNECT_SECONDS[min(failures, len(RECONNECT_SECONDS) - 1)])
                failures += 1

    async def _carry(self) -> None:
        while not self._connection.is_closed():
            try:
                # Not wait_for: before Python 3.12 it forgets that it was cancelled where a ring comes at that moment.
                async with asyncio.timeout(PING_SECONDS):
                    await self._rung.wait()
            except TimeoutError:
                async with self._talking:
                    await self._connection.execute("SELECT 1", timeout=CONNECT_SECONDS)
                continue
            if self._connection.is_closed():
                return
            # Cleared first: a ring during the statement asks for another one.
            self._rung.clear()
            async with self._talking:
                await self._tell()

    async def _tell(self) -> None:
        """Tell the others what has gathered: of commits that there were some, and each signal."""
        ringing, self._ringing = self._ringing, False
        signals = msgspec.json.encode(list(self._signals)).decode() if self._signals else ""
        self._signals.clear()
        if ringing:
            await self._connection.execute(f"NOTIFY {CHANNEL}", timeout=CONNECT_SECONDS)
        if signals:
            await self._connection.execute(SIGNAL, SIGNALS, signals, timeout=CONNECT_SECONDS)
