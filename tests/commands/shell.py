"""Commands, run within this process on one portal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from botyard.cli import main
from botyard.commands.exit_codes import ExitCode


class Shell:
    """Runs commands on one portal and remembers what they print."""

    def __init__(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.data = data
        self._capsys = capsys
        self.out = ""
        self.err = ""

    def run(self, *words: str, database: str = "") -> int:
        """Run a command on the portal; its exit code."""
        more = ["--database", database] if database else []
        return self.bare(*words, "--data", str(self.data), *more)

    def bare(self, *words: str) -> int:
        """Run a command as it is given."""
        try:
            code = main(words)
        except SystemExit as end:
            code = int(end.code or 0)
        self.out, self.err = self._capsys.readouterr()
        assert "Traceback" not in self.err
        return code

    def done(self, *words: str) -> str:
        """Run a command that must succeed; what it prints."""
        assert self.run(*words) == ExitCode.OK, self.err
        assert self.err == ""
        return self.out

    def refused(self, *words: str, code: ExitCode = ExitCode.FAILURE) -> str:
        """Run a command that must fail; the one sentence that it says."""
        assert self.run(*words) == code
        assert self.err.count("\n") == 1
        return self.err.strip()


def word(text: str, name: str) -> str:
    """The value that follows ``name:`` in what was printed."""
    match = re.search(rf"^{name}: (\S+)", text, re.MULTILINE)
    assert match, text
    return match[1]


def application(portal_shell: Shell) -> str:
    """Register an application and answer its client id."""
    made = portal_shell.done("app", "add", "Support bot", "--scope", "im,imbot")
    assert len(word(made, "client_secret")) == 32
    return word(made, "client_id")


Words = list[str]
