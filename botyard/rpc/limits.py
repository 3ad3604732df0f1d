"""How much a caller may ask: request rate, operating time of a method, calls under way.

Everything is counted in memory and per process. Rates and operating time follow
the page settings/performance/limits.md of the official documentation. Nothing
here reads a clock: each call is told the time, in unix seconds.
"""

from __future__ import annotations

import contextlib
import math
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

import msgspec

from botyard.config import Settings
from botyard.errors import ApiError, ErrorCode
from botyard.store.engines.budget import UNLIMITED, Budget, CostLimits

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

BASKET_LIFE = 600
"""Seconds for which a minute of operating time is remembered."""


class Costs(msgspec.Struct, frozen=True):
    """What one call and one batch may cost."""

    call: CostLimits = UNLIMITED
    batch: CostLimits = UNLIMITED


NO_COSTS = Costs()
"""Nothing is too much."""

MIB = 1024 * 1024
STATEMENTS = 10_000
"""SQL statements of one call."""
STEPS = 10_000_000
"""Steps of SQLite's virtual machine that about a second has room for."""
PART = 5
"""A batch may cost as much as so many calls; its response has the size of one."""


def costs(settings: Settings) -> Costs:
    """What calls and batches may cost, whatever the profile.

    Each command of a batch has the limits of a call, and what is left of its batch.
    """
    size = settings.call_memory * MIB
    call = CostLimits(
        statements=STATEMENTS,
        rows=settings.call_rows,
        read_bytes=size,
        steps=int(settings.call_seconds * STEPS),
        seconds=settings.call_seconds,
        response_bytes=size,
    )
    batch = CostLimits(
        statements=call.statements * PART,
        rows=call.rows * PART,
        read_bytes=call.read_bytes * PART,
        steps=call.steps * PART,
        response_bytes=call.response_bytes,
    )
    return Costs(call, batch)


class LimitProfile(msgspec.Struct, frozen=True):
    """The numbers of a tariff; infinity switches a limit off."""

    drain: int
    """Requests forgiven per second (`Y` of the page)."""
    threshold: float
    """Requests that may be waiting to be forgiven (`X` of the page)."""
    operating: float
    """Seconds that one method may run for one source in ten minutes."""


OFF = LimitProfile(drain=0, threshold=math.inf, operating=math.inf)
CLOUD = LimitProfile(drain=2, threshold=50, operating=480)
ENTERPRISE = LimitProfile(drain=5, threshold=250, operating=480)

PROFILES = {"off": OFF, "cloud": CLOUD, "enterprise": ENTERPRISE}
"""The profiles by the name that the settings use."""


class Operating(msgspec.Struct, frozen=True, gc=False):
    """Time that a method has run for a source, as the `time` block of a response tells it."""

    operating: float
    reset_at: int
    """When the oldest minute is forgotten."""


class Limits:
    """The counters of one server.

    A source is whatever requests are counted by: an application, a webhook, an
    address. `batch` is not counted in operating time; that is the caller's choice.
    """

    def __init__(self, profile: LimitProfile, max_in_flight: int, costs: Costs = NO_COSTS) -> None:
        self._profile = profile
        self.costs = costs
        self.on_cost: Callable[[str, Budget], None] | None = None
        """Told the name of each method that has run and what that has cost, where somebody wants to know."""
        self._max_in_flight = max_in_flight
        self._in_flight = 0
        self.admitted = 0
        """Calls that have been let in since the start."""
        self._buckets: _Recent[str, _Bucket] = _Recent(_Bucket)
        self._clocks: _Recent[tuple[str, str], _OperatingTime] = _Recent(_OperatingTime)

    @property
    def in_flight(self) -> int:
        """Calls that are under way now."""
        return self._in_flight

    @property
    def remembered(self) -> int:
        """Counters held in memory; idle ones are dropped after ten to twenty minutes."""
        return len(self._buckets) + len(self._clocks)

    def forget(self) -> None:
        """Hold against nobody what was asked so far; calls under way are still counted."""
        self._buckets = _Recent(_Bucket)
        self._clocks = _Recent(_OperatingTime)

    def admit(self) -> None:
        """Count one more call under way; pair it with ``release``. Raises OVERLOAD when there are too many."""
        if self._in_flight >= self._max_in_flight:
            raise ApiError(ErrorCode.OVERLOAD, hint=f"{self._max_in_flight} calls are under way at once")
        self.admitted += 1
        self._in_flight += 1

    def release(self) -> None:
        """Count one call less under way."""
        self._in_flight -= 1

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """A call that only waits for something to happen is not under way for that time."""
        self._in_flight -= 1
        try:
            yield
        finally:
            self._in_flight += 1

    def enter(self, source: str, now: float) -> None:
        """Count one request of a source. Raises QUERY_LIMIT when they come too fast."""
        profile = self._profile
        if profile.threshold == math.inf:
            return
        if not self._buckets.get(source, now).pour(profile, now):
            raise ApiError(
                ErrorCode.QUERY_LIMIT,
                hint=f"more than {profile.threshold:g} calls at once; {profile.drain} a second are forgiven",
            )

    def check(self, source: str, method: str, now: float) -> None:
        """Raises OPERATING_LIMIT when the method has already run for too long on behalf of the source."""
        limit = self._profile.operating
        if limit == math.inf:
            return
        spent = self._clocks.get((source, method), now).total(now)
        if spent > limit:
            hint = f"{method} has run for {spent:.0f} s of {limit:g} s in ten minutes"
            raise ApiError(ErrorCode.OPERATING_LIMIT, hint=hint)

    def spent(self, source: str, method: str, seconds: float, now: float) -> Operating:
        """Add the time that a call took and say how much has come together.

        ``now`` is when the call began, for a minute's life is counted from the start of its first call.
        """
        return self._clocks.get((source, method), now).add(seconds, now)


class _Bucket:
    """A leaky bucket. A refused request is not counted, so a caller who keeps knocking is let in again."""

    __slots__ = ("_level", "_second")

    def __init__(self) -> None:
        self._level = 0
        self._second = 0

    def pour(self, profile: LimitProfile, now: float) -> bool:
        """Count one request, or say that it does not fit."""
        second = int(now)
        if second != self._second:
            # A clock that was set back forgives nothing and must not block for as long as it was set back.
            self._level = max(0, self._level - profile.drain * max(0, second - self._second))
            self._second = second
        if self._level >= profile.threshold:
            return False
        self._level += 1
        return True


class _OperatingTime:
    """Seconds that one method ran for one source, in one-minute baskets of ten minutes' life each."""

    __slots__ = ("_baskets", "_total")

    def __init__(self) -> None:
        self._baskets: deque[_Basket] = deque()
        self._total = 0.0

    def total(self, now: float) -> float:
        """Seconds in the baskets that still count."""
        baskets = self._baskets
        if baskets and not -BASKET_LIFE < now - baskets[0].first < BASKET_LIFE:
            # Those of a time that has not come are from before the clock was set back.
            while baskets and not -BASKET_LIFE < now - baskets[0].first < BASKET_LIFE:
                baskets.popleft()
            # Added up anew rather than subtracted, so that rounding never piles up.
            self._total = math.fsum(basket.seconds for basket in baskets)
        return self._total

    def add(self, seconds: float, now: float) -> Operating:
        """Put a call's time into the basket of its minute."""
        self.total(now)
        baskets = self._baskets
        if seconds > 0:
            minute = now // 60
            # A slow call may report after one that began later; it joins the newest basket.
            if not baskets or baskets[-1].minute < minute:
                # Whole seconds, as they are told: at the second of reset the basket is gone.
                baskets.append(_Basket(minute, int(now)))
            baskets[-1].seconds += seconds
            self._total += seconds
        return Operating(self._total, (baskets[0].first if baskets else int(now)) + BASKET_LIFE)


class _Basket:
    __slots__ = ("first", "minute", "seconds")

    def __init__(self, minute: float, first: int) -> None:
        self.minute = minute
        self.first = first
        self.seconds = 0.0


class _Recent(Generic[K, V]):
    """A dictionary that forgets what nobody asked for in a while, without ever walking through it.

    Two generations: what is asked for moves into the young one, and every
    BASKET_LIFE seconds the old one is dropped whole. A thing is therefore kept
    for at least that long after its last use, by when it has nothing left to say.
    """

    __slots__ = ("_make", "_old", "_turned", "_young")

    def __init__(self, make: Callable[[], V]) -> None:
        self._make = make
        self._young: dict[K, V] = {}
        self._old: dict[K, V] = {}
        self._turned = -math.inf

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def get(self, key: K, now: float) -> V:
        """What is kept under the key, made now if there is nothing."""
        if not 0 <= now - self._turned < BASKET_LIFE:
            self._begin_generation(now)
        entry = self._young.get(key)
        if entry is None:
            entry = self._young[key] = self._old.pop(key, None) or self._make()
        return entry

    def _begin_generation(self, now: float) -> None:
        self._old = self._young
        self._young = {}
        self._turned = now
