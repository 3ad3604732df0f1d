"""The recipes of the web client for a first bot run as they are copied: a new portal, one webhook, one message."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.shell import Portal, portal

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "ui" / "src" / "welcome" / "recipes.ts"
RECIPE = re.compile(r"^  (\w+): `(.*?)(?<!\\)`,$", re.MULTILINE | re.DOTALL)
SECONDS = 60
SECRET = "0123456789abcdef0123456789abcdef"

RUNS = {
    "cURL": ("bot.sh", "sh"),
    "Python": ("bot.py", sys.executable),
    "PHP": ("bot.php", "php"),
    "JavaScript": ("bot.mjs", "node"),
}


def recipes() -> dict[str, str]:
    """The texts as the page shows them: what a template literal escapes is written out."""
    texts = dict(RECIPE.findall(SOURCE.read_text()))
    return {name: re.sub(r"\\([\\`$])", r"\1", text) for name, text in texts.items()}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal(tmp_path_factory.mktemp("recipes")) as here:
        yield here


def test_there_is_a_recipe_for_each_language() -> None:
    assert set(recipes()) == set(RUNS)


@pytest.mark.parametrize("name", RUNS)
def test_a_recipe_makes_a_bot_that_writes(served: Portal, tmp_path: Path, name: str) -> None:
    file, program = RUNS[name]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    webhook = f"http://{served.http}/rest/1/{SECRET}/"
    script = tmp_path / file
    script.write_text(recipes()[name].replace("{{WEBHOOK}}", webhook).replace("{{PERSON}}", "1"))
    done = subprocess.run([program, str(script)], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    assert "error" not in done.stdout.lower(), done.stdout
    asked = f"{webhook}im.recent.list"
    listed = subprocess.run(["curl", "-sS", asked], capture_output=True, text=True, timeout=SECONDS, check=True)
    rows = json.loads(listed.stdout)["result"]["items"]
    texts = [row["message"]["text"] for row in rows if row["title"] == "First bot"]
    assert texts == [f"Hello from {name}!"]
