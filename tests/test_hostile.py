"""Ordinary callers beside hostile ones for a few seconds; `scripts/soak --hostile` takes as long as one likes."""

from __future__ import annotations

import os

import pytest

from scripts.hostile import HEAVY_AT_ONCE, MEMORY_MIB, ORDINARY, measure

SECONDS = 10.0


@pytest.mark.journey
@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="reads memory from /proc, as Linux has it")
def test_ordinary_callers_lose_nothing() -> None:
    measured = measure(SECONDS, sockets=300)
    measured.print()
    assert not measured.lost
    assert measured.kept >= ORDINARY
    assert measured.tally.bad >= 300
    assert sum(measured.tally.heavy.values()) >= HEAVY_AT_ONCE
    assert measured.tally.memory < MEMORY_MIB
