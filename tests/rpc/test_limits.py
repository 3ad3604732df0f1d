"""Rates, operating time and calls under way."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from botyard.errors import ApiError, ErrorCode, Problem
from botyard.rpc.limits import CLOUD, ENTERPRISE, OFF, PROFILES, LimitProfile, Limits, Operating

NOON = 1_800_000_000.0
"""A whole minute, so that the tests can say which minute a second falls into."""


def problem_of(act: Callable[[], object]) -> Problem:
    with pytest.raises(ApiError) as caught:
        act()
    return caught.value.problem


def let_in(limits: Limits, source: str, now: float, requests: int) -> int:
    """How many of the requests get in."""
    count = 0
    for _ in range(requests):
        try:
            limits.enter(source, now)
        except ApiError as refused:
            assert refused.problem is ErrorCode.QUERY_LIMIT
        else:
            count += 1
    return count


class TestRate:
    def test_profiles_are_those_of_the_page(self) -> None:
        assert (CLOUD.drain, CLOUD.threshold) == (2, 50)
        assert (ENTERPRISE.drain, ENTERPRISE.threshold) == (5, 250)
        assert PROFILES == {"off": OFF, "cloud": CLOUD, "enterprise": ENTERPRISE}

    @pytest.mark.parametrize("profile", [CLOUD, ENTERPRISE])
    def test_a_burst_fills_the_bucket_and_then_drains_by_the_second(self, profile: LimitProfile) -> None:
        limits = Limits(profile, 1)
        assert let_in(limits, "app", NOON, 1000) == profile.threshold
        assert let_in(limits, "app", NOON + 0.9, 1000) == 0
        assert let_in(limits, "app", NOON + 1, 1000) == profile.drain
        assert let_in(limits, "app", NOON + 4.5, 1000) == 3 * profile.drain
        assert let_in(limits, "app", NOON + 1000, 1000) == profile.threshold

    def test_the_sustainable_rate_is_never_refused(self) -> None:
        limits = Limits(CLOUD, 1)
        for step in range(2000):
            limits.enter("app", NOON + 0.37 + step / 2)

    def test_sources_do_not_share_a_bucket(self) -> None:
        limits = Limits(CLOUD, 1)
        let_in(limits, "one", NOON, 100)
        assert problem_of(lambda: limits.enter("one", NOON)) is ErrorCode.QUERY_LIMIT
        limits.enter("another", NOON)

    def test_off_refuses_nothing(self) -> None:
        assert let_in(Limits(OFF, 1), "app", NOON, 10_000) == 10_000

    def test_a_clock_set_back_neither_forgives_nor_blocks_for_long(self) -> None:
        limits = Limits(CLOUD, 1)
        let_in(limits, "app", NOON, 100)
        assert let_in(limits, "app", NOON - 3600, 100) == 0
        assert let_in(limits, "app", NOON - 3599, 100) == CLOUD.drain


class TestOperatingTime:
    def test_calls_of_a_minute_share_a_basket(self) -> None:
        limits = Limits(OFF, 1)
        first = limits.spent("app", "crm.item.list", 1.5, NOON + 20)
        assert first == Operating(1.5, int(NOON) + 620)
        assert limits.spent("app", "crm.item.list", 2.0, NOON + 50) == Operating(3.5, int(NOON) + 620)

    def test_reset_is_counted_from_the_first_call_of_the_minute(self) -> None:
        """The page's example: a first call at 10:05:20 means a reset at 10:15:20, cut to seconds."""
        limits = Limits(OFF, 1)
        assert limits.spent("app", "im.notify", 0.5, 1778747192.910734).reset_at == 1778747792

    def test_at_the_second_that_was_told_the_minute_is_forgotten(self) -> None:
        limits = Limits(CLOUD, 1)
        reset_at = limits.spent("app", "im.notify", 481.0, NOON + 20.9).reset_at
        with pytest.raises(ApiError):
            limits.check("app", "im.notify", reset_at - 0.1)
        limits.check("app", "im.notify", reset_at)

    def test_the_oldest_basket_falls_out_alone(self) -> None:
        limits = Limits(OFF, 1)
        limits.spent("app", "imbot.message.add", 3.0, NOON + 20)
        limits.spent("app", "imbot.message.add", 4.0, NOON + 70)
        assert limits.spent("app", "imbot.message.add", 0.0, NOON + 619.9) == Operating(7.0, int(NOON) + 620)
        assert limits.spent("app", "imbot.message.add", 0.0, NOON + 620) == Operating(4.0, int(NOON) + 670)
        assert limits.spent("app", "imbot.message.add", 0.0, NOON + 670) == Operating(0.0, int(NOON) + 1270)

    def test_nothing_recorded_means_ten_minutes_from_now(self) -> None:
        assert Limits(OFF, 1).spent("app", "batch", 0.0, NOON + 0.7) == Operating(0.0, int(NOON) + 600)

    def test_sources_and_methods_are_counted_apart(self) -> None:
        limits = Limits(CLOUD, 1)
        limits.spent("app", "im.notify", 481, NOON)
        assert problem_of(lambda: limits.check("app", "im.notify", NOON + 1)) is ErrorCode.OPERATING_LIMIT
        limits.check("app", "imbot.message.add", NOON + 1)
        limits.check("webhook", "im.notify", NOON + 1)

    def test_the_page_s_walk(self) -> None:
        """Calls of 20 s against a limit of 480 s: the one that passes the limit ends, the next is blocked."""
        limits = Limits(CLOUD, 1)
        for call in range(25):
            limits.check("app", "crm.item.list", NOON + 24 * call)
            total = limits.spent("app", "crm.item.list", 20, NOON + 24 * call)
        assert total == Operating(500, int(NOON) + 600)
        assert problem_of(lambda: limits.check("app", "crm.item.list", NOON + 599)) is ErrorCode.OPERATING_LIMIT
        limits.check("app", "crm.item.list", NOON + 600)

    def test_exactly_the_limit_is_still_allowed(self) -> None:
        limits = Limits(CLOUD, 1)
        limits.spent("app", "im.notify", 480, NOON)
        limits.check("app", "im.notify", NOON)

    def test_off_counts_but_never_blocks(self) -> None:
        limits = Limits(OFF, 1)
        assert limits.spent("app", "im.notify", 9999, NOON).operating == 9999
        limits.check("app", "im.notify", NOON)

    def test_a_slow_call_that_reports_late_is_counted(self) -> None:
        limits = Limits(OFF, 1)
        limits.spent("app", "im.notify", 1, NOON + 100)
        assert limits.spent("app", "im.notify", 90, NOON + 15) == Operating(91, int(NOON) + 700)

    def test_a_clock_set_back_does_not_block_for_as_long(self) -> None:
        limits = Limits(CLOUD, 10)
        limits.spent("app", "im.notify", CLOUD.operating + 1, NOON)
        limits.check("app", "im.notify", NOON - 3600)
        assert limits.spent("app", "im.notify", 5, NOON - 3600).operating == 5

    def test_against_a_plain_account_of_every_call(self) -> None:
        limits, dice = Limits(OFF, 1), random.Random(7)
        calls: list[tuple[float, float]] = []
        now = NOON
        for _ in range(1000):
            now += dice.expovariate(1 / 20)
            seconds = dice.random() + 0.001
            calls.append((now, seconds))
            assert limits.spent("app", "im.notify", seconds, now).operating == pytest.approx(plain_sum(calls, now))


def plain_sum(calls: list[tuple[float, float]], now: float) -> float:
    """Operating time as the page words it, worked out from all calls anew."""
    baskets: dict[int, tuple[float, float]] = {}
    for at, seconds in calls[-300:]:
        first, total = baskets.get(int(at // 60), (float(int(at)), 0.0))
        baskets[int(at // 60)] = (first, total + seconds)
    return sum(total for first, total in baskets.values() if now < first + 600)


class TestInFlight:
    def test_one_too_many_is_refused_until_one_ends(self) -> None:
        limits = Limits(OFF, 2)
        limits.admit()
        limits.admit()
        assert problem_of(limits.admit) is ErrorCode.OVERLOAD
        assert limits.in_flight == 2
        limits.release()
        limits.admit()


class TestMemory:
    def test_idle_sources_are_forgotten(self) -> None:
        limits = Limits(CLOUD, 1)
        for number in range(20_000):
            now = NOON + number
            limits.enter(f"app{number}", now)
            limits.check(f"app{number}", "im.notify", now)
            limits.spent(f"app{number}", "im.notify", 0.1, now)
            assert limits.remembered <= 2 * 1200

    def test_nothing_that_still_counts_is_forgotten(self) -> None:
        limits = Limits(CLOUD, 1)
        limits.spent("app", "im.notify", 481, NOON + 599)
        for second in range(600, 1198):
            limits.spent("other", "im.notify", 0.1, NOON + second)
        assert problem_of(lambda: limits.check("app", "im.notify", NOON + 1198)) is ErrorCode.OPERATING_LIMIT
        limits.check("app", "im.notify", NOON + 1199)
