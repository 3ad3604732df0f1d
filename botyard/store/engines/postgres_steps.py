"""Works that are stepped together: each says what statement it has come to, and is told later what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine, Generator, Iterable, Mapping
from contextvars import Context, copy_context
from types import CoroutineType
from typing import Any, Generic, NoReturn, Protocol

from botyard.model.audit import Actor
from botyard.store.engines.budget import Budget, OverBudget, weight
from botyard.store.engines.db import Row, T, Value, Work
from botyard.store.engines.postgres_plans import Plan, Plans, UpdatePlan

Args = tuple[Value, ...]


class Tasks:
    """Tasks that run until they end, none of them in the context of the work that brought them about."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine as a task."""
        task = asyncio.create_task(coroutine, context=Context())
        self._running.add(task)
        task.add_done_callback(self._running.discard)


class Waits:
    """What is returned for a request that cannot be served yet."""


WAITS = Waits()


class Served:
    """An awaitable that has its value already."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __await__(self) -> Generator[Any, Any, Any]:
        return self.value
        yield


class Request:
    """A statement at which a work waits. Awaiting it returns what the one who steps the work sends."""

    __slots__ = ("args", "plan")

    def __init__(self, plan: Plan, args: Args) -> None:
        self.plan = plan
        self.args = args

    def __await__(self) -> Generator[Request, Any, Any]:
        return (yield self)


class Rows(Request):
    """Wants a list of rows."""

    __slots__ = ()


class Count(Request):
    """Wants to know how many rows were written."""

    __slots__ = ()


class Number(Request):
    """Inserts a row and wants its number."""

    __slots__ = ()


class Many(Request):
    """Writes many rows; ``rows`` are their values."""

    __slots__ = ("rows",)

    def __init__(self, plan: Plan, rows: list[Args]) -> None:
        super().__init__(plan, ())
        self.rows = rows


class Update(Request):
    """Changes a row by its key."""

    __slots__ = ("update", "values")

    def __init__(self, update: UpdatePlan, values: dict[str, Value]) -> None:
        self.update = update
        self.values = values


class Server(Protocol):
    """Who steps works, and may know at once what they ask for."""

    def serve(self, work: SteppedWork[Any], request: Request) -> Any:
        """What a request returns, or ``WAITS``."""
        ...


class SteppedTx:
    """Statements of a work that is stepped. What ``server`` can serve at once does not stop the work."""

    def __init__(self, plans: Plans, work: SteppedWork[Any], server: Server | None) -> None:
        self._plans = plans
        self._work = work
        self._server = server
        self.now = work.now
        self.caller_id = 0
        self.actor: Actor | None = None
        self.budget = Budget()
        self.signals: list[str] = []
        self.failure: OverBudget | None = None

    async def one(self, sql: str, /, **values: Value) -> Row | None:
        self._count()
        plan = self._plans[sql]
        rows: list[Row] = await self._served(Rows(plan, plan.pick(values)))
        if not rows:
            return None
        self.budget.rows += 1
        return rows[0]

    async def all(self, sql: str, /, **values: Value) -> list[Row]:
        self._count()
        plan = self._plans[sql]
        rows: list[Row] = await self._served(Rows(plan, plan.pick(values)))
        budget = self.budget
        budget.rows += len(rows)
        budget.read_bytes += weight(rows)
        if budget.rows > budget.most_rows or budget.read_bytes > budget.most_bytes:
            self._stop()
        # Others may have been told the same.
        return rows.copy()

    def run(self, sql: str, /, **values: Value) -> Awaitable[int]:
        self._count()
        plan = self._plans[sql]
        return Count(plan, plan.pick(values))

    def insert(self, sql: str, /, **values: Value) -> Awaitable[int]:
        self._count()
        plan = self._plans[sql]
        return self._served(Number(plan, plan.pick(values)))

    def update(self, sql: str, /, **values: Value) -> Awaitable[object]:
        self._count()
        return self._served(Update(self._plans.updates[sql], values))

    def many(self, sql: str, rows: Iterable[Mapping[str, Value]], /) -> Awaitable[None]:
        self._count()
        plan = self._plans[sql]
        return self._served(Many(plan, [plan.pick(row) for row in rows]))

    def _served(self, request: Request) -> Awaitable[Any]:
        if self._server is None:
            return request
        value = self._server.serve(self._work, request)
        return request if value is WAITS else Served(value)

    def _count(self) -> None:
        budget = self.budget
        budget.statements += 1
        if budget.statements > budget.most_statements:
            self._stop()

    def _stop(self) -> NoReturn:
        self.failure = self.failure or OverBudget(self.budget.excess())
        raise self.failure


class SteppedWork(Generic[T]):
    """A work that waits to be stepped, or is. ``wrote`` says that it has left something behind."""

    __slots__ = ("context", "coroutine", "error", "future", "locked", "now", "request", "tx", "value", "work", "wrote")

    def __init__(self, work: Work[T], future: asyncio.Future[T], now: int) -> None:
        self.work = work
        self.future = future
        self.now = now
        self.context: Context = copy_context()
        self.reset()

    def reset(self) -> None:
        """Back to where nothing of it has run."""
        self.coroutine: Any = None
        self.request: Request | None = None
        self.tx: SteppedTx | None = None
        self.value: Any = None
        self.error: BaseException | None = None
        self.wrote = False
        self.locked: list[Value] = []

    def begin(self, plans: Plans, server: Server | None = None) -> None:
        """Make ready to be stepped."""
        self.tx = SteppedTx(plans, self, server)
        try:
            awaitable = self.context.run(self.work, self.tx)
        except Exception as problem:
            self.error = problem
            return
        self.coroutine = awaitable if isinstance(awaitable, CoroutineType) else _awaited(awaitable)

    def step(self, value: Any) -> Request | None:
        """Go on with what the last request returned, to the next; ``None`` where the work has ended."""
        if self.coroutine is None:
            return None
        try:
            request = self.context.run(self.coroutine.send, value)
        except StopIteration as end:
            self.value = end.value
            assert self.tx is not None
            self.error = self.tx.failure
            return None
        except BaseException as problem:
            self.error = problem
            return None
        if isinstance(request, Request):
            return request
        self.close()
        self.error = RuntimeError("A work may await nothing but its transaction; this one waited for something else.")
        return None

    def close(self) -> None:
        """End it where it is."""
        if self.coroutine is not None:
            self.context.run(self.coroutine.close)

    @property
    def signals(self) -> list[str]:
        """What it has signalled: nothing where it has failed."""
        return self.tx.signals if self.tx is not None and self.error is None else []

    def deliver(self) -> None:
        """Tell the caller, if it is still there."""
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.value)


async def _awaited(awaitable: Awaitable[T]) -> T:
    return await awaitable
