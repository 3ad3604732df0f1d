"""Databases for the tests of the store: each test once on SQLite and once on PostgreSQL, where there is one."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from botyard.store.engines.connect import open_database
from botyard.store.engines.db import Database
from tests.loops import Loop
from tests.postgres import Cluster

T = TypeVar("T")
Run = Callable[[Coroutine[Any, Any, Any]], Any]

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@pytest.fixture
def run() -> Iterator[Run]:
    """Run a coroutine on the event loop of this test."""
    loop = Loop()
    yield loop.run
    loop.close()


@pytest.fixture(scope="session")
def worker_address(cluster: Cluster) -> Iterator[str]:
    """A PostgreSQL database of this worker process, used by its tests one after the other."""
    url = cluster.create_database()
    yield url
    cluster.drop(url)


@pytest.fixture
def address(cluster: Cluster, worker_address: str) -> str:
    """The address of an empty PostgreSQL database."""
    cluster.clear(worker_address)
    return worker_address


@pytest.fixture(params=ENGINES)
def place(request: pytest.FixtureRequest) -> str:
    """Where a new, empty database can be opened, on each engine in turn."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("address"))
    return str(request.getfixturevalue("tmp_path") / "botyard.db")


@pytest.fixture
def db(run: Run, place: str) -> Iterator[Database]:
    """An open database on each engine in turn."""
    database: Database = run(open_database(place))
    yield database
    run(database.close())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a new SQLite file may be made."""
    return tmp_path / "botyard.db"
