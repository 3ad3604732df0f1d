"""How many requests may be open: a recipient that does not answer takes up room, and leaves enough for the others."""

from __future__ import annotations

import contextlib
from collections import OrderedDict

DEFER_MAX = 60
"""Seconds."""
REMEMBERED = 10_000
OPEN_FILES = 65_536
"""More files and sockets than this are not asked for."""
SLOW_SECONDS = 2.0
"""A recipient that takes longer on average is slow."""
# How much the latest attempt counts in the average.
_WEIGHT = 0.2


def raise_open_files() -> None:
    """Let this process have as many files and sockets open as it may allow itself."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


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

    __slots__ = ("held", "known", "seconds")

    def __init__(self) -> None:
        self.held = 0
        self.seconds = 0.05
        self.known = False

    def ended(self, seconds: float) -> None:
        """An attempt took so long."""
        self.known = True
        self.seconds += _WEIGHT * (seconds - self.seconds)


class Backpressure:
    """Shares ``most`` places among recipients.

    Each may have as many as are free: one alone gets half of them. The last half is not for recipients that are slow,
    and the last quarter only for those that have shown that they are not: however many hang, one that is well finds
    room. Waiting for an answer costs a place and nothing else.
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
        flow = self.flow(recipient)
        most = self._open_to(flow)
        share = max(1, most - held)
        over = flow.held + mine - share
        if over < 0 and held < most:
            return 0
        return max(1, min(DEFER_MAX, int(max(0, over) * flow.seconds / share)))

    def _open_to(self, flow: Flow) -> int:
        """How many places may be taken in all for this one to get another."""
        if flow.seconds >= SLOW_SECONDS:
            return max(1, self.most // 2)
        return self.most if flow.known else max(1, self.most * 3 // 4)

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
