"""How many requests may be open: a recipient that does not answer takes up room, and leaves enough for the others."""

from __future__ import annotations

import contextlib
from collections import OrderedDict

DEFER_MAX = 60
"""Seconds."""
REMEMBERED = 10_000
# How much the latest attempt counts in the average.
_WEIGHT = 0.2


def open_files() -> int:
    """How many files and sockets this process may have open."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        # Absent where there is no such limit.
        import resource

        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return soft if soft != resource.RLIM_INFINITY else 2**31
    return 2**31


class Flow:
    """What is under way to one recipient: ``held`` were taken from the database and have not ended."""

    __slots__ = ("held", "seconds")

    def __init__(self) -> None:
        self.held = 0
        self.seconds = 0.05

    def ended(self, seconds: float) -> None:
        """An attempt took so long."""
        self.seconds += _WEIGHT * (seconds - self.seconds)


class Backpressure:
    """Shares ``most`` places among recipients.

    Each may have as many as are free: one alone gets half of them, and however many there are, one that comes new
    finds room. Waiting for an answer costs a place and nothing else.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.held = 0
        self._flows: OrderedDict[str, Flow] = OrderedDict()

    def flow(self, recipient: str) -> Flow:
        """What is under way to a recipient."""
        found = self._flows.get(recipient)
        if found is None:
            found = self._flows[recipient] = Flow()
            self._trim()
        return found

    def defer(self, recipient: str, mine: int, all_: int) -> int:
        """For how many seconds one more of a recipient has to wait; 0: it can be taken.

        ``mine`` are about to be taken for the recipient already, ``all_`` for everybody.
        """
        held = self.held + all_
        flow, share = self.flow(recipient), max(1, self.most - held)
        over = flow.held + mine - share
        if over < 0 and held < self.most:
            return 0
        return max(1, min(DEFER_MAX, int(max(0, over) * flow.seconds / share)))

    def take(self, recipient: str) -> Flow:
        """Count one more."""
        flow = self.flow(recipient)
        flow.held += 1
        self.held += 1
        return flow

    def leave(self, flow: Flow) -> None:
        """Count one less."""
        flow.held -= 1
        self.held -= 1

    def _trim(self) -> None:
        for _ in range(len(self._flows) - REMEMBERED):
            name, oldest = next(iter(self._flows.items()))
            if oldest.held:
                self._flows.move_to_end(name)
            else:
                del self._flows[name]
