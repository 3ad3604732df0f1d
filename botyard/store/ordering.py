"""What holds among the deliveries of one dialog: which waits for which, and for how long."""

from __future__ import annotations

from typing import NamedTuple

NEVER = 2**62
"""A moment that does not come."""


class Ordering(NamedTuple):
    """What holds within one dialog, that is, among the deliveries of one recipient and lane.

    A delivery holds those behind it for ``hold`` seconds (``None``: until it has ended) from its first attempt, unless
    its event is one of ``passive``. From then on at most ``beside`` are open at a time (``None``: any number).
    """

    hold: int | None
    beside: int | None
    passive: frozenset[str] = frozenset()

    def until(self, kind: str, now: int) -> int:
        """Until when a delivery holds the dialog whose first attempt begins now."""
        if self.hold is None:
            return NEVER
        return now if kind in self.passive else now + self.hold

    def waits(self, held_until: int, now: int) -> bool:
        """Whether the dialog is held. A moment too far ahead was set by another clock, or by other rules."""
        return held_until > now and (self.hold is None or held_until <= now + self.hold)

    def full(self, open_now: int) -> bool:
        """Whether no further request may be opened for a dialog."""
        return self.beside is not None and open_now >= self.beside
