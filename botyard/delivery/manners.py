"""Those who call the server come first: deliveries step back while somebody waits for an answer.

Both share one event loop and one disk. With nobody calling, deliveries take all there is; beside a caller they take
turns that are short, rarer, and between the calls, and never less than a small share, so that they always go on.
"""

from __future__ import annotations

import asyncio

from botyard.rpc.limits import Limits

RECENT_SECONDS = 0.1
"""After a call, others are expected for so long."""
PACE_SECONDS = 0.01
"""Between two turns, so that they share commits."""
MODEST_PACE_SECONDS = 0.05
MODEST_ROWS = 32
MODEST_SENDING = 4
LOOK_SECONDS = 0.002
"""Between two looks whether the callers have their answers."""
PATIENCE_SECONDS = 0.05
"""After this time deliveries have their small share in any case."""
CROWD = 16
"""Calls between two sendings from which on there is no pause in them that would not be somebody's next call."""


class Manners:
    """Watches the callers of one server."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._seen = 0
        self._sent_at = 0
        self._until = 0.0

    @property
    def modest(self) -> bool:
        """Whether somebody has called just now."""
        now = asyncio.get_running_loop().time()
        if self._limits.admitted != self._seen or self._limits.in_flight:
            self._seen = self._limits.admitted
            self._until = now + RECENT_SECONDS
        return now < self._until

    @property
    def wait(self) -> bool:
        """Whether somebody waits for an answer at this moment."""
        return self._limits.in_flight > 0

    def sent(self) -> None:
        """Deliveries have just been sent."""
        self._sent_at = self._limits.admitted

    @property
    def crowded(self) -> bool:
        """Whether so many have called since then that a moment in which nobody waits is no pause."""
        return self._limits.admitted - self._sent_at >= CROWD

    async def gap(self) -> None:
        """Return when nobody waits, or when patience is at its end."""
        for _ in range(int(PATIENCE_SECONDS / LOOK_SECONDS)):
            if not self.wait:
                return
            await asyncio.sleep(LOOK_SECONDS)
