"""What an offset proves: which events its caller has certainly been handed.

An offset is a number that a page held as ``nextOffset``. Whoever brings it has read that page, or one that was given
the same number; yet an answer may have been lost, an event may be committed late under a low number, and may be sent
again. So the numbers of events decide nothing. Each event that is handed out gets a *mark*: the lowest offset that
proves its receipt. A mark is higher than every offset that was given before, and no page that holds an offset leaves
out what lies ready with a lower mark. That makes the proof: an offset confirms the marks up to itself.

A bot's queue and a person's can be fetched apart and together, and an offset of one says nothing of the other. So it
is kept how far each was given alone, and both together; where an offset does not come from the same kind of page, it
confirms only what it can prove, and the rest is handed out again under new marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from botyard.store.event_queues import Cursor

_NONE = Cursor()


class Offsets(NamedTuple):
    """The offsets that were given so far to one recipient, or to two that are fetched together."""

    recipients: Sequence[str]
    known: Mapping[str, Cursor]

    @property
    def names(self) -> list[str]:
        """Whose cursors these are: the recipients', and that of the pair."""
        return [*self.recipients, " ".join(self.recipients)] if len(self.recipients) > 1 else list(self.recipients)

    def of(self, name: str) -> Cursor:
        return self.known.get(name, _NONE)

    @property
    def highest(self) -> int:
        """The highest offset that anybody can hold who was given one of these queues."""
        return max(self.of(name).highest for name in self.recipients)

    @property
    def own(self) -> int:
        """The highest offset of pages of just these queues."""
        return self.of(self.names[-1]).alone

    def proven(self, offset: int) -> list[str]:
        """The recipients that the offset comes from."""
        if len(self.recipients) == 1:
            # Also that of a page of two: it held this queue as well.
            return [name for name in self.recipients if offset <= self.of(name).highest]
        if offset <= self.own:
            return list(self.recipients)
        same = [name for name in self.recipients if offset == self.of(name).alone]
        below = [name for name in self.recipients if offset <= self.of(name).alone]
        likely = same or below
        return likely if len(likely) == 1 else []

    def unproven(self, offset: int) -> list[str]:
        """The recipients whose marks could be mistaken for ones that the offset, or another one like it, proves."""
        if len(self.recipients) == 1:
            return [name for name in self.recipients if self.of(name).highest > self.of(name).alone]
        return [] if offset <= self.own else [name for name in self.recipients if name not in self.proven(offset)]

    def after(self, last: int) -> int:
        """The offset of a page with nothing behind it, whose last mark this is.

        Pages of the same queues may hold the same offset. One that follows a page of others gets a number of its own.
        """
        if last > self.highest:
            return last
        return max(1, self.highest + (self.own < self.highest))

    def moved(self, to: int) -> dict[str, Cursor]:
        """The cursors that a page with this offset changes."""
        changed: dict[str, Cursor] = {}
        for name in self.names:
            before = self.of(name)
            alone = max(before.alone, to) if name == self.names[-1] else before.alone
            after = Cursor(max(before.highest, to), alone)
            if after != before or name not in self.known:
                changed[name] = after
        return changed


def marks(numbers: Iterable[int], above: int) -> dict[int, int]:
    """Marks for events that are handed out for the first time, in order, all above what was given."""
    made: dict[int, int] = {}
    for number in numbers:
        above = made[number] = max(above, number) + 1
    return made
