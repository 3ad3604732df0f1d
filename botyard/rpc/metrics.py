"""Counters of calls and attempts since the start. A call costs two additions; nothing is scanned."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from itertools import accumulate

BOUNDS = (0.005, 0.025, 0.1, 0.5, 2.0, 10.0)
"""Upper bounds of the classes of durations, in seconds."""
NAMES_MAX = 2000
"""Callers choose the names of methods: beyond so many pairs of name and status, new ones count as other."""


class Metrics:
    """Counters of one server."""

    __slots__ = ("attempts", "calls", "durations", "seconds")

    def __init__(self) -> None:
        self.calls: dict[tuple[str, int], int] = {}
        self.durations = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0
        self.attempts: Counter[str] = Counter()

    def called(self, method: str, status: int, seconds: float) -> None:
        """A call has ended."""
        key = (method, status)
        count = self.calls.get(key, 0)
        if not count and len(self.calls) >= NAMES_MAX:
            key = ("", status)
            count = self.calls.get(key, 0)
        self.calls[key] = count + 1
        self.durations[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds

    def by_method(self, known: dict[str, str]) -> dict[tuple[str, int], int]:
        """Calls by the proper names of methods; those that are none count together, under ``""``."""
        counts: dict[tuple[str, int], int] = defaultdict(int)
        for (name, status), count in self.calls.items():
            counts[known.get(name.lower(), ""), status] += count
        return counts

    def cumulative(self) -> list[int]:
        """How many calls took as long as each bound at most, all of them at the end."""
        return list(accumulate(self.durations))
