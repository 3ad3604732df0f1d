"""Which files of a data folder others can read."""

from __future__ import annotations

from pathlib import Path

import pytest

from botyard.portal.file_modes import warnings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("secret.key", "botyard.db", "botyard.db-wal"):
        (tmp_path / name).write_text("")
        (tmp_path / name).chmod(0o600)
    tmp_path.chmod(0o755)
    return tmp_path


def named(folder: Path) -> list[str]:
    return [Path(sentence.split(" get at ")[1].split(" (mode")[0]).name for sentence in warnings(folder)]


def test_what_only_the_owner_can_read_is_well(folder: Path) -> None:
    assert warnings(folder) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_can_read_is_named(folder: Path, mode: int) -> None:
    for name in ("secret.key", "botyard.db"):
        (folder / name).chmod(mode)
    assert named(folder) == ["secret.key", "botyard.db"]
    assert f"(mode {mode:04o})" in warnings(folder)[0]


def test_a_closed_folder_closes_the_database_but_the_key_should_be_closed_itself(folder: Path) -> None:
    for name in ("secret.key", "botyard.db", "botyard.db-wal"):
        (folder / name).chmod(0o644)
    folder.chmod(0o700)
    assert named(folder) == ["secret.key"]


def test_a_portal_elsewhere_has_no_database_here(tmp_path: Path) -> None:
    assert warnings(tmp_path) == []
