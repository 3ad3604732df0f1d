"""How fast clients of the push server are read: each frame takes time of the event loop, however little is in it."""

from __future__ import annotations

BURST, PER_SECOND = 1000, 500
"""Frames of one person at once, and how many more each second; a kibibyte counts as one more."""
PIECE = 2048
"""Bytes that are read between two looks at what is left."""
MOST_PEOPLE = 10_000


class FramePace:
    """What is left to each person, on all connections together."""

    def __init__(self) -> None:
        self._left: dict[int, tuple[float, float]] = {}

    def spend(self, user_id: int, cost: float, *, now: float) -> float:
        """Count what was read; how many seconds to wait before more is."""
        left, at = self._left.pop(user_id, (float(BURST), now))
        left = min(BURST, left + (now - at) * PER_SECOND) - cost
        if len(self._left) >= MOST_PEOPLE:
            # Whoever has been silent for the longest time, and so has made up for the most.
            del self._left[next(iter(self._left))]
        self._left[user_id] = left, now
        return max(0.0, -left / PER_SECOND)
