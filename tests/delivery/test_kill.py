"""Events survive ``kill -9`` at any instant: none is lost, none overtakes another."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from tests.delivery.harness import Harness, alive, until

POINTS = ["before the post", "after the post", "before the record", "within the record", "after the record"]


@pytest.mark.live
@pytest.mark.parametrize("kills", [5, pytest.param(50, marks=pytest.mark.journey)])
def test_killed_again_and_again(tmp_path: Path, kills: int) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    harness = Harness(tmp_path, seed)
    asyncio.run(harness.run(kills))
    harness.check()
    assert len(harness.acknowledged) > kills


@pytest.mark.slow
@pytest.mark.live
@pytest.mark.parametrize("point", POINTS)
def test_a_server_that_dies_at_this_point(tmp_path: Path, point: str) -> None:
    harness = Harness(tmp_path, 1)

    async def work() -> None:
        await harness.open()
        pid = harness.begin(point, 3)
        person, bot = harness.people[0], harness.bot_ids[0]
        for number in range(1, 6):
            await harness.say(person, bot, f"{person.id}:{number}")
        await until(lambda: not alive(pid), 20)
        assert not alive(pid), "it did not get there"
        harness.kills += 1
        await harness.finish()

    asyncio.run(work())
    harness.check()
