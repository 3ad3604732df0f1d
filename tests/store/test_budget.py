"""What a work may cost: it is counted on both engines, and a work that costs more is undone and refused."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import Awaitable, Callable

import pytest

from botyard.store.engines.budget import Budget, CostLimits, OverBudget
from botyard.store.engines.db import Database, Tx
from botyard.store.engines.postgres import PostgresDatabase
from botyard.store.engines.postgres_plans import ROWS
from tests.store.conftest import Run

TABLE = "CREATE TABLE notes (id {id}, name TEXT, number BIGINT NOT NULL DEFAULT 0)"
ADD = "INSERT INTO notes (name) VALUES (:name)"
ALL = "SELECT id, name FROM notes"


@pytest.fixture
def notes(run: Run, db: Database) -> Database:
    """A database with a table of a hundred notes."""

    async def work(tx: Tx) -> None:
        await tx.run(TABLE)
        await tx.many(ADD, [{"name": f"note {number}"} for number in range(100)])

    run(db.write(work))
    return db


def within(limits: CostLimits, *statements: Callable[[Tx], Awaitable[object]]) -> Callable[[Tx], Awaitable[Budget]]:
    """A work of these statements that may cost so much; it returns what it has cost."""

    async def work(tx: Tx) -> Budget:
        tx.budget.limit(limits)
        for statement in statements:
            await statement(tx)
        return tx.budget

    return work


def read_all(tx: Tx) -> Awaitable[object]:
    return tx.all(ALL)


def add(tx: Tx) -> Awaitable[object]:
    return tx.run(ADD, name="more")


def count(run: Run, db: Database) -> int:
    row = run(db.read(lambda tx: tx.one("SELECT COUNT(*) FROM notes")))
    return int(row[0])


def test_statements_and_rows_are_counted(run: Run, notes: Database) -> None:
    cost = run(notes.read(within(CostLimits(), lambda tx: tx.one(ALL + " WHERE id = 7"))))
    assert (cost.statements, cost.rows) == (1, 1)
    more = run(notes.write(within(CostLimits(), read_all, add, add)))
    assert (more.statements, more.rows) == (3, 100)


def test_a_budget_that_is_just_enough(run: Run, notes: Database) -> None:
    run(notes.read(within(CostLimits(statements=2, rows=200), read_all, read_all)))


@pytest.mark.parametrize(
    ("limits", "excess"),
    [(CostLimits(statements=1), "more than 1 SQL statements"), (CostLimits(rows=150), "more than 150 rows")],
)
@pytest.mark.parametrize("way", ["read", "write"])
def test_a_work_that_costs_more_is_refused(
    run: Run, notes: Database, way: str, limits: CostLimits, excess: str
) -> None:
    with pytest.raises(OverBudget, match=excess):
        run(getattr(notes, way)(within(limits, read_all, read_all)))
    assert count(run, notes) == 100


def test_bytes_of_rows(run: Run, notes: Database) -> None:
    """Ten notes of a megabyte are not read by a call that may read four."""

    async def long(tx: Tx) -> None:
        await tx.many(ADD, [{"name": "x" * 1024 * 1024} for _ in range(10)])

    run(notes.write(long))
    with pytest.raises(OverBudget, match="more than 4,194,304 bytes of rows"):
        run(notes.read(within(CostLimits(read_bytes=4 * 1024 * 1024), read_all)))
    assert run(notes.read(within(CostLimits(), read_all))).read_bytes > 10 * 1024 * 1024


@pytest.mark.postgresql
@pytest.mark.parametrize("way", ["read", "write", "write_unordered"])
@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_rows_beyond_a_budget_are_not_even_fetched(run: Run, notes: Database, way: str) -> None:
    """Each row that is made takes a number, so that one sees how many were: twice, for it begins anew apart."""
    run(notes.write(lambda tx: tx.run("CREATE SEQUENCE taken")))
    many = "SELECT nextval('taken') FROM generate_series(1, 1000000)"
    with pytest.raises(OverBudget, match="more than 150 rows"):
        run(getattr(notes, way)(within(CostLimits(rows=150), lambda tx: tx.all(many))))
    [(taken,)] = run(notes.read(lambda tx: tx.all("SELECT last_value FROM taken")))
    assert 0 < taken <= 2 * (ROWS + 1)


def test_more_rows_than_works_take_together_are_whole(run: Run, notes: Database) -> None:
    """Whoever may read them gets them all, in order, and those beside it theirs."""
    series = """WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most)
                SELECT i FROM n ORDER BY i DESC"""

    async def read(tx: Tx, most: int) -> list[int]:
        return [number for (number,) in await tx.all(series, most=most)]

    async def story(way: str) -> list[list[int]]:
        do = getattr(notes, way)
        return list(await asyncio.gather(*(do(functools.partial(read, most=most)) for most in (3, ROWS + 5, 4, ROWS))))

    for way in ("read", "write", "write_unordered"):
        assert run(story(way)) == [list(range(most, 0, -1)) for most in (3, ROWS + 5, 4, ROWS)]


def test_what_was_written_before_is_undone_and_others_are_stored(run: Run, notes: Database) -> None:
    async def story() -> list[object]:
        costly = within(CostLimits(statements=2), add, add, add)
        calls = [notes.write(add), notes.write(costly), notes.write(add)]
        return list(await asyncio.gather(*calls, return_exceptions=True))

    outcomes = run(story())
    assert isinstance(outcomes[1], OverBudget)
    assert outcomes[0] == outcomes[2] == 1
    assert count(run, notes) == 102


def test_a_work_that_catches_the_refusal_is_refused_all_the_same(run: Run, notes: Database) -> None:
    async def stubborn(tx: Tx) -> str:
        tx.budget.limit(CostLimits(statements=1))
        await add(tx)
        with contextlib.suppress(OverBudget):
            await add(tx)
        return "fine"

    with pytest.raises(OverBudget):
        run(notes.write(stubborn))
    assert count(run, notes) == 100


@pytest.mark.postgresql
class TestTimeOnPostgres:
    """A statement that takes longer than its call may is given up, on the server too."""

    @pytest.fixture
    def place(self, address: str) -> str:
        return address

    @pytest.mark.parametrize("way", ["read", "write"])
    def test_a_slow_statement(self, run: Run, db: PostgresDatabase, way: str) -> None:
        slow = within(CostLimits(seconds=0.2), lambda tx: tx.one("SELECT pg_sleep(60)"))
        with pytest.raises(OverBudget, match=r"more than 0\.2 seconds in the database"):
            run(getattr(db, way)(slow))
        # The server is as well as before, and so is the connection.
        assert not db.refusal.reason
        assert run(db.read(lambda tx: tx.one("SELECT 1"))) == (1,)
        asleep = "SELECT COUNT(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND state = 'active'"
        assert run(db.read(lambda tx: tx.one(asleep))) == (0,)

    def test_its_neighbours_do_not_wait_for_it(self, run: Run, db: PostgresDatabase) -> None:
        async def story() -> list[object]:
            slow = within(CostLimits(seconds=0.3), lambda tx: tx.one("SELECT pg_sleep(60)"))
            calls = [db.write(slow), *(db.write(lambda tx: tx.one("SELECT 1")) for _ in range(5))]
            return list(await asyncio.gather(*calls, return_exceptions=True))

        first, *others = run(story())
        assert isinstance(first, OverBudget)
        assert others == [(1,)] * 5
