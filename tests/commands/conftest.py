"""Shells for the tests of commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.shell import Shell


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A shell where no portal was made yet."""
    return Shell(tmp_path / "portal", capsys)


@pytest.fixture
def portal_shell(shell: Shell) -> Shell:
    """A shell with a portal and two people in it: admin and ann."""
    shell.done("init")
    shell.done("user", "add", "ann", "--name", "Ann", "--last-name", "Lee")
    return shell
