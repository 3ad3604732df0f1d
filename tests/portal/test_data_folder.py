"""A portal opens with its own key only, on each engine; a new one is made for a new portal only."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from botyard.commands.exit_codes import ExitCode
from botyard.config import Settings
from botyard.portal.auth import keys
from botyard.server import open_context
from botyard.store import secret_keys
from botyard.store.engines.db import FolderUnusable
from tests.commands.shell import Shell
from tests.portals import ENGINES, Databases


@pytest.fixture(params=ENGINES)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """A place for a new portal, on each engine in turn."""
    if request.param == "sqlite":
        yield Settings(data=tmp_path / "portal")
        return
    databases: Databases = request.getfixturevalue("databases")
    with databases.lent() as address:
        yield Settings(data=tmp_path / "portal", database=address)


@pytest.fixture
def shell(settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell for the same place."""
    monkeypatch.setenv("BOTYARD_DATABASE", settings.database)
    return Shell(settings.data, capsys)


async def opened(settings: Settings) -> frozenset[str]:
    """Open the portal as a server does; the fingerprints that its database knows."""
    context = await open_context(settings)
    try:
        return await context.database.read(secret_keys.fingerprints)
    finally:
        await context.database.close()


def reason(settings: Settings) -> str:
    """Why a server refuses to open the portal."""
    with pytest.raises(FolderUnusable) as caught:
        asyncio.run(opened(settings))
    return caught.value.reason


def key(settings: Settings) -> Path:
    return settings.data / keys.FILE


COMMANDS = [
    ["user", "list"],
    ["webhook", "list"],
    ["webhook", "add", "admin"],
    ["app", "list"],
    ["token", "issue", "admin"],
    ["portal", "switch"],
    ["doctor"],
    ["migrate"],
    ["init"],
    ["serve", "--port", "0"],
    ["serve", "--port", "0", "--demo"],
]


def refused_everywhere(shell: Shell) -> set[str]:
    return {shell.refused(*words, code=ExitCode.STORAGE) for words in COMMANDS}


def test_the_database_knows_the_key_of_its_portal(settings: Settings) -> None:
    known = asyncio.run(opened(settings))
    assert len(known) == 1
    kept = keys.read(settings.data)
    assert kept is not None and known == {kept.fingerprint}
    assert key(settings).read_text() not in str(known)
    assert asyncio.run(opened(settings)) == known


def test_a_portal_without_its_key_is_refused_and_no_other_key_is_made(settings: Settings, shell: Shell) -> None:
    shell.done("init")
    key(settings).unlink()
    assert refused_everywhere(shell) == {
        f"botyard: The portal's key is missing: restore {key(settings)} from a backup, or copy it from the data "
        "folder that the portal was made with."
    }
    assert not key(settings).exists()


def test_a_portal_with_another_key_is_refused(settings: Settings, shell: Shell) -> None:
    shell.done("init")
    right = key(settings).read_text()
    key(settings).write_text("0f" * keys.PEPPER_BYTES)
    assert refused_everywhere(shell) == {
        f"botyard: The key in {key(settings)} is not that of the portal in this database; restore the right one."
    }
    key(settings).write_text(f"{right}\n")
    assert "admin" in shell.done("user", "list")


@pytest.mark.parametrize("content", ["", "\n", "0f" * 31, "0f" * 33, "0f" * 31 + "0", "xy" * 32, "0f" * 31 + "\0\0"])
def test_anything_but_a_whole_key_is_refused(settings: Settings, content: str) -> None:
    asyncio.run(opened(settings))
    key(settings).write_text(content)
    assert reason(settings) == (
        f"The key in {key(settings)} is empty or damaged; restore the file from a backup. "
        "Where no portal was made yet, delete it."
    )
    assert key(settings).read_text() == content


def test_a_portal_that_is_older_than_fingerprints_is_taken_with_the_key_it_has(
    settings: Settings, shell: Shell
) -> None:
    shell.done("init")
    kept = keys.read(settings.data)
    assert kept is not None
    asyncio.run(forget(settings))
    key(settings).rename(settings.data / "elsewhere")
    assert "The portal's key is missing" in reason(settings)
    (settings.data / "elsewhere").rename(key(settings))
    assert asyncio.run(opened(settings)) == {kept.fingerprint}


async def forget(settings: Settings) -> None:
    """Make the database one of a version that knew no fingerprints."""
    context = await open_context(settings)
    await context.database.write(lambda tx: tx.run("DELETE FROM secret_keys"))
    await context.database.close()


def test_two_keys_may_be_known_at_once(settings: Settings) -> None:
    asyncio.run(opened(settings))
    second = keys.Keys(bytes.fromhex("0f" * keys.PEPPER_BYTES))

    async def note() -> None:
        context = await open_context(settings)
        sql = "INSERT INTO secret_keys (number, fingerprint, added) VALUES (2, :fingerprint, 0)"
        await context.database.write(lambda tx: tx.run(sql, fingerprint=second.fingerprint))
        await context.database.close()

    asyncio.run(note())
    first = key(settings).read_text()
    for text in ("0f" * keys.PEPPER_BYTES, first):
        key(settings).write_text(text)
        assert len(asyncio.run(opened(settings))) == 2


@pytest.mark.postgresql
def test_of_two_folders_that_open_one_database_at_once_one_is_refused(tmp_path: Path, databases: Databases) -> None:
    async def both(address: str) -> list[object]:
        places = [Settings(data=tmp_path / name, database=address) for name in ("one", "two")]
        return list(await asyncio.gather(*map(opened, places), return_exceptions=True))

    with databases.lent() as address:
        answers = asyncio.run(both(address))
    assert sorted(type(answer).__name__ for answer in answers) == ["FolderUnusable", "frozenset"]


def test_a_first_start_on_a_full_disk_leaves_no_torn_key(
    settings: Settings, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        sentence = shell.refused("init", code=ExitCode.STORAGE)
        assert sentence == f"botyard: The data folder {settings.data} cannot be used: No space left on device."
        assert [file.name for file in settings.data.iterdir() if file.name.startswith(keys.FILE)] == []
    shell.done("init")
