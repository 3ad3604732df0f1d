"""Numbered migrations: forward only, all in one transaction, each recorded with its checksum."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Sequence
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

from botyard.store.engines.db import Database, Tx, Unavailable
from botyard.store.engines.earlier_migrations import EARLIER

Folder = Traversable | Path

_NAME = re.compile(r"(\d{4})_\w+\.sql")
_TABLE = """
CREATE TABLE IF NOT EXISTS migrations (
    number BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    applied BIGINT NOT NULL,
    checksum TEXT NOT NULL
)
"""
_HAS_TABLE = {
    "sqlite": "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'",
    "postgresql": "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'migrations'",
}
# Before a statement that only one engine needs: ``{sqlite} UPDATE …;``.
_ENGINE = re.compile(r"\{(sqlite|postgresql)\}\s*")
# On SQLite the write itself keeps a second process out. The number means nothing; it only has to stay the same.
_LOCK = {"postgresql": "SELECT pg_advisory_xact_lock(7226918054)"}


class Migration(NamedTuple):
    """One file: ``0003_chats.sql`` is number 3, name ``0003_chats``."""

    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    def statements(self, engine: str) -> list[str]:
        """The text cut at each ``;`` that ends a line, without comment lines and what is for another engine."""
        lines = (line.rstrip() for line in self.text.splitlines() if not line.lstrip().startswith("--"))
        parts = re.split(r";$", "\n".join(lines), flags=re.MULTILINE)
        return [_ENGINE.sub("", part.strip(), count=1) for part in parts if part.strip() and _meant(part, engine)]


def _meant(statement: str, engine: str) -> bool:
    only = _ENGINE.match(statement.strip())
    return only is None or only[1] == engine


class Step(NamedTuple):
    """One thing to do: apply a migration, or bring up to date what an earlier text of it has made."""

    migration: Migration
    statements: Sequence[str]


async def migrate(db: Database, folder: Folder | None = None) -> list[str]:
    """Bring the database up to date; the names of the migrations applied now.

    Raises ``Unavailable`` when the database is newer than the program, or was made by other migrations.
    """

    async def work(tx: Tx) -> list[str]:
        return await apply(tx, db.name, folder)

    # The usual start finds nothing to do, and should not write to find it.
    return await db.write(work) if await pending(db, folder) else []


async def apply(tx: Tx, engine: str, folder: Folder | None = None, *, last: int | None = None) -> list[str]:
    """Apply what is missing, up to the migration of number ``last``; the names."""
    known = [migration for migration in known_migrations(folder) if last is None or migration.number <= last]
    if lock := _LOCK.get(engine):
        await tx.one(lock)
    await tx.run(_TABLE)
    steps = _steps(known, await applied(tx), engine)
    for step in steps:
        for statement in step.statements:
            await tx.run(statement)
        await _record(tx, step.migration)
    return [step.migration.name for step in steps]


def require_known(recorded: dict[int, tuple[str, str]]) -> None:
    """See that migrations that were applied elsewhere are those of this program. Raises ``Unavailable``."""
    _steps(known_migrations(None), recorded, "sqlite")


async def pending(db: Database, folder: Folder | None = None) -> list[str]:
    """The names of the migrations that the database still lacks, or has in an earlier form."""
    known = known_migrations(folder)

    async def work(tx: Tx) -> list[str]:
        there = await tx.one(_HAS_TABLE[db.name])
        return [step.migration.name for step in _steps(known, await applied(tx) if there else {}, db.name)]

    return await db.read(work)


async def has_schema(db: Database) -> bool:
    """Whether any migration was ever applied; where not, the database holds nothing of a portal."""
    return await db.read(lambda tx: tx.one(_HAS_TABLE[db.name])) is not None


async def newest(tx: Tx) -> tuple[int, str]:
    """Number and name of the last migration that was applied."""
    row = await tx.one("SELECT number, name FROM migrations ORDER BY number DESC LIMIT 1")
    return (int(row[0]), str(row[1])) if row else (0, "")


def newest_known() -> int:
    """The number of the last migration that this version has."""
    return len(known_migrations(None))


async def applied(tx: Tx) -> dict[int, tuple[str, str]]:
    """Name and checksum of each migration that made this database, by number."""
    rows = await tx.all("SELECT number, name, checksum FROM migrations ORDER BY number")
    return {number: (name, checksum) for number, name, checksum in rows}


async def _record(tx: Tx, migration: Migration) -> None:
    await tx.run(
        """INSERT INTO migrations (number, name, applied, checksum) VALUES (:number, :name, :applied, :checksum)
           ON CONFLICT (number) DO UPDATE SET checksum = excluded.checksum""",
        number=migration.number,
        name=migration.name,
        applied=int(time.time()),
        checksum=migration.checksum,
    )


def _steps(known: list[Migration], applied: dict[int, tuple[str, str]], engine: str) -> list[Step]:
    """What is to be done, in order, once it is sure that all that is applied is known."""
    newest = known[-1].number if known else 0
    for number, (name, _) in applied.items():
        if number > newest:
            raise Unavailable(
                f"The database was written by a newer version of Botyard: it has migration {name}, "
                f"and this version knows none above {newest:04}."
            )
    steps = []
    for migration in known:
        made = applied.get(migration.number)
        if made is None:
            steps.append(Step(migration, migration.statements(engine)))
        elif made != (migration.name, migration.checksum):
            steps.append(Step(migration, _repair(migration, made)))
    return steps


def _repair(migration: Migration, made: tuple[str, str]) -> Sequence[str]:
    """The statements that bring up to date what an earlier text of the migration has made."""
    if made[0] != migration.name or made not in EARLIER:
        raise Unavailable(
            f"The database was made by a version of Botyard that this one does not know: its migration {made[0]} "
            f"is another one than {migration.name} here. Nothing is wrong with it; open it with that version."
        )
    return EARLIER[made]


def known_migrations(folder: Folder | None) -> list[Migration]:
    """The files of the folder in the order of their numbers, which count up from 1 without a gap."""
    return _migrations_in(folder) if folder is not None else _own_migrations()


@cache
def _own_migrations() -> list[Migration]:
    """Those of this program, which are looked for several times at each start."""
    return _migrations_in(resources.files("botyard.store") / "migrations")


def _migrations_in(folder: Folder) -> list[Migration]:
    migrations = [
        Migration(int(match[1]), file.name.removesuffix(".sql"), file.read_text(encoding="utf-8"))
        for file in folder.iterdir()
        if (match := _NAME.fullmatch(file.name))
    ]
    migrations.sort()
    if [migration.number for migration in migrations] != list(range(1, len(migrations) + 1)):
        raise ValueError(f"Migrations must count up from 0001: {', '.join(m.name for m in migrations)}.")
    return migrations
