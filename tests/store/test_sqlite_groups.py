"""Works that share a commit: when it is made, and what becomes of the others when one of them fails."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from botyard.store.engines.db import Tx, Unavailable
from botyard.store.engines.sqlite import SqliteDatabase
from botyard.store.engines.sqlite_writer import GROUP
from tests.store.conftest import Run
from tests.store.notes import ADD, connected, count, opened, together, writer


@pytest.fixture
def db(run: Run, path: Path) -> Iterator[SqliteDatabase]:
    database: SqliteDatabase = run(opened(path))
    yield database
    run(database.close())


@pytest.fixture
def executed(db: SqliteDatabase) -> list[str]:
    """The transactions and savepoints that the writing connection opens and ends from here on."""
    heard: list[str] = []

    def traced(_cursor: object, sql: str, _values: object) -> bool:
        heard.extend([sql] if sql.split()[0] in ("BEGIN", "SAVEPOINT", "ROLLBACK", "RELEASE", "COMMIT") else [])
        return True

    writer(db).exec_trace = traced
    return heard


def test_many_writes_share_few_commits(run: Run, db: SqliteDatabase) -> None:
    commits = []

    def committed(*_: object) -> bool:
        commits.append(1)
        return False

    writer(db).set_commit_hook(committed)
    assert run(together(db, ["x"] * (3 * GROUP))) == [1] * (3 * GROUP)
    # The first one may go alone while the others arrive.
    assert len(commits) <= 5
    assert run(count(db)) == 3 * GROUP


def test_those_who_come_back_at_once_share_the_next_commit(run: Run, db: SqliteDatabase) -> None:
    commits = []

    def committed(*_: object) -> bool:
        commits.append(1)
        return False

    writer(db).set_commit_hook(committed)

    async def caller() -> None:
        for _ in range(20):
            await db.write(lambda tx: tx.run(ADD, name="a"))
            # As long as it takes to hear of it, and to be heard again.
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    async def work() -> None:
        first = [asyncio.create_task(caller()) for _ in range(8)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await asyncio.gather(*first, *(caller() for _ in range(8)))

    run(work())
    assert run(count(db)) == 320
    # Two halves that take turns would need 40.
    assert len(commits) <= 30


def test_when_the_commit_fails_nothing_of_the_group_is_acknowledged_or_stored(run: Run, db: SqliteDatabase) -> None:
    woken: list[int] = []
    db.on_commit(lambda: woken.append(1))
    writer(db).set_commit_hook(lambda: True)
    answers = run(together(db, ["a", "b", "c"]))
    assert [type(answer) for answer in answers] == [Unavailable] * 3
    writer(db).set_commit_hook(None)
    assert run(count(db)) == 0
    assert woken == []
    assert run(together(db, ["d"])) == [1]


def failing(runs: list[str], name: str) -> Callable[[Tx], Awaitable[int]]:
    async def work(tx: Tx) -> int:
        runs.append(name)
        await tx.run(ADD, name=name)
        raise KeyError(name)

    return work


def adding(runs: list[str], name: str) -> Callable[[Tx], Awaitable[int]]:
    async def work(tx: Tx) -> int:
        runs.append(name)
        return await tx.insert(ADD, name=name)

    return work


def test_works_that_end_well_need_no_savepoints(run: Run, db: SqliteDatabase, executed: list[str]) -> None:
    async def refused(_tx: Tx) -> None:
        raise LookupError

    async def story() -> list[object]:
        runs: list[str] = []
        calls = [db.write(adding(runs, "a")), db.write(refused), db.write(adding(runs, "b"))]
        return list(await asyncio.gather(*calls, return_exceptions=True))

    first, refusal, second = run(story())
    assert (first, second) == (1, 2)
    assert isinstance(refusal, LookupError)
    assert executed == ["BEGIN IMMEDIATE", "COMMIT"]


def test_the_others_run_again_where_one_fails_after_it_has_written(
    run: Run, db: SqliteDatabase, executed: list[str]
) -> None:
    runs: list[str] = []

    async def story() -> list[object]:
        works = [adding(runs, "a"), failing(runs, "bad"), adding(runs, "b"), failing(runs, "worse")]
        return list(await asyncio.gather(*(db.write(work) for work in works), return_exceptions=True))

    first, bad, second, worse = run(story())
    assert (first, second) == (1, 2)
    assert isinstance(bad, KeyError) and isinstance(worse, KeyError)
    assert runs == ["a", "bad", "a", "b", "worse"]
    assert run(count(db)) == 2
    assert executed.count("ROLLBACK") == 1
    assert executed.count("ROLLBACK TO call") == 1
    assert executed.count("COMMIT") == 1


def test_a_single_work_that_fails_is_not_run_again(run: Run, db: SqliteDatabase) -> None:
    runs: list[str] = []
    with pytest.raises(KeyError):
        run(db.write(failing(runs, "bad")))
    assert runs == ["bad"]
    assert run(together(db, ["a"])) == [1]
    assert run(count(db)) == 1


def test_another_process_may_come_between(run: Run, db: SqliteDatabase, path: Path) -> None:
    runs, statements = list[str](), list[str]()

    with connected(path) as other:

        def contested(_cursor: object, sql: str, _values: object) -> bool:
            if sql == "BEGIN IMMEDIATE" and statements[-1:] == ["ROLLBACK"]:
                # With the rollback the lock has come free, and somebody else was faster.
                other.execute("BEGIN IMMEDIATE; INSERT INTO notes (name) VALUES ('other')")
                asyncio.get_running_loop().call_later(0.05, other.execute, "COMMIT")
            statements.append(sql)
            return True

        writer(db).exec_trace = contested

        async def story() -> list[object]:
            calls = [db.write(failing(runs, "bad")), db.write(adding(runs, "a"))]
            return list(await asyncio.gather(*calls, return_exceptions=True))

        bad, added = run(story())
    assert isinstance(bad, KeyError)
    assert added == 2
    assert run(count(db)) == 2
