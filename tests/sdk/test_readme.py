"""The lines of README's table of clients, run as they are written against a portal.

Only what a reader is told to put in is put in: the webhook's address, its secret, and the ports. The code blocks of
all pages are run in tests/docs.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from botyard import tls
from tests.sdk.answers import held
from tests.sdk.live import Live
from tests.sdk.programs import HERE, beside
from tests.sdk.test_b24phpsdk import AUTOLOAD

pytestmark = [pytest.mark.sdk, pytest.mark.live]

ROOT = HERE.parent.parent
PRINTED = "http://localhost:8024/rest/1/0123456789abcdef0123456789abcdef/"
"""The address in the documentation, in the place of the one that the server prints."""

PYTHON = "import json, os\n"
PROGRAMS = {
    "cURL": "{line}",
    "b24pysdk": PYTHON
    + """
from b24pysdk import Client
from b24pysdk.credentials import BitrixWebhook
client = {line}
print(json.dumps(client.profile().response.to_dict()))
""",
    "fast_bitrix24": PYTHON
    + """
from fast_bitrix24 import Bitrix
client = {line}
print(json.dumps(client.call("profile", raw=True)))
""",
    "bitrixogram": PYTHON
    + """
import asyncio
from aiohttp import ClientSession
from bitrixogram.core import BitrixBot
async def main():
    bot_client_id, bot_id = "key", "7"
    async with ClientSession() as session:
        bot = {line}
        print(json.dumps(await bot.rest_command("profile", {{}})))
asyncio.run(main())
""",
    "@bitrix24/b24jssdk": """
import {{ B24Hook }} from '@bitrix24/b24jssdk'
const b24 = {line}
console.log(JSON.stringify((await b24.actions.v2.call.make({{ method: 'profile' }})).getData()))
""",
    "b24phpsdk": """<?php
use Bitrix24\\SDK\\Services\\ServiceBuilderFactory;
require getenv('AUTOLOAD');
$answer = {line}->core->call('profile');
echo $answer->getHttpResponse()->getContent();
""",
    "CRest": """<?php
{line}
require getenv('CREST');
echo json_encode(CRest::call('profile'));
""",
}
"""A whole program around the line of each client."""

NO_LINE = {"BX24.js"}
"""Rows that say why there is no line."""


def _table() -> dict[str, str]:
    """The line of each client of README's table."""
    lines = {}
    for row in (ROOT / "README.md").read_text().partition("## Clients")[2].splitlines():
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        if row.startswith("|") and len(cells) == 3 and "`" in cells[2]:
            name = re.sub(r"^\[(.+)\]\(.+\)$", r"\1", cells[0])
            lines[name] = cells[2].split("`")[1]
    return lines


def _blocks(file: str) -> Iterator[tuple[str, str]]:
    """Language and text of each fenced block."""
    yield from re.findall(r"(?ms)^```(\w+)\n(.*?)^```", (ROOT / file).read_text())


def _filled(live: Live, text: str) -> str:
    """The text with what its reader would put in."""
    port = live.address.rpartition(":")[2]
    return text.replace(PRINTED, live.webhook).replace(":8443", f":{port}").replace("SECRET", live.secret)


def _shell(live: Live, command: str, **variables: str) -> Any:
    """What a command prints in a shell where the reader has set the webhook and trusted the certificates."""
    (setting,) = [
        line
        for language, text in _blocks("README.md")
        for line in text.splitlines()
        if language == "sh" and "WEBHOOK=" in line
    ]
    lines = [_filled(live, setting), *tls.client_lines(Path(live.ca_file)), command]
    environment = {**os.environ, "NO_PROXY": "*", **variables}
    done = subprocess.run(["sh", "-ec", "\n".join(lines)], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _profile(live: Live, name: str, suffix: str, runner: str, folder: Path, **variables: str) -> Any:
    """What the program of a client's line prints."""
    program = folder / f"program{suffix}"
    program.write_text(PROGRAMS[name].format(line=_filled(live, _table()[name])))
    return held("profile", _shell(live, f"{runner} {program}", **variables))


def test_every_client_of_the_table_is_run() -> None:
    assert set(_table()) == set(PROGRAMS) | NO_LINE


def test_curl(live: Live) -> None:
    assert held("imbot.bot.list", _shell(live, _table()["cURL"]))


@pytest.mark.parametrize("name", ["b24pysdk", "fast_bitrix24", "bitrixogram"])
def test_python(live: Live, tmp_path: Path, name: str) -> None:
    assert _profile(live, name, ".py", sys.executable, tmp_path)["NAME"] == "Alice"


def test_node(live: Live, modules: Path, tmp_path: Path) -> None:
    beside(modules, tmp_path)
    assert _profile(live, "@bitrix24/b24jssdk", ".mjs", "node", tmp_path)["NAME"] == "Alice"


def test_crest(live: Live, php: str, tmp_path: Path) -> None:
    crest = str(HERE / "php" / "crest_wire.php")
    assert _profile(live, "CRest", ".php", php, tmp_path, CREST=crest)["NAME"] == "Alice"


@pytest.mark.skipif(AUTOLOAD not in os.environ, reason=f"b24phpsdk itself: {AUTOLOAD} names no vendor/autoload.php")
def test_b24phpsdk(live: Live, php: str, tmp_path: Path) -> None:
    profile = _profile(live, "b24phpsdk", ".php", php, tmp_path, AUTOLOAD=os.environ[AUTOLOAD])
    assert profile["NAME"] == "Alice"


@pytest.mark.parametrize("file", ["README.md", "docs/quickstart.md", "docs/reference/clients.md"])
def test_the_programs_that_it_names_are_there(file: str) -> None:
    named = set(re.findall(r"scripts/\w+", (ROOT / file).read_text()))
    assert all(os.access(ROOT / name, os.X_OK) for name in named)
