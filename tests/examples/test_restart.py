"""The example bots that fetch survive a restart of the portal."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.examples.programs import Address, free_port, node, php, python, talking

pytestmark = [pytest.mark.sdk, pytest.mark.live, pytest.mark.slow, pytest.mark.journey]

KEY = "0123456789abcdef0123456789abcdef"
BENS_KEY = "123456789abcdef0123456789abcdef0"


class Restarted:
    """A demo portal that comes back at the same addresses."""

    def __init__(self, data: Path) -> None:
        self._http, self._https, self._data = free_port(), free_port(), data
        self.address = Address(
            f"https://localhost:{self._https}/rest/1/{KEY}/",
            f"http://localhost:{self._http}/rest/2/{BENS_KEY}/",
            str(data / "tls" / "ca.pem"),
        )

    @contextmanager
    def running(self) -> Iterator[None]:
        command = [sys.executable, "-m", "botyard", "serve", "--demo", "--data", str(self._data), "--tls"]
        ports = ["--port", str(self._http), "--tls-port", str(self._https)]
        process = subprocess.Popen(
            [*command, *ports], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8"
        )
        try:
            assert process.stdout
            assert any(line.startswith("Press Ctrl-C") for line in process.stdout)
            yield
        finally:
            process.kill()
            process.communicate()


def _survives(portal: Restarted, command: list[str]) -> None:
    with ExitStack() as bot:
        with portal.running():
            ann = bot.enter_context(talking(portal.address, command, []))
            ann.says("good morning")
            ann.sees("You said: good morning")
        with portal.running():
            ann.says("good evening")
            ann.sees("You said: good evening")


def test_python(tmp_path: Path) -> None:
    _survives(Restarted(tmp_path), python("bot_v2.py"))


def test_javascript(tmp_path: Path, modules: Path) -> None:
    folder = tmp_path / "bot"
    folder.mkdir()
    _survives(Restarted(tmp_path / "data"), node("bot_v2.mjs", modules, folder))


@pytest.mark.usefixtures("with_php")
def test_php(tmp_path: Path) -> None:
    _survives(Restarted(tmp_path), php("bot_v2.php"))
