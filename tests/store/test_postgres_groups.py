"""How works on PostgreSQL share statements and transactions, and what becomes of those that do not fit in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import asyncpg
import pytest

from botyard.store.engines import postgres_writer
from botyard.store.engines.budget import CostLimits
from botyard.store.engines.db import Row, Tx, Unavailable
from botyard.store.engines.postgres import PostgresDatabase, open_postgres
from botyard.store.engines.postgres_errors import DRIVER
from botyard.store.engines.postgres_group import BEGIN, LOCK
from botyard.store.engines.postgres_tx import Overdue
from tests.store.conftest import Run
from tests.store.test_postgres import connected

pytestmark = pytest.mark.postgresql

TABLES = (
    """CREATE TABLE chats (id {id}, title TEXT NOT NULL DEFAULT '', messages BIGINT NOT NULL DEFAULT 0,
       last BIGINT NOT NULL DEFAULT 0)""",
    "CREATE TABLE messages (id {id}, chat_id BIGINT NOT NULL REFERENCES chats (id), text TEXT)",
    "CREATE TABLE names (name TEXT PRIMARY KEY)",
)
LOCKED = "SELECT c.id, c.title, c.messages, c.last FROM chats c WHERE c.id = :id {lock_chat}"
ADD = "INSERT INTO messages (chat_id, text) VALUES (:chat, :text) {ordered}"
COUNT = "UPDATE chats SET messages = messages + 1, last = :last WHERE id = :id"
RENAME = "UPDATE chats SET title = :title WHERE id = :id"


@pytest.fixture
def db(run: Run, address: str) -> Iterator[PostgresDatabase]:
    """A database with four chats."""

    async def opened() -> PostgresDatabase:
        database = await open_postgres(address)
        for sql in TABLES:
            await database.write(lambda tx, sql=sql: tx.run(sql))  # type: ignore[misc]
        await database.write(lambda tx: tx.many("INSERT INTO chats (title) VALUES (:title)", [{"title": "x"}] * 4))
        return database

    database: PostgresDatabase = run(opened())
    yield database
    run(database.close())


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that the driver is given from here on, each a round trip; not what tells other servers."""
    heard: list[str] = []

    def noted(say: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        def asking(connection: object, sql: str, *words: object, **options: object) -> Awaitable[Any]:
            heard.extend([] if "NOTIFY" in sql else [sql])
            return say(connection, sql, *words, **options)

        return asking

    for name in ("execute", "executemany", "fetch", "fetchmany", "fetchval"):
        monkeypatch.setattr(asyncpg.Connection, name, noted(getattr(asyncpg.Connection, name)))
    return heard


def sending(chat_id: int, text: str = "hello") -> Callable[[Tx], Awaitable[int]]:
    async def send(tx: Tx) -> int:
        row = await tx.one(LOCKED, id=chat_id)
        assert row is not None
        message_id = await tx.insert(ADD, chat=chat_id, text=text)
        await tx.update(COUNT, last=message_id, id=chat_id)
        return int(row[2])

    return send


async def at_once(db: PostgresDatabase, *works: Callable[[Tx], Awaitable[Any]]) -> list[Any]:
    return list(await asyncio.gather(*map(db.write, works), return_exceptions=True))


def rows(run: Run, db: PostgresDatabase, sql: str) -> list[Row]:
    listed: list[Row] = run(db.read(lambda tx: tx.all(sql)))
    return listed


def test_many_messages_cost_the_statements_of_one(run: Run, db: PostgresDatabase, asked: list[str]) -> None:
    async def story(*chat_ids: int) -> int:
        await at_once(db, *map(sending, chat_ids))
        asked.clear()
        await at_once(db, *map(sending, chat_ids))
        return len(asked)

    single = run(story(1))
    # The transaction, the chat, numbers, the message, the counters, the commit.
    assert single == 6
    assert run(story(*[1] * 40)) == single
    assert run(story(*[1, 2, 3, 4] * 10)) == single
    assert rows(run, db, "SELECT SUM(messages) FROM chats") == [(162,)]


def test_who_locks_a_chat_has_it_alone(run: Run, db: PostgresDatabase) -> None:
    seen = run(at_once(db, *[sending(1)] * 30))
    assert seen == list(range(30))
    assert rows(run, db, "SELECT messages, last FROM chats WHERE id = 1") == [(30, 30)]


def test_numbers_of_a_chat_follow_the_order_of_its_works(run: Run, db: PostgresDatabase) -> None:
    run(at_once(db, *(sending(1 + n % 2, f"{n // 2}") for n in range(40))))
    for chat_id in (1, 2):
        texts = rows(run, db, f"SELECT text FROM messages WHERE chat_id = {chat_id} ORDER BY id")
        assert texts == [(f"{n}",) for n in range(20)]


def test_a_work_reads_what_it_has_gathered(run: Run, db: PostgresDatabase) -> None:
    async def looks(tx: Tx) -> tuple[Any, ...]:
        await tx.one(LOCKED, id=1)
        message_id = await tx.insert(ADD, chat=1, text="mine")
        await tx.update(COUNT, last=message_id, id=1)
        await tx.update(COUNT, last=message_id, id=1)
        kept = await tx.one(LOCKED, id=1)
        stored = await tx.one("SELECT text FROM messages WHERE id = :id", id=message_id)
        counted = await tx.one("SELECT messages, last FROM chats WHERE id = 1")
        titled = await tx.run(RENAME, title="new", id=1)
        return (kept, stored, counted, titled, await tx.one(LOCKED, id=1))

    kept, stored, counted, titled, after = run(db.write(looks))
    assert (kept, stored, counted, titled) == ((1, "x", 2, 1), ("mine",), (2, 1), 1)
    assert after == (1, "new", 2, 1)


def test_one_that_refuses_before_it_has_written_disturbs_nobody(
    run: Run, db: PostgresDatabase, asked: list[str]
) -> None:
    async def refused(tx: Tx) -> None:
        await tx.one(LOCKED, id=1)
        raise LookupError

    seen = run(at_once(db, sending(1), refused, sending(1)))
    assert (seen[0], type(seen[1]), seen[2]) == (0, LookupError, 1)
    assert not [sql for sql in asked if "ROLLBACK" in sql]


def test_one_that_fails_after_it_has_written_leaves_nothing(run: Run, db: PostgresDatabase) -> None:
    runs: list[int] = []

    async def fails(tx: Tx) -> None:
        runs.append(1)
        await sending(1, "bad")(tx)
        raise LookupError

    seen = run(at_once(db, sending(1), fails, *[sending(1)] * 5))
    assert type(seen.pop(1)) is LookupError
    assert sorted(seen) == list(range(6))
    assert len(runs) == 2
    assert rows(run, db, "SELECT COUNT(*) FROM messages WHERE text = 'bad'") == [(0,)]


def test_one_that_fails_among_others_and_not_apart_has_not_failed(run: Run, db: PostgresDatabase) -> None:
    runs: list[int] = []

    async def fails_once(tx: Tx) -> str:
        runs.append(1)
        await sending(1, "late")(tx)
        if len(runs) == 1:
            raise LookupError
        return "well"

    assert run(at_once(db, fails_once, sending(1)))[0] == "well"
    assert rows(run, db, "SELECT COUNT(*) FROM messages WHERE text = 'late'") == [(1,)]


def test_one_that_has_changed_nothing_disturbs_nobody(run: Run, db: PostgresDatabase, asked: list[str]) -> None:
    async def refused(tx: Tx) -> None:
        assert await tx.run("INSERT INTO names (name) VALUES ('x') ON CONFLICT DO NOTHING") == 0
        raise LookupError

    run(db.write(lambda tx: tx.run("INSERT INTO names (name) VALUES ('x')")))
    seen = run(at_once(db, refused, sending(1), refused))
    assert [type(value) for value in seen] == [LookupError, int, LookupError]
    assert not [sql for sql in asked if "ROLLBACK" in sql]


def test_two_that_want_each_others_chat_are_both_served(run: Run, db: PostgresDatabase) -> None:
    def both(first: int, second: int) -> Callable[[Tx], Awaitable[None]]:
        async def work(tx: Tx) -> None:
            await sending(first)(tx)
            await tx.one("SELECT COUNT(*) FROM names")
            await sending(second)(tx)

        return work

    seen = run(at_once(db, both(1, 2), both(2, 1), sending(1), sending(2)))
    assert not [problem for problem in seen if isinstance(problem, Exception)]
    assert rows(run, db, "SELECT messages FROM chats WHERE id < 3 ORDER BY id") == [(3,), (3,)]


def test_a_slow_statement_is_taken_out_of_the_group(run: Run, db: PostgresDatabase) -> None:
    ended: list[str] = []

    def noting(name: str, work: Callable[[Tx], Awaitable[Any]]) -> Callable[[], Awaitable[None]]:
        async def whole() -> None:
            await db.write(work)
            ended.append(name)

        return whole

    async def slow(tx: Tx) -> None:
        await sending(1, "slow")(tx)
        await tx.one("SELECT pg_sleep(1.2)")

    async def limited(tx: Tx) -> None:
        tx.budget.limit(CostLimits(seconds=0.1))
        await slow(tx)

    async def story() -> None:
        first = asyncio.gather(noting("slow", slow)(), noting("quick", sending(2))())
        with pytest.raises(Overdue):
            await db.write(limited)
        await first

    run(story())
    assert ended == ["quick", "slow"]
    assert rows(run, db, "SELECT COUNT(*) FROM messages WHERE text = 'slow'") == [(1,)]


def test_a_slow_statement_that_writes_is_run_apart_from_then_on(
    run: Run, db: PostgresDatabase, asked: list[str]
) -> None:
    async def slow(tx: Tx) -> None:
        await tx.run("UPDATE chats SET title = title || pg_sleep(1.2) WHERE id = 4")

    async def story() -> list[int]:
        rolled_back = []
        for _ in range(2):
            asked.clear()
            await asyncio.gather(db.write(slow), db.write(sending(1)))
            rolled_back.append(asked.count("ROLLBACK"))
        return rolled_back

    assert run(story()) == [1, 0]


def test_a_process_that_has_stopped_holds_up_the_others_for_a_while(
    run: Run, db: PostgresDatabase, address: str
) -> None:
    async def story() -> Any:
        async with connected(address) as stopped:
            await stopped.execute("SET idle_in_transaction_session_timeout = '500ms'")
            await stopped.execute(BEGIN)
            sent = asyncio.create_task(db.write(sending(1)))
            await asyncio.sleep(0.1)
            assert not sent.done()
            assert await sent == 0
            with pytest.raises(DRIVER):
                await stopped.execute("COMMIT")

    run(story())


def test_connections_of_the_pool_give_up_idle_transactions(run: Run, db: PostgresDatabase) -> None:
    shown = "SELECT current_setting('idle_in_transaction_session_timeout')"
    assert run(db.read(lambda tx: tx.one(shown))) == ("10s",)
    assert run(db.write(lambda tx: tx.one(shown))) == ("10s",)
    assert run(db.snapshot(lambda tx: tx.one(shown))) == ("0",)


def test_who_waits_in_vain_for_the_others_leaves_a_connection_that_works(
    run: Run, db: PostgresDatabase, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_writer, "STATEMENT_SECONDS", 0.2)

    async def story() -> Any:
        async with connected(address) as other:
            await other.execute(f"BEGIN; SELECT pg_advisory_xact_lock({LOCK})")
            with pytest.raises(Unavailable, match="did not answer in time"):
                await db.write(sending(1))
            await other.execute("ROLLBACK")
        return await db.write(sending(1)), await db.write(sending(1))

    assert run(story()) == (0, 1)


def test_what_is_ordered_is_not_written_beside_the_groups(run: Run, db: PostgresDatabase, address: str) -> None:
    values = {"chat": 1, "text": "beside"}
    for work in (
        sending(1),
        lambda tx: tx.run(ADD, **values),
        lambda tx: tx.many(ADD, [values, values]),
    ):
        with pytest.raises(RuntimeError, match="use write"):
            run(db.write_unordered(work))

    async def story() -> None:
        async with connected(address) as other:
            await other.execute(f"BEGIN; SELECT pg_advisory_xact_lock({LOCK})")
            # It waits for nobody.
            await db.write_unordered(lambda tx: tx.run(RENAME, title="beside", id=1))
            await other.execute("ROLLBACK")

    run(story())
    assert rows(run, db, "SELECT title FROM chats WHERE id = 1") == [("beside",)]


def test_a_commit_that_is_refused_fails_whom_it_concerns(run: Run, db: PostgresDatabase) -> None:
    async def prepared(tx: Tx) -> None:
        await tx.run("ALTER TABLE messages ALTER CONSTRAINT messages_chat_id_fkey DEFERRABLE INITIALLY DEFERRED")

    run(db.write(prepared))

    async def nowhere(tx: Tx) -> None:
        await tx.insert(ADD, chat=77, text="nowhere")

    seen = run(at_once(db, sending(1), nowhere, sending(1)))
    assert isinstance(seen.pop(1), asyncpg.ForeignKeyViolationError)
    assert sorted(seen) == [0, 1]


def test_a_cancelled_caller_of_a_group_is_left_out(run: Run, db: PostgresDatabase) -> None:
    async def story() -> None:
        tasks = [asyncio.create_task(db.write(sending(1, f"{n}"))) for n in range(5)]
        await asyncio.sleep(0)
        tasks[3].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    run(story())
    assert rows(run, db, "SELECT text FROM messages ORDER BY id") == [("0",), ("1",), ("2",), ("4",)]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE chats SET messages = :n",
        "UPDATE chats SET messages = last + 1 WHERE id = :id",
        "UPDATE chats SET title = lower(:title) WHERE id = :id",
        "UPDATE chats SET messages = :n WHERE id > :id",
        "DELETE FROM chats WHERE id = :id",
    ],
)
def test_an_update_of_another_form_is_a_mistake(run: Run, db: PostgresDatabase, sql: str) -> None:
    with pytest.raises(ValueError, match="UPDATE of one row"):
        run(db.write(lambda tx: tx.update(sql, id=1, n=2, title="x")))


def test_an_update_may_have_further_conditions(run: Run, db: PostgresDatabase) -> None:
    sql = "UPDATE chats SET last = :now WHERE id = :id AND COALESCE(last, 0) NOT BETWEEN :before AND :after"

    async def seen(tx: Tx) -> None:
        await tx.update(sql, now=100, id=1, before=40, after=160)
        await tx.update(sql, now=101, id=2, before=40, after=160)

    run(db.write(seen))
    run(db.write(lambda tx: tx.update(sql, now=110, id=1, before=50, after=170)))
    assert rows(run, db, "SELECT last FROM chats WHERE id < 3 ORDER BY id") == [(100,), (101,)]


def test_reads_that_come_together_share_statements(run: Run, db: PostgresDatabase, asked: list[str]) -> None:
    async def look(tx: Tx, chat_id: int) -> tuple[Any, ...]:
        chat = await tx.one("SELECT id, title FROM chats WHERE id = :id", id=chat_id)
        listed = await tx.all("SELECT id FROM chats WHERE id >= :id ORDER BY id", id=chat_id)
        return chat, [id_ for (id_,) in listed]

    async def story() -> list[Any]:
        reads = (db.read(lambda tx, n=n: look(tx, 1 + n % 4)) for n in range(20))  # type: ignore[misc]
        return list(await asyncio.gather(*reads))

    seen = run(story())
    assert seen == [((1 + n % 4, "x"), list(range(1 + n % 4, 5))) for n in range(20)]
    assert len(asked) == 2


def test_a_read_that_fails_fails_alone(run: Run, db: PostgresDatabase) -> None:
    async def divided(tx: Tx, by: int) -> Any:
        row = await tx.one("SELECT 10 / CAST(:by AS BIGINT)", by=by)
        assert row is not None
        return row[0]

    async def slow(tx: Tx) -> str:
        await tx.one("SELECT pg_sleep(0.7)")
        return "slow"

    async def story() -> list[Any]:
        reads = (db.read(lambda tx, n=n: divided(tx, n)) for n in (1, 0, 2))  # type: ignore[misc]
        return list(await asyncio.gather(*reads, db.read(slow), return_exceptions=True))

    ten, problem, five, late = run(story())
    assert (ten, five, late) == (10, 5, "slow")
    assert isinstance(problem, asyncpg.DivisionByZeroError)
