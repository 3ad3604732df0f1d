"""Some people who write and read live for a few seconds; `scripts/soak --people` takes a thousand, and longer."""

from __future__ import annotations

import os

import pytest

from scripts.many_people import MEMBERS, measure

SECONDS = 3.0


@pytest.mark.journey
@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="reads memory from /proc, as Linux has it")
def test_what_was_accepted_arrived_and_was_counted() -> None:
    result = measure(SECONDS, number=40, pace=0.5)
    result.print()
    assert result.holds
    assert result.delivered == result.accepted * MEMBERS
    assert result.reads
