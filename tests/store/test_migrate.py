"""Migrations: applied in order, once, all or none, by one process at a time."""

from __future__ import annotations

import asyncio
import sys
from importlib import resources
from pathlib import Path

import pytest

from botyard.store.engines.db import Database, Tx, Unavailable
from botyard.store.engines.migrate import migrate, pending
from tests.store.conftest import Run

PEOPLE = """
-- People; this semicolon ends a line of a comment only;
CREATE TABLE people (
    id {id},  -- a word of the engine
    name TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX people_name ON people (name);
"""
PETS = "CREATE TABLE pets (id {id}, owner BIGINT REFERENCES people (id));\nINSERT INTO people (name) VALUES ('a; b')"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two migrations and a file that is none."""
    place = tmp_path / "migrations"
    place.mkdir()
    (place / "0001_people.sql").write_text(PEOPLE)
    (place / "0002_pets.sql").write_text(PETS)
    (place / "README.md").write_text("Not a migration.")
    return place


def test_migrations_are_applied_once_and_in_order(run: Run, db: Database, folder: Path) -> None:
    assert run(pending(db, folder)) == ["0001_people", "0002_pets"]
    assert run(migrate(db, folder)) == ["0001_people", "0002_pets"]
    assert run(pending(db, folder)) == []
    assert run(migrate(db, folder)) == []
    assert run(db.read(lambda tx: tx.one("SELECT id, name FROM people"))) == (1, "a; b")
    rows = run(db.read(lambda tx: tx.all("SELECT number, name, applied, checksum FROM migrations ORDER BY number")))
    assert [row[:2] for row in rows] == [(1, "0001_people"), (2, "0002_pets")]
    assert all(row[2] > 1_700_000_000 and len(row[3]) == 64 for row in rows)


def test_only_what_is_missing_is_applied(run: Run, db: Database, folder: Path) -> None:
    run(migrate(db, folder))
    (folder / "0003_more.sql").write_text("ALTER TABLE pets ADD COLUMN name TEXT;\n")
    assert run(pending(db, folder)) == ["0003_more"]
    assert run(migrate(db, folder)) == ["0003_more"]


def test_a_migration_that_fails_leaves_nothing_behind(run: Run, db: Database, folder: Path) -> None:
    (folder / "0003_broken.sql").write_text("CREATE TABLE fine (a BIGINT);\nCREATE TABLE (a BIGINT);\n")
    with pytest.raises(Exception, match=r"syntax error"):
        run(migrate(db, folder))
    (folder / "0003_broken.sql").unlink()
    assert run(migrate(db, folder)) == ["0001_people", "0002_pets"]


def test_a_database_of_a_newer_version_is_left_alone(run: Run, db: Database, folder: Path) -> None:
    run(migrate(db, folder))
    (folder / "0002_pets.sql").unlink()
    for asked in (pending, migrate):
        with pytest.raises(Unavailable) as caught:
            run(asked(db, folder))
        assert caught.value.reason == (
            "The database was written by a newer version of Botyard: it has migration 0002_pets, "
            "and this version knows none above 0001."
        )


def test_a_file_changed_afterwards_is_noticed(run: Run, db: Database, folder: Path) -> None:
    run(migrate(db, folder))
    (folder / "0001_people.sql").write_text(PEOPLE + "-- changed\n")
    with pytest.raises(Unavailable, match="its migration 0001_people is another one"):
        run(migrate(db, folder))


def test_numbers_without_a_gap(run: Run, db: Database, folder: Path) -> None:
    (folder / "0004_gap.sql").write_text("SELECT 1;\n")
    with pytest.raises(ValueError, match="count up from 0001: 0001_people, 0002_pets, 0004_gap"):
        run(pending(db, folder))
    (folder / "0004_gap.sql").rename(folder / "0002_twice.sql")
    with pytest.raises(ValueError, match="count up"):
        run(migrate(db, folder))


MIGRATING = """
import asyncio, pathlib, sys
from botyard.store.engines.migrate import migrate
from botyard.store.engines.connect import open_database

async def main():
    db = await open_database(sys.argv[1])
    print(len(await migrate(db, pathlib.Path(sys.argv[2]))))
    await db.close()

asyncio.run(main())
"""


def test_processes_that_migrate_at_once_do_it_once(run: Run, place: str, folder: Path) -> None:
    async def run_once() -> bytes:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", MIGRATING, place, str(folder), stdout=asyncio.subprocess.PIPE
        )
        output, _ = await process.communicate()
        assert process.returncode == 0
        return output

    async def story() -> list[bytes]:
        return list(await asyncio.gather(*(run_once() for _ in range(4))))

    assert sorted(run(story())) == [b"0\n", b"0\n", b"0\n", b"2\n"]


def test_the_migrations_of_the_package_are_found(run: Run, db: Database) -> None:
    names = run(pending(db))
    assert names[0].startswith("0001_")
    assert run(migrate(db)) == names
    assert run(pending(db)) == []


def test_who_listened_before_is_heard_after(run: Run, db: Database, tmp_path: Path) -> None:
    """0014 notes of each chat what members.listens says of its members."""
    files = sorted((resources.files("botyard.store") / "migrations").iterdir(), key=lambda file: file.name)
    *before, last = [file for file in files if file.name <= "0014_listened.sql"]
    older = tmp_path / "older"
    older.mkdir()
    for file in before:
        (older / file.name).write_bytes(file.read_bytes())
    run(migrate(db, older))

    async def filled(tx: Tx) -> None:
        await tx.run("INSERT INTO users (id, registered, updated) VALUES (1, 0, 0), (2, 0, 0)")
        await tx.run("INSERT INTO chats (id, kind, created) VALUES (1, 'C', 0), (2, 'C', 0), (3, 'C', 0)")
        await tx.run(
            """INSERT INTO members (chat_id, user_id, joined, listens)
               VALUES (1, 1, 0, 0), (2, 1, 0, 0), (2, 2, 0, 1), (3, 2, 0, 1)"""
        )

    run(db.write(filled))
    (older / last.name).write_bytes(last.read_bytes())
    assert run(migrate(db, older)) == ["0014_listened"]
    rows = run(db.read(lambda tx: tx.all("SELECT id, listened FROM chats ORDER BY id")))
    assert rows == [(1, 0), (2, 1), (3, 1)]


def test_a_statement_for_one_engine_is_left_out_on_the_other(run: Run, db: Database, folder: Path) -> None:
    (folder / "0003_engines.sql").write_text(
        "{sqlite} INSERT INTO people (name)\n    VALUES ('sqlite');\n"
        "{postgresql} INSERT INTO people (name)\n    VALUES ('postgresql');\n"
    )
    run(migrate(db, folder))
    assert run(db.read(lambda tx: tx.all("SELECT name FROM people WHERE name <> 'a; b'"))) == [(db.name,)]


@pytest.mark.parametrize(("there", "following"), [((), 2001), ((7,), 2001), ((3000,), 3001)])
def test_ids_of_chats_go_up_to_their_range_and_never_down(
    run: Run, db: Database, tmp_path: Path, there: tuple[int, ...], following: int
) -> None:
    """0017 begins where an older database had not come yet."""
    files = sorted((resources.files("botyard.store") / "migrations").iterdir(), key=lambda file: file.name)
    *before, last = [file for file in files if file.name <= "0017_numbers.sql"]
    older = tmp_path / "older"
    older.mkdir()
    for file in before:
        (older / file.name).write_bytes(file.read_bytes())
    run(migrate(db, older))

    async def filled(tx: Tx) -> None:
        for number in there:
            if db.name == "postgresql":
                await tx.one("SELECT setval('chats_id_seq', CAST(:id AS BIGINT), false)", id=number)
            else:
                await tx.run("INSERT INTO chats (id, kind, created) VALUES (:id, 'C', 0)", id=number - 1)
            assert await tx.insert("INSERT INTO chats (kind, created) VALUES ('C', 0)") == number

    run(db.write(filled))
    (older / last.name).write_bytes(last.read_bytes())
    assert run(migrate(db, older)) == ["0017_numbers"]
    made = run(db.write(lambda tx: tx.insert("INSERT INTO chats (kind, created) VALUES ('C', 0)")))
    assert made == following
    command = "INSERT INTO commands (owner, bot_id, command, lang) VALUES ('a', :bot, 'help', '[]')"

    async def commanded(tx: Tx) -> int:
        await tx.run("INSERT INTO users (id, registered, updated) VALUES (1, 0, 0)")
        return await tx.insert(command, bot=1)

    assert run(db.write(commanded)) == 1001


def test_rows_stay_where_tables_and_columns_get_other_names(run: Run, db: Database, tmp_path: Path) -> None:
    """0031 renames what deliveries, bindings, sessions and pending bytes are stored in."""
    files = sorted((resources.files("botyard.store") / "migrations").iterdir(), key=lambda file: file.name)
    older = tmp_path / "older"
    older.mkdir()
    for file in files:
        if file.name < "0031":
            (older / file.name).write_bytes(file.read_bytes())
    run(migrate(db, older))

    async def fill(tx: Tx) -> None:
        await tx.run("INSERT INTO users (id, registered, updated) VALUES (1, 0, 0)")
        await tx.run("INSERT INTO events (id, type, body, created) VALUES (1, 'MessageSent', '{}', 0)")
        await tx.run(
            """INSERT INTO deliveries (id, event_id, recipient, lane, state, queued, due, told)
               VALUES (7, 1, 'bot:1001', 2001, 'fetch', 0, 0, 9)"""
        )
        await tx.run("INSERT INTO loose_blobs (name, since) VALUES ('bytes', 5)")
        await tx.run("INSERT INTO sign_ins (hash, user_id, created, expires) VALUES ('hash', 1, 0, 8)")

    run(db.write(fill))
    assert run(migrate(db))[0] == "0031_standard_names"
    assert run(db.read(lambda tx: tx.all("SELECT id, ordering_key, mark FROM deliveries"))) == [(7, 2001, 9)]
    assert run(db.read(lambda tx: tx.all("SELECT name, since, claimed FROM pending_blobs"))) == [("bytes", 5, 0)]
    assert run(db.read(lambda tx: tx.all("SELECT hash, user_id, expires FROM sessions"))) == [("hash", 1, 8)]
