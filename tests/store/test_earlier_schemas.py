"""A database of every state in which the schema has ever landed opens, and becomes what a new one is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import pytest

from botyard.store.engines.connect import open_database
from botyard.store.engines.db import Database, Row, Tx
from botyard.store.engines.earlier_migrations import EARLIER
from botyard.store.engines.migrate import migrate, pending
from tests.store.conftest import Run

MIGRATIONS = sorted((resources.files("botyard.store") / "migrations").iterdir(), key=lambda file: file.name)
SCHEMAS = Path(__file__).with_name("schemas")
"""Earlier texts of migrations, each with the start of its checksum in its name."""

# The commits that changed migrations: how many there were, and which of them had another text than today. Commits with
# a gap in the numbers are left out, for no database could be made with them.
CHATS, EVENTS, QUEUES = "0003_chats.a9032eb7", "0005_events.da92dba7", "0008_event_queues.f1717b41"
FIRST_DELIVERY, SECOND_DELIVERY = "0006_delivery.b86afb85", "0006_delivery.6efef409"
LANDED: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "cee81e1": (5, (CHATS, EVENTS)),
    "490885e": (5, (EVENTS,)),
    "6d7e318": (7, (FIRST_DELIVERY,)),
    "8075414": (8, (FIRST_DELIVERY, QUEUES)),
    "bc64187": (8, (SECOND_DELIVERY, QUEUES)),
    "a62e4c5": (11, (SECOND_DELIVERY, QUEUES)),
    "8032a83": (12, (SECOND_DELIVERY, QUEUES)),
    "f07363c": (12, (QUEUES,)),
    # From here on nothing was edited; each number is a state.
    **{f"up to {number:04}": (number, ()) for number in range(12, len(MIGRATIONS) + 1)},
}

Shape = tuple[list[Row], list[Row]]
"""Columns, and indexes."""

COLUMNS = {
    "sqlite": """SELECT t.name, c.name, c.type, c."notnull", COALESCE(c.dflt_value, ''), c.pk
                 FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY 1, 2""",
    "postgresql": """SELECT table_name, column_name, data_type, is_nullable, COALESCE(column_default, ''), is_identity
                     FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY 1, 2""",
}
INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name",
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1",
}


def texts(state: str) -> dict[str, bytes]:
    """The files of the migrations as they were at a commit."""
    number, edited = LANDED[state]
    others = {name.partition(".")[0]: (SCHEMAS / f"{name}.sql").read_bytes() for name in edited}
    return {file.name: others.get(file.name.removesuffix(".sql"), file.read_bytes()) for file in MIGRATIONS[:number]}


def written(folder: Path, state: str) -> Path:
    folder.mkdir()
    for name, content in texts(state).items():
        (folder / name).write_bytes(content)
    return folder


async def furnished(tx: Tx) -> None:
    """A person and a bot in a chat, a message of each, and an event."""
    await tx.run("INSERT INTO users (id, kind, registered, updated) VALUES (1, 'employee', 0, 0), (2, 'bot', 0, 0)")
    await tx.run(
        "INSERT INTO bots (user_id, owner, code, type, created) VALUES (2, 'app:one', 'echo', 'B', 0)",
    )
    await tx.run("INSERT INTO chats (id, kind, created) VALUES (1, 'C', 0)")
    await tx.run("INSERT INTO members (chat_id, user_id, joined) VALUES (1, 1, 0), (1, 2, 0)")
    await tx.run("INSERT INTO messages (id, chat_id, author_id, text, sent, counted) VALUES (1, 1, 1, 'hello', 0, 1)")
    await tx.run("INSERT INTO events (id, type, body, created) VALUES (1, 'MessageSent', '{}', 0)")


async def shape(db: Database) -> Shape:
    """Every column and every index; the order of columns means nothing."""

    async def work(tx: Tx) -> Shape:
        indexes = [(name, " ".join(sql.split())) for name, sql in await tx.all(INDEXES[db.name])]
        return await tx.all(COLUMNS[db.name]), indexes

    return await db.read(work)


@pytest.fixture(scope="module")
def shapes() -> dict[str, Shape]:
    """The shapes of databases that were made today, by engine; each is made when it is asked for first."""
    return {}


@pytest.fixture
def fresh(run: Run, db: Database, place: str, request: pytest.FixtureRequest, shapes: dict[str, Shape]) -> Shape:
    """The shape of a database that was made today."""
    if db.name not in shapes:
        if db.name == "sqlite":
            shapes[db.name] = run(_shape_of(str(Path(place).with_name("fresh.db"))))
        else:
            cluster = request.getfixturevalue("cluster")
            url = cluster.create_database()
            shapes[db.name] = run(_shape_of(url))
            cluster.drop(url)
    return shapes[db.name]


async def _shape_of(place: str) -> Shape:
    db = await open_database(place)
    try:
        await migrate(db)
        return await shape(db)
    finally:
        await db.close()


@pytest.mark.parametrize("state", LANDED)
def test_a_database_of_every_landed_schema_opens(
    run: Run, db: Database, tmp_path: Path, state: str, fresh: Shape
) -> None:
    older = written(tmp_path / "older", state)
    run(migrate(db, older))
    run(db.write(furnished))
    run(migrate(db))
    assert run(pending(db)) == []
    assert run(shape(db)) == fresh

    async def kept(tx: Tx) -> list[Row]:
        bots = await tx.all("SELECT user_id FROM members WHERE bot = 1")
        return [*bots, *await tx.all("SELECT text FROM messages"), *await tx.all("SELECT type FROM events")]

    # Before there was the column, every bot of a chat was one without it; later it is written with the row.
    noted = [(2,)] if CHATS in LANDED[state][1] else []
    assert run(db.read(kept)) == [*noted, ("hello",), ("MessageSent",)]


def test_every_earlier_text_is_kept_here_and_known_to_the_program() -> None:
    kept = {}
    for file in SCHEMAS.glob("*.sql"):
        checksum = hashlib.sha256(file.read_bytes()).hexdigest()
        name, start, _ = file.name.split(".")
        assert checksum.startswith(start)
        kept[name, checksum] = file.stem
    assert kept.keys() == EARLIER.keys()
    assert set(kept.values()) == {name for _, edited in LANDED.values() for name in edited}
