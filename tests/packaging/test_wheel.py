"""The wheel, installed into an environment of its own as `pipx install` does: it runs, and nothing is missing."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OLD_AIOHTTP = "aiohttp==3.10.11"
"""What bots and their suites pin: of November 2024, and with it a multidict older than that of the constraints."""
_ANSWER = 'import os, urllib.request as r; print(r.urlopen(os.environ["BOTYARD_WEBHOOK_URL"] + "profile").status)'
_PAGE = """
import os, urllib.parse as u, urllib.request as r
print(r.urlopen(u.urljoin(os.environ["BOTYARD_WEBHOOK_URL"], "/login")).read().decode())
"""
_ANSWER_BY_AIOHTTP = """
import aiohttp, asyncio, os
async def main():
    async with aiohttp.ClientSession() as session:
        async with session.get(os.environ["BOTYARD_WEBHOOK_URL"] + "profile") as response:
            print(aiohttp.__version__, response.status)
asyncio.run(main())
"""


def run(*words: str | Path, **more: str) -> str:
    """Run a command to its end; what it printed."""
    ended = subprocess.run(
        [str(word) for word in words],
        cwd=ROOT,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **more},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if "No matching distribution" in ended.stderr or "Failed to establish a new connection" in ended.stderr:
        pytest.skip("there is no package index to install from")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.mark.journey
def test_a_wheel_installs_into_an_environment_of_its_own_and_runs(tmp_path: Path) -> None:
    limits = {"PIP_CONSTRAINT": str(ROOT / "constraints.txt")}
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, ".", **limits)
    (wheel,) = tmp_path.glob("botyard-*.whl")
    code = {path.relative_to(ROOT).as_posix() for path in (ROOT / "botyard").rglob("*") if path.is_file()}
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
        assert {path for path in code if "__pycache__" not in path} <= names
        # The web client was built for it, unless npm packages are not to be had here.
        assert "botyard/web/ui/index.html" in names or not (ROOT / "ui" / "node_modules").exists()
        assert not any("node_modules" in name for name in names)
    run(sys.executable, "-m", "venv", tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", wheel, **limits)
    botyard = tmp_path / "venv" / "bin" / "botyard"
    assert run(botyard, "--version").startswith("botyard ")
    assert "imbot.message.add" in run(botyard, "methods")
    assert run(botyard, "exec", "--", python, "-c", _ANSWER).strip() == "200"
    assert "<h1>Sign in</h1>" in run(botyard, "exec", "--", python, "-c", _PAGE)
    # Beside a project with pins of its own; without the constraints, for those hold for nobody else.
    run(python, "-m", "pip", "install", "--quiet", "--only-binary=:all:", wheel, OLD_AIOHTTP)
    run(python, "-m", "pip", "check")
    assert run(botyard, "exec", "--", python, "-c", _ANSWER_BY_AIOHTTP).split() == ["3.10.11", "200"]


def test_tools_for_work_on_the_project_are_no_extras_of_the_program() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert set(project["project"]["optional-dependencies"]) == {"s3"}
    assert set(project["dependency-groups"]) == {"client", "test", "dev"}


def test_the_program_asks_for_ranges_and_the_constraints_pin_them() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["s3"]]
    assert [requirement for requirement in asked if "==" in requirement or ">=" not in requirement] == []
    # Bots and their suites pin HTTP clients; the program brings none.
    assert [requirement for requirement in asked if requirement.startswith(("aiohttp", "httpx", "requests"))] == []
    pinned = {line.partition("==")[0].lower() for line in (ROOT / "constraints.txt").read_text().splitlines()}
    assert {requirement.partition(">=")[0].lower() for requirement in asked} <= pinned


def test_the_package_links_to_the_documentation_of_the_api() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["urls"] == {"API documentation": "https://github.com/bitrix24/b24restdocs"}
    assert project["urls"]["API documentation"] in (ROOT / "CONTRIBUTING.md").read_text()
