"""Who waits to write on PostgreSQL: those who wait are the next group, see ``postgres_group``."""

from __future__ import annotations

import contextlib
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from botyard.store.engines.db import Unavailable
from botyard.store.engines.postgres_connections import KeptConnections
from botyard.store.engines.postgres_errors import DRIVER, lost_by, translate_error, translated_errors
from botyard.store.engines.postgres_group import BEGIN, GROUP, Group, Spoilt, Work
from botyard.store.engines.postgres_plans import Plans
from botyard.store.engines.postgres_steps import Tasks
from botyard.store.engines.postgres_tx import STATEMENT_SECONDS

log = logging.getLogger(__name__)


class Writer:
    """One group after another, on one connection at a time.

    ``apart`` runs a work as a transaction of its own and tells its caller; ``committed`` is called after each commit,
    with whether it has changed rows, and what its works have signalled.
    """

    def __init__(
        self,
        connections: KeptConnections,
        plans: Plans,
        apart: Callable[[Work], Coroutine[Any, Any, None]],
        committed: Callable[[bool, list[str]], None],
    ) -> None:
        self._connections = connections
        self._plans = plans
        self._apart = apart
        self._committed = committed
        self._waiting: deque[Work] = deque()
        self._sequences: dict[str, str] = {}
        self._usual: set[str] = set()
        self._tasks = Tasks()
        self._busy = False

    def put(self, work: Work) -> None:
        """Queue a work."""
        self._waiting.append(work)
        if not self._busy:
            self._busy = True
            self._tasks.start(self._serve())

    async def _serve(self) -> None:
        try:
            while self._waiting:
                try:
                    await self._next_group()
                except Exception:
                    log.exception("A group of writes failed.")
        finally:
            self._busy = False

    async def _next_group(self) -> None:
        """Begin, take those who wait by then, and commit what they do."""
        group: Group | None = None
        works: list[Work] = []
        try:
            with translated_errors():
                connection = await self._connections.take()
            try:
                await connection.execute(BEGIN, timeout=STATEMENT_SECONDS)
                works = self._take()
                group = Group(connection, self._plans, self._sequences, self._usual)
                await group.run(works)
                await connection.execute("COMMIT", timeout=STATEMENT_SECONDS)
            except BaseException:
                # A connection that cannot roll back is broken, and the server rolls back by itself.
                with contextlib.suppress(Exception):
                    await connection.execute("ROLLBACK", timeout=STATEMENT_SECONDS)
                raise
            finally:
                # Whatever becomes of the connection, the works have been committed by now, or not.
                await self._connections.give_back(connection)
        except Spoilt as spoilt:
            self._again(works, spoilt)
        except DRIVER as problem:
            self._failed(works or self._take(), problem)
        except Unavailable as problem:
            self._fail(works or self._take(), problem)
        except BaseException as problem:
            self._fail(works, problem)
            raise
        else:
            self._deliver(works, group)

    def _take(self) -> list[Work]:
        works = [self._waiting.popleft() for _ in range(min(GROUP, len(self._waiting)))]
        return [work for work in works if not work.future.cancelled()]

    def _deliver(self, works: list[Work], group: Group) -> None:
        elsewhere = {id(work) for work in (*group.left, *group.apart)}
        signals: list[str] = []
        for work in works:
            if id(work) not in elsewhere:
                work.deliver()
                signals += work.signals
        self._waiting.extendleft(reversed(group.left))
        self._run_apart(group.apart)
        self._committed(group.changed, signals)

    def _again(self, works: list[Work], spoilt: Spoilt) -> None:
        """Nothing is stored: those who are at fault run apart, the others once more together."""
        problem = spoilt.__cause__
        if problem is not None and lost_by(problem):
            self._failed(works, problem)
            return
        culprits = {id(work) for work in spoilt.culprits or works}
        self._waiting.extendleft(work for work in reversed(works) if id(work) not in culprits)
        self._run_apart([work for work in works if id(work) in culprits])

    def _run_apart(self, works: list[Work]) -> None:
        for work in works:
            if not work.future.done():
                self._tasks.start(self._apart(work))

    def _failed(self, works: list[Work], problem: BaseException) -> None:
        """The server has not committed: because of the connection, or what was checked at the end."""
        error = translate_error(problem)
        if isinstance(error, Unavailable):
            error.__cause__ = problem
            self._fail(works, error)
        else:
            self._run_apart(works)

    def _fail(self, works: list[Work], error: BaseException) -> None:
        for work in works:
            work.error = Unavailable(error.reason, error.mark) if isinstance(error, Unavailable) else error
            work.error.__cause__ = error.__cause__
            work.deliver()
