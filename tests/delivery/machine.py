"""A machine whose clock somebody sets: the time that passes, and what the clock shows."""

from __future__ import annotations

from botyard.ages import Ages
from botyard.clock import Clock
from botyard.jumps import Jumps
from tests.world import World


class Machine:
    """One machine; each server on it has a clock of its own, ``clock()``, and the portal's is one of them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.passed = 0.0
        clock = world.context.clock
        clock.ages, clock.jumps = Ages(world.now, self._steady), Jumps(world.now, self._steady)

    def clock(self) -> Clock:
        """The clock of one more server."""
        return Clock("UTC", self.world.now, self._steady)

    def set_clock(self, seconds: float) -> None:
        """Somebody sets the clock ahead, or back."""
        self.world.wait(seconds)

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.passed += seconds
        self.world.wait(seconds)

    def _steady(self) -> float:
        return self.passed
