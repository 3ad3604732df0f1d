"""What both engines promise: one suite, run on each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from botyard.store.engines.db import Database, Duplicate, Row, Tx, Unavailable, Value, Work
from tests.store.conftest import Run

TABLE = "CREATE TABLE notes (id {id}, name TEXT UNIQUE, number BIGINT NOT NULL DEFAULT 0, data {bytes})"
ADD = "INSERT INTO notes (name) VALUES (:name)"
BIG = 2**63 - 1


@pytest.fixture
def notes(run: Run, db: Database) -> Database:
    """A database with one empty table."""
    run(db.write(lambda tx: tx.run(TABLE)))
    return db


async def names(db: Database) -> list[str | None]:
    return [name for (name,) in await db.read(lambda tx: tx.all("SELECT name FROM notes ORDER BY id"))]


async def add(db: Database, name: str) -> None:
    await db.write(lambda tx: tx.run(ADD, name=name))


def test_a_write_is_read_back(run: Run, notes: Database) -> None:
    run(add(notes, "first"))
    assert run(names(notes)) == ["first"]
    assert run(notes.read(lambda tx: tx.one("SELECT id, name, number FROM notes"))) == (1, "first", 0)
    assert run(notes.read(lambda tx: tx.one("SELECT id FROM notes WHERE name = :name", name="second"))) is None


def test_a_work_returns_what_it_likes(run: Run, notes: Database) -> None:
    async def work(tx: Tx) -> str:
        await tx.run(ADD, name="a")
        return "done"

    assert run(notes.write(work)) == "done"


def test_an_exception_rolls_everything_back(run: Run, notes: Database) -> None:
    async def work(tx: Tx) -> None:
        await tx.run(ADD, name="a")
        await tx.run("UPDATE notes SET number = :n", n=5)
        raise LookupError("no")

    with pytest.raises(LookupError, match="no"):
        run(notes.write(work))
    assert run(names(notes)) == []


def test_one_failure_leaves_the_others_of_its_group_alone(run: Run, notes: Database) -> None:
    async def fetch(number: int) -> int:
        async def work(tx: Tx) -> int:
            await tx.run(ADD, name=str(number))
            if number % 3 == 0:
                raise ValueError(number)
            return number

        return await notes.write(work)

    async def story() -> list[int | BaseException]:
        return await asyncio.gather(*(fetch(number) for number in range(30)), return_exceptions=True)

    answers = run(story())
    assert [a if isinstance(a, int) else -1 for a in answers] == [n if n % 3 else -1 for n in range(30)]
    assert all(isinstance(answers[n], ValueError) for n in range(0, 30, 3))
    assert sorted(int(n or 0) for n in run(names(notes))) == [n for n in range(30) if n % 3]


def test_run_counts_the_rows_it_changed(run: Run, notes: Database) -> None:
    async def work(tx: Tx) -> list[int]:
        return [
            await tx.run(ADD, name="a"),
            await tx.run("INSERT INTO notes (name) VALUES (:a), (:b)", a="b", b="c"),
            await tx.run("UPDATE notes SET number = 1 WHERE name <> :name", name="a"),
            await tx.run("SELECT 1"),
            await tx.run("UPDATE notes SET number = 1 WHERE name = :name", name="z"),
            await tx.run("INSERT INTO notes (name) VALUES (:name) ON CONFLICT DO NOTHING", name="a"),
            await tx.run("CREATE INDEX notes_number ON notes (number)"),
            await tx.run("INSERT INTO notes (name) SELECT name || 'x' FROM notes RETURNING id"),
            await tx.run("WITH old AS (SELECT id FROM notes) DELETE FROM notes WHERE id IN (SELECT id FROM old)"),
        ]

    assert run(notes.write(work)) == [1, 2, 2, 0, 0, 0, 0, 3, 6]


def test_returning(run: Run, notes: Database) -> None:
    async def work(tx: Tx) -> tuple[Row | None, list[Row], Row | None]:
        return (
            await tx.one("INSERT INTO notes (name) VALUES (:name) RETURNING id, name", name="a"),
            await tx.all("INSERT INTO notes (name) VALUES (:a), (:b) RETURNING id", a="b", b="c"),
            await tx.one("UPDATE notes SET number = 7 WHERE id > :id RETURNING number", id=1),
        )

    assert run(notes.write(work)) == ((1, "a"), [(2,), (3,)], (7,))
    # Every row was changed, although only the first was asked for.
    assert run(notes.read(lambda tx: tx.all("SELECT number FROM notes ORDER BY id"))) == [(0,), (7,), (7,)]


def test_on_conflict(run: Run, notes: Database) -> None:
    upsert = """INSERT INTO notes (name, number) VALUES (:name, :number)
                ON CONFLICT (name) DO UPDATE SET number = notes.number + excluded.number RETURNING number"""

    async def work(tx: Tx) -> list[Row | None]:
        return [await tx.one(upsert, name="a", number=number) for number in (1, 10)]

    assert run(notes.write(work)) == [(1,), (11,)]


def test_a_second_row_of_the_same_name_is_a_duplicate(run: Run, notes: Database) -> None:
    run(add(notes, "a"))
    with pytest.raises(Duplicate):
        run(add(notes, "a"))
    with pytest.raises(Duplicate):
        run(notes.write(lambda tx: tx.run("INSERT INTO notes (id, name) VALUES (:id, :name)", id=1, name="b")))


def test_the_first_failing_statement_ends_the_work_even_if_it_is_caught(run: Run, notes: Database) -> None:
    async def stubborn(tx: Tx) -> None:
        await tx.run(ADD, name="b")
        for name in ("a", "c"):
            try:
                await tx.run(ADD, name=name)
            except Exception:  # noqa: S112  # The mistake that is tested.
                continue

    run(add(notes, "a"))
    with pytest.raises(Duplicate):
        run(notes.write(stubborn))
    assert run(names(notes)) == ["a"]
    run(add(notes, "d"))


def test_other_broken_rules_are_not_duplicates(run: Run, notes: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)not.null") as caught:
        run(notes.write(lambda tx: tx.run("INSERT INTO notes (number) VALUES (:n)", n=None)))
    assert not isinstance(caught.value, (Duplicate, Unavailable))


def test_foreign_keys_hold(run: Run, notes: Database) -> None:
    run(notes.write(lambda tx: tx.run("CREATE TABLE tags (note BIGINT NOT NULL REFERENCES notes (id))")))
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        run(notes.write(lambda tx: tx.run("INSERT INTO tags (note) VALUES (:n)", n=99)))


def test_a_foreign_key_checked_at_the_end_fails_its_call_alone(run: Run, notes: Database) -> None:
    deferred = "CREATE TABLE tags (note BIGINT REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED)"
    run(notes.write(lambda tx: tx.run(deferred)))

    async def story() -> list[int | BaseException]:
        bad = notes.write(lambda tx: tx.run("INSERT INTO tags (note) VALUES (:n)", n=99))
        good = notes.write(lambda tx: tx.run(ADD, name="a"))
        return list(await asyncio.gather(bad, good, return_exceptions=True))

    bad, good = run(story())
    assert isinstance(bad, Exception) and "foreign key" in str(bad).lower()
    assert good == 1
    assert run(names(notes)) == ["a"]


def test_null_and_64_bits_and_bytes_come_back_as_they_were(run: Run, notes: Database) -> None:
    async def work(tx: Tx) -> list[Row]:
        insert = "INSERT INTO notes (name, number, data) VALUES (:name, :number, :data)"
        await tx.run(insert, name=None, number=BIG, data=b"\x00\xff")
        await tx.run(insert, name=None, number=-BIG - 1, data=None)
        await tx.run(insert, name="\u0416 \U0001f600 'quoted' :a {id} ?1 $1", number=True, data=b"")
        return await tx.all("SELECT name, number, data FROM notes ORDER BY id")

    assert run(notes.write(work)) == [
        (None, BIG, b"\x00\xff"),
        (None, -BIG - 1, None),
        ("\u0416 \U0001f600 'quoted' :a {id} ?1 $1", 1, b""),
    ]


def test_truth_and_sums_are_plain_integers(run: Run, notes: Database) -> None:
    async def work(tx: Tx) -> Row | None:
        await tx.many("INSERT INTO notes (name, number) VALUES (:n, :i)", [{"n": str(i), "i": i} for i in (1, 2)])
        return await tx.one(
            "SELECT number = 1, EXISTS (SELECT 1 FROM notes), SUM(number) OVER (), COUNT(*) OVER () "
            "FROM notes ORDER BY id"
        )

    row = run(notes.write(work))
    assert row == (1, 1, 3, 2)
    assert [type(value) for value in row] == [int] * 4


def test_many(run: Run, notes: Database) -> None:
    rows: list[dict[str, Value]] = [{"name": f"n{number}", "extra": number} for number in range(250)]
    run(notes.write(lambda tx: tx.many(ADD, iter(rows))))
    assert run(names(notes)) == [f"n{number}" for number in range(250)]
    run(notes.write(lambda tx: tx.many(ADD, [])))


def test_many_stores_all_or_nothing(run: Run, notes: Database) -> None:
    with pytest.raises(Duplicate):
        run(notes.write(lambda tx: tx.many(ADD, [{"name": "a"}, {"name": "b"}, {"name": "a"}])))
    assert run(names(notes)) == []


def test_a_forgotten_parameter_is_a_mistake_of_the_program(run: Run, notes: Database) -> None:
    with pytest.raises(KeyError, match="name"):
        run(notes.write(lambda tx: tx.run(ADD, nam="a")))
    with pytest.raises(Exception, match=r"nowhere") as caught:
        run(notes.read(lambda tx: tx.all("SELECT * FROM nowhere")))
    assert not isinstance(caught.value, Unavailable)


def test_a_column_in_double_quotes_is_never_a_text(run: Run, notes: Database) -> None:
    with pytest.raises(Exception, match="nonsense"):
        run(notes.read(lambda tx: tx.all('SELECT "nonsense" FROM notes')))


@pytest.mark.parametrize(
    ("stored", "asked", "matches"),
    [
        ("Привет, МИР", "%мир%", True),
        ("Straße ÄÖÜ", "%äöü", True),
        ("Ünal", "ÜNAL", True),
        ("ΑΒΓ", "αβ_", True),
        ("100%", "100!%", True),
        ("1000", "100!%", False),
        ("a_b", "a!_b", True),
        ("axb", "a!_b", False),
        ("Jörg", "jorg", False),
    ],
)
def test_search_minds_no_case_in_any_alphabet(
    run: Run, notes: Database, stored: str, asked: str, matches: bool
) -> None:
    run(add(notes, stored))
    like = "SELECT 1 FROM notes WHERE lower(name) LIKE lower(:asked) ESCAPE '!'"
    assert (run(notes.read(lambda tx: tx.one(like, asked=asked))) is not None) is matches


def test_like_alone_minds_the_case(run: Run, notes: Database) -> None:
    run(add(notes, "Anna"))
    assert run(notes.read(lambda tx: tx.one("SELECT 1 FROM notes WHERE name LIKE :a", a="anna"))) is None


def test_words_work_where_they_are_used(run: Run, notes: Database) -> None:
    run(add(notes, "a"))
    claim = "SELECT id FROM notes WHERE number = 0 ORDER BY id LIMIT :n {skip_locked}"
    assert run(notes.write(lambda tx: tx.all(claim, n=10))) == [(1,)]
    assert run(notes.write(lambda tx: tx.one("SELECT id FROM notes {for_update}"))) == (1,)


def test_ids_are_not_used_again(run: Run, notes: Database) -> None:
    run(add(notes, "a"))
    run(notes.write(lambda tx: tx.run("DELETE FROM notes")))
    run(add(notes, "b"))
    assert run(notes.read(lambda tx: tx.one("SELECT id FROM notes"))) == (2,)


def test_commits_that_change_rows_wake_the_readers(run: Run, notes: Database) -> None:
    heard: list[list[str | None]] = []
    tasks: set[asyncio.Task[None]] = set()

    async def look() -> None:
        heard.append(await names(notes))

    async def settled() -> None:
        for _ in range(3):
            await asyncio.sleep(0.01)

    def wake() -> None:
        tasks.add(asyncio.create_task(look()))

    notes.on_commit(wake)

    async def story() -> None:
        await add(notes, "a")
        await settled()
        await notes.write(lambda tx: tx.one("SELECT 1"))
        await notes.write(lambda tx: tx.run("UPDATE notes SET number = 1 WHERE id = :id", id=77))
        with pytest.raises(Duplicate):
            await add(notes, "a")
        await settled()

    run(story())
    assert heard == [["a"]]


def test_a_wake_that_fails_harms_nobody(run: Run, notes: Database) -> None:
    problems: list[object] = []
    woken = asyncio.Event()

    def broken() -> None:
        raise LookupError("broken")

    notes.on_commit(broken)
    notes.on_commit(woken.set)

    async def story() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: problems.append(context["exception"]))
        await add(notes, "a")
        await asyncio.wait_for(woken.wait(), 5)

    run(story())
    assert [type(problem) for problem in problems] == [LookupError]


def test_a_work_inside_a_work_is_a_mistake(run: Run, notes: Database) -> None:
    def inner(write: bool) -> Awaitable[object]:
        return notes.write(lambda tx: tx.one("SELECT 1")) if write else notes.read(lambda tx: tx.one("SELECT 1"))

    for outer in (notes.read, notes.write):
        for write in (True, False):

            async def work(_tx: Tx, write: bool = write) -> None:
                await inner(write)

            with pytest.raises(RuntimeError, match="may not open another"):
                run(outer(work))
    run(add(notes, "a"))
    assert run(names(notes)) == ["a"]


def test_a_cancelled_caller_leaves_the_others_of_its_group_alone(run: Run, notes: Database) -> None:
    async def story() -> list[object]:
        tasks = [asyncio.create_task(add(notes, str(number))) for number in range(20)]
        await asyncio.sleep(0)
        for task in tasks[::4]:
            task.cancel()
        return list(await asyncio.gather(*tasks, return_exceptions=True))

    answers = run(story())
    assert all(answer is None for number, answer in enumerate(answers) if number % 4)
    stored = set(run(names(notes)))
    assert stored >= {str(number) for number in range(20) if number % 4}
    run(add(notes, "still here"))


def test_adds_into_one_row_are_all_counted(run: Run, notes: Database) -> None:
    async def once(tx: Tx) -> None:
        row = await tx.one("SELECT number FROM notes WHERE id = 1 {for_update}")
        assert row is not None
        await tx.run("UPDATE notes SET number = :number WHERE id = 1", number=row[0] + 1)

    async def story() -> Row | None:
        await add(notes, "counter")
        await asyncio.gather(*(notes.write(once) for _ in range(300)))
        return await notes.read(lambda tx: tx.one("SELECT number FROM notes"))

    assert run(story()) == (300,)


def test_updates_and_ordered_rows_are_there_for_whoever_reads_next(run: Run, notes: Database) -> None:
    ordered = "INSERT INTO notes (name) VALUES (:name) {ordered}"
    raised = "UPDATE notes SET number = number + :by WHERE id = :id"

    async def work(tx: Tx) -> list[Any]:
        first = await tx.insert(ordered, name="a")
        await tx.many(ordered, [{"name": "b"}, {"name": "c"}])
        for by in (2, 3):
            await tx.update(raised, by=by, id=first)
        await tx.update("UPDATE notes SET number = :number WHERE name = :name", number=7, name="b")
        return [first, *await tx.all("SELECT name, number FROM notes ORDER BY id")]

    written = run(notes.write(work))
    assert written == [1, ("a", 5), ("b", 7), ("c", 0)]
    assert run(notes.read(lambda tx: tx.all("SELECT name, number FROM notes ORDER BY id"))) == written[1:]


def test_an_unordered_write_is_a_write(run: Run, notes: Database) -> None:
    assert run(notes.write_unordered(lambda tx: tx.insert("INSERT INTO notes (name) VALUES ('x')"))) == 1

    async def fails(tx: Tx) -> None:
        await tx.run("UPDATE notes SET name = 'y'")
        raise LookupError

    with pytest.raises(LookupError):
        run(notes.write_unordered(fails))
    assert run(names(notes)) == ["x"]


def signalling(word: str, *, sql: str = "") -> Work[int]:
    """A work that signals a word, and writes a row if there is a text for it."""

    async def work(tx: Tx) -> int:
        tx.signals.append(word)
        return await tx.run(sql, name=word) if sql else 0

    return work


def test_signals_are_handed_over_after_the_commit_in_order(run: Run, notes: Database) -> None:
    async def story() -> list[str]:
        heard: list[str] = []
        notes.on_signal(heard.append)
        for word in ("a", "b"):
            await notes.write(signalling(word, sql=ADD))
        await notes.write(signalling("c"))
        await notes.write_unordered(signalling("d"))
        await asyncio.sleep(0)
        return heard

    assert run(story()) == ["a", "b", "c", "d"]


def test_what_is_not_stored_is_not_signalled(run: Run, notes: Database) -> None:
    async def story() -> list[str]:
        heard: list[str] = []
        notes.on_signal(heard.append)
        calls = [notes.write(signalling(word, sql=ADD)) for word in ("a", "b", "a", "c")]
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert [isinstance(result, Duplicate) for result in results] == [False, False, True, False]
        await asyncio.sleep(0)
        return heard

    assert sorted(run(story())) == ["a", "b", "c"]


def test_a_reader_signals_nothing(run: Run, notes: Database) -> None:
    async def story() -> list[str]:
        heard: list[str] = []
        notes.on_signal(heard.append)
        await notes.read(signalling("a"))
        await notes.snapshot(signalling("b"))
        await asyncio.sleep(0)
        return heard

    assert run(story()) == []
