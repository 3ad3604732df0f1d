"""What the works of a group have written and PostgreSQL has not been told yet, and what it has told them.

Rows of ``{ordered}`` tables and changes of one row by its key are gathered, so that each table is written once for the
whole group. A chat that was read and locked is kept: what the group changes of it is changed in the kept row as well,
so that many messages in one chat cost one reading of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterable

from botyard.store.engines.db import Row, Value
from botyard.store.engines.postgres_plans import Kind, Plan, UpdatePlan, Written
from botyard.store.engines.postgres_steps import Args

Many = Callable[[str, list[Args]], Awaitable[object]]
_Rows = dict[Args, list[Row]]


class Gathered:
    """What one group has gathered."""

    def __init__(self) -> None:
        self.changed = False
        """Whether anything was written."""
        self._inserted: dict[str, list[Args]] = {}
        self._updated: dict[UpdatePlan, dict[Args, dict[str, Value]]] = {}
        self._pending: set[Written] = set()

    def insert(self, plan: Plan, rows: list[Args], *, numbered: bool) -> None:
        """Rows of an ``{ordered}`` table; the number is the last value of each that has one."""
        assert plan.written is not None
        self._inserted.setdefault(plan.numbered if numbered else plan.text, []).extend(rows)
        self._pending.add(plan.written)

    def update(self, update: UpdatePlan, values: dict[str, Value]) -> None:
        """A change of a row; of several the last one counts, and sums are added up."""
        rows = self._updated.get(update)
        if rows is None:
            rows = self._updated[update] = {}
            self._pending.add(update.written)
        key = update.key(values)
        before = rows.get(key)
        if before is not None:
            for name in update.sums:
                values[name] += before[name]  # type: ignore[operator]  # What is added up is a number.
        rows[key] = values

    def concerns(self, plan: Plan) -> bool:
        """Whether a statement may read what is not written yet."""
        return any(map(plan.depends_on, self._pending))

    async def write(self, many: Many) -> None:
        """Write all of it."""
        inserted, self._inserted = self._inserted, {}
        updated, self._updated = self._updated, {}
        self.changed |= bool(self._pending)
        self._pending = set()
        # In the order in which the tables came up: what a row refers to was written before it.
        for text, rows in inserted.items():
            await many(text, rows)
        for update, by_key in updated.items():
            # One order in all processes.
            keys = sorted(by_key)
            await many(update.text, [update.pick(by_key[key]) for key in keys])


class Kept:
    """What statements have returned in a group, as far as it still holds."""

    def __init__(self) -> None:
        self._rows: dict[Plan, _Rows] = {}
        # By the rows of the tables that are changed, so that each change finds those in which it shows.
        self._index: dict[tuple[Plan, UpdatePlan], dict[Args, list[list[Row]]]] = {}

    def find(self, plan: Plan, args: Args) -> list[Row] | None:
        rows = self._rows.get(plan)
        return rows.get(args) if rows else None

    def keep(self, plan: Plan, args: Args, rows: list[Row]) -> None:
        self._rows.setdefault(plan, {})[args] = rows
        if plan.kind is Kind.LOCK:
            for kept_plan, update in self._index:
                if kept_plan is plan:
                    self._add(plan, update, rows)

    def forget(self) -> None:
        """Something was written of which nothing is known here."""
        self._rows.clear()
        self._index.clear()

    def inserted(self, written: Written) -> None:
        """Rows were added to a table."""
        for plan in [plan for plan in self._rows if plan.depends_on(written)]:
            self._drop(plan)

    def updated(self, update: UpdatePlan, values: dict[str, Value]) -> None:
        """A row was changed: change it where it is kept."""
        for plan in [plan for plan in self._rows if plan.depends_on(update.written)]:
            change = plan.kept_change(update) if plan.kind is Kind.LOCK else None
            if change is None:
                self._drop(plan)
                continue
            if (plan, update) not in self._index:
                self._index[plan, update] = {}
                for rows in self._rows[plan].values():
                    self._add(plan, update, rows)
            for rows in self._index[plan, update].get(update.key(values), ()):
                rows[0] = change.changed(rows[0], values)

    def _add(self, plan: Plan, update: UpdatePlan, rows: list[Row]) -> None:
        change = plan.kept_change(update)
        if rows and change is not None:
            self._index[plan, update].setdefault(change.key(rows[0]), []).append(rows)

    def _drop(self, plan: Plan) -> None:
        del self._rows[plan]
        self._index = {key: index for key, index in self._index.items() if key[0] is not plan}


class Numbers:
    """Numbers for new rows, drawn in blocks while the group holds the lock: so they follow the order of commits."""

    def __init__(self) -> None:
        self._free: dict[str, deque[int]] = {}

    def take(self, table: str) -> int:
        """The next number of a table; 0 where some have to be drawn first."""
        free = self._free.get(table)
        return free.popleft() if free else 0

    def add(self, table: str, numbers: Iterable[int]) -> None:
        self._free.setdefault(table, deque()).extend(numbers)
