"""Writes to SQLite: statements run on the event loop, only the wait for the disk happens in a thread.

A statement takes microseconds; run in another thread it would fight the event loop for the interpreter at every
step. So the loop steps the works of a group one after another and hands the thread a single thing to do: the
commit, whose sync to disk takes most of the time and none of the interpreter's. Works that arrive meanwhile make up
the next group.

A work that turns out to be too long for the loop is undone and taken out of its group; it runs once more as a
transaction of its own, in the thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any, Generic

import apsw

from botyard.store.engines.budget import OverBudget
from botyard.store.engines.db import Dialect, T, Unavailable, Work
from botyard.store.engines.open_files import OpenFiles
from botyard.store.engines.outage import Outage
from botyard.store.engines.sqlite_file import translate_error
from botyard.store.engines.sqlite_tx import LOOP, SqliteTx, TooLong, run_to_completion

GROUP = 128  # works that share one commit
GROUP_SECONDS = 0.02  # for which a group holds the loop; the rest of it becomes the next one
ROUNDS = 4  # of the loop between two groups
FRESH = 0.05  # seconds for which a look at the files is good enough to begin a commit

Then = Callable[[BaseException | None], None]


class QueuedWork(Generic[T]):
    """One work on its way to the disk."""

    __slots__ = ("context", "error", "future", "long", "now", "signals", "value", "work")

    def __init__(self, work: Work[T], future: asyncio.Future[T], now: int) -> None:
        self.work = work
        self.now = now
        self.future = future
        self.context: Context = copy_context()
        self.value: T | None = None
        self.error: BaseException | None = None
        self.signals: list[str] = []
        self.long = False
        """Whether it is too long for the loop, and runs apart."""

    def deliver(self) -> None:
        """Tell the caller, if it is still there."""
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.value)  # type: ignore[arg-type]  # No error, so the work returned a T.


class _Disk:
    """The thread that waits for the disk: one job at a time, its end told to the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._jobs: queue.SimpleQueue[tuple[Callable[[], object], Then] | None] = queue.SimpleQueue()
        # A daemon, so that a program that forgets to close still ends; what was not committed was not promised.
        threading.Thread(target=self._serve, name="sqlite-disk", daemon=True).start()

    def do(self, job: Callable[[], object], then: Then) -> None:
        """Run ``job`` in the thread, then ``then`` on the loop with what went wrong, if anything did."""
        self._jobs.put((job, then))

    def end(self) -> None:
        self._jobs.put(None)

    def _serve(self) -> None:
        while (queued := self._jobs.get()) is not None:
            job, then = queued
            problem: BaseException | None = None
            try:
                job()
            except BaseException as caught:
                problem = caught
            try:
                self._loop.call_soon_threadsafe(then, problem)
            except RuntimeError:
                # The loop is closed: nobody is left to be told, and nothing more will come.
                return


class Writer:
    """The writing connection and those who wait for it. Everything but the disk is on the loop."""

    def __init__(
        self, connection: apsw.Connection, dialect: Dialect, files: OpenFiles, refusal: Outage, *, busy_timeout: float
    ) -> None:
        self._connection = connection
        self._files = files
        self._refusal = refusal
        # The loop may not wait for another process; the thread does that.
        connection.set_busy_timeout(0)
        self._tx = SqliteTx(connection, dialect)
        self._busy_timeout = busy_timeout
        self._loop = asyncio.get_running_loop()
        self._disk = _Disk(self._loop)
        self._waiting: deque[QueuedWork[Any]] = deque()
        self._long: deque[QueuedWork[Any]] = deque()
        self._group: list[QueuedWork[Any]] = []
        self._isolated = False
        self._apart = False
        self._changed = False
        self._busy = False
        self._closing = False
        self.running = False
        self.wakes: list[Callable[[], None]] = []
        self.listeners: list[Callable[[str], None]] = []
        self.closed: asyncio.Future[None] = self._loop.create_future()

    def put(self, call: QueuedWork[Any]) -> None:
        """Queue a work."""
        self._waiting.append(call)
        self._wake()

    def close(self) -> None:
        """Finish what is queued, then put the file in order and let go of it."""
        self._closing = True
        self._wake()

    def _wake(self) -> None:
        if not self._busy:
            self._busy = True
            # Not at once: whoever else is ready in this round of the loop shares the commit.
            self._gather(1)

    def _gather(self, rounds: int) -> None:
        """Let some rounds of the loop go by, and begin.

        A commit costs as much as several works, and those who were just told of theirs are the likeliest to come
        back: it takes them a round to hear of it, and the server another to hear from them.
        """
        if rounds and len(self._waiting) < GROUP:
            self._loop.call_soon(self._gather, rounds - 1)
        else:
            self._next_group()

    def _next_group(self) -> None:
        """Take those who wait as the next group, in turns with those who run apart."""
        if self._long and not (self._waiting and self._apart):
            self._apart = True
            self._group = [self._long.popleft()]
            self._disk.do(self._run_apart, self._finished)
            return
        self._apart = False
        if not self._waiting:
            self._busy = False
            if self._closing and not self.closed.done():
                self._busy = True
                self._disk.do(self._put_in_order, self._closed)
            return
        self._group = [self._waiting.popleft() for _ in range(min(GROUP, len(self._waiting)))]
        self._isolated = False
        self._open()

    def _open(self) -> None:
        """Begin a transaction, here or, where another process is in the way, in the thread."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except apsw.BusyError:
            self._disk.do(self._begin, self._begun)
        except apsw.Error as problem:
            self._begun(problem)
        else:
            self._begun(None)

    def _begin(self) -> None:
        """In the thread: wait until another process lets go of the file."""
        until = time.monotonic() + self._busy_timeout
        while True:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                return
            except apsw.BusyError:
                if time.monotonic() >= until:
                    raise
                time.sleep(0.01)

    def _begun(self, problem: BaseException | None) -> None:
        """Run the group, and send the thread to the disk."""
        if problem is not None:
            self._finished(problem)
            return
        before = self._connection.total_changes()
        self.running = True
        try:
            spoilt = not self._run_group()
        except BaseException as lost:
            self._finished(lost)
            return
        finally:
            self.running = False
        if spoilt:
            self._again()
            return
        self._changed = self._connection.total_changes() != before
        self._disk.do(self._commit, self._finished)

    def _run_group(self) -> bool:
        """Run the works one after another; false where one has failed and left something behind.

        Only the loss of the whole transaction is raised.
        """
        run = self._run_isolated if self._isolated else self._run
        until = time.thread_time() + GROUP_SECONDS
        for place, call in enumerate(self._group, 1):
            if call.error is not None or call.long or call.future.cancelled():
                continue
            if not run(call):
                return False
            if time.thread_time() > until:
                self._put_back(place)
                break
        return self._isolated or not self._has_deferred_fk_violation()

    def _put_back(self, place: int) -> None:
        """Leave the works from there on to the next group."""
        rest, self._group = self._group[place:], self._group[:place]
        for call in reversed(rest):
            if call.error is None and not call.long:
                self._waiting.appendleft(call)
            else:
                self._group.append(call)

    def _run(self, call: QueuedWork[Any]) -> bool:
        """Run one work; false where it failed and must be undone."""
        tx = self._tx
        tx.renew(call.now, LOOP)
        try:
            call.value = call.context.run(run_to_completion, call.work, tx)
            if tx.failure is not None:
                raise tx.failure
            call.signals = tx.signals
        except BaseException as problem:
            stopped = isinstance(tx.failure, (TooLong, OverBudget))
            call.long = isinstance(tx.failure, TooLong)
            call.error = None if call.long else problem
            # A statement that is interrupted while it writes takes the transaction with it.
            lost = not self._connection.in_transaction
            if lost and not stopped:
                raise
            return not lost and not tx.wrote
        finally:
            tx.metered = False
        return True

    def _run_isolated(self, call: QueuedWork[Any]) -> bool:
        """Run one work in a savepoint of its own, which undoes it where it fails."""
        connection = self._connection
        connection.execute("SAVEPOINT call")
        fine = self._run(call)
        if not fine and not connection.in_transaction:
            return False
        if call.error is None and self._has_deferred_fk_violation():
            call.error = apsw.ConstraintError("FOREIGN KEY constraint failed")
            fine = False
        if not fine:
            connection.execute("ROLLBACK TO call")
        connection.execute("RELEASE call")
        return True

    def _run_apart(self) -> None:
        """In the thread: one work that is too long for the loop, from the begin of its transaction to the commit."""
        [call] = self._group
        tx = self._tx
        self._changed = False
        if call.future.cancelled():
            return
        self._begin()
        before = self._connection.total_changes()
        tx.renew(call.now)
        tx.budget.moved = 1
        try:
            call.value = call.context.run(run_to_completion, call.work, tx)
            if tx.failure is not None:
                raise tx.failure
            if self._has_deferred_fk_violation():
                raise apsw.ConstraintError("FOREIGN KEY constraint failed")
            call.signals = tx.signals
        except BaseException as problem:
            call.error = problem
            with contextlib.suppress(apsw.Error):
                self._connection.execute("ROLLBACK")
            return
        finally:
            tx.metered = False
        self._changed = self._connection.total_changes() != before
        self._commit()

    def _has_deferred_fk_violation(self) -> bool:
        """Whether a reference points nowhere so far: left for the commit, it would fail the whole group."""
        return bool(self._connection.status(apsw.SQLITE_DBSTATUS_DEFERRED_FKS)[0])

    def _again(self) -> None:
        """Take back what the group did, and run those who have not failed once more, each apart.

        That a work fails after it has written is rare; to be ready for it with savepoints would cost
        all works a copy of every page that they touch.
        """
        with contextlib.suppress(apsw.Error):
            # Should this fail, so does the next BEGIN, and the group with it.
            self._connection.execute("ROLLBACK")
        self._isolated = True
        self._open()

    def _commit(self) -> None:
        """In the thread: the one sync to disk of a group. Nothing is acknowledged that went to a removed file.

        The look after the commit is what counts; the one before it leaves less behind, where writes are rare.
        """
        self._files.require(FRESH)
        until = time.monotonic() + self._busy_timeout
        while True:
            try:
                self._connection.execute("COMMIT")
                break
            except apsw.BusyError:
                # A reader of another process can be in the way of a checkpoint's start.
                if time.monotonic() >= until:
                    raise
                time.sleep(0.01)
        self._files.require()

    def _finished(self, problem: BaseException | None) -> None:
        """Tell the group, and turn to those who came meanwhile."""
        group, self._group = self._group, []
        if problem is not None:
            self._abandon(group, problem)
        for call in group:
            if call.long and call.error is None and not self._apart:
                self._long.append(call)
            else:
                call.deliver()
                self._hand_over(call)
        if problem is None and self._changed:
            for wake in self.wakes:
                self._loop.call_soon(wake)
        self._gather(ROUNDS)

    def _hand_over(self, call: QueuedWork[Any]) -> None:
        """Hand listeners what a work that is stored has signalled."""
        if call.error is None:
            for signal in call.signals:
                for listener in self.listeners:
                    self._loop.call_soon(listener, signal)

    def _abandon(self, group: list[QueuedWork[Any]], problem: BaseException) -> None:
        """Roll back and fail every work that has not failed by itself: none of the group is stored."""
        if self._connection.in_transaction:
            with contextlib.suppress(apsw.Error):
                self._connection.execute("ROLLBACK")
        if lost := self._files.lost():
            self._refusal.begin(lost)
        error = translate_error(problem) if isinstance(problem, apsw.Error) else problem
        reason = error.reason if isinstance(error, Unavailable) else "The database gave up the transaction."
        refused = self._refusal.refusal() if lost else Unavailable(reason)
        for call in group:
            if call.error is None:
                call.error = Unavailable(refused.reason, refused.mark)
                call.error.__cause__ = problem

    def _put_in_order(self) -> None:
        """In the thread: closing the last connection writes the log back into the file and removes it."""
        with contextlib.suppress(apsw.Error):
            self._connection.pragma("wal_checkpoint", "TRUNCATE")
        with contextlib.suppress(apsw.Error):
            self._connection.close()

    def _closed(self, problem: BaseException | None) -> None:
        self._disk.end()
        if not self.closed.done():
            self.closed.set_result(None)
