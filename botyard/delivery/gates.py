"""How much may be under way to one recipient and one host at a time, so that a slow one holds up nobody else."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

AHEAD_SECONDS = 2.0
"""As much is taken from the database for a recipient as it can be expected to take in this time."""
HELD_MAX = 512
PARK_MAX = 60
REMEMBERED = 10_000
# How much the latest attempt counts in the average.
_WEIGHT = 0.2

K = TypeVar("K")


class Gate:
    """One recipient or host. ``held`` deliveries were taken from the database for it, ``busy`` are being sent."""

    __slots__ = ("busy", "failing", "held", "limit", "seconds")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.held = 0
        self.busy = 0
        self.seconds = 0.05
        self.failing = False

    @property
    def width(self) -> int:
        """How many may be sent at once: one by one while they fail."""
        return 1 if self.failing else self.limit

    @property
    def free(self) -> bool:
        return self.busy < self.width

    @property
    def quota(self) -> int:
        """How many may be taken from the database."""
        return max(self.width, min(HELD_MAX, int(self.width * AHEAD_SECONDS / max(self.seconds, 0.001))))

    def wait(self, place: int) -> int:
        """Seconds until somebody at this place behind the quota may expect a turn."""
        return max(1, min(PARK_MAX, int(place * self.seconds / self.width)))

    def passed(self, seconds: float, well: bool) -> None:
        """Somebody came through."""
        self.seconds += _WEIGHT * (seconds - self.seconds)
        self.failing = not well


class Gates(Generic[K]):
    """Gates by name; those that nobody uses are forgotten when there are too many."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._known: OrderedDict[K, Gate] = OrderedDict()

    def of(self, key: K) -> Gate:
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Gate(self.limit)
            self._trim()
        return found

    def _trim(self) -> None:
        for _ in range(len(self._known) - REMEMBERED):
            key, oldest = next(iter(self._known.items()))
            if oldest.held or oldest.busy:
                self._known.move_to_end(key)
            else:
                del self._known[key]
