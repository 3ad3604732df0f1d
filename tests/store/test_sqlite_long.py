"""Works that are too long for the event loop of SQLite: they run in threads, and the loop goes on meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path

import pytest

from botyard.store.engines import sqlite_slow, sqlite_writer
from botyard.store.engines.budget import Budget, CostLimits, OverBudget
from botyard.store.engines.db import Tx, Unavailable
from botyard.store.engines.sqlite import SqliteDatabase
from botyard.store.engines.sqlite_tx import LOOP
from tests.store.conftest import Run
from tests.store.notes import ADD, count, opened

COUNTING = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :upto) SELECT COUNT(*) FROM n"
FILLING = """INSERT INTO notes (name)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :upto) SELECT 'x' FROM n"""
LONG = LOOP.steps
"""So many numbers take several times the steps that the loop has for a work."""


@pytest.fixture
def db(run: Run, path: Path) -> Iterator[SqliteDatabase]:
    database: SqliteDatabase = run(opened(path))
    yield database
    run(database.close())


async def long_read(tx: Tx) -> tuple[int, Budget, str]:
    row = await tx.one(COUNTING, upto=LONG)
    assert row is not None
    return row[0], tx.budget, threading.current_thread().name


async def long_write(tx: Tx) -> tuple[int, Budget, str]:
    return await tx.run(FILLING, upto=LONG), tx.budget, threading.current_thread().name


class TestReads:
    def test_a_short_one_stays_on_the_loop(self, run: Run, db: SqliteDatabase) -> None:
        async def short(tx: Tx) -> tuple[Budget, str]:
            await tx.one(COUNTING, upto=1000)
            return tx.budget, threading.current_thread().name

        budget, thread = run(db.read(short))
        assert (budget.moved, thread) == (0, threading.current_thread().name)
        assert 0 < budget.steps < LOOP.steps

    def test_a_long_one_runs_in_a_thread(self, run: Run, db: SqliteDatabase) -> None:
        numbers, budget, thread = run(db.read(long_read))
        assert numbers == LONG
        assert budget.moved == 1
        assert thread.startswith("sqlite-read")

    def test_the_loop_goes_on_meanwhile(self, run: Run, db: SqliteDatabase) -> None:
        async def story() -> int:
            busy = asyncio.create_task(db.read(lambda tx: tx.one(COUNTING, upto=20 * LONG)))
            others = 0
            while not busy.done():
                await db.read(lambda tx: tx.one("SELECT 1"))
                await asyncio.sleep(0)
                others += 1
            return others

        assert run(story()) > 10

    @pytest.mark.parametrize(
        "limits",
        [CostLimits(steps=LONG + 1), CostLimits(steps=LOOP.steps // 2), CostLimits(seconds=0.0)],
        ids=["steps", "fewer than the loop has", "time"],
    )
    def test_beyond_its_budget_it_is_refused(self, run: Run, db: SqliteDatabase, limits: CostLimits) -> None:
        async def costly(tx: Tx) -> None:
            tx.budget.limit(limits)
            await tx.one(COUNTING, upto=LONG)

        with pytest.raises(OverBudget):
            run(db.read(costly))
        assert run(db.read(lambda tx: tx.one("SELECT 1"))) == (1,)

    @pytest.mark.parametrize("what", ["statements", "rows"])
    def test_many_statements_or_rows_leave_the_loop_too(self, run: Run, db: SqliteDatabase, what: str) -> None:
        """What Python does with them takes longer than the statements do."""

        async def work(tx: Tx) -> Budget:
            if what == "rows":
                await tx.all(COUNTING.replace("COUNT(*)", "i"), upto=LOOP.rows + 1)
            else:
                for _ in range(LOOP.statements + 1):
                    await tx.one("SELECT 1")
            return tx.budget

        budget = run(db.read(work))
        assert budget.moved == 1
        assert getattr(budget, what) == getattr(LOOP, what) + 1

    def test_it_sees_a_snapshot_and_may_not_write(self, run: Run, db: SqliteDatabase) -> None:
        async def work(tx: Tx) -> None:
            await long_read(tx)
            await tx.run(ADD, name="no")

        with pytest.raises(RuntimeError, match="may not change anything"):
            run(db.read(work))
        assert run(count(db)) == 0

    def test_it_keeps_its_context(self, run: Run, db: SqliteDatabase) -> None:
        name: ContextVar[str] = ContextVar("name")

        async def work(tx: Tx) -> str:
            await long_read(tx)
            return name.get()

        async def story() -> str:
            name.set("Ada")
            return await db.read(work)

        assert run(story()) == "Ada"

    def test_it_may_not_open_another(self, run: Run, db: SqliteDatabase) -> None:
        async def work(tx: Tx) -> None:
            await long_read(tx)
            await db.read(lambda inner: inner.one("SELECT 1"))

        with pytest.raises(RuntimeError, match="may not open another"):
            run(db.read(work))

    def test_when_too_many_wait_the_next_is_refused(
        self, run: Run, db: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sqlite_slow, "QUEUE", 3)

        async def story() -> list[object]:
            return list(await asyncio.gather(*(db.read(long_read) for _ in range(5)), return_exceptions=True))

        refused = [outcome for outcome in run(story()) if isinstance(outcome, OverBudget)]
        assert [refusal.excess for refusal in refused] == ["more than 3 long reads at a time"] * 2

    def test_one_whose_caller_has_gone_ends(self, run: Run, db: SqliteDatabase) -> None:
        async def story() -> None:
            endless = asyncio.create_task(db.read(lambda tx: tx.one(COUNTING, upto=10**12)))
            await asyncio.sleep(0.05)
            endless.cancel()
            with pytest.raises(asyncio.CancelledError):
                await endless
            # Both threads are free again.
            await asyncio.gather(*(db.read(long_read) for _ in range(4)))

        run(story())

    def test_closing_ends_them(self, run: Run, path: Path, db: SqliteDatabase) -> None:
        async def story() -> object:
            other = await opened(path.with_name("other.db"))
            endless = asyncio.create_task(other.read(lambda tx: tx.one(COUNTING, upto=10**12)))
            await asyncio.sleep(0.05)
            await other.close()
            return (await asyncio.gather(endless, return_exceptions=True))[0]

        assert isinstance(run(story()), Unavailable)

    def test_a_snapshot_runs_in_a_thread_from_the_start(self, run: Run, db: SqliteDatabase) -> None:
        """It is told of things outside the database, and would tell them twice."""
        ran = []

        async def work(tx: Tx) -> int:
            ran.append(threading.current_thread().name)
            return (await long_read(tx))[0]

        assert run(db.snapshot(work)) == LONG
        assert [name.partition("_")[0] for name in ran] == ["sqlite-snapshot"]


class TestWrites:
    def test_a_long_one_runs_apart(self, run: Run, db: SqliteDatabase) -> None:
        written, budget, thread = run(db.write(long_write))
        assert written == LONG == run(count(db))
        assert (budget.moved, thread) == (1, "sqlite-disk")

    def test_what_it_signals_is_handed_over_on_the_loop(self, run: Run, db: SqliteDatabase) -> None:
        heard: list[tuple[str, str]] = []

        async def work(tx: Tx) -> None:
            tx.signals.append("long")
            await long_write(tx)

        async def story() -> None:
            db.on_signal(lambda signal: heard.append((signal, threading.current_thread().name)))
            await db.write(work)
            await asyncio.sleep(0)

        run(story())
        assert heard == [("long", threading.current_thread().name)]

    def test_its_neighbours_are_stored(self, run: Run, db: SqliteDatabase) -> None:
        """The statement that is interrupted takes the transaction of the whole group with it."""

        async def story() -> list[object]:
            shorts = [db.write(lambda tx: tx.run(ADD, name="short")) for _ in range(6)]
            works = [*shorts[:3], db.write(long_write), *shorts[3:]]
            return list(await asyncio.gather(*works))

        outcomes = run(story())
        assert [outcome for outcome in outcomes if not isinstance(outcome, tuple)] == [1] * 6
        assert run(count(db)) == LONG + 6

    def test_others_read_meanwhile(self, run: Run, db: SqliteDatabase) -> None:
        async def story() -> int:
            busy = asyncio.create_task(db.write(lambda tx: tx.run(FILLING, upto=5 * LONG)))
            others = 0
            while not busy.done():
                assert await count(db) in (0, 5 * LONG)
                await asyncio.sleep(0)
                others += 1
            return others

        assert run(story()) > 10

    @pytest.mark.parametrize("steps", [LOOP.steps // 2, LOOP.steps + 1], ids=["on the loop", "apart"])
    def test_beyond_its_budget_it_is_refused_and_undone(self, run: Run, db: SqliteDatabase, steps: int) -> None:
        async def costly(tx: Tx) -> None:
            tx.budget.limit(CostLimits(steps=steps))
            await tx.run(ADD, name="before")
            await tx.run(FILLING, upto=LONG)

        async def story() -> list[object]:
            works = [db.write(lambda tx: tx.run(ADD, name="short")), db.write(costly), db.write(long_write)]
            return list(await asyncio.gather(*works, return_exceptions=True))

        first, second, third = run(story())
        assert first == 1
        assert isinstance(second, OverBudget)
        assert isinstance(third, tuple)
        assert run(count(db)) == LONG + 1

    def test_one_that_fails_apart_leaves_nothing(self, run: Run, db: SqliteDatabase) -> None:
        async def broken(tx: Tx) -> None:
            await long_write(tx)
            raise ValueError("after all")

        with pytest.raises(ValueError, match="after all"):
            run(db.write(broken))
        assert run(count(db)) == 0

    def test_long_ones_and_groups_take_turns(self, run: Run, db: SqliteDatabase) -> None:
        """Neither keeps the other from the file."""
        order: list[str] = []

        async def search(name: str) -> None:
            work = long_write if name == "long" else (lambda tx: tx.run(ADD, name="short"))
            await db.write(work)
            order.append(name)

        async def story() -> None:
            longs = [asyncio.create_task(search("long")) for _ in range(3)]
            while not all(task.done() for task in longs):
                await search("short")

        run(story())
        first, last = order.index("long"), len(order) - 1 - order[::-1].index("long")
        assert "short" in order[first:last]

    def test_a_group_that_holds_the_loop_for_long_is_cut(
        self, run: Run, db: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sqlite_writer, "GROUP_SECONDS", -1.0)
        order: list[int] = []

        async def story() -> None:
            async def count_to(number: int) -> None:
                await db.write(lambda tx: tx.run(ADD, name=str(number)))
                order.append(number)

            await asyncio.gather(*map(count_to, range(10)))

        run(story())
        assert order == list(range(10))
        assert run(count(db)) == 10


def test_steps_between_works_are_nobodys(run: Run, db: SqliteDatabase) -> None:
    """The commit and the end of a snapshot are never interrupted, whatever the works before them have cost."""

    async def story() -> None:
        for _ in range(50):
            await db.write(lambda tx: tx.run(FILLING, upto=LOOP.steps // 40))
            await count(db)

    run(story())
    assert run(count(db)) == 50 * (LOOP.steps // 40)
