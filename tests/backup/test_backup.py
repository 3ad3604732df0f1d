"""Backups: whole, consistent, of files that are deleted meanwhile too; refused where they are damaged or in the way."""

from __future__ import annotations

import asyncio
import io
import json
import os
import stat
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from botyard.chat.media import files as chat_files
from botyard.commands.exit_codes import ExitCode
from botyard.config import Settings
from botyard.portal import backup, restore
from botyard.portal.database_note import SQLITE_FILE as FILE
from botyard.server import open_context
from botyard.store import files
from botyard.store.engines import migrate, portable_rows
from botyard.store.engines.blobs import Blobs, Folder
from botyard.store.engines.connect import open_blobs, open_database
from botyard.store.engines.db import Database, Tx
from tests.commands.shell import Shell
from tests.portals import ENGINES, Databases
from tests.postgres import Cluster
from tests.world import World


def make(world: World, target: Path, blobs: Blobs | None = None) -> backup.BackupResult:
    """Take a backup of a portal."""
    context = world.context
    return world.run(
        backup.write(target, context.database, blobs=blobs or context.storage.blobs, data=context.settings.data)
    )


def openers(address: str = "") -> restore.Openers:
    async def rows(folder: Path) -> Database:
        return await open_database(address or folder / FILE)

    return restore.Openers(rows, lambda folder: open_blobs("", folder))


def put(target: Path, data: Path, address: str = "") -> None:
    asyncio.run(restore.put(target, restore.check(target), data=data, openers=openers(address)))


async def everything(database: Database) -> dict[str, list[Any]]:
    """All rows of all tables."""

    async def work(tx: Tx) -> dict[str, list[Any]]:
        tables = {name: sorted(columns) for name, columns in (await portable_rows.tables(tx, database.name)).items()}
        return {
            name: sorted(
                [row async for page in portable_rows.rows(tx, database.name, name, columns=columns) for row in page]
            )
            for name, columns in tables.items()
        }

    return await database.snapshot(work)


def sample(world: World) -> None:
    """Something of every kind: people, keys, a bot, messages, files, a deleted one, bytes in a column."""
    world.open_file_room()
    world.call("imbot.register", CODE="echo", EVENT_HANDLER="http://127.0.0.1:9/", PROPERTIES={"NAME": "Echo"})
    for number in range(3):
        world.call("im.message.add", DIALOG_ID=world.dialog, MESSAGE=f"Привет {number} 😀 'quoted'\n\"twice\"\\")
    world.add_file("a.txt", b"alpha")
    world.add_file("b.bin", bytes(range(256)) * 5000)


@pytest.fixture(params=ENGINES)
def address(request: pytest.FixtureRequest) -> Any:
    """Where a backup is restored to: "" for SQLite, or an empty PostgreSQL database."""
    if request.param == "sqlite":
        yield ""
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    url = cluster.create_database()
    yield url
    cluster.drop(url)


def test_every_row_and_byte_comes_back_on_either_engine(portal: World, address: str, tmp_path: Path) -> None:
    sample(portal)
    target = tmp_path / "portal.tar"
    done = make(portal, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    before = portal.run(everything(portal.context.database))
    assert done.rows == sum(map(len, before.values()))
    put(target, tmp_path / "new", address)

    async def after() -> dict[str, list[Any]]:
        context = await open_context(Settings(data=tmp_path / "new", database=address))
        try:
            return await everything(context.database)
        finally:
            await context.database.close()

    assert asyncio.run(after()) == before
    old, new = portal.context.settings.data, tmp_path / "new"
    assert (new / "secret.key").read_bytes() == (old / "secret.key").read_bytes()
    blobs = {path.name: path.read_bytes() for path in (old / "files").rglob("*") if path.is_file()}
    assert {path.name: path.read_bytes() for path in (new / "files").rglob("*") if path.is_file()} == blobs
    assert [path for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


def test_numbers_go_on_where_they_stood(portal: World, address: str, tmp_path: Path) -> None:
    sample(portal)
    last = portal.call("im.message.add", DIALOG_ID=portal.dialog, MESSAGE="last").result
    # Removed without a trace: its number must not come again all the same.
    portal.write(lambda tx: tx.run("DELETE FROM messages WHERE id = :id", id=last))
    make(portal, tmp_path / "portal.tar")
    put(tmp_path / "portal.tar", tmp_path / "new", address)

    async def next_number() -> int:
        context = await open_context(Settings(data=tmp_path / "new", database=address))
        try:
            return await context.database.write(
                lambda tx: tx.insert(
                    "INSERT INTO messages (chat_id, author_id, sent, text, counted) VALUES (:chat, 1, 1, 'x', 99)",
                    chat=portal.room,
                )
            )
        finally:
            await context.database.close()

    assert asyncio.run(next_number()) > last


def test_files_deleted_while_the_backup_is_made_are_in_it(portal: World, tmp_path: Path) -> None:
    portal.open_file_room()
    sent = portal.add_file("a.txt", b"alpha")
    context = portal.context
    blobs, target = context.storage.blobs, tmp_path / "portal.tar"
    taken = context.database.snapshot
    swept: list[int] = []

    async def whole() -> None:
        async def snapshot_and_delete(work: Any) -> Any:
            result = await taken(work)
            # The rows are copied; now the message goes, and the sweeper comes for its bytes.
            await context.database.write(lambda tx: files.remove_of_chat(tx, portal.room))
            swept.append(await chat_files.sweep(context.database, blobs, now=int(context.clock.now()) + 86_400))
            return result

        context.database.snapshot = snapshot_and_delete  # type: ignore[method-assign]
        try:
            await backup.write(target, context.database, blobs=blobs, data=context.settings.data)
        finally:
            del context.database.snapshot
        # Its hold is over: what nobody owns goes now.
        swept.append(await chat_files.sweep(context.database, blobs, now=int(context.clock.now()) + 86_400))

    portal.run(whole())
    assert sent["size"] == 5
    assert swept == [0, 1]
    with tarfile.open(target) as tar:
        copied = [tar.extractfile(entry).read() for entry in tar.getmembers() if entry.name.startswith("files/")]  # type: ignore[union-attr]
    assert copied == [b"alpha"]


def test_a_backup_never_takes_the_place_of_a_file(world: World, tmp_path: Path) -> None:
    target = tmp_path / "portal.tar"
    target.write_text("precious")
    with pytest.raises(FileExistsError):
        make(world, target)
    assert target.read_text() == "precious"
    assert {path.name for path in tmp_path.iterdir()} == {"portal.tar", "portal0"}


def test_a_full_disk_leaves_nothing_behind(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "backups").mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            make(world, tmp_path / "backups" / "portal.tar")
    assert list((tmp_path / "backups").iterdir()) == []


def test_bytes_that_are_missing_fail_the_backup(world: World, tmp_path: Path) -> None:
    world.open_file_room()
    world.add_file("a.txt", b"alpha")
    for path in (world.context.settings.data / "files").rglob("*"):
        if path.is_file():
            path.unlink()
    with pytest.raises(OSError):
        make(world, tmp_path / "portal.tar")
    assert not (tmp_path / "portal.tar").exists()


@pytest.fixture
def taken(world: World, tmp_path: Path) -> Path:
    sample(world)
    make(world, tmp_path / "portal.tar")
    return tmp_path / "portal.tar"


def test_a_backup_that_is_damaged_anywhere_is_refused(taken: Path, tmp_path: Path) -> None:
    whole = taken.read_bytes()
    with tarfile.open(taken) as tar:
        places = [entry.offset_data + entry.size // 2 for entry in tar.getmembers() if entry.size]
        heads = [entry.offset for entry in tar.getmembers()]
    assert len(places) > 10
    for place in [*places, *heads]:
        broken = bytearray(whole)
        broken[place] ^= 1
        taken.write_bytes(broken)
        with pytest.raises(restore.InvalidBackup, match="damaged"):
            restore.check(taken)
    for length in (0, 1, 511, 1024, len(whole) // 2, places[-1]):
        taken.write_bytes(whole[:length])
        with pytest.raises(restore.InvalidBackup, match="cut off"):
            restore.check(taken)
    taken.write_bytes(whole)
    restore.check(taken)


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "tls/../outside.pem", "files/../../x", "botyard.db"])
def test_a_member_that_would_lie_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    target = tmp_path / "portal.tar"
    with target.open("wb") as out:
        archive = backup.Archive(out)
        archive.add_bytes(name, b"bad")
        archive.close()
    with pytest.raises(restore.InvalidBackup):
        restore.check(target)


def test_a_place_that_is_not_empty_is_left_alone(taken: Path, tmp_path: Path) -> None:
    data = tmp_path / "new"
    data.mkdir()
    (data / "lost+found").mkdir()
    restore.require_empty(data)
    (data / "secret.key").write_text("another")
    with pytest.raises(restore.InvalidBackup, match="not empty"):
        restore.require_empty(data)


@pytest.mark.postgresql
def test_a_database_that_is_not_empty_is_left_alone(taken: Path, tmp_path: Path, databases: Databases) -> None:
    with databases.open() as kept, pytest.raises(restore.InvalidBackup, match="not empty"):
        put(taken, tmp_path / "new", kept.url)
    assert list((tmp_path / "new").iterdir()) == []


def test_a_restore_that_fails_leaves_the_folder_empty(
    taken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(portable_rows, "set_last_numbers", fails)
    with pytest.raises(OSError, match="No space"):
        put(taken, tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []


def test_a_backup_of_an_earlier_version_comes_out_as_a_portal_of_this_one(
    taken: Path, tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = migrate.known_migrations(None)
    added = migrate.Migration(len(known) + 1, f"{len(known) + 1:04}_later", "ALTER TABLE portal ADD COLUMN later TEXT;")
    monkeypatch.setattr(migrate, "known_migrations", lambda folder: [*known, added])
    put(taken, tmp_path / "new", address)

    async def later() -> Any:
        database = await open_database(address or tmp_path / "new" / FILE)
        try:
            assert await migrate.pending(database) == []
            return await database.read(lambda tx: tx.one("SELECT later, title FROM portal"))
        finally:
            await database.close()

    assert asyncio.run(later()) == (None, "Test")


def test_a_backup_of_a_later_version_is_refused(taken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = migrate.known_migrations(None)
    monkeypatch.setattr(migrate, "known_migrations", lambda folder: known[:-1])
    with pytest.raises(restore.OtherVersion, match=f"{taken} cannot be restored: .* newer version"):
        restore.check(taken)


def rewritten(taken: Path, **changed: Any) -> Path:
    """The same backup with another manifest."""
    target = taken.with_name("rewritten.tar")
    with tarfile.open(taken) as tar, target.open("wb") as out:
        archive = backup.Archive(out)
        for member in tar.getmembers():
            source = tar.extractfile(member)
            assert source is not None
            content = source.read()
            if member.name == backup.MANIFEST:
                content = json.dumps(json.loads(content) | changed).encode()
            if member.name != backup.SUMS:
                archive.add_bytes(member.name, content)
        archive.close()
    return target


def told_tables(taken: Path) -> dict[str, list[str]]:
    return dict(restore.check(taken).manifest.tables)


@pytest.mark.parametrize("numbers", [[], [2], [1, 3]])
def test_a_backup_that_does_not_say_its_version_is_refused(taken: Path, numbers: list[int]) -> None:
    known = restore.check(taken).manifest.migrations
    broken = rewritten(taken, migrations={str(number): known[number] for number in numbers})
    with pytest.raises(restore.OtherVersion, match="which version's tables"):
        restore.check(broken)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda tables: tables.pop("messages"), "The backup lacks the table messages."),
        (lambda tables: tables.update(zzz=["a"]), "The backup has an unknown table zzz."),
        (lambda tables: tables["messages"].append("zzz"), "The columns of table messages .*: zzz."),
        (lambda tables: tables["messages"].append("id"), "The columns of table messages .*: one twice."),
    ],
)
def test_a_backup_with_other_tables_is_refused_and_leaves_nothing(
    taken: Path, tmp_path: Path, address: str, change: Callable[[dict[str, list[str]]], object], sentence: str
) -> None:
    tables = told_tables(taken)
    change(tables)
    with pytest.raises(restore.OtherVersion, match=sentence):
        put(rewritten(taken, tables=tables), tmp_path / "new", address)
    assert list((tmp_path / "new").iterdir()) == []
    # Nor in the database: the whole backup goes into it.
    put(taken, tmp_path / "new", address)


def test_a_restore_that_fails_takes_back_what_it_put_elsewhere(taken: Path, tmp_path: Path) -> None:
    bucket = Folder(tmp_path / "bucket")
    bucket.check()
    broken = rewritten(taken, tables=told_tables(taken) | {"zzz": ["a"]})
    archive = restore.check(broken)
    names = [name.removeprefix("files/") for name in archive.members if name.startswith("files/")]
    assert len(names) > 1
    # Another portal's, which uses the same bucket.
    bucket.put(names[0], io.BytesIO(b"there before"))
    places = restore.Openers(openers().rows, lambda folder: bucket)
    with pytest.raises(restore.OtherVersion):
        asyncio.run(restore.put(broken, archive, data=tmp_path / "new", openers=places))
    assert [path.name for path in (tmp_path / "bucket").rglob("*") if path.is_file()] == [names[0]]


def test_a_file_that_was_made_meanwhile_is_told_by_its_name(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "portal.tar"
    monkeypatch.setattr(Path, "exists", lambda path: False)
    target.write_bytes(b"another")
    with pytest.raises(FileExistsError) as caught:
        make(world, target)
    assert (caught.value.filename, caught.value.filename2) == (str(target), None)
    with pytest.raises(FileNotFoundError) as missing:
        make(world, tmp_path / "none" / "portal.tar")
    assert missing.value.filename == str(tmp_path / "none" / "portal.tar")


def test_the_command_says_what_it_needs_and_what_it_refuses(
    taken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOTYARD_DATABASE", "")
    shell = Shell(tmp_path / "new", capsys)
    assert shell.refused("backup", "-", code=ExitCode.USAGE) == (
        "botyard: A backup goes to a file, not to standard output; name one."
    )
    later = rewritten(taken, migrations={})
    assert "cannot be restored" in shell.refused("restore", str(later), code=ExitCode.STORAGE)
    broken = rewritten(taken, tables=told_tables(taken) | {"zzz": ["a"]})
    assert (
        shell.refused("restore", str(broken), code=ExitCode.STORAGE) == "botyard: The backup has an unknown table zzz."
    )
    assert list(shell.data.iterdir()) == []
