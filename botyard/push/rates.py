"""How many requests the clients of one key may send."""

from __future__ import annotations

from collections.abc import Callable

from botyard.push.request_errors import BUSY, Refused

BURST, PER_SECOND = 60, 10
"""Requests at once, and how many more each second."""
MOST_KEYS = 10_000


class Rates:
    """What is left to each key. ``now`` is a clock in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._left: dict[str, tuple[float, float]] = {}

    def spend(self, key: str) -> None:
        """Count one request. Raises Refused where there were too many."""
        now = self._now()
        left, at = self._left.get(key, (float(BURST), now))
        left = min(BURST, left + max(0.0, now - at) * PER_SECOND)
        if left < 1:
            raise Refused(BUSY)
        self._left.pop(key, None)
        if len(self._left) >= MOST_KEYS:
            # The one that has been silent for the longest time, and so has made up for the most.
            del self._left[next(iter(self._left))]
        self._left[key] = left - 1, now
