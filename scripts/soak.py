"""Kill the server thousands of times and simulate millions of events: what the suite does, for as long as one likes."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from scripts import many_people
from scripts.hostile import measure
from tests.delivery.harness import Harness
from tests.delivery.simulation import Simulation
from tests.delivery.test_simulation import check

ROUND = 100
"""Kills of one portal; then a new one begins, so that a fault shows with a short history."""


def killed(kills: int, seed: int) -> None:
    """So many kills, in rounds."""
    done = 0
    while done < kills:
        some = min(ROUND, kills - done)
        with tempfile.TemporaryDirectory() as folder:
            harness = Harness(Path(folder), seed + done)
            asyncio.run(harness.run(some))
            harness.check()
        done += some
        print(f"{done} of {kills} kills, seed {seed}", flush=True)


def simulated(events: int, seed: int) -> None:
    """So many events on a clock of their own, with two engines that crash."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        simulation = Simulation(Path(folder), seed)
        simulation.run(events, engines=2, crashes=100)
        check(simulation, events, once=False)
    print(f"{events} events in {time.monotonic() - begun:.0f} s, seed {seed}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    parser.add_argument("--kills", type=int, default=10_000, help="default: 10,000, which takes some hours")
    parser.add_argument("--events", type=int, default=1_000_000, help="simulated events; default: 1,000,000")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000), help="to repeat a run")  # noqa: S311
    parser.add_argument(
        "--hostile", type=float, default=0, metavar="SECONDS", help="only ordinary callers beside hostile ones, so long"
    )
    parser.add_argument(
        "--people",
        type=float,
        default=0,
        metavar="SECONDS",
        help="only a thousand people in two hundred chats, so long",
    )
    parser.add_argument("--database", default="", help="postgresql://… of an empty database, for --people")
    arguments = parser.parse_args()
    if arguments.people:
        result = many_people.measure(arguments.people, arguments.database)
        result.print()
        raise SystemExit(0 if result.holds else 1)
    if arguments.hostile:
        measured = measure(arguments.hostile)
        measured.print()
        raise SystemExit(0 if measured.holds else 1)
    print(f"seed {arguments.seed}", flush=True)
    if arguments.events:
        simulated(arguments.events, arguments.seed)
    if arguments.kills:
        killed(arguments.kills, arguments.seed)


if __name__ == "__main__":
    main()
