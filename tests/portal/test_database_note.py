"""A data folder knows its database: no start makes a second, empty portal beside it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from botyard.commands.exit_codes import ExitCode
from botyard.portal import database_note
from botyard.portal.auth import keys
from botyard.portal.database_note import FILE, SQLITE_FILE, address
from tests.commands.shell import Shell
from tests.portal.test_data_folder import refused_everywhere
from tests.portals import Databases
from tests.postgres import Cluster


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("BOTYARD_DATABASE", "")
    return Shell(tmp_path / "portal", capsys)


@pytest.fixture
def server(databases: Databases) -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    with databases.lent() as url:
        yield url


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.suffix in (".json", ".key")}


def test_a_portal_on_sqlite_is_noted_and_its_missing_database_not_made_anew(shell: Shell) -> None:
    shell.done("init")
    assert json.loads((shell.data / FILE).read_text()) == {"engine": "sqlite", "address": ""}
    (shell.data / SQLITE_FILE).unlink()
    sentence = f"botyard: The portal's database is missing: restore {shell.data / SQLITE_FILE} from a backup."
    assert refused_everywhere(shell) == {sentence}
    (shell.data / FILE).unlink()
    assert refused_everywhere(shell) == {
        f"{sentence} If the portal lives in PostgreSQL, name it with --database or BOTYARD_DATABASE."
    }
    assert not (shell.data / SQLITE_FILE).exists()


def test_a_portal_on_sqlite_is_not_opened_on_a_server(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.done("init")
    monkeypatch.setenv("BOTYARD_DATABASE", "postgresql://127.0.0.1:9/none")
    assert refused_everywhere(shell) == {
        f"botyard: The portal of {shell.data} lives in {shell.data / SQLITE_FILE}, not in PostgreSQL; leave out "
        "--database or BOTYARD_DATABASE, or name another folder with --data."
    }


@pytest.mark.postgresql
def test_a_portal_on_a_server_is_not_made_anew_where_the_database_is_forgotten(
    shell: Shell, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOTYARD_DATABASE", server)
    shell.done("init")
    before = contents(shell.data)
    assert json.loads(before[FILE]) == {"engine": "postgresql", "address": address(server)}
    monkeypatch.setenv("BOTYARD_DATABASE", "")
    assert refused_everywhere(shell) == {
        f"botyard: The portal of {shell.data} lives in the PostgreSQL database {address(server)}; "
        "name it with --database or BOTYARD_DATABASE."
    }
    assert contents(shell.data) == before
    assert not (shell.data / SQLITE_FILE).exists()
    # Of an older version there is no note, but the key tells as much.
    (shell.data / FILE).unlink()
    assert "If the portal lives in PostgreSQL" in shell.refused("init", code=ExitCode.STORAGE)
    monkeypatch.setenv("BOTYARD_DATABASE", server)
    assert "admin" in shell.done("user", "list")
    assert contents(shell.data) == before


@pytest.mark.postgresql
def test_another_database_of_the_server_is_refused(
    shell: Shell, server: str, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOTYARD_DATABASE", server)
    shell.done("init")
    with databases.lent() as other:
        monkeypatch.setenv("BOTYARD_DATABASE", other)
        assert refused_everywhere(shell) == {
            f"botyard: The portal of {shell.data} lives in the PostgreSQL database {address(server)}, not in "
            f"{address(other)}; if it has moved there, delete {shell.data / FILE} and start again."
        }
        (shell.data / FILE).unlink()
        assert refused_everywhere_but_reading(shell) == {
            f"botyard: There is no portal in the PostgreSQL database {address(other)}, and {shell.data / keys.FILE} "
            "belongs to another one; name the right database with --database or BOTYARD_DATABASE, or another folder "
            "with --data."
        }


@pytest.mark.postgresql
def test_a_database_that_refuses_the_key_is_not_noted(
    shell: Shell, server: str, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the right one would be refused at the next start."""
    monkeypatch.setenv("BOTYARD_DATABASE", server)
    shell.done("init")
    (shell.data / FILE).unlink()
    with databases.lent() as other:
        monkeypatch.setenv("BOTYARD_DATABASE", other)
        first, shell.data = shell.data, tmp_path / "second"
        shell.done("init")
        shell.data = first
        assert "is not that of the portal in this database" in shell.refused("user", "list", code=ExitCode.STORAGE)
    assert not (shell.data / FILE).exists()
    monkeypatch.setenv("BOTYARD_DATABASE", server)
    assert "admin" in shell.done("user", "list")


def refused_everywhere_but_reading(shell: Shell) -> set[str]:
    """What the commands say that would make a portal; the others only say that there is none."""
    making = (["init"], ["serve", "--port", "0"], ["serve", "--port", "0", "--demo"], ["migrate"])
    return {shell.refused(*words, code=ExitCode.STORAGE) for words in making}


@pytest.mark.postgresql
def test_the_same_database_may_be_named_in_other_words(
    shell: Shell, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOTYARD_DATABASE", server)
    shell.done("init")
    parts = urlsplit(server)
    other = urlunsplit(parts._replace(scheme="postgres", netloc=f"postgres:secret@LOCALHOST:{parts.port}"))
    monkeypatch.setenv("BOTYARD_DATABASE", other)
    assert "admin" in shell.done("user", "list")
    assert "secret" not in (shell.data / FILE).read_text()


@pytest.mark.parametrize("noted", [True, False])
def test_a_database_that_has_become_empty_is_not_filled_anew(shell: Shell, noted: bool) -> None:
    """As where it was copied, or killed, before its log was written back to it."""
    shell.done("init")
    file = shell.data / SQLITE_FILE
    for path in shell.data.glob(f"{SQLITE_FILE}*"):
        path.unlink()
    file.touch()
    if not noted:
        (shell.data / FILE).unlink()
    before = contents(shell.data)
    named = "" if noted else "If the portal lives in PostgreSQL, name it with --database or BOTYARD_DATABASE. "
    assert refused_everywhere(shell) == {
        f"botyard: The portal's database is empty: restore {file}, and {SQLITE_FILE}-wal that lay beside it. {named}"
        f"To begin anew, remove {shell.data}."
    }
    assert contents(shell.data) == before
    shutil.rmtree(shell.data)
    shell.done("init")


def test_a_first_start_that_was_cut_off_goes_on(shell: Shell) -> None:
    """With the file and without a table, there is neither note nor key yet."""
    shell.data.mkdir()
    (shell.data / SQLITE_FILE).touch()
    shell.done("init")


@pytest.mark.postgresql
def test_a_database_of_a_server_that_has_become_empty_is_not_filled_anew(
    shell: Shell, server: str, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOTYARD_DATABASE", server)
    shell.done("init")
    cluster.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public", server)
    assert refused_everywhere(shell) == {
        f"botyard: The PostgreSQL database {address(server)} of the portal of {shell.data} is empty; restore it. "
        f"To begin anew, remove {shell.data}."
    }
    # Nor are there tables afterwards where the folder never noted this database.
    (shell.data / FILE).unlink()
    assert len(refused_everywhere(shell)) == 1
    shutil.rmtree(shell.data)
    shell.done("init")


def test_a_refused_start_leaves_nothing_in_the_folder(shell: Shell) -> None:
    shell.data.mkdir()
    (shell.data / keys.FILE).write_text("0f" * keys.PEPPER_BYTES)
    (shell.data / SQLITE_FILE).touch()
    refused_everywhere(shell)
    assert not (shell.data / "files").exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"engine": 1}'])
def test_a_note_that_cannot_be_read_is_named(shell: Shell, content: str) -> None:
    shell.done("init")
    (shell.data / FILE).write_text(content)
    assert refused_everywhere(shell) == {
        f"botyard: {shell.data / FILE}, which says where the portal's database is, cannot be read."
    }


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ann:pass@Db.example.com/chat", "db.example.com:5432/chat"),
        ("postgres://db:6000/chat?sslmode=require&password=word", "db:6000/chat"),
        ("postgresql://ann:p%40ss@db", "db:5432/ann"),
        ("postgresql://ann@/chat?host=/run/postgresql&port=6000", "/run/postgresql:6000/chat"),
        ("postgresql://[::1]/chat", "[::1]:5432/chat"),
        ("postgresql://localhost/chat", "127.0.0.1:5432/chat"),
        ("postgresql://[::1/chat", ""),
    ],
)
def test_addresses_are_kept_without_accounts_and_passwords(url: str, shown: str) -> None:
    assert database_note.address(url) == shown
