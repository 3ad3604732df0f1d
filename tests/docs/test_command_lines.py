"""Command lines are found wherever they stand on a page, and refused where the program would refuse them."""

from __future__ import annotations

import pytest

from tests.docs.blocks import Block
from tests.docs.command_lines import command_lines, require_parsed
from tests.docs.shell import require_known


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("botyard serve --demo  # don't wait\nbotyard doctor", [["serve", "--demo"], ["doctor"]]),
        (
            "sudo -u botyard /opt/botyard/bin/botyard init --data /var/lib/botyard",
            [["init", "--data", "/var/lib/botyard"]],
        ),
        ("BOTYARD_DATABASE=postgresql://b@db/b botyard init", [["init"]]),
        ("botyard serve --data d \\\n  --quiet", [["serve", "--data", "d", "--quiet"]]),
        ("ExecStart=/opt/botyard/bin/botyard serve", [["serve"]]),
        ("10 3 * * *  botyard  botyard backup a.tar && rm b.tar", [["backup", "a.tar"]]),
        ("botyard openapi > api.json; botyard methods | head", [["openapi"], ["methods"]]),
        ("TOKEN=$(botyard token issue ann)\necho $TOKEN", [["token", "issue", "ann"]]),
        (
            "botyard exec -- sh -c '\n  echo one\n  echo two\n'",
            [["exec", "--", "sh", "-c", "\n  echo one\n  echo two\n"]],
        ),
        ("cat > a.py <<'END'\nbotyard = \"don't\nEND\nbotyard methods", [["methods"]]),
        ("sudo useradd --create-home botyard\nsudo -u postgres createdb botyard --owner botyard", []),
        ("botyard serv", [["serv"]]),
    ],
)
def test_command_lines_are_found(text: str, expected: list[list[str]]) -> None:
    assert command_lines(text) == expected


@pytest.mark.parametrize("line", ["serv", "", "serve --nonsense", "backup", "init --data", "serve --host"])
def test_a_line_that_the_program_would_refuse_is_refused(line: str) -> None:
    with pytest.raises(AssertionError):
        require_parsed(line.split())


@pytest.mark.parametrize("line", ["--version", "serve --help", "restore a.tar --data b"])
def test_a_line_that_the_program_takes_is_taken(line: str) -> None:
    require_parsed(line.split())


@pytest.mark.parametrize("language", ["sh", "ini", "cron"])
def test_a_block_that_is_not_run_is_looked_at_all_the_same(language: str) -> None:
    with pytest.raises(AssertionError, match="refused: botyard migrate --now"):
        require_known(Block(1, language, "sudo /opt/botyard/bin/botyard migrate --now", why="needs a newer version"))
