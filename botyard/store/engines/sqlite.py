"""SQLite: reads and the statements of writes run inline on the event loop, commits wait in a thread.

A read takes microseconds, so a hop to another thread would cost more than the read itself. One that turns out to
be long is interrupted and runs again in a thread, see ``sqlite_slow``. Writes share commits, see ``sqlite_writer``.
Callers hear of their write only after the commit that holds it.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import apsw

from botyard.store.engines.db import SQLITE_WORDS, Dialect, T, Unavailable, Work
from botyard.store.engines.open_files import OpenFiles
from botyard.store.engines.outage import Outage
from botyard.store.engines.sqlite_file import connect, translate_error
from botyard.store.engines.sqlite_slow import SlowReads
from botyard.store.engines.sqlite_tx import LOOP, SqliteTx, TooLong, run_to_completion
from botyard.store.engines.sqlite_writer import QueuedWork, Writer

READ_SECONDS = 1.0  # a read waits on the event loop, so it may not wait long
LOCK_SECONDS = 10.0  # how long a write waits for another process

_DIALECT = Dialect(SQLITE_WORDS, numbered=False, short=True)


class SqliteDatabase:
    """A database in one file.

    Several processes may have it open; ``on_commit`` and ``on_signal`` hear only their own.
    """

    name = "sqlite"

    def __init__(self, path: str | Path, *, busy_timeout: float = LOCK_SECONDS) -> None:
        """Open or create the file. Must be called where an event loop runs; everything stays on that loop.

        ``busy_timeout`` is how many seconds a write waits for another process.
        """
        writer = connect(path, busy_timeout=busy_timeout)
        reader = partial(_reader, path, busy_timeout=min(busy_timeout, READ_SECONDS))
        try:
            self._reader = reader()
        except BaseException:
            writer.close()
            raise
        self._tx = SqliteTx(self._reader, _DIALECT, reading=True)
        self._loop = asyncio.get_running_loop()
        self.now: Callable[[], float] = time.time
        self.refusal = Outage()
        self._files = OpenFiles(path)
        self._slow = SlowReads(reader, _DIALECT, self._files)
        self._writer = Writer(writer, _DIALECT, self._files, self.refusal, busy_timeout=busy_timeout)
        self._thread = threading.get_ident()
        self._reading = False
        self._closing = False

    async def read(self, work: Work[T], /) -> T:
        self._refuse_nested()
        tx = self._tx
        if not self._reader:
            raise Unavailable("The database is closed.")
        if self.refusal.reason:
            raise self.refusal.refusal()
        now = int(self.now())
        tx.renew(now, LOOP)
        self._reading = True
        try:
            self._look()
            value = run_to_completion(work, tx)
            if tx.failure is not None:
                raise tx.failure
            return value
        except BaseException:
            if not isinstance(tx.failure, TooLong):
                raise
        finally:
            self._reading = tx.metered = False
            if tx.failure is not None:
                self._forget()
        return await self._slow.run(work, now)

    async def snapshot(self, work: Work[T], /) -> T:
        self._refuse_nested()
        if self.refusal.reason:
            raise self.refusal.refusal()
        return await self._slow.run_apart(work, int(self.now()))

    def _look(self) -> None:
        """Begin a snapshot. All that read in this round of the loop share it: to begin costs as much as a read.

        Who is told of a write after this is told in the next round, where the snapshot has ended before.
        """
        if self._reader.in_transaction:
            return
        try:
            self._reader.execute("BEGIN")
        except apsw.Error as problem:
            raise translate_error(problem) from problem
        self._loop.call_soon(self._forget)

    def _forget(self) -> None:
        """End the snapshot."""
        # On a damaged file this fails once more, for the same reason.
        with contextlib.suppress(apsw.Error):
            if self._reader and self._reader.in_transaction:
                self._reader.execute("ROLLBACK")

    async def write(self, work: Work[T], /) -> T:
        self._refuse_nested()
        if self._closing:
            raise Unavailable("The database is closed.")
        if self.refusal.reason:
            raise self.refusal.refusal()
        future: asyncio.Future[T] = self._loop.create_future()
        self._writer.put(QueuedWork(work, future, int(self.now())))
        return await future

    write_unordered = write

    def lost(self) -> str:
        return self._files.lost()

    def on_commit(self, wake: Callable[[], None], /) -> None:
        self._writer.wakes.append(wake)

    def on_signal(self, listener: Callable[[str], None], /) -> None:
        self._writer.listeners.append(listener)

    async def hold(self, name: str, /) -> None:
        pass

    async def is_held(self, name: str, /) -> bool:
        return False

    async def close(self) -> None:
        if not self._closing:
            self._closing = True
            self._writer.close()
        await asyncio.shield(self._writer.closed)
        await self._slow.close()
        self._forget()
        self._reader.close()

    def _refuse_nested(self) -> None:
        if self._reading or self._writer.running or threading.get_ident() != self._thread:
            raise RuntimeError("A work may not open another read or write; pass its transaction on instead.")


def _reader(path: str | Path, *, busy_timeout: float) -> apsw.Connection:
    connection = connect(path, busy_timeout=busy_timeout, create=False)
    connection.pragma("query_only", 1)
    return connection
