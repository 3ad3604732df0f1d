"""The engine on a clock of its own: days of deliveries with failures, crashes and other processes."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from tests.delivery.simulation import Simulation


def check(simulation: Simulation, count: int, *, once: bool) -> None:
    """Nothing lost; what was given up says why. The simulation itself watches the order of first attempts."""
    assert simulation.violations == []
    rows = simulation.database.rows(
        "SELECT recipient, ordering_key, event_id, state, reason, attempts FROM deliveries ORDER BY id"
    )
    assert len(rows) == count
    accepted = {ordering_key: set(ids) for ordering_key, ids in simulation.accepted.items()}
    for recipient, ordering_key, event_id, state, reason, attempts in rows:
        assert state in ("done", "unconfirmed", "dead"), (recipient, ordering_key, event_id, state)
        if state != "dead":
            assert event_id in accepted[recipient, ordering_key]
        else:
            assert reason and attempts >= 1
    if once:
        # What a handler has is not sent again.
        assert all(len(ids) == len(set(ids)) for ids in simulation.accepted.values())
    dead = sum(row[3] == "dead" for row in rows)
    print(f"{count} events, {simulation.sent} attempts, {dead} given up, {simulation.loop.now / 3600:.1f} hours passed")
    assert dead < count / 10


def simulated(tmp_path: Path, count: int, *, engines: int = 1, crashes: int = 0, places: int = 1024) -> float:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    simulation = Simulation(tmp_path, seed, places=places)
    begun = time.process_time()
    simulation.run(count, engines=engines, crashes=crashes)
    spent = time.process_time() - begun
    print(f"{spent:.1f} s of CPU")
    check(simulation, count, once=not crashes)
    return spent


@pytest.mark.journey
def test_ten_thousand_events(tmp_path: Path) -> None:
    simulated(tmp_path, 10_000)


@pytest.mark.journey
def test_a_hundred_thousand_events(tmp_path: Path) -> None:
    simulated(tmp_path, 100_000)


def test_two_engines_share_the_work(tmp_path: Path) -> None:
    simulated(tmp_path, 3000, engines=2)


def test_few_places_change_no_order(tmp_path: Path) -> None:
    simulated(tmp_path, 3000, places=8)


def test_engines_crash(tmp_path: Path) -> None:
    simulated(tmp_path, 3000, engines=2, crashes=10)


def test_a_seed_repeats_a_run(tmp_path: Path) -> None:
    runs = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        simulation = Simulation(tmp_path / name, 7, bots=5, chats=3)
        simulation.run(300, crashes=2)
        runs.append((simulation.sent, simulation.loop.now, dict(simulation.accepted)))
    assert runs[0] == runs[1]
