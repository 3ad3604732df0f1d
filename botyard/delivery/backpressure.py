"""How many requests may be open: a recipient that does not respond takes up room, and leaves enough for the others."""

from __future__ import annotations

import contextlib
import time
from collections import OrderedDict, deque
from collections.abc import Callable

DEFER_MAX = 60
"""Seconds."""
REMEMBERED = 10_000
OPEN_FILES = 65_536
"""More files and sockets than this are not asked for."""
SLOW_SECONDS = 2.0
"""A recipient that takes longer on average is slow, and a request that takes longer hangs."""
HANGING_FEW = 4
"""Requests that hang, and do not make a recipient slow yet: some handlers respond after they have worked."""
HANGING_FACTOR = 4
"""Requests that hang for each place, at most."""
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
    """What is under way to one recipient: ``held`` have a place, ``hanging`` have been open for too long to keep it."""

    __slots__ = ("hanging", "held", "known", "seconds", "waited")

    def __init__(self) -> None:
        self.held = self.hanging = 0
        self.seconds = 0.05
        self.known = self.waited = False

    @property
    def slow(self) -> bool:
        return self.seconds >= SLOW_SECONDS or self.hanging > HANGING_FEW

    def ended(self, seconds: float) -> None:
        """An attempt took so long."""
        self.known = True
        self.seconds += _WEIGHT * (seconds - self.seconds)


class Place:
    """The place of one request, from when it is taken from the database until it has ended."""

    __slots__ = ("begun", "flow", "hangs", "left")

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.begun = 0.0
        self.hangs = self.left = False


class Backpressure:
    """Shares ``most`` places among recipients.

    Each may have as many as are free: one alone gets half of them. The last half is not for recipients that are slow,
    and the last quarter only for those that have shown that they are not: however many hang, one that is well finds
    room. Waiting for a response costs a socket and nothing else, so a hanging request gives its place back and counts
    among ``hanging_most`` others; and an eighth is for those that nobody knows yet, and that have not had to wait. So
    one that comes new finds a place soon, too.
    """

    def __init__(self, most: int, hanging_most: int = 0, now: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self.hanging_most = hanging_most
        self.held = self.hanging = 0
        self._now = now
        self._flows: OrderedDict[str, Flow] = OrderedDict()
        # In the order in which they began.
        self._open: deque[Place] = deque()

    def flow(self, recipient: str) -> Flow:
        """What is under way to a recipient."""
        flow = self._flows.get(recipient)
        if flow is None:
            flow = self._flows[recipient] = Flow()
            self._trim()
        return flow

    def defer(self, recipient: str, mine: int, all_: int) -> int:
        """For how many seconds one more of a recipient has to wait; 0: it can be taken.

        ``mine`` are about to be taken for the recipient already, ``all_`` for everybody.
        """
        self._note_hanging()
        flow = self.flow(recipient)
        held, own = self.held + all_, flow.held + mine
        if flow.slow:
            most = self.most // 2
            if own or flow.hanging:
                # What hangs counts against those that hang. Others may be slow because they work: one they may have.
                held, own = held + self.hanging, own + flow.hanging
        else:
            most = self.most if flow.known else self.most * (5 if flow.waited else 6) // 8
        most = max(1, most)
        share = max(1, most - held)
        over = own - share
        if over < 0 and held < most:
            return 0
        flow.waited = True
        return max(1, min(DEFER_MAX, int(max(0, over) * flow.seconds / share)))

    def take(self, recipient: str) -> Place:
        """Count one more."""
        flow = self.flow(recipient)
        flow.held += 1
        self.held += 1
        return Place(flow)

    def begin(self, place: Place) -> None:
        """The request is being sent from now on."""
        place.begun = self._now()
        self._open.append(place)

    def leave(self, place: Place) -> None:
        """Count one less."""
        place.left = True
        if place.hangs:
            place.flow.hanging -= 1
            self.hanging -= 1
        else:
            place.flow.held -= 1
            self.held -= 1

    def _note_hanging(self) -> None:
        begun = self._now() - SLOW_SECONDS
        while self._open and (self._open[0].left or self._open[0].begun <= begun):
            place = self._open[0]
            if not place.left:
                if self.hanging >= self.hanging_most:
                    return
                place.hangs = True
                place.flow.held -= 1
                place.flow.hanging += 1
                self.held -= 1
                self.hanging += 1
            self._open.popleft()

    def _trim(self) -> None:
        for _ in range(len(self._flows) - REMEMBERED):
            name, oldest = next(iter(self._flows.items()))
            if oldest.held or oldest.hanging:
                self._flows.move_to_end(name)
            else:
                del self._flows[name]
