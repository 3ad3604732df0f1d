"""Writes on PostgreSQL: all works that wait share one transaction and are stepped together.

Each work goes on until it comes to a statement; statements of one text are then run at once, for all works that have
come to it. What can be gathered is not even run, see ``postgres_gathered``. A round trip, the transaction and its
commit are paid for by the whole group.

The works of a group do not see each other halfway. One that locks a chat has it for itself until it ends; and a work
that comes to a statement of which nothing is known but its text waits until no other is under way, and then goes on
alone. An advisory lock is held from the beginning to the commit, so that numbers follow the order of commits in all
processes.

A work that fails has the group rolled back if it had written anything. It then runs apart, as a transaction of its own
on another connection, and so does one that takes too long; its neighbours run once more, together.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from botyard.store.engines.db import Row, Value
from botyard.store.engines.postgres_errors import DRIVER
from botyard.store.engines.postgres_gathered import Gathered, Kept, Numbers
from botyard.store.engines.postgres_plans import ROWS, Kind, Plan, Plans
from botyard.store.engines.postgres_steps import WAITS, Args, Many, Number, Request, Rows, SteppedWork, Update

GROUP = 128  # works that share a transaction
ALONE_SECONDS = 0.02  # for which works go on alone in a group; the rest of them becomes the next one
SHARED_SECONDS = 1.0  # that a statement may take in a group
WRITE_SECONDS = 10.0  # and what is of all of them
SLOW_SECONDS = 60.0  # for which a statement that took longer is run apart at once
LOCK = 7_245_881_203  # the advisory lock of all who write
SEQUENCE = "SELECT pg_get_serial_sequence($1, 'id')"
BEGIN = f"BEGIN; SELECT pg_advisory_xact_lock({LOCK})"

Work = SteppedWork[Any]


class Spoilt(Exception):
    """A group cannot be committed; ``culprits`` are to run apart, or all where nobody knows whose fault it is."""

    def __init__(self, culprits: Iterable[Work] = ()) -> None:
        self.culprits = list(culprits)


class Group:
    """One attempt at a group on a connection. ``usual`` says of which tables rows are inserted as a rule."""

    def __init__(self, connection: Any, plans: Plans, sequences: dict[str, str], usual: set[str]) -> None:
        self._connection = connection
        self._plans = plans
        self._sequences = sequences
        self._usual = usual
        self._gathered = Gathered()
        self._kept = Kept()
        self._numbers = Numbers()
        self._runnable: deque[tuple[Work, Any]] = deque()
        self._asking: list[Work] = []
        self._alone: deque[Work] = deque()
        self._locks: dict[Value, deque[Work]] = {}
        self._members = 0
        # How many numbers were drawn last for each table.
        self._drawn: dict[str, int] = {}
        self.left: list[Work] = []
        """Works for which there was no time; they had not written anything."""
        self.apart: list[Work] = []
        """Works that have come to a statement that is slow, before they had written anything."""

    @property
    def changed(self) -> bool:
        return self._gathered.changed

    async def run(self, works: list[Work]) -> None:
        """Run the works; raises Spoilt where the transaction has to be rolled back."""
        self._members = len(works)
        for work in works:
            work.reset()
            work.begin(self._plans, self)
            self._runnable.append((work, None))
        loop = asyncio.get_running_loop()
        until = 0.0
        while True:
            self._advance()
            if self._asking:
                await self._ask()
            elif self._alone:
                until = until or loop.time() + ALONE_SECONDS
                work = self._next_alone()
                if loop.time() > until and not work.wrote and not work.locked:
                    work.close()
                    self.left.append(work)
                else:
                    await self._run_alone(work)
            elif not self._locks:
                break
            else:
                # Each of some waits for the chat of another.
                raise Spoilt(waiting for queue in self._locks.values() for waiting in queue)
        await self._write()
        self._usual.clear()
        self._usual.update(self._drawn)

    # Together.

    def _advance(self) -> None:
        """Let each work go on until it has come to a statement that must be run."""
        while self._runnable:
            work, value = self._runnable.popleft()
            request = self._step(work, value)
            if request is not None:
                self._park(work, request)

    def _step(self, work: Work, value: Any) -> Request | None:
        work.request = request = work.step(value)
        if request is None:
            if work.error is not None and work.wrote:
                raise Spoilt([work])
            self._unlock(work)
        return request

    def serve(self, work: Work, request: Request) -> Any:
        """What a request returns that needs no statement, or ``WAITS``."""
        if type(request) is Update:
            work.wrote = True
            request.values |= request.update.constants
            self._gathered.update(request.update, dict(request.values))
            self._kept.updated(request.update, request.values)
            return None
        plan = request.plan
        if plan.kind is Kind.ORDERED:
            return self._insert(work, request)
        if type(request) is not Rows:
            return WAITS
        rows = self._kept.find(plan, request.args)
        if rows is None or (plan.kind is Kind.LOCK and rows and not self._lock(work, _chat_id(plan, rows))):
            return WAITS
        return rows

    def _insert(self, work: Work, request: Request) -> Any:
        plan = request.plan
        assert plan.written is not None
        value: Any = None
        if type(request) is Many:
            self._gathered.insert(plan, request.rows, numbered=False)
        else:
            number = self._numbers.take(plan.written.table)
            if not number:
                return WAITS
            self._gathered.insert(plan, [(*request.args, number)], numbered=True)
            value = number if type(request) is Number else 1
        work.wrote = True
        self._kept.inserted(plan.written)
        return value

    def _lock(self, work: Work, chat_id: Value) -> bool:
        """Give a chat to a work, if no other has it."""
        if chat_id not in self._locks:
            self._locks[chat_id] = deque()
            work.locked.append(chat_id)
            return True
        return chat_id in work.locked

    def _park(self, work: Work, request: Request) -> None:
        """A request could not be served: the work waits for its turn, a chat, or what a statement returns."""
        plan = request.plan
        if plan.slow_until and not work.wrote and is_slow(plan):
            work.close()
            self._unlock(work)
            self.apart.append(work)
            return
        if plan.kind is Kind.OTHER or (type(request) is not Rows and plan.kind is not Kind.ORDERED):
            self._alone.append(work)
            return
        rows = self._kept.find(plan, request.args) if plan.kind is Kind.LOCK else None
        if rows:
            self._locks[_chat_id(plan, rows)].append(work)
        else:
            self._asking.append(work)

    def _unlock(self, work: Work) -> None:
        """A work has ended: give its chats to those that are next."""
        for chat_id in work.locked:
            queue = self._locks[chat_id]
            if not queue:
                del self._locks[chat_id]
                continue
            following = queue.popleft()
            following.locked.append(chat_id)
            request = following.request
            assert request is not None
            rows = self._kept.find(request.plan, request.args)
            if rows is None:
                self._asking.append(following)
            else:
                self._runnable.append((following, rows))
        work.locked = []

    async def _ask(self) -> None:
        """Run the statements that works have come to, each text once."""
        asking, self._asking = self._asking, []
        by_plan: dict[Plan, dict[Args, list[Work]]] = {}
        drawing: dict[str, int] = {}
        for work in asking:
            request = work.request
            assert request is not None
            if request.plan.written is not None:
                table = _table(request)
                drawing[table] = drawing.get(table, 0) + 1
                continue
            by_plan.setdefault(request.plan, {}).setdefault(request.args, []).append(work)
        if drawing:
            await self._draw(drawing)
        for plan, by_args in by_plan.items():
            if self._gathered.concerns(plan):
                await self._write()
            rows_by_set = await self._rows(plan, list(by_args), [work for works in by_args.values() for work in works])
            for args, rows in rows_by_set.items():
                self._kept.keep(plan, args, rows)
        for work in asking:
            # From what is kept now.
            assert work.request is not None
            value = self.serve(work, work.request)
            if value is WAITS:
                self._park(work, work.request)
            else:
                self._runnable.append((work, value))

    async def _rows(self, plan: Plan, sets: list[Args], works: list[Work]) -> dict[Args, list[Row]]:
        try:
            return await fetch_sets(self._connection, plan, sets, works)
        except (*DRIVER, TooManyRows) as problem:
            raise Spoilt(works) from problem

    async def _draw(self, drawing: dict[str, int]) -> None:
        """Draw numbers of rows, for each of the works as many as it is likely to need."""
        if not self._drawn:
            drawing = {**dict.fromkeys(self._usual, 1), **drawing}
        for table in drawing.keys() - self._sequences.keys():
            self._sequences[table] = await self._say(
                (), self._connection.fetchval, SEQUENCE, table, seconds=WRITE_SECONDS
            )
        count = max(max(drawing.values()), *(self._drawn.get(table, self._members // 2) * 2 for table in drawing))
        columns = ", ".join(f"nextval('{self._sequences[table]}')" for table in drawing)
        sql = f"SELECT {columns} FROM generate_series(1, $1)"
        rows = await self._say((), self._connection.fetch, sql, min(count, GROUP), seconds=WRITE_SECONDS)
        for table, numbers in zip(drawing, zip(*rows, strict=True), strict=True):
            self._drawn[table] = len(numbers)
            self._numbers.add(table, numbers)

    async def _write(self) -> None:
        """Write what is gathered."""

        async def many(text: str, rows: list[Args]) -> None:
            if len(rows) == 1:
                await self._say((), self._connection.execute, text, *rows[0], seconds=WRITE_SECONDS)
            else:
                await self._say((), self._connection.executemany, text, rows, seconds=WRITE_SECONDS)

        await self._gathered.write(many)

    # Alone.

    def _next_alone(self) -> Work:
        """The next that goes on alone: first those that have left something, or whom others wait for."""
        work = next((work for work in self._alone if work.wrote or work.locked), self._alone[0])
        self._alone.remove(work)
        return work

    async def _run_alone(self, work: Work) -> None:
        """Let a work go on to its end while no other is under way."""
        request = work.request
        while request is not None:
            if request.plan.kind is Kind.ORDERED:
                # It wants a number.
                await self._draw({_table(request): 1})
                value = self.serve(work, request)
            elif type(request) is Rows and request.plan.kind is not Kind.OTHER:
                value = await self._read_alone(work, request)
            else:
                value = await self._write_alone(work, request)
            request = self._step(work, value)

    async def _read_alone(self, work: Work, request: Request) -> list[Row]:
        plan = request.plan
        rows = self._kept.find(plan, request.args)
        if rows is None:
            if self._gathered.concerns(plan):
                await self._write()
            rows = (await self._rows(plan, [request.args], [work]))[request.args]
            self._kept.keep(plan, request.args, rows)
        if plan.kind is Kind.LOCK and rows:
            chat_id = _chat_id(plan, rows)
            if chat_id in self._locks and chat_id not in work.locked:
                # Its holder was halfway when it came to wait for this one's end.
                raise Spoilt([work])
        return rows

    async def _write_alone(self, work: Work, request: Request) -> Any:
        """Run a statement as it is."""
        await self._write()
        self._kept.forget()
        try:
            return await self._written_alone(work, request)
        except Spoilt as spoilt:
            if isinstance(spoilt.__cause__, TimeoutError):
                mark_slow(request.plan)
            raise

    async def _written_alone(self, work: Work, request: Request) -> Any:
        plan, connection, seconds = request.plan, self._connection, min(SHARED_SECONDS, _seconds(work))
        value: Any = None
        if isinstance(request, Number):
            sql = f"{plan.text} RETURNING id"
            value = await self._say([work], connection.fetchval, sql, *request.args, seconds=seconds)
            wrote = True
        elif isinstance(request, Many):
            await self._say([work], connection.executemany, plan.text, request.rows, seconds=seconds)
            wrote = bool(request.rows)
        elif isinstance(request, Rows):
            fetched = await self._say([work], connection.fetch, plan.text, *request.args, seconds=seconds)
            value = [tuple(row) for row in fetched]
            wrote = plan.writes and bool(value)
        else:
            status = await self._say([work], connection.execute, plan.text, *request.args, seconds=seconds)
            value = int(status.rpartition(" ")[2]) if plan.writes else 0
            # What is no statement for rows may change anything.
            wrote = value > 0 or not plan.writes
        work.wrote |= wrote
        self._gathered.changed |= wrote
        return value

    async def _say(
        self, works: Iterable[Work], say: Callable[..., Awaitable[Any]], *words: object, seconds: float
    ) -> Any:
        """Run a statement for some works; raises Spoilt where it fails."""
        try:
            return await say(*words, timeout=seconds)
        except DRIVER as problem:
            raise Spoilt(works) from problem


class TooManyRows(Exception):
    """A statement returns more rows than works take together."""


def mark_slow(plan: Plan) -> None:
    """A statement took too long for a group: it is run apart for a while."""
    plan.slow_until = asyncio.get_running_loop().time() + SLOW_SECONDS


def is_slow(plan: Plan) -> bool:
    """Whether a statement took too long for a group a moment ago."""
    return plan.slow_until > asyncio.get_running_loop().time()


async def fetch_sets(connection: Any, plan: Plan, sets: list[Args], works: Iterable[Work]) -> dict[Args, list[Row]]:
    """The rows of a SELECT for some sets of parameters, in one round trip."""
    seconds = min(SHARED_SECONDS, *map(_seconds, works))
    try:
        return await _fetched(connection, plan, sets, seconds)
    except TimeoutError:
        mark_slow(plan)
        raise


async def _fetched(connection: Any, plan: Plan, sets: list[Args], seconds: float) -> dict[Args, list[Row]]:
    if len(sets) == 1:
        fetched = await connection.fetch(plan.text_bounded, *sets[0], timeout=seconds)
        return {sets[0]: _all_of([tuple(row) for row in fetched])}
    numbered = [(*args, place) for place, args in enumerate(sets)]
    rows: list[list[Row]] = [[] for _ in sets]
    for record in await connection.fetchmany(plan.together, numbered, timeout=seconds):
        *row, place = record
        rows[place].append(tuple(row))
    return dict(zip(sets, map(_all_of, rows), strict=True))


def _all_of(rows: list[Row]) -> list[Row]:
    if len(rows) > ROWS:
        raise TooManyRows
    return rows


def _table(request: Request) -> str:
    assert request.plan.written is not None
    return request.plan.written.table


def _chat_id(plan: Plan, rows: list[Row]) -> Value:
    chat_id: Value = rows[0][plan.locked_columns["chats"]["id"]]
    return chat_id


def _seconds(work: Work) -> float:
    assert work.tx is not None
    return work.tx.budget.limits.seconds
