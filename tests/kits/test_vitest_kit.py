"""vitest-botyard: its example project, what it says of tests that fail, and its types."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sdk.programs import Missing, node_modules

ROOT = Path(__file__).resolve().parents[2]
KIT = ROOT / "kits" / "vitest"
JS = Path(__file__).parent / "js"
SECONDS = 120

pytestmark = [pytest.mark.live, pytest.mark.slow]


@pytest.fixture(scope="module")
def modules() -> Path:
    """Vitest and TypeScript, at the versions that the lock pins."""
    try:
        return node_modules("kits-js", JS)
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def project(modules: Path, tmp_path: Path) -> Path:
    """The example project as its users have it: with the packages in its own folder."""
    shutil.copytree(KIT / "example", tmp_path, dirs_exist_ok=True)
    own = tmp_path / "node_modules"
    own.mkdir()
    for package in modules.iterdir():
        (own / package.name).symlink_to(package)
    shutil.copytree(KIT, own / "vitest-botyard", ignore=shutil.ignore_patterns("example", "node_modules"))
    return tmp_path


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a program of the project."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("VITEST", "BOTYARD_"))}
    environment = mine | {
        "BOTYARD_PROGRAM": f"{sys.executable} -m botyard",
        "PYTHONPATH": str(ROOT),
        "NO_COLOR": "1",
    }
    program = folder / "node_modules" / ".bin" / words[0]
    return subprocess.run(
        [str(program), *words[1:]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


@pytest.mark.journey
def test_the_example_passes(project: Path) -> None:
    ended = run(project, "vitest", "run")
    assert "8 passed (8)" in ended.stdout, ended.stdout + ended.stderr
    assert ended.returncode == 0


@pytest.mark.journey
def test_a_failure_shows_the_conversation_and_what_the_bot_was_told(project: Path) -> None:
    (project / "bot.test.mjs").unlink()
    shutil.copy(JS / "fails.test.mjs", project)
    (project / "people.yaml").write_text("people:\n  - {login: zoe, name: Zoe, last_name: Quinn}\n")
    ended = run(project, "vitest", "run")
    output = re.sub(r"\b1\d{3}\b", "N", ended.stdout + ended.stderr)
    for line in (
        'Example (polling) (N) did not reply "Do you want a tea?" to Ben within 1 s. '
        "It said: Do you want a coffee? [Yes] [No]",
        "Botyard: what Ben sees in N",
        "Ben: /help",
        "Example (polling): Do you want a coffee? [Yes] [No]",
        "Botyard: what the bots were told of N",
        "The bot has fetched",
        "Botyard: output of node bot.mjs polling",
        "Ben sees no button Maybe; there are no buttons.",
        "2 failed | 1 passed (3)",
    ):
        assert line in output, output


@pytest.mark.journey
def test_the_types_admit_what_there_is(project: Path) -> None:
    shutil.copy(JS / "types.ts", project)
    options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "es2022", "types.ts"]
    ended = run(project, "tsc", *options)
    assert ended.returncode == 0, ended.stdout


def test_the_package_needs_nothing_but_vitest() -> None:
    declared = json.loads((KIT / "package.json").read_text())
    assert "dependencies" not in declared
    assert list(declared["peerDependencies"]) == ["vitest"]
    sources = "\n".join(file.read_text() for file in (KIT / "src").glob("*.js"))
    named = set(re.findall(r"from '([^.'][^']*)'", sources))
    assert {name for name in named if not name.startswith("node:")} == {"vitest"}
