"""Where a database is asked for decides the engine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from botyard.store.engines.connect import open_database
from botyard.store.engines.db import Database, Unavailable
from tests.store.conftest import Run


def test_a_path_is_a_sqlite_file(run: Run, path: Path) -> None:
    async def story(place: str | Path) -> str:
        db: Database = await open_database(place)
        await db.close()
        return db.name

    assert run(story(path)) == run(story(str(path))) == "sqlite"


def test_an_address_is_a_server(run: Run) -> None:
    for scheme in ("postgres", "postgresql"):
        with pytest.raises(Unavailable, match="PostgreSQL server cannot be reached"):
            run(open_database(f"{scheme}://nobody@127.0.0.1:9/none"))


def test_the_slow_driver_is_imported_only_for_a_server() -> None:
    code = "import sys, botyard.store.engines.connect; sys.exit('asyncpg' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
