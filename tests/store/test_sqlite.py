"""What only SQLite does: groups, snapshots, and everything that can be wrong with a file."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import os
import resource
import subprocess
import sys
import tempfile
import threading
from collections.abc import Awaitable, Iterator
from pathlib import Path

import apsw
import pytest

from botyard.store.engines.connect import open_database
from botyard.store.engines.db import Row, Tx, Unavailable
from botyard.store.engines.sqlite import SqliteDatabase
from tests import sqlite_connections
from tests.store.conftest import Run
from tests.store.notes import ADD, TABLE, connected, count, opened, reader, together, writer


@pytest.fixture
def db(run: Run, path: Path) -> Iterator[SqliteDatabase]:
    database: SqliteDatabase = run(opened(path))
    yield database
    run(database.close())


def test_the_file_is_set_up_for_durable_writes(db: SqliteDatabase, path: Path) -> None:
    assert writer(db).pragma("journal_mode") == "wal"
    assert writer(db).pragma("synchronous") == 2
    assert writer(db).pragma("foreign_keys") == 1
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_statements_of_a_read_see_one_snapshot(run: Run, db: SqliteDatabase, path: Path) -> None:
    async def work(tx: Tx) -> list[Row | None]:
        before = await tx.one("SELECT COUNT(*) FROM notes")
        with connected(path) as other:
            other.execute("INSERT INTO notes (name) VALUES ('other')")
        return [before, await tx.one("SELECT COUNT(*) FROM notes")]

    assert run(db.read(work)) == [(0,), (0,)]
    assert run(count(db)) == 1


def test_reads_of_one_round_share_a_snapshot(run: Run, db: SqliteDatabase, path: Path) -> None:
    begun = []

    def traced(_cursor: object, sql: str, _values: object) -> bool:
        begun.extend([sql] if sql == "BEGIN" else [])
        return True

    reader(db).exec_trace = traced

    async def work(tx: Tx) -> Row | None:
        return await tx.one("SELECT COUNT(*) FROM notes")

    async def reads() -> list[Row | None]:
        before = [await db.read(work)]
        with connected(path) as other:
            other.execute("INSERT INTO notes (name) VALUES ('other')")
        before.append(await db.read(work))
        await asyncio.sleep(0)
        return [*before, await db.read(work)]

    assert run(reads()) == [(0,), (0,), (1,)]
    assert len(begun) == 2


def test_who_is_told_of_a_write_finds_it(run: Run, db: SqliteDatabase) -> None:
    async def look(tx: Tx) -> int:
        row = await tx.one("SELECT COUNT(*) FROM notes")
        assert row is not None
        return int(row[0])

    async def watch(done: asyncio.Event) -> None:
        while not done.is_set():
            await db.read(look)
            await asyncio.sleep(0)

    async def work() -> None:
        # Somebody looks in every round of the loop, and so before the news in the round that brings them.
        done = asyncio.Event()
        watching = asyncio.create_task(watch(done))
        for number in range(1, 50):
            await db.write(lambda tx: tx.run(ADD, name="a"))
            assert await db.read(look) == number
        done.set()
        await watching

    run(work())


def test_a_read_that_fails_ends_the_snapshot(run: Run, db: SqliteDatabase) -> None:
    async def work() -> bool:
        with pytest.raises(apsw.SQLError):
            await db.read(lambda tx: tx.one("SELECT nothing FROM nowhere"))
        return bool(reader(db).in_transaction)

    assert not run(work())


def test_a_read_may_not_change_anything(run: Run, db: SqliteDatabase) -> None:
    with pytest.raises(RuntimeError, match="use write"):
        run(db.read(lambda tx: tx.run(ADD, name="a")))
    assert run(count(db)) == 0


@pytest.mark.parametrize("kind", ["read", "write"])
def test_a_work_that_waits_for_something_else_fails_alone(run: Run, db: SqliteDatabase, kind: str) -> None:
    cleaned = []

    async def waiting(tx: Tx) -> None:
        if kind == "write":
            await tx.run(ADD, name="lost")
        try:
            await asyncio.sleep(0)
        finally:
            cleaned.append(1)

    async def story() -> list[object]:
        entered: Awaitable[None] = db.write(waiting) if kind == "write" else db.read(waiting)
        return [*await asyncio.gather(entered, return_exceptions=True), *await together(db, ["a", "b"])]

    problem, *others = run(story())
    assert isinstance(problem, RuntimeError) and "may await nothing but its transaction" in str(problem)
    assert cleaned == [1]
    assert others == [1, 1]
    assert run(count(db)) == 2


def test_any_awaitable_and_any_exception_pass_through(run: Run, db: SqliteDatabase) -> None:
    class Ready:
        def __await__(self) -> Iterator[None]:
            yield from ()

    def stops(_tx: Tx) -> Awaitable[None]:
        raise StopIteration

    async def cancels(_tx: Tx) -> None:
        raise asyncio.CancelledError

    async def story() -> list[object]:
        works = (lambda tx: Ready(), stops, cancels)
        calls = [asyncio.create_task(db.write(work)) for work in works]  # type: ignore[arg-type]
        return list(await asyncio.gather(*calls, return_exceptions=True))

    assert [type(answer) for answer in run(story())] == [type(None), RuntimeError, asyncio.CancelledError]
    assert run(together(db, ["a"])) == [1]


def test_a_work_sees_the_context_of_its_caller(run: Run, db: SqliteDatabase) -> None:
    request = contextvars.ContextVar("request", default="none")

    async def work(_tx: Tx) -> tuple[str, str]:
        return request.get(), threading.current_thread().name

    async def story() -> list[tuple[str, str]]:
        request.set("17")
        return [await db.write(work), await db.read(work)]

    assert run(story()) == [("17", "MainThread"), ("17", "MainThread")]


def test_a_full_file_fails_some_calls_and_no_more(run: Run, db: SqliteDatabase) -> None:
    writer(db).pragma("max_page_count", writer(db).pragma("page_count") + 5)
    answers = run(together(db, ["x" * 3000] * 20))
    refused = [answer for answer in answers if answer != 1]
    assert refused
    assert all(isinstance(answer, Unavailable) and "full" in answer.reason for answer in refused)
    assert run(count(db)) == len(answers) - len(refused)
    writer(db).pragma("max_page_count", 1_000_000)
    assert run(together(db, ["y" * 3000] * 20)) == [1] * 20


@contextlib.contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """The system refuses to let any file of this process grow, as a failing disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_refuses_the_log_stores_nothing(run: Run, db: SqliteDatabase, path: Path) -> None:
    with no_file_beyond(Path(f"{path}-wal").stat().st_size):
        answers = run(together(db, ["x" * 3000] * 10))
    assert [type(answer) for answer in answers] == [Unavailable] * 10
    assert run(count(db)) == 0
    assert run(together(db, ["a"])) == [1]


def test_when_the_engine_gives_up_the_transaction_the_whole_group_hears_it(run: Run, db: SqliteDatabase) -> None:
    caught = []

    async def unlucky(tx: Tx) -> None:
        await tx.run(ADD, name="unlucky")
        try:
            # As after some failures of the disk: the transaction is gone in the middle of the work.
            await tx.run("INSERT OR ROLLBACK INTO notes (id, name) VALUES (1, 'again')")
        except Exception as problem:
            caught.append(type(problem))
        with contextlib.suppress(RuntimeError):
            await tx.run(ADD, name="outside of any transaction")

    async def story() -> list[object]:
        await db.write(lambda tx: tx.run(ADD, name="first"))
        calls = [db.write(lambda tx: tx.run(ADD, name="before")), db.write(unlucky)]
        return list(await asyncio.gather(*calls, return_exceptions=True))

    answers = run(story())
    assert caught
    assert isinstance(answers[1], Exception)
    # Alone in an earlier group, the other call may have been stored; whatever was acknowledged is there.
    assert run(count(db)) == 1 + answers.count(1)
    assert run(together(db, ["after"])) == [1]


def test_a_file_locked_by_another_process_is_waited_for_and_then_given_up(
    run: Run, db: SqliteDatabase, path: Path
) -> None:
    with connected(path) as other:
        other.execute("BEGIN IMMEDIATE")
        answers = run(together(db, ["a", "b"]))
        assert [str(answer) for answer in answers] == ["The database file is locked by another process."] * 2
        assert run(count(db)) == 0

        async def story() -> list[int | BaseException]:
            asyncio.get_running_loop().call_later(0.05, other.execute, "COMMIT")
            return await together(db, ["c"])

        assert run(story()) == [1]


OPENING = "import asyncio, sys; from botyard.store.engines.connect import *; asyncio.run(open_database(sys.argv[1]))"


def test_processes_may_create_the_file_at_the_same_time(path: Path) -> None:
    started = [
        subprocess.Popen([sys.executable, "-c", OPENING, str(path)], stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for process in started:
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 0, errors


def opening_says(run: Run, place: str | Path) -> str:
    """The reason why the database cannot be opened."""
    with pytest.raises(Unavailable) as caught:
        run(open_database(place))
    return caught.value.reason


def test_what_is_not_a_database_is_refused_at_once(run: Run, tmp_path: Path, path: Path) -> None:
    path.write_bytes(b"This is a letter, not a database. " * 200)
    assert opening_says(run, path) == "The file is not a SQLite database, or it is damaged."
    assert opening_says(run, tmp_path) == "The database file cannot be opened."
    assert opening_says(run, tmp_path / "missing" / "botyard.db") == "The database file cannot be opened."
    assert "in memory is not supported" in opening_says(run, ":memory:")


def test_a_damaged_page_is_reported_as_damage(run: Run, path: Path) -> None:
    async def filled() -> None:
        db = SqliteDatabase(path)
        await db.write(lambda tx: tx.run(TABLE))
        await together(db, ["x" * 1000] * 100)
        await db.close()

    run(filled())
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))

    async def story() -> list[object]:
        db = SqliteDatabase(path)
        try:
            return [*await asyncio.gather(count(db), return_exceptions=True), *await together(db, ["a"])]
        finally:
            await db.close()

    assert [str(answer) for answer in run(story())] == ["The database file is damaged."] * 2


@contextlib.contextmanager
def unprivileged() -> Iterator[None]:
    """Without the right of root to write where nobody may."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_read_only_file_is_refused_at_once(run: Run) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "botyard.db")
        with connected(path) as other:
            other.execute("CREATE TABLE notes (id INTEGER)")
        path.chmod(0o444)
        Path(folder).chmod(0o755)
        with unprivileged():
            assert opening_says(run, path) == "The database file is read-only."


def test_the_file_left_by_closing_is_whole_by_itself(run: Run, path: Path) -> None:
    async def story() -> None:
        db = SqliteDatabase(path)
        await db.write(lambda tx: tx.run(TABLE))
        await together(db, ["a"] * 10)
        await db.close()

    run(story())
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    with connected(path) as other:
        assert other.execute("SELECT COUNT(*) FROM notes").fetchall() == [(10,)]


def test_a_loop_that_is_gone_does_not_stop_the_writer(path: Path) -> None:
    begun, gone = threading.Event(), threading.Event()

    def committing() -> bool:
        begun.set()
        return not gone.wait(10)

    async def story() -> SqliteDatabase:
        db = SqliteDatabase(path)
        await db.write(lambda tx: tx.run(TABLE))
        connections[0].set_commit_hook(committing)
        task = asyncio.create_task(together(db, ["a"]))
        await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        return db

    before = set(threading.enumerate())
    with sqlite_connections.noted() as connections:
        db = asyncio.run(story())
    own = [thread for thread in set(threading.enumerate()) - before if thread.name == "sqlite-disk"]
    # Only now, with nobody to tell of it, the commit ends.
    gone.set()
    for thread in own:
        thread.join(10)
    assert [thread.is_alive() for thread in own] == [False]
    for connection in connections:
        connection.close()
    del db
