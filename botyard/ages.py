"""The clock by which ages are measured: it follows the portal's clock but not its jumps.

Somebody sets a clock ahead for a minute, or a machine wakes up after days: by the portal's clock all that waits is
suddenly old, and those it waits for had no time to come. So this clock counts the time that the server runs. Where it
has fallen behind it goes faster until it is level again, and it is never ahead.
"""

from __future__ import annotations

from collections.abc import Callable

JUMP = 5.0
"""Seconds by which a clock may differ from the time that has passed; more is a jump."""
CATCH_UP = 10.0
"""How many seconds pass in one while this clock is behind."""
CALM = 86_400.0
"""Seconds without a jump after which the portal's clock is believed at once."""


class Ages:
    """A moment that moves with ``steady``, which never jumps, towards ``wall``, which may."""

    def __init__(self, wall: Callable[[], float], steady: Callable[[], float]) -> None:
        self._wall = wall
        self._steady = steady
        self._at = self._moment = wall()
        self._seen = steady()
        self._calm = 0.0

    def resume(self, moment: float) -> None:
        """Go on from where an earlier server has come to."""
        self._moment = min(moment, self.now())

    def now(self) -> float:
        """The moment by which ages are judged."""
        wall, steady = self._wall(), self._steady()
        passed, moved = steady - self._seen, wall - self._at
        self._at, self._seen = wall, steady
        self._calm = 0.0 if abs(moved - passed) > JUMP else self._calm + passed
        behind = wall - self._moment
        if self._calm >= CALM or behind <= passed + JUMP:
            self._moment = wall
        else:
            self._moment += min(behind, passed * CATCH_UP)
        return self._moment
