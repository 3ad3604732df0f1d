"""Pictures are kept while something shows them, and cost whoever stored them until then; on both engines."""

from __future__ import annotations

import asyncio
import functools
import random
from importlib import resources
from pathlib import Path

import pytest

from botyard.model.files import StoredBlob
from botyard.model.people import Profile
from botyard.store import avatars, chats, files, users
from botyard.store.avatars import PLACE, Avatar
from botyard.store.engines.budget import CostLimits
from botyard.store.engines.db import Database, Tx
from botyard.store.engines.migrate import migrate
from tests.store.conftest import Run

PICTURES = {"a.png": b"a" * 100, "b.png": b"b" * 250}
MIGRATIONS = sorted((resources.files("botyard.store") / "migrations").iterdir(), key=lambda file: file.name)


@pytest.fixture
def people(run: Run, db: Database) -> Database:
    """Three people and a chat."""

    async def work(tx: Tx) -> None:
        await tx.run("INSERT INTO portal (id, title, member_id, created) VALUES (1, '', 'm', 0)")
        for user_id in (1, 2, 3):
            await tx.run("INSERT INTO users (id, kind, registered, updated) VALUES (:id, 'employee', 0, 0)", id=user_id)
        await tx.run("INSERT INTO chats (id, kind, created) VALUES (1, 'C', 0)")

    run(migrate(db))
    run(db.write(work))
    return db


async def shows(db: Database, name: str, *, user_id: int = 0, payer: int = 1, apart: bool = False) -> None:
    """Let somebody, or the chat, show a picture; ``""`` for none. ``apart``: beside other works, on PostgreSQL."""

    async def work(tx: Tx) -> None:
        tx.caller_id = payer
        if name and await avatars.add(tx, name, Avatar("image/png", PICTURES[name])):
            await files.add_usage(tx, payer, len(PICTURES[name]))
        path = f"{PLACE}{name}" if name else ""
        if user_id:
            await users.change(tx, user_id, Profile(avatar=path))
        else:
            await chats.set_avatar(tx, 1, path)

    await (db.write_unordered(work) if apart else db.write(work))


async def state(db: Database) -> tuple[set[str], set[str], dict[int, int], dict[int, int]]:
    """Pictures that are shown, that are kept, what each person should pay for, and does."""

    async def work(tx: Tx) -> tuple[set[str], set[str], dict[int, int], dict[int, int]]:
        shown = await tx.all("SELECT avatar FROM users UNION SELECT avatar FROM chats")
        kept = await tx.all("SELECT name, charged_to, LENGTH(bytes) FROM avatars")
        due: dict[int, int] = {}
        for _, payer, size in kept:
            due[payer] = due.get(payer, 0) + size
        paid = {user_id: size for user_id, size in await tx.all("SELECT user_id, bytes FROM file_usage") if size}
        return {path for (path,) in shown if path}, {f"{PLACE}{name}" for name, _, _ in kept}, due, paid

    return await db.read(work)


def test_what_is_replaced_goes_and_is_returned(run: Run, people: Database) -> None:
    run(shows(people, "a.png", user_id=1))
    run(shows(people, "a.png", user_id=2, payer=2))
    run(shows(people, "a.png", payer=2))
    assert run(state(people)) == ({f"{PLACE}a.png"}, {f"{PLACE}a.png"}, {1: 100}, {1: 100})
    # It is still shown by two, and whoever stored it pays.
    run(shows(people, "b.png", user_id=1))
    assert run(state(people))[3] == {1: 350}
    run(shows(people, "", user_id=2))
    run(shows(people, "a.png"))
    assert run(state(people))[3] == {1: 350}
    run(shows(people, ""))
    assert run(state(people)) == ({f"{PLACE}b.png"}, {f"{PLACE}b.png"}, {1: 250}, {1: 250})
    # Shown anew it stays; who stores one that had gone pays for it.
    run(shows(people, "b.png", user_id=1, payer=3))
    run(shows(people, "a.png", user_id=2, payer=3))
    assert run(state(people))[3] == {1: 250, 3: 100}


@pytest.mark.parametrize("apart", [False, True])
def test_nothing_that_is_shown_is_lost_among_many_at_once(run: Run, people: Database, apart: bool) -> None:
    orders = random.Random(8024)

    async def work() -> None:
        for _ in range(15):
            async with asyncio.TaskGroup() as group:
                for place in orders.sample(range(4), 4):
                    name = orders.choice(["", "a.png", "b.png"])
                    group.create_task(shows(people, name, user_id=place, payer=place or 1, apart=apart))
            shown, kept, due, paid = await state(people)
            assert (shown, due) == (kept, paid)

    run(work())


def test_a_picture_that_others_show_waits_for_nobody(run: Run, people: Database) -> None:
    """Whether a picture is shown is read by an index."""
    plan = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}[people.name]

    async def work(tx: Tx) -> str:
        if people.name == "postgresql":
            await tx.run("SET LOCAL enable_seqscan = off")
        tables = (("users", "avatar"), ("chats", "avatar"), ("chat_apps", "icon"))
        rows = [
            await tx.all(f"{plan}SELECT 1 FROM {table} WHERE {column} = :path AND {column} <> ''", path="/avatar/a.png")
            for table, column in tables
        ]
        return str(rows)

    text = run(people.write(work))
    assert [name in text for name in ("users_avatar", "chats_avatar", "chat_apps_icon")] == [True] * 3


def test_pictures_of_an_older_portal_that_nothing_shows_go(run: Run, db: Database, tmp_path: Path) -> None:
    folder = tmp_path / "older"
    folder.mkdir()
    for file in MIGRATIONS:
        if file.name < "0042":
            (folder / file.name).write_bytes(file.read_bytes())
    run(migrate(db, folder))

    async def furnish(tx: Tx) -> None:
        await tx.run(
            """INSERT INTO users (id, kind, registered, updated, avatar) VALUES (1, 'employee', 0, 0, '/avatar/person'),
               (2, 'bot', 0, 0, '/avatar/bot'), (3, 'bot', 0, 0, '/avatar/former')"""
        )
        await tx.run("INSERT INTO bots (user_id, owner, code, type, created) VALUES (2, 'app:one', 'echo', 'B', 0)")
        await tx.run("INSERT INTO chats (id, kind, created, avatar) VALUES (1, 'C', 0, '/avatar/chat')")
        await tx.run("INSERT INTO chat_apps (owner, bot_id, code, icon) VALUES ('app:one', 2, 'x', '/avatar/icon')")
        for name in ("person", "bot", "former", "chat", "icon", "replaced"):
            await avatars_before(tx, name)
        await tx.run(
            """INSERT INTO files (chat_id, author_id, created, name, size, mime, blob, charged)
               VALUES (1, 1, 0, 'a', 5, '', 'x', 5), (1, 1, 0, 'a', 5, '', 'x', 0), (1, 2, 0, 'b', 7, '', 'y', 7)"""
        )
        await tx.run("INSERT INTO file_usage (user_id, bytes) VALUES (1, 999), (3, 1)")

    async def avatars_before(tx: Tx, name: str) -> None:
        await tx.run("INSERT INTO avatars (name, mime, bytes, created) VALUES (:n, '', :b, 0)", n=name, b=b"x")

    run(db.write(furnish))
    run(migrate(db))
    names = run(db.read(lambda tx: tx.all("SELECT name FROM avatars ORDER BY name")))
    assert [name for (name,) in names] == ["bot", "chat", "icon", "person"]
    usage = run(db.read(lambda tx: tx.all("SELECT user_id, bytes FROM file_usage ORDER BY user_id")))
    assert usage == [(1, 5), (2, 7)]
    assert run(db.read(lambda tx: tx.one("SELECT avatar FROM users WHERE id = 3"))) == ("",)


def test_a_chat_of_many_files_is_deleted_by_a_few_statements(run: Run, people: Database) -> None:
    """However many there are, within what a call may cost; copies in another chat keep their bytes."""

    async def keep(tx: Tx) -> None:
        await tx.run("INSERT INTO chats (id, kind, created) VALUES (2, 'C', 0)")
        for number in range(3000):
            blob = StoredBlob(f"blob{number}", 5, "", preview=f"preview{number}", preview_size=2)
            file_id = await files.add(tx, blob, chat_id=1, author_id=1 + number % 3, name="a")
            if number < 3:
                await files.copy(tx, file_id, chat_id=2, author_id=1)
        for user_id in (1, 2, 3):
            await files.add_usage(tx, user_id, 7 * 1000)

    async def remove(tx: Tx) -> int:
        tx.budget.limit(CostLimits(statements=10_000, rows=20_000))
        await files.remove_of_chat(tx, 1)
        return tx.budget.statements

    run(people.write(keep))
    assert run(people.write(remove)) < 10
    assert run(people.read(lambda tx: tx.one("SELECT COUNT(*) FROM files"))) == (3,)
    assert run(people.read(lambda tx: tx.one("SELECT COUNT(*) FROM pending_blobs WHERE since = 0"))) == (2 * 2997,)
    assert run(people.read(lambda tx: tx.all("SELECT bytes FROM file_usage"))) == [(0,), (0,), (0,)]


@pytest.mark.parametrize("apart", [False, True])
def test_bytes_of_two_copies_that_go_at_once_are_left_to_nobody(run: Run, people: Database, apart: bool) -> None:
    async def keep(tx: Tx, turn: int) -> None:
        for message_id in (2 * turn + 1, 2 * turn + 2):
            blob = StoredBlob(f"blob{turn}", 5, "")
            file_id = await files.add(tx, blob, chat_id=1, author_id=1, name="a")
            await files.set_message(tx, [file_id], message_id)

    async def gone(message_id: int) -> None:
        work = functools.partial(files.remove_of_message, message_id=message_id)
        await (people.write_unordered(work) if apart else people.write(work))

    async def work() -> None:
        for turn in range(20):
            await people.write(functools.partial(keep, turn=turn))
            await asyncio.gather(gone(2 * turn + 1), gone(2 * turn + 2))

    run(work())
    assert run(people.read(lambda tx: tx.one("SELECT COUNT(*) FROM files"))) == (0,)
    assert run(people.read(lambda tx: tx.one("SELECT COUNT(*) FROM pending_blobs"))) == (20,)
