"""A fresh demo portal, and one shell in which the blocks of a page are run beside it."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.docs.blocks import Block
from tests.docs.command_lines import command_lines, require_parsed

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 120
# Every answer's status goes where it is not in the way of the answer.
PRELUDE = """
curl() { command curl -sS -w '\\n%{stderr}STATUS %{http_code}\\n' "$@"; }
"""
STARTS = ("scripts/", "botyard serve")
COMMAND_LANGUAGES = ("sh", "ini", "cron")


class Portal(NamedTuple):
    """A running demo portal: its addresses, and the folder that holds its data folder."""

    http: str
    https: str
    folder: Path

    def placed(self, text: str) -> str:
        """A text of the documentation with this portal's addresses in it."""
        at = {"localhost:8024": self.http, "127.0.0.1:8024": self.http, "localhost:8443": self.https}
        return re.sub("|".join(map(re.escape, at)), lambda match: at[match[0]], text)


class Run(NamedTuple):
    """What a block printed, and the HTTP statuses that it saw."""

    printed: str
    said: str
    statuses: list[int]


@contextmanager
def portal(folder: Path) -> Iterator[Portal]:
    """Serve a new demo portal from `.botyard` in a folder."""
    (folder / "examples").symlink_to(ROOT / "examples")
    command = [sys.executable, "-m", "botyard", "serve", "--demo", "--port", "0", "--tls", "--tls-port", "0"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout
        printed = ""
        for line in process.stdout:
            printed += line
            if line.startswith("Press Ctrl-C"):
                break
        http, https = (re.search(rf"{kind}://(localhost:\d+)", printed) for kind in ("http", "https"))
        assert http and https, printed
        yield Portal(http[1], https[1], folder)
    finally:
        process.terminate()
        process.communicate(timeout=SECONDS)


def require_known(block: Block) -> None:
    """Fail for a command line that `botyard` would refuse, run or not, or a script that is not there."""
    if block.language not in COMMAND_LANGUAGES:
        return
    for words in command_lines(block.text):
        require_parsed(words)
    for line in block.text.replace("\\\n", " ").splitlines() if not block.why else []:
        words = shlex.split(line, comments=True) if line.startswith("scripts/") else []
        assert not words or os.access(ROOT / words[0], os.X_OK), line
        if words[:1] == ["scripts/run"]:
            require_parsed(["serve", *words[1:]])


def is_run(block: Block) -> bool:
    """Whether the shell runs this block: the portal that others start is there already."""
    return block.language == "sh" and not block.why and not block.text.startswith(STARTS)


def run(portal: Portal, listed: list[Block]) -> dict[int, Run]:
    """Run the blocks in order in one shell; what came of each, by its line."""
    script = [PRELUDE]
    for block in listed:
        if block.file:
            (portal.folder / block.file).write_text(portal.placed(block.text) + "\n")
        elif is_run(block):
            mark = f"@@ {block.line}"
            script.append(f"echo {shlex.quote(mark)}; echo {shlex.quote(mark)} >&2\n{portal.placed(block.text)}\n")
    scripts = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": scripts, "NO_PROXY": "*", "no_proxy": "*"}
    ended = subprocess.run(
        ["bash", "-e", "-u", "-o", "pipefail", "-c", "\n".join(script)],
        cwd=portal.folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    printed, errors = _by_block(ended.stdout), _by_block(ended.stderr)
    assert ended.returncode == 0, f"line {list(printed)[-1:]}: {ended.stdout[-600:]}\n{ended.stderr[-600:]}"
    return {
        line: Run(printed[line], errors[line], [int(status) for status in re.findall(r"STATUS (\d+)", errors[line])])
        for line in printed
    }


def _by_block(text: str) -> dict[int, str]:
    parts = re.split(r"^@@ (\d+)\n", text, flags=re.MULTILINE)
    return {int(line): part for line, part in zip(parts[1::2], parts[2::2], strict=True)}
