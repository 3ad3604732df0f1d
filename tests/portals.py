"""Portals for tests, on either engine: PostgreSQL databases are made once, and emptied between tests."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import apsw
import pytest

from botyard.portal.database_note import SQLITE_FILE
from botyard.store.engines.connect import open_database
from botyard.store.engines.db import Database
from botyard.store.engines.migrate import migrate
from tests.loops import Loop
from tests.postgres import Cluster
from tests.world import World

W = TypeVar("W", bound=World)

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


class Kept:
    """A migrated PostgreSQL database that stays open from test to test, with the loop that its connections live on."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.loop = Loop()
        self.database: Database = self.loop.run(self._opened())
        self._own = self.loop.run(self._tasks())

    async def _opened(self) -> Database:
        # Slow to import, and most tests do without.
        import asyncpg

        database = await open_database(self.url)
        await migrate(database)
        self._connection = await asyncpg.connect(self.url)
        tables = await self._connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations'"
        )
        # Emptied, not truncated: for a few rows that is many times faster. Ids need not start again.
        rows = "".join(f'DELETE FROM "{name}";' for (name,) in tables)
        self._empty = f"BEGIN; SET LOCAL session_replication_role = 'replica'; {rows} COMMIT"
        return database

    async def _tasks(self) -> set[asyncio.Task[Any]]:
        return asyncio.all_tasks() - {task for task in [asyncio.current_task()] if task}

    def emptied(self) -> bool:
        """End what the test has left running and delete all rows; false when the test has broken the database."""
        return self.loop.run(self._emptied())

    async def _emptied(self) -> bool:
        left = await self._tasks() - self._own
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        try:
            await self._connection.execute(self._empty)
            await self.database.read(lambda tx: tx.one("SELECT 1"))
        except Exception:  # Whatever it is: another one is made.
            return False
        return not any(task.done() for task in self._own)

    def close(self) -> None:
        """Close its connections."""
        self.loop.run(self.database.close())
        self._connection.terminate()
        self.loop.close()


class Databases:
    """PostgreSQL databases of one worker process, lent out one test at a time."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._made: list[str] = []
        self._free: list[str] = []
        self._kept: list[Kept] = []

    @contextlib.contextmanager
    def lent(self) -> Iterator[str]:
        """The address of a database without rows."""
        if self._free:
            url = self._free.pop()
            self._cluster.run(_EMPTY, url)
        else:
            url = self._new()
        yield url
        self._free.append(url)

    @contextlib.contextmanager
    def open(self) -> Iterator[Kept]:
        """An open database without rows."""
        kept = self._kept.pop() if self._kept else Kept(self._new())
        yield kept
        if kept.emptied():
            self._kept.append(kept)
        else:
            kept.close()

    def _new(self) -> str:
        url = self._cluster.create_database()
        self._made.append(url)
        return url

    def drop(self) -> None:
        for kept in self._kept:
            kept.close()
        for url in self._made:
            self._cluster.drop(url)


# Emptied as above, by somebody who does not know the tables yet.
_EMPTY = """
DO $$ DECLARE one text; BEGIN
    PERFORM set_config('session_replication_role', 'replica', true);
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations' LOOP
        EXECUTE format('DELETE FROM %I', one);
    END LOOP;
END $$
"""


@contextlib.contextmanager
def opened(request: pytest.FixtureRequest, engine: str, folder: Path, kind: type[W], **settings: Any) -> Iterator[W]:
    """A portal on ``engine`` with one administrator, and what its kind adds."""
    with contextlib.ExitStack() as stack:
        kept = None
        if engine == "postgresql":
            # Asked for late, so that nothing is started for SQLite.
            databases: Databases = request.getfixturevalue("databases")
            kept = stack.enter_context(databases.open())
        world = kind(folder, kept, **settings)
        stack.callback(world.close)
        yield world


async def run_elsewhere(world: World, sql: str) -> None:
    """Run SQL as another program would, of whose commits nobody is told."""
    if world.settings.database:
        # Slow to import, and most tests do without.
        import asyncpg

        connection = await asyncpg.connect(world.settings.database)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()
        return
    with contextlib.closing(apsw.Connection(str(world.settings.data / SQLITE_FILE))) as other:
        other.execute(sql)
