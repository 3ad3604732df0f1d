"""The clock by which deliveries are due: it goes with the portal's clock, and not along with its jumps.

Somebody sets the clock ahead or back while the server runs. What waits for a moment of the old time then has to be
moved to one of the new time, and until that is done this clock shows the old time: nothing is due early or late.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

STEP = 1.0
"""Seconds by which a clock may differ from the time that has passed; more is a jump."""
REMEMBERED = 16


class Jumps:
    """Tells jumps of ``wall`` from time that has passed, by ``steady``, which nobody can set."""

    def __init__(self, wall: Callable[[], float], steady: Callable[[], float]) -> None:
        self._wall = wall
        self._steady = steady
        self._at, self._seen = wall(), steady()
        self._pending = 0.0
        # The last moment before each jump, and by how much it went.
        self._past: deque[tuple[float, float]] = deque(maxlen=REMEMBERED)

    def now(self) -> float:
        """The moment by which deliveries are due."""
        return self._look() - self._pending

    @property
    def pending(self) -> float:
        """By how many seconds the portal's clock is ahead of this one: what waits has not been moved by that yet."""
        return self._pending

    def settle(self, seconds: float) -> None:
        """What waits has been moved by so much."""
        self._pending -= seconds
        if abs(self._pending) < STEP / 1000:
            # What is left of sums of fractions.
            self._pending = 0.0

    def elapsed(self, since: float) -> float:
        """Seconds that have passed since the portal's clock showed a moment."""
        end = self._look()
        passed = end - since
        for before, by in reversed(self._past):
            # Moments that are kept are whole seconds.
            if int(before + by) <= since <= end:
                break
            passed -= by
            end = before
        return max(0.0, passed)

    def _look(self) -> float:
        wall, steady = self._wall(), self._steady()
        by = (wall - self._at) - (steady - self._seen)
        self._at, self._seen = wall, steady
        if abs(by) > STEP:
            self._pending += by
            self._past.append((wall - by, by))
        return wall
