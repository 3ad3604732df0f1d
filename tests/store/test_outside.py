"""Another program may open, read and close the file of a running server at any time: nothing is lost by it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.store.test_kill import CHILD, acknowledged, check

# As an administrator would, with the standard library: another copy of SQLite in another process.
READING = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT * FROM messages").fetchall()
connection.close()
"""

# Every descriptor of the database that is opened by anybody but SQLite, and whether the file was there already.
WATCHING = """
import asyncio, os, sys
from pathlib import Path

def hook(event, words):
    if event == "open" and "botyard.db" in str(words[0]):
        print("opened", os.path.exists(words[0]), flush=True)

sys.addaudithook(hook)

from botyard.cli import main
from botyard.config import Settings
from botyard.demo.provisioning import DemoPortal, provision
from botyard.commands.permissions import usual_scopes
from botyard.server import open_context

async def serve(folder):
    settings = Settings(data=folder)
    context = await open_context(settings)
    if len(sys.argv) > 2:
        await provision(DemoPortal(context.database, context.keys, settings, usual_scopes()))
    await context.database.write(lambda tx: tx.run("UPDATE portal SET title = 'x'"))
    # The commands of an administrator, beside an open portal in this very process.
    for words in (["user", "list"], ["doctor"], ["webhook", "add", "alice"], ["migrate"]):
        assert await asyncio.to_thread(main, [*words, "--data", str(folder)]) == 0
    await context.database.close()

asyncio.run(serve(Path(sys.argv[1])))
"""


def test_an_outside_reader_takes_nothing_from_a_server_that_is_killed(tmp_path: Path) -> None:
    database, printed = tmp_path / "botyard.db", tmp_path / "acknowledged"
    for _ in range(3):
        child = subprocess.Popen([sys.executable, "-c", CHILD, str(database), str(printed)])
        try:
            _wait_for_more(printed, child)
            log = Path(f"{database}-wal").stat().st_ino
            for _ in range(3):
                subprocess.run([sys.executable, "-c", READING, str(database)], check=True, timeout=30)
                assert Path(f"{database}-wal").stat().st_ino == log
                _wait_for_more(printed, child)
        finally:
            child.send_signal(signal.SIGKILL)
            child.wait(30)
        known = acknowledged(printed)
        assert check(database, known) >= len(known) > 0


def _wait_for_more(printed: Path, child: subprocess.Popen[bytes]) -> None:
    """Until something was acknowledged since now."""
    size = printed.stat().st_size if printed.exists() else 0
    until = time.monotonic() + 30
    while not printed.exists() or printed.stat().st_size == size:
        assert child.poll() is None and time.monotonic() < until
        time.sleep(0.002)


def opened_by_us(folder: Path, *words: str) -> list[str]:
    """What this project's own code opened of the database, and nobody but SQLite should."""
    ended = subprocess.run(
        [sys.executable, "-c", WATCHING, os.fspath(folder), *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return [line for line in ended.stdout.splitlines() if line.startswith("opened")]


def test_nothing_but_sqlite_opens_a_file_that_is_there(tmp_path: Path) -> None:
    # A new file is made, once, before any connection is; after that its descriptors are SQLite's business alone.
    assert opened_by_us(tmp_path, "new") == ["opened False"]
    assert opened_by_us(tmp_path) == []
