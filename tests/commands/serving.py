"""`botyard` as a process of its own."""

from __future__ import annotations

import contextlib
import re
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

BOTYARD = [sys.executable, "-m", "botyard"]


SECONDS = 30


def ask(url: str, ca_file: str = "", **params: Any) -> Any:
    """Call a method by its whole address; the body, of an error too."""
    trust = ssl.create_default_context(cafile=ca_file) if ca_file else True
    return httpx.post(url, json=params, timeout=SECONDS, verify=trust, trust_env=False).json()


class Serving:
    """A running `botyard serve`, and what it printed until it was ready."""

    def __init__(self, data: Path, *words: str) -> None:
        self.process = subprocess.Popen(
            [*BOTYARD, "serve", "--port", "0", "--data", str(data), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if line.startswith("Press Ctrl-C"):
                break
        self.printed = "".join(lines)
        self.url = self.word(r"runs at (\S+)")

    def word(self, pattern: str) -> str:
        """What a pattern finds in the printed text."""
        match = re.search(pattern, self.printed)
        assert match, self.printed
        return match[1]

    def stop(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """Ask it to end; exit code and everything it said on standard error."""
        self.process.send_signal(number)
        _, output = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, output


@contextlib.contextmanager
def serving(data: Path, *words: str) -> Iterator[Serving]:
    """Run a server, and end it whatever happens."""
    made = Serving(data, *words)
    try:
        yield made
    finally:
        if made.process.poll() is None:
            made.process.kill()
            made.process.communicate()


def run(*words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run([*BOTYARD, *words], capture_output=True, text=True, timeout=SECONDS, check=False, **options)


def python(script: str) -> list[str]:
    """A command that runs a script with the Python of these tests."""
    return [sys.executable, "-c", script]
