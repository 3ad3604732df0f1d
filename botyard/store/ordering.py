"""How the deliveries of one dialog are ordered: which waits for which, and for how long."""

from __future__ import annotations

from typing import NamedTuple

from botyard.model.events import BotRemoved, ContextGiven, MemberJoined
from botyard.model.portal_events import AppInstalled, AppRemoved, AppUpdated

NEVER = 2**62
"""A moment that does not come."""
PASSIVE = frozenset(
    kind.__name__ for kind in (MemberJoined, BotRemoved, ContextGiven, AppInstalled, AppUpdated, AppRemoved)
)
"""Joining, welcome and farewell: they keep their place, and hold nobody behind it."""


class Ordering(NamedTuple):
    """What holds within one dialog, that is, among the deliveries of one recipient and ordering key.

    A delivery holds those behind it for ``hold`` seconds (``None``: until it has ended) from its first attempt. From
    then on at most ``beside`` are open at a time (``None``: any number). Those whose events are ``passive`` hold
    nobody, and take up no place.
    """

    hold: int | None
    beside: int | None
    passive: frozenset[str] = frozenset()

    @property
    def passive_types(self) -> str:
        """The types of passive events as SQL writes a list."""
        return ", ".join(f"'{kind}'" for kind in sorted(self.passive)) or "''"

    def until(self, kind: str, now: float) -> float:
        """Until when a delivery holds the dialog whose first attempt begins now."""
        if kind in self.passive:
            return now
        return NEVER if self.hold is None else now + self.hold

    def waits(self, held_until: float, now: float) -> bool:
        """Whether the dialog is held. A moment too far ahead was set by another clock, or by other rules."""
        return held_until > now and (self.hold is None or held_until <= now + self.hold)

    def full(self, open_now: int) -> bool:
        """Whether no further request may be opened for a dialog."""
        return self.beside is not None and open_now >= self.beside


ORDERINGS: dict[str, Ordering] = {
    "retry": Ordering(hold=10, beside=4, passive=PASSIVE),
    "strict": Ordering(hold=None, beside=1, passive=PASSIVE),
    "compat": Ordering(hold=0, beside=None, passive=PASSIVE),
}
"""The modes in which a server may deliver."""
