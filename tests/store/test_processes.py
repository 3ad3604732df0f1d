"""Several processes on one database, and how a process lets go of it; on each engine."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from botyard.store.engines.connect import open_database
from botyard.store.engines.db import Database, Unavailable
from tests.store.conftest import Run
from tests.store.test_engines import TABLE, add, names

COUNTING = """
import asyncio, sys
from botyard.store.engines.connect import open_database

async def main():
    db = await open_database(sys.argv[1])
    for _ in range(int(sys.argv[2])):
        await db.write(lambda tx: tx.run("UPDATE notes SET number = number + 1"))
    await db.close()

asyncio.run(main())
"""


def test_two_processes_write_at_once(run: Run, db: Database, place: str) -> None:
    async def story() -> int:
        await db.write(lambda tx: tx.run(TABLE))
        await add(db, "counter")
        other = await asyncio.create_subprocess_exec(sys.executable, "-c", COUNTING, place, "200")
        mine = 0
        while other.returncode is None:
            await db.write(lambda tx: tx.run("UPDATE notes SET number = number + 1"))
            mine += 1
            await asyncio.sleep(0.001)
        assert other.returncode == 0
        return mine

    mine = run(story())
    assert run(db.read(lambda tx: tx.one("SELECT number FROM notes"))) == (mine + 200,)


def test_closing_finishes_what_was_asked_for(run: Run, place: str) -> None:
    async def story() -> list[str | None]:
        db = await open_database(place)
        await db.write(lambda tx: tx.run(TABLE))
        tasks = [asyncio.create_task(add(db, str(number))) for number in range(5)]
        await asyncio.sleep(0)
        await db.close()
        await asyncio.gather(*tasks)
        await db.close()
        for late in (add(db, "late"), names(db)):
            with pytest.raises(Unavailable, match="closed"):
                await late
        again = await open_database(place)
        try:
            return await names(again)
        finally:
            await again.close()

    assert sorted(name or "" for name in run(story())) == ["0", "1", "2", "3", "4"]


def test_a_program_that_forgets_to_close_ends(place: str) -> None:
    code = COUNTING.replace("    await db.close()\n", "    print('done')\n")
    ended = subprocess.run(
        [sys.executable, "-c", code, place, "0"], capture_output=True, text=True, timeout=30, check=False
    )
    assert (ended.returncode, ended.stdout) == (0, "done\n"), ended.stderr
