"""Making a portal, and what is said where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from botyard.commands.exit_codes import CommandError, ExitCode, storage_errors
from botyard.config import Settings
from botyard.store.engines.db import FilesUnavailable
from tests.commands.shell import Shell, word
from tests.portals import Databases


def test_a_portal_is_made_once(shell: Shell) -> None:
    assert word(shell.done("init"), "login") == "admin"
    assert len(word(shell.out, "password")) >= 16
    assert shell.refused("init") == "botyard: There is a portal already; nothing was changed."


def test_a_command_needs_a_portal_and_makes_none(shell: Shell) -> None:
    assert "There is no portal" in shell.refused("user", "list")
    assert not shell.data.exists()


def test_an_empty_database_is_no_portal_yet(shell: Shell) -> None:
    assert "applied 0001_people" in shell.done("migrate")
    assert shell.done("migrate") == "The database is up to date.\n"
    assert "There is no portal" in shell.refused("user", "list")


def test_a_database_of_another_version_is_not_touched(portal_shell: Shell) -> None:
    import apsw

    connection = apsw.Connection(str(portal_shell.data / "botyard.db"))
    connection.execute("DELETE FROM migrations WHERE number = (SELECT MAX(number) FROM migrations)")
    connection.close()
    assert "'botyard migrate'" in portal_shell.refused("user", "list", code=ExitCode.STORAGE)


def test_a_file_that_is_no_database_is_named(portal_shell: Shell) -> None:
    file = portal_shell.data / "botyard.db"
    file.write_bytes(b"garbage" * 1000)
    assert str(file) in portal_shell.refused("user", "list", code=ExitCode.STORAGE)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    shell = Shell(tmp_path / "file" / "portal", capsys)
    sentence = f"botyard: The data folder {shell.data} cannot be used: there is a file in its place."
    assert shell.refused("init", code=ExitCode.STORAGE) == sentence


def test_a_place_for_files_that_cannot_be_had_is_not_taken_for_the_database() -> None:
    with pytest.raises(CommandError, match=r"^Files cannot be kept in s3://chat\.$"), storage_errors(Settings()):
        raise FilesUnavailable("Files cannot be kept in s3://chat.")


def test_a_server_that_is_not_there_is_told_without_the_password(shell: Shell) -> None:
    assert shell.run("init", database="postgresql://ann:secret@127.0.0.1:1/x") == ExitCode.STORAGE
    assert shell.err.startswith("botyard: ")
    assert "secret" not in shell.err


def test_the_database_may_come_from_the_environment(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOTYARD_DATABASE", "mysql://ann:secret@db/x")
    assert shell.run("init") == ExitCode.USAGE
    assert "BOTYARD_DATABASE" in shell.err
    assert "secret" not in shell.err


@pytest.mark.postgresql
def test_a_portal_is_looked_after_on_postgresql(shell: Shell, databases: Databases) -> None:
    with databases.lent() as address:
        assert shell.run("user", "list", database=address) == ExitCode.FAILURE
        assert shell.run("init", database=address) == ExitCode.OK
        assert shell.run("user", "list", database=address) == ExitCode.OK
        assert "admin" in shell.out
        assert shell.run("init", database=address) == ExitCode.FAILURE
