"""Moments in a filter of people."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from botyard.store import filter_values
from botyard.wire.param_types import Scalar
from tests.world import World


def test_values_that_are_no_moments_are_not_all_tried(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes a dozen attempts, and one of them is enough to find nobody."""
    tried: list[Scalar] = []
    read = filter_values.moment

    def noted(value: Scalar, zone: ZoneInfo) -> datetime | None:
        tried.append(value)
        return read(value, zone)

    monkeypatch.setattr("botyard.store.user_filter.moment", noted)
    for field in ("LAST_LOGIN", "PERSONAL_BIRTHDAY"):
        assert world.call("user.get", FILTER={field: ["2026-01-01", *range(9_000)]}).result == []
    assert len(tried) == 2 * 2
