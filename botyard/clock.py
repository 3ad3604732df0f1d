"""The portal's time, and how the wire writes it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from botyard.ages import Ages
from botyard.jumps import Jumps

REMEMBERED = 4096
"""Written moments that are kept."""


class Clock:
    """The portal's clock and zone. Tests pass their own ``now``.

    With ``steady``, a time that cannot be set, jumps of ``now`` are told from time that has passed.
    """

    def __init__(
        self, zone: str = "UTC", now: Callable[[], float] = time.time, steady: Callable[[], float] | None = None
    ) -> None:
        self.now = now
        self.ages = Ages(now, steady) if steady else None
        self.jumps = Jumps(now, steady) if steady else None
        self.zone_name = zone
        self._zone = ZoneInfo(zone)
        self._written: dict[int, str] = {}

    def settled(self) -> float:
        """The moment by which the age of what is kept is judged: ``now``, without its jumps."""
        return self.ages.now() if self.ages else self.now()

    def resume(self, settled: float) -> None:
        """Go on from the moment that an earlier server has come to."""
        if self.ages:
            self.ages.resume(settled)

    def scheduled(self) -> float:
        """The moment by which deliveries are due: ``now``, without jumps that what waits has not been moved by."""
        return self.jumps.now() if self.jumps else self.now()

    @property
    def jumped(self) -> float:
        """By how many seconds this clock has jumped that what waits has not been moved by."""
        return self.jumps.pending if self.jumps else 0.0

    def settle(self, seconds: float) -> None:
        """What waits has been moved by so many seconds."""
        if self.jumps:
            self.jumps.settle(seconds)

    def elapsed(self, since: float) -> float:
        """Seconds that have passed since a moment by this clock, without its jumps."""
        return self.jumps.elapsed(since) if self.jumps else max(0.0, self.now() - since)

    def atom(self, moment: int) -> str:
        """Unix seconds as ISO 8601 with the portal's offset, ``2026-02-24T13:19:39+02:00``."""
        # Responses name the same moments over and over: now, and when people last read.
        text = self._written.get(moment)
        if text is None:
            if len(self._written) >= REMEMBERED:
                self._written.clear()
            text = self._local(moment).isoformat(timespec="seconds")
            self._written[moment] = text
        return text

    def atom_or_none(self, moment: int | None) -> str | None:
        """The same, and ``None`` for what has not happened."""
        return None if moment is None else self.atom(moment)

    def plain(self, moment: int) -> str:
        """``2026-02-24 13:19:39`` without a zone, as `user.get` writes LAST_ACTIVITY_DATE."""
        return self._local(moment).strftime("%Y-%m-%d %H:%M:%S")

    def _local(self, moment: int) -> datetime:
        """A moment in the portal's zone; the first or the last that has a date there, for one beyond these."""
        try:
            return datetime.fromtimestamp(moment, self._zone)
        except (ValueError, OverflowError):
            # People name such moments: midnight of the first day somewhere else, or the last second of all years.
            return (datetime.min if moment < 0 else datetime.max).replace(tzinfo=self._zone)
