"""pytest-botyard: its example project, and what it says of tests that fail."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KIT = ROOT / "kits" / "pytest"
SECONDS = 120

pytestmark = [pytest.mark.live, pytest.mark.slow]


def run(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in a project that uses the kit."""
    # Of these tests nothing is to be seen there: neither their options nor that they have workers.
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "BOTYARD_"))}
    environment = mine | {
        "PYTHONPATH": f"{KIT / 'src'}{os.pathsep}{ROOT}",
        "BOTYARD_PROGRAM": f"{sys.executable} -m botyard",
        **more,
    }
    command = [sys.executable, "-m", "pytest", "-p", "pytest_botyard.plugin", "-p", "no:cacheprovider", "-q", *words]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )


def project(folder: Path, test: str, ini: str = "") -> Path:
    """A project with the example's bot, fetching, and a test of its own."""
    bot = (KIT / "example" / "bot.py").read_text()
    conftest = (KIT / "example" / "conftest.py").read_text().replace('["polling", "webhook"]', '["polling"]')
    files = {"bot.py": bot, "conftest.py": conftest, "pytest.ini": f"[pytest]\n{textwrap.dedent(ini)}"}
    for name, text in {**files, "test_it.py": textwrap.dedent(test)}.items():
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize("words", [(), pytest.param(("-n", "2"), marks=pytest.mark.journey)], ids=["alone", "workers"])
def test_the_example_passes(words: tuple[str, ...]) -> None:
    ended = run(KIT / "example", *words)
    assert "8 passed" in ended.stdout, ended.stdout + ended.stderr
    assert ended.returncode == 0


def test_a_failure_shows_the_conversation_and_what_the_bot_was_told(tmp_path: Path) -> None:
    test = """
        from pytest_botyard import expect

        def test_it(portal, bot):
            portal.person("Ben").writes(bot, "/help")
            expect(bot).replies("Do you want a tea?", within=1)

        def test_button(portal, bot):
            ben = portal.person("Ben")
            ben.writes(bot, "hello")
            expect(bot).replies("You said: hello", within=5)
            ben.presses("Maybe")
    """
    output = run(project(tmp_path, test)).stdout
    normal = re.sub(r"\b1\d{3}\b", "N", output)
    for line in (
        "bot Example (polling) (N) did not reply 'Do you want a tea?' to Ben within 1 s.",
        "It said: Do you want a coffee? [Yes] [No]",
        "Botyard: what Ben sees in N",
        "Ben: /help",
        "Example (polling): Do you want a coffee? [Yes] [No]",
        "Botyard: what the bots were told of N",
        "The bot has fetched",
        "Botyard: output of python bot.py polling",
        "Ben sees no button 'Maybe'; there are no buttons.",
        "2 failed",
    ):
        assert line.replace("python bot.py", f"{Path(sys.executable).name} bot.py") in normal, output


@pytest.mark.journey
def test_a_bot_that_never_comes_for_its_events_is_found_out(tmp_path: Path) -> None:
    test = """
        from pytest_botyard import expect

        def test_it(portal):
            fields = {"code": "deaf", "properties": {"name": "Deaf"}, "eventMode": "fetch"}
            portal.call("imbot.v2.Bot.register", botToken="t", fields=fields)
            bot = portal.bot("deaf")
            portal.person("Ben").writes(bot, "Are you there?")
            expect(bot).replies(within=0.3)
    """
    output = run(project(tmp_path, test)).stdout
    assert "did not reply to Ben within 0.3 s. It said nothing." in output, output
    assert "Deaf, of 'Are you there?': " in output
    assert "the bot has not asked for it yet" in output


@pytest.mark.journey
def test_a_bot_that_does_not_start_is_told_with_its_output(tmp_path: Path) -> None:
    (project(tmp_path, "def test_it(bot): pass\n") / "bot.py").write_text("raise SystemExit('no key')\n")
    output = run(tmp_path).stdout
    assert "bot.py polling has ended with status 1:" in output, output
    assert "no key" in output


@pytest.mark.journey
def test_setting_back_can_be_switched_off(tmp_path: Path) -> None:
    test = """
        import pytest

        def seen(portal):
            return [one.text for one in portal.person("Ben").messages(portal.person("Clara"))]

        def test_kept_apart(portal):
            before = seen(portal)
            portal.person("Ben").writes(portal.person("Clara"), "undone")
            portal.reset()
            assert seen(portal) == before
            portal.person("Ben").writes(portal.person("Clara"), "undone, too")

        @pytest.mark.botyard(reset=False)
        def test_undone(portal):
            assert not [text for text in seen(portal) if "undone" in text]
            portal.person("Ben").writes(portal.person("Clara"), "stays")

        def test_stays(portal):
            assert "stays" in seen(portal)
    """
    ended = run(project(tmp_path, test))
    assert "3 passed" in ended.stdout, ended.stdout
    ended = run(project(tmp_path, test, "botyard_reset = false\n"))
    assert "FAILED test_it.py::test_undone" in ended.stdout


@pytest.mark.journey
def test_a_seed_and_options_of_the_portal_are_taken(tmp_path: Path) -> None:
    (tmp_path / "people.yaml").write_text("people:\n  - {login: zoe, name: Zoe, last_name: Quinn}\n")
    test = """
        def test_it(portal):
            assert portal.person("Zoe").id == portal.person("Zoe Quinn").id
            assert portal.call("server.time").endswith("+09:00")
    """
    ini = "botyard_seed = people.yaml\nbotyard_options = --time-zone Asia/Tokyo\n"
    ended = run(project(tmp_path, test, ini))
    assert "1 passed" in ended.stdout, ended.stdout


@pytest.mark.journey
def test_what_keeps_the_portal_from_starting_is_told(tmp_path: Path) -> None:
    test = "def test_it(portal): pass\n"
    ended = run(project(tmp_path, test, "botyard_options = --limits none\n"))
    assert "Botyard did not start" in ended.stdout, ended.stdout
    assert "'none' is not one of" in ended.stdout
    ended = run(project(tmp_path, test), BOTYARD_PROGRAM="no-such-botyard")
    assert "'no-such-botyard' cannot be started" in ended.stdout, ended.stdout


def test_the_package_needs_nothing_but_pytest() -> None:
    """Whatever the server needs would stand beside what the project under test pins."""
    declared = tomllib.loads((KIT / "pyproject.toml").read_text())
    assert declared["project"]["dependencies"] == ["pytest>=8"]
    assert declared["project"]["entry-points"]["pytest11"] == {"botyard": "pytest_botyard.plugin"}
    sources = [ast.parse(file.read_text()) for file in (KIT / "src").rglob("*.py")]
    nodes = [node for source in sources for node in ast.walk(source)]
    roots = {node.module.partition(".")[0] for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    roots |= {name.name.partition(".")[0] for node in nodes if isinstance(node, ast.Import) for name in node.names}
    assert roots - set(sys.stdlib_module_names) == {"pytest", "pytest_botyard"}


@pytest.mark.journey
def test_a_portal_that_runs_already_is_used(tmp_path: Path) -> None:
    test = """
        import os

        def test_it(portal):
            assert portal.url == os.environ["BOTYARD_URL"]
            assert portal.person("Ben").id == 2
    """
    folder = project(tmp_path, test)
    inner = [sys.executable, "-m", "pytest", "-p", "pytest_botyard.plugin", "-q"]
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "BOTYARD_"))}
    ended = subprocess.run(
        [sys.executable, "-m", "botyard", "exec", "--", *inner],
        cwd=folder,
        env=mine | {"PYTHONPATH": f"{KIT / 'src'}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert "1 passed" in ended.stdout, ended.stdout + ended.stderr


@pytest.mark.journey
def test_a_bot_that_ran_within_the_test_is_heard_as_well(tmp_path: Path) -> None:
    test = """
        import sys

        def test_it(portal):
            with portal.running([sys.executable, "loud.py"], ready="ready"):
                assert not "enough"

        def test_next(portal):
            assert not "quiet"
    """
    folder = project(tmp_path, test)
    (folder / "loud.py").write_text("import time\nprint('ready', flush=True)\nprint('bug in my bot')\ntime.sleep(60)\n")
    output = run(folder).stdout
    assert output.count("bug in my bot") == 1, output
    assert "which has ended" not in output


@pytest.mark.journey
def test_a_refused_call_says_what_the_hint_says(tmp_path: Path) -> None:
    output = run(project(tmp_path, "def test_it(portal): portal.call('imbot.mesage.add')\n")).stdout
    assert (
        "ERROR_METHOD_NOT_FOUND Method not found! (no method 'imbot.mesage.add'; nearest: imbot.message.add" in output
    )
