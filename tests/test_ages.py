"""The clock by which ages are judged."""

from __future__ import annotations

from botyard.ages import CALM, Ages
from botyard.clock import Clock

NOW = 1_790_000_000.0
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0


class Times:
    """A clock that can be set, and the time that passes."""

    def __init__(self) -> None:
        self.wall = NOW
        self.passed = 0.0
        self.ages = Ages(lambda: self.wall, lambda: self.passed)

    def run(self, seconds: float, step: float = 1.0) -> float:
        """Time passes, and the clock is looked at now and then."""
        for _ in range(int(seconds / step)):
            self.wall += step
            self.passed += step
            self.ages.now()
        return self.ages.now()


def test_it_goes_with_the_clock() -> None:
    times = Times()
    assert times.run(HOUR) == times.wall == NOW + HOUR
    assert times.run(DAY, step=HOUR) == times.wall, "also where nobody looks at it for long"


def test_a_clock_that_is_drawn_near_is_followed() -> None:
    times = Times()
    times.wall += 2
    assert times.run(1) == times.wall
    times.wall -= 2
    assert times.run(1) == times.wall


def test_a_clock_set_ahead_for_a_minute_ages_nothing() -> None:
    times = Times()
    times.wall += 30 * DAY
    assert times.run(MINUTE) <= NOW + 10 * MINUTE
    times.wall -= 30 * DAY
    assert times.run(1) == times.wall


def test_it_is_never_ahead() -> None:
    times = Times()
    times.wall -= HOUR
    assert times.run(1) == times.wall
    times.wall += HOUR
    assert times.run(1) < times.wall
    assert times.run(10 * MINUTE) == times.wall


def test_a_clock_that_goes_on_without_a_jump_is_believed_in_the_end() -> None:
    times = Times()
    times.wall += 20_000 * DAY
    assert times.run(CALM - HOUR, step=MINUTE) < times.wall - DAY
    assert times.run(2 * HOUR, step=MINUTE) == times.wall


def test_the_time_between_two_servers_is_caught_up() -> None:
    times = Times()
    times.ages.resume(NOW - 2 * DAY)
    assert times.run(1) < NOW - DAY
    assert times.run(6 * HOUR) == times.wall


def test_what_was_noted_by_a_clock_that_was_ahead_counts_for_nothing() -> None:
    times = Times()
    times.ages.resume(NOW + DAY)
    assert times.run(1) == times.wall


def test_without_steady_time_the_clock_is_believed() -> None:
    times = Times()
    clock = Clock("UTC", lambda: times.wall)
    times.wall += DAY
    assert clock.settled() == times.wall
    clock.resume(NOW)
    assert clock.settled() == times.wall
