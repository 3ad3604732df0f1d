"""Reads of SQLite that are too long for the event loop: in threads, each on a connection of its own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import apsw

from botyard.store.engines.budget import OverBudget
from botyard.store.engines.db import Dialect, T, Unavailable, Work
from botyard.store.engines.open_files import OpenFiles
from botyard.store.engines.sqlite_file import translate_error
from botyard.store.engines.sqlite_tx import SqliteTx, TooLong, run_to_completion

THREADS = 2
QUEUE = 64  # reads that wait for a thread, or are in one
CACHE_KIB = 4 * 1024


class SlowReads:
    """The threads. ``connect`` opens a connection like that of the event loop."""

    def __init__(self, connect: Callable[[], apsw.Connection], dialect: Dialect, files: OpenFiles) -> None:
        self._connect = connect
        self._files = files
        self._dialect = dialect
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="sqlite-read")
        self._idle: list[SqliteTx] = []
        self._open: list[SqliteTx] = []
        self._running: set[asyncio.Future[Any]] = set()
        self._closed = False

    async def run(self, work: Work[T], now: int) -> T:
        """Run a work as long as its budget allows. Raises OverBudget where too many wait already."""
        if len(self._running) >= QUEUE:
            raise OverBudget(f"more than {QUEUE} long reads at a time")
        return await self._in_thread(self._threads, work, now)

    async def run_apart(self, work: Work[T], now: int) -> T:
        """Run a work that may take as long as it wants, in a thread of its own."""
        thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-snapshot")
        try:
            return await self._in_thread(thread, work, now)
        finally:
            thread.shutdown(wait=False)

    async def _in_thread(self, threads: ThreadPoolExecutor, work: Work[T], now: int) -> T:
        if self._closed:
            raise Unavailable("The database is closed.")
        taken: list[SqliteTx] = []
        context = copy_context()
        running = asyncio.get_running_loop().run_in_executor(threads, context.run, self._run, work, now, taken)
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            # Nobody waits for it any more.
            running.cancel()
            for tx in taken:
                tx.abandon()
            raise

    def _run(self, work: Work[T], now: int, taken: list[SqliteTx]) -> T:
        """In a thread: run a work, and have the connection ready for the next."""
        tx = self._take()
        tx.renew(now)
        tx.budget.moved = 1
        taken.append(tx)
        try:
            if self._closed:
                tx.abandon()
            tx.connection.execute("BEGIN")
            value = run_to_completion(work, tx)
            if tx.failure is not None:
                raise tx.failure
            return value
        except TooLong as gone:
            raise Unavailable("The database is closed.") from gone
        except apsw.Error as problem:
            raise translate_error(problem) from problem
        finally:
            tx.metered = False
            with contextlib.suppress(apsw.Error):
                if tx.connection.in_transaction:
                    tx.connection.execute("ROLLBACK")
            self._idle.append(tx)

    def _take(self) -> SqliteTx:
        with contextlib.suppress(IndexError):
            return self._idle.pop()
        # Whatever lies at the path now has to be the database that was opened.
        self._files.require()
        connection = self._connect()
        connection.pragma("cache_size", -CACHE_KIB)
        tx = SqliteTx(connection, self._dialect, reading=True)
        self._open.append(tx)
        return tx

    async def close(self) -> None:
        """Stop what is under way, and let go of the file."""
        self._closed = True
        for tx in self._open:
            tx.abandon()
        self._threads.shutdown(wait=False)
        if self._running:
            await asyncio.wait(self._running)
        for tx in self._open:
            tx.connection.close()
