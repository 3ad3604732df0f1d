"""Reads on PostgreSQL: those that come together are stepped together, and statements of one text are run at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from botyard.store.engines.db import Row
from botyard.store.engines.postgres_connections import KeptConnections
from botyard.store.engines.postgres_errors import DRIVER
from botyard.store.engines.postgres_group import fetch_sets, is_slow
from botyard.store.engines.postgres_plans import Kind, Plan, Plans
from botyard.store.engines.postgres_steps import Args, Rows, SteppedWork, Tasks

READERS = 3  # connections
TOGETHER = 64  # reads that are stepped together

Work = SteppedWork[Any]
Asking = dict[Plan, dict[Args, list[Work]]]


class SharedReads:
    """Reads of one process. ``apart`` runs a work on a connection of its own and tells its caller."""

    def __init__(
        self, connections: KeptConnections, plans: Plans, apart: Callable[[Work], Coroutine[Any, Any, None]]
    ) -> None:
        self._connections = connections
        self._plans = plans
        self._apart = apart
        self._waiting: deque[Work] = deque()
        self._tasks = Tasks()
        self._serving = 0
        self._woken = False

    def put(self, work: Work) -> None:
        """Queue a work."""
        self._waiting.append(work)
        if not self._woken and self._serving < READERS:
            self._woken = True
            self._serving += 1
            # Whoever else comes before it runs, in this round of the loop, shares the statements.
            self._tasks.start(self._serve())

    async def _serve(self) -> None:
        self._woken = False
        try:
            connection = await self._connections.take()
        except DRIVER:
            # Each hears for itself what is the matter.
            self._serving -= 1
            self._leave(self._take(len(self._waiting)))
            return
        try:
            while self._waiting:
                await self._run(connection, self._take(TOGETHER))
        finally:
            self._serving -= 1
            await self._connections.give_back(connection)

    def _take(self, most: int) -> list[Work]:
        works = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
        return [work for work in works if not work.future.done()]

    async def _run(self, connection: Any, works: list[Work]) -> None:
        asking: Asking = {}
        for work in works:
            work.begin(self._plans)
            self._step(work, None, asking)
        while asking:
            by_plan, asking = asking, {}
            for plan, by_args in by_plan.items():
                waiting = [work for works in by_args.values() for work in works]
                try:
                    by_set = await fetch_sets(connection, plan, list(by_args), waiting)
                except Exception:
                    # The fault of one of them, or of the connection: apart, each gets what is its own.
                    for work in waiting:
                        work.close()
                    self._leave(waiting)
                    continue
                for args, rows in by_set.items():
                    for work in by_args[args]:
                        self._step(work, rows, asking)

    def _step(self, work: Work, rows: list[Row] | None, asking: Asking) -> None:
        request = work.step(rows)
        if request is None:
            work.deliver()
        elif isinstance(request, Rows) and request.plan.kind is Kind.READ and not is_slow(request.plan):
            asking.setdefault(request.plan, {}).setdefault(request.args, []).append(work)
        else:
            work.close()
            self._leave([work])

    def _leave(self, works: list[Work]) -> None:
        for work in works:
            if not work.future.done():
                self._tasks.start(self._apart(work))
