"""Programs beside the tests: the portal itself, and bots."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any

START_SECONDS = 60.0
STOP_SECONDS = 10.0
LOOK_SECONDS = 0.02
READ_MAX = 1_000_000

# Says where the portal is, and ends when the tests let go of its input, however they end.
_TOLD = """
import json, os, sys
print(json.dumps({n: v for n, v in os.environ.items() if n.startswith("BOTYARD_")}), flush=True)
sys.stdin.read()
"""


class NotStarted(Exception):
    """A program could not be started, or ended at once; the text says what it said."""


def botyard(program: str) -> list[str]:
    """The words that start Botyard: as configured, on the PATH, or of this very Python."""
    named = program or os.environ.get("BOTYARD_PROGRAM", "")
    if named:
        return named.split()
    beside = shutil.which("botyard", path=os.path.dirname(sys.executable)) or shutil.which("botyard")
    if beside:
        return [beside]
    raise NotStarted(
        "There is no program 'botyard' on the PATH. Run scripts/setup in a checkout of Botyard, and name its "
        ".venv/bin/botyard with BOTYARD_PROGRAM or the option botyard_program."
    )


@contextmanager
def exec_(program: Sequence[str], options: Sequence[str]) -> Iterator[dict[str, str]]:
    """A throwaway portal; the variables that lead to it."""
    with tempfile.TemporaryFile() as errors:
        command = [*program, "exec", *options, "--", sys.executable, "-I", "-c", _TOLD]
        try:
            made = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
        except OSError as problem:
            raise NotStarted(f"{program[0]!r} cannot be started: {problem.strerror}.") from problem
        try:
            yield _first_line(made, errors)
        finally:
            _end(made)


def _first_line(made: subprocess.Popen[bytes], errors: IO[bytes]) -> dict[str, str]:
    timer = threading.Timer(START_SECONDS, made.kill)
    timer.start()
    try:
        assert made.stdout is not None
        line = made.stdout.readline()
    finally:
        timer.cancel()
    if not line:
        made.wait()
        errors.seek(0)
        raise NotStarted(f"Botyard did not start: {errors.read().decode(errors='replace').strip() or made.returncode}")
    started: dict[str, str] = json.loads(line)
    return started


def _end(made: subprocess.Popen[bytes]) -> None:
    for pipe in (made.stdin, made.stdout):
        if pipe is not None:
            pipe.close()
    try:
        made.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        made.kill()
        made.wait()


class Program:
    """A bot that runs beside the tests. What it prints stands in the reports of tests that fail."""

    def __init__(self, command: Sequence[str | os.PathLike[str]], environment: Mapping[str, str], **more: Any) -> None:
        self.name = " ".join(os.path.basename(os.fspath(word)) for word in command)
        self._kept = ""
        self._status: int | None = None
        self._said = tempfile.TemporaryFile()
        try:
            self._made = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=self._said, stderr=subprocess.STDOUT, env=environment, **more
            )
        except OSError as problem:
            self._said.close()
            raise NotStarted(f"{self.name} cannot be started: {problem.strerror}.") from problem

    @property
    def ended(self) -> int | None:
        """Its exit status, once it has ended of its own accord."""
        return self._status if self._said.closed else self._made.poll()

    def wait_for(self, ready: str, seconds: float = START_SECONDS) -> None:
        """Wait until it has printed this. Raises NotStarted where it ends before, or takes too long."""
        end = time.monotonic() + seconds
        while ready not in self.said(READ_MAX):
            if self.ended is not None:
                raise NotStarted(f"{self.name} has ended with status {self.ended}:\n{self.said()}")
            if time.monotonic() >= end:
                raise NotStarted(f"{self.name} has not printed {ready!r} within {seconds:g} s:\n{self.said()}")
            time.sleep(LOOK_SECONDS)

    def said(self, most: int = 4000) -> str:
        """The end of what it has printed; still known when it was ended."""
        if self._said.closed:
            return self._kept
        size = os.fstat(self._said.fileno()).st_size
        return os.pread(self._said.fileno(), most, max(0, size - most)).decode(errors="replace")

    def end(self) -> None:
        """Ask it to end, and see that it does."""
        self._status = self.ended
        self._made.terminate()
        try:
            self._made.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._made.kill()
            self._made.wait()
        self._kept = self.said()
        self._said.close()
