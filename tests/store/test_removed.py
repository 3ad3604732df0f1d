"""A database whose files are removed or replaced under a running server stores nothing more, and says so."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from botyard.store.engines import sqlite_writer
from botyard.store.engines.db import Unavailable
from botyard.store.engines.migrate import migrate, newest_known
from botyard.store.engines.open_files import OpenFiles
from botyard.store.engines.sqlite import SqliteDatabase
from botyard.store.engines.watch import look
from tests.store.conftest import Run
from tests.store.notes import ADD, TABLE, connected, count

SUFFIXES = ["", "-wal"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "portal"
    made.mkdir()
    return made


@pytest.fixture
def db(run: Run, folder: Path) -> Iterator[SqliteDatabase]:
    """An open database with one row in a table of notes."""

    async def opened() -> SqliteDatabase:
        database = SqliteDatabase(folder / "botyard.db")
        await migrate(database)
        await database.write(lambda tx: tx.run(TABLE))
        await database.write(lambda tx: tx.run(ADD, name="first"))
        return database

    database: SqliteDatabase = run(opened())
    yield database
    run(database.close())


def add(run: Run, db: SqliteDatabase) -> str:
    """Why a note cannot be written; ``""`` when it was."""
    try:
        run(db.write(lambda tx: tx.run(ADD, name="later")))
    except Unavailable as refused:
        return refused.reason
    return ""


def sentence(place: Path) -> str:
    return f"{place} was removed or replaced while the server ran; put it back, or restart the server."


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_nothing_is_acknowledged_that_goes_to_a_removed_file(
    run: Run, db: SqliteDatabase, folder: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As after a pause; right after another write the row is refused alike, and stays in the file that is away.
    monkeypatch.setattr(sqlite_writer, "FRESH", 0)
    place = folder / f"botyard.db{suffix}"
    place.rename(folder / "away")
    assert add(run, db) == sentence(place)
    (folder / "away").rename(place)
    run(look(db, newest_known()))
    assert run(count(db)) == 1
    assert add(run, db) == ""


def test_the_memory_that_processes_share_is_missed_soon(run: Run, db: SqliteDatabase, folder: Path) -> None:
    place = folder / "botyard.db-shm"
    place.rename(folder / "away")
    run(look(db, newest_known()))
    assert add(run, db) == sentence(place)
    (folder / "away").rename(place)
    run(look(db, newest_known()))
    assert add(run, db) == ""


def test_nor_in_a_removed_folder(run: Run, db: SqliteDatabase, folder: Path) -> None:
    shutil.rmtree(folder)
    assert add(run, db) == sentence(folder / "botyard.db")
    assert not folder.exists()


def test_nor_where_another_database_was_put_in_its_place(run: Run, db: SqliteDatabase, folder: Path) -> None:
    other = folder.with_name("other")
    other.mkdir()
    with connected(other / "botyard.db") as connection:
        connection.pragma("journal_mode", "WAL")
        connection.execute(TABLE.replace("{id}", "INTEGER PRIMARY KEY"))
        folder.rename(folder.with_name("away"))
        other.rename(folder)
        assert add(run, db) == sentence(folder / "botyard.db")
        run(db.close())
        # What the old server leaves behind must not touch the new one's files, its log least of all.
        assert (folder / "botyard.db-wal").exists()
        connection.execute("INSERT INTO notes (name) VALUES ('new')")
    with connected(folder / "botyard.db") as connection:
        assert connection.execute("SELECT name FROM notes").fetchall() == [("new",)]


def test_a_file_that_is_removed_during_the_commit_is_noticed_before_the_answer(
    run: Run, db: SqliteDatabase, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = folder / "botyard.db"
    looked: list[int] = []
    require = OpenFiles.require

    def once(files: OpenFiles, within: float = 0.0) -> None:
        # Between the first look and the commit.
        require(files, within)
        if not looked:
            looked.append(1)
            place.rename(folder / "away")

    monkeypatch.setattr(OpenFiles, "require", once)
    assert add(run, db) == sentence(place)


def test_reading_is_refused_soon_and_told_once(
    run: Run, db: SqliteDatabase, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place = folder / "botyard.db"
    place.rename(folder / "away")
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            run(look(db, newest_known()))
            with pytest.raises(Unavailable) as caught:
                run(count(db))
        assert caught.value.reason == sentence(place)
        (folder / "away").rename(place)
        run(look(db, newest_known()))
        assert run(count(db)) == 1
    began, ended = (record.getMessage() for record in caplog.records)
    assert began == f"{caught.value.mark} {sentence(place)} Calls are refused until it is back."
    assert ended.startswith(f"{caught.value.mark} The database is back after ")


def test_calls_at_once_are_refused_alike(run: Run, db: SqliteDatabase, folder: Path) -> None:
    async def story() -> list[object]:
        calls = (db.write(lambda tx: tx.run(ADD, name="later")) for _ in range(20))
        return list(await asyncio.gather(*calls, return_exceptions=True))

    (folder / "botyard.db").rename(folder / "away")
    answers = run(story())
    assert {getattr(answer, "reason", answer) for answer in answers} == {sentence(folder / "botyard.db")}
    assert len({getattr(answer, "mark", answer) for answer in answers}) == 1
