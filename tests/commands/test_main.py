"""The program as a whole: its commands, its help, its exit codes, what it says of wrong words."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from botyard import __version__
from botyard.cli import COMMANDS
from botyard.commands.exit_codes import ExitCode
from tests.commands.shell import Shell, Words


def test_without_a_command_all_of_them_are_listed(shell: Shell) -> None:
    assert shell.bare() == ExitCode.OK
    for name, command in COMMANDS.items():
        assert f"  {name} " in shell.out
        assert command.about in shell.out


def test_the_version_is_told(shell: Shell) -> None:
    assert shell.bare("--version") == ExitCode.OK
    assert shell.out == f"botyard {__version__}\n"


@pytest.mark.parametrize("words", [["launch"], ["--demo"], ["--demo", "serve"]])
def test_an_unknown_command_is_a_usage_error(shell: Shell, words: list[str]) -> None:
    assert shell.bare(*words) == ExitCode.USAGE
    assert shell.err.startswith("botyard: there is no command")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_examples(shell: Shell, name: str) -> None:
    assert shell.bare(name, "--help") == ExitCode.OK
    assert shell.out.startswith(f"Usage: botyard {name}")
    assert f"botyard {name}" in shell.out.partition("examples:")[2]


@pytest.mark.parametrize("code", ExitCode)
def test_every_exit_code_is_documented(code: ExitCode) -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "exit-codes.md"
    assert f"\n| {int(code)} " in page.read_text()


@pytest.mark.parametrize(
    ("module", "spared"),
    [
        ("cli", {"botyard.api", "msgspec", "asyncio", "uvicorn"}),
        ("commands.user", {"botyard.api", "uvicorn", "asyncpg", "cryptography", "PIL", "zxcvbn"}),
        ("commands.serve", {"asyncpg", "cryptography", "trustme", "PIL", "zxcvbn"}),
        ("commands.exec_", {"asyncpg", "cryptography", "trustme", "PIL", "zxcvbn"}),
    ],
)
def test_nothing_heavy_is_imported_without_need(module: str, spared: set[str]) -> None:
    script = f"import sys, botyard.{module}; print(*sorted({spared!r} & sys.modules.keys()))"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == ""


def test_a_word_that_is_not_utf_8_is_told(portal_shell: Shell) -> None:
    assert (
        portal_shell.refused("user", "add", "udo", "--name", "\udcff", code=ExitCode.USAGE)
        == "botyard: A word on the command line is not UTF-8."
    )


@pytest.mark.parametrize("words", [["--help"], ["exec", "--help"], ["methods", "imbot.dialog"]])
def test_what_a_terminal_cannot_write_is_no_error(words: Words) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    ended = subprocess.run([sys.executable, "-m", "botyard", *words], capture_output=True, env=environment, check=False)
    assert (ended.returncode, ended.stderr) == (ExitCode.OK, b"")


def test_ctrl_c_ends_a_command_without_a_traceback(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_settings: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("botyard.commands.reference.methods_run", interrupted)
    assert shell.bare("methods") == ExitCode.INTERRUPTED
    assert shell.err == ""
