"""Portals for tests, on either engine: PostgreSQL databases are made once and emptied between tests."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.postgres import Cluster
from tests.world import World

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]

# Emptied, not truncated: for a few rows that is many times faster. Ids need not start again.
_EMPTY = """
DO $$ DECLARE one text; BEGIN
    PERFORM set_config('session_replication_role', 'replica', true);
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations' LOOP
        EXECUTE format('DELETE FROM %I', one);
    END LOOP;
END $$
"""


class Databases:
    """Migrated PostgreSQL databases of one worker process, lent out one test at a time."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._made: list[str] = []
        self._free: list[str] = []

    @contextlib.contextmanager
    def lent(self) -> Iterator[str]:
        """The address of a database without rows."""
        if self._free:
            url = self._free.pop()
            self._cluster.run(_EMPTY, url)
        else:
            url = self._cluster.create_database()
            self._made.append(url)
        yield url
        self._free.append(url)

    def drop(self) -> None:
        for url in self._made:
            self._cluster.drop(url)


@contextlib.contextmanager
def opened(request: pytest.FixtureRequest, engine: str, folder: Path, **settings: Any) -> Iterator[World]:
    """A portal on ``engine`` with one administrator."""
    with contextlib.ExitStack() as stack:
        address = ""
        if engine == "postgresql":
            # Asked for late, so that nothing is started for SQLite.
            databases: Databases = request.getfixturevalue("databases")
            address = stack.enter_context(databases.lent())
        world = World(folder, address, **settings)
        stack.callback(world.close)
        yield world
