"""What a piece of work may cost the database, and what it has cost so far.

Both engines count where rows are fetched, so that no method and no function of the store needs to know of it.
"""

from __future__ import annotations

import marshal
from typing import Any

import msgspec

MANY = 2**30 - 1
"""More statements and rows than there ever are."""
NO_LIMIT = 2**62


class CostLimits(msgspec.Struct, frozen=True):
    """How much one work, one call or one batch may cost. By default there is no limit."""

    statements: int = MANY
    """SQL statements, those of its transaction's begin and end not counted."""
    rows: int = MANY
    """Rows that are read."""
    read_bytes: int = NO_LIMIT
    """Bytes of the rows that are read; statements that touch little of the database are not measured."""
    steps: int = NO_LIMIT
    """Steps of SQLite's virtual machine; some ten million take a second. PostgreSQL has ``seconds`` instead."""
    seconds: float = float("inf")
    """Time in the database, once the work has left the event loop; on PostgreSQL for each statement."""
    response_bytes: int = NO_LIMIT
    """Bytes of the response, or of all results of a batch."""


UNLIMITED = CostLimits()
NOTHING = CostLimits(statements=0, rows=0, read_bytes=0, steps=0, seconds=0)


class Budget:
    """The costs of one work, as far as it has got.

    ``bounds`` are what the place bears where it runs, which may be less than what it may cost.
    """

    # No struct: its fields are counted up at each statement, and a struct is twenty times as slow to change.
    __slots__ = (
        "bounds",
        "limits",
        "most_bytes",
        "most_rows",
        "most_statements",
        "moved",
        "read_bytes",
        "response_bytes",
        "rows",
        "statements",
        "steps",
    )

    def __init__(self, limits: CostLimits = UNLIMITED, bounds: CostLimits = UNLIMITED) -> None:
        self.limits = limits
        self.statements = 0
        self.rows = 0
        self.read_bytes = 0
        self.steps = 0
        self.response_bytes = 0
        self.moved = 0
        """How often the work had to leave the event loop, on SQLite."""
        self.bounds = bounds
        self.most_statements = bounds.statements
        self.most_rows = bounds.rows
        self.most_bytes = bounds.read_bytes
        if limits is not UNLIMITED:
            self.limit(limits)

    def limit(self, limits: CostLimits) -> None:
        """Set what the work may cost."""
        self.limits = limits
        if limits.statements < self.most_statements:
            self.most_statements = limits.statements
        if limits.rows < self.most_rows:
            self.most_rows = limits.rows
        if limits.read_bytes < self.most_bytes:
            self.most_bytes = limits.read_bytes

    def move(self, bounds: CostLimits) -> None:
        """Go on in a place that bears so much."""
        self.bounds = bounds
        self.most_statements, self.most_rows, self.most_bytes = bounds.statements, bounds.rows, bounds.read_bytes
        self.limit(self.limits)

    def stop(self) -> None:
        """Let the work go no further, wherever it is."""
        self.bounds = NOTHING
        self.most_statements = self.most_rows = self.most_bytes = 0

    def excess(self) -> str:
        """What there was too much of, in half a sentence; ``""`` while everything is within its limits."""
        for spent, limit, what in self._compared():
            if spent > limit:
                return f"more than {limit:,.0f} {what}"
        return ""

    def require(self) -> None:
        """Raises OverBudget where something is beyond its limit."""
        if excess := self.excess():
            raise OverBudget(excess)

    def left(self, limits: CostLimits) -> CostLimits:
        """What a part of this may cost that has limits of its own."""
        own = self.limits
        return CostLimits(
            _least(limits.statements, own.statements - self.statements),
            _least(limits.rows, own.rows - self.rows),
            _least(limits.read_bytes, own.read_bytes - self.read_bytes),
            _least(limits.steps, own.steps - self.steps),
            limits.seconds,
            _least(limits.response_bytes, own.response_bytes - self.response_bytes),
        )

    def add(self, part: Budget) -> None:
        """Count what a part has cost."""
        self.statements += part.statements
        self.rows += part.rows
        self.read_bytes += part.read_bytes
        self.steps += part.steps
        self.response_bytes += part.response_bytes
        self.moved += part.moved

    def _compared(self) -> tuple[tuple[int, float, str], ...]:
        limits = self.limits
        return (
            (self.statements, limits.statements, "SQL statements"),
            (self.rows, limits.rows, "rows"),
            (self.read_bytes, limits.read_bytes, "bytes of rows"),
            (self.steps, limits.steps, "steps in the database"),
            (self.response_bytes, limits.response_bytes, "bytes of a response"),
        )


class OverBudget(Exception):
    """A work costs more than it may, and was undone. ``excess`` says what there was too much of."""

    def __init__(self, excess: str) -> None:
        super().__init__(excess)
        self.excess = excess


def weight(rows: list[tuple[Any, ...]]) -> int:
    """About how many bytes rows take."""
    return len(marshal.dumps(rows))


def _least(limit: int, left: int) -> int:
    return max(0, min(limit, left))
