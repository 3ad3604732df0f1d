"""What was acknowledged survives ``kill -9`` at any instant."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import apsw
import pytest

LONGEST = 0.12  # seconds from the first acknowledgement to the kill

# Sixteen tasks add a message and its event in one call; every fifth call is refused after both rows were written.
# An id is printed only once the call has returned.
CHILD = """
import asyncio, itertools, os, sys
from botyard.store.engines.sqlite import SqliteDatabase

def adding(id):
    async def work(tx):
        await tx.run("INSERT INTO messages (id, text) VALUES (:id, :text)", id=id, text="x" * (id % 3000))
        await tx.run("INSERT INTO events (message_id) VALUES (:id)", id=id)
        await tx.run("UPDATE chats SET messages = messages + 1")
        if id % 5 == 0:
            raise LookupError
    return work

async def client(db, ids, out):
    for id in ids:
        try:
            await db.write(adding(id))
        except LookupError:
            continue
        os.write(out, b"%d\\n" % id)

async def main():
    out = os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    db = SqliteDatabase(sys.argv[1])
    await db.write(lambda tx: tx.run("CREATE TABLE IF NOT EXISTS messages (id BIGINT PRIMARY KEY, text TEXT)"))
    await db.write(lambda tx: tx.run("CREATE TABLE IF NOT EXISTS events (message_id BIGINT PRIMARY KEY)"))
    await db.write(lambda tx: tx.run("CREATE TABLE IF NOT EXISTS chats (id BIGINT PRIMARY KEY, messages BIGINT)"))
    await db.write(lambda tx: tx.run("INSERT INTO chats VALUES (1, 0) ON CONFLICT DO NOTHING"))
    last, = await db.read(lambda tx: tx.one("SELECT COALESCE(MAX(id), 0) FROM messages"))
    ids = itertools.count(last + 1)
    await asyncio.gather(*(client(db, ids, out) for _ in range(16)))

asyncio.run(main())
"""


def acknowledged(path: Path) -> set[int]:
    """The ids that the children had printed; a line cut short by the kill counts for nothing."""
    text = path.read_text() if path.exists() else ""
    return {int(line) for line in text.splitlines(keepends=True) if line.endswith("\n")}


def killed_once(database: Path, printed: Path, chance: random.Random) -> None:
    """Start a child on the database and kill it at a random instant, now and then before it has done anything."""
    size = printed.stat().st_size if printed.exists() else 0
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(database), str(printed)], stderr=subprocess.PIPE)
    try:
        if chance.random() < 0.2:
            time.sleep(chance.uniform(0, 0.3))
        else:
            until = time.monotonic() + 30
            while not printed.exists() or printed.stat().st_size == size:
                assert child.poll() is None and time.monotonic() < until, child.communicate(timeout=5)
                time.sleep(0.002)
            time.sleep(chance.uniform(0, LONGEST))
    finally:
        child.send_signal(signal.SIGKILL)
        _, errors = child.communicate(timeout=30)
    assert child.returncode == -signal.SIGKILL, errors.decode()


def check(database: Path, known: set[int]) -> int:
    """Everything acknowledged is there, nothing refused is, and nothing is there by halves; how many rows there are."""
    with contextlib.closing(apsw.Connection(os.fspath(database))) as connection:
        assert connection.pragma("integrity_check") == "ok"
        if not connection.table_exists(None, "chats"):
            assert not known
            return 0
        stored = {id for (id,) in connection.execute("SELECT id FROM messages")}
        events = {id for (id,) in connection.execute("SELECT message_id FROM events")}
        counted = sum(number for (number,) in connection.execute("SELECT messages FROM chats"))
    assert known - stored == set()
    assert not [id for id in stored if id % 5 == 0]
    assert stored == events
    assert counted == len(stored)
    return len(stored)


@pytest.mark.parametrize("kills", [5, pytest.param(50, marks=pytest.mark.journey)])
def test_no_acknowledged_row_is_lost(tmp_path: Path, kills: int) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    database, printed = tmp_path / "botyard.db", tmp_path / "acknowledged"
    for kill in range(kills):
        killed_once(database, printed, chance)
        known = acknowledged(printed)
        stored = check(database, known)
        print(f"kill {kill}: {len(known)} acknowledged, {stored} stored")
    assert len(acknowledged(printed)) > kills
