"""The bots of examples/, each run for real: a person writes and presses, the bot answers."""

from __future__ import annotations

import urllib.request
from pathlib import Path

import pytest

from tests.examples.programs import EXAMPLES, Ann, address, free_port, node, php, php_server, python, talking
from tests.sdk.live import Live

pytestmark = [pytest.mark.sdk, pytest.mark.live, pytest.mark.slow]

LINES_MAX = 150


def _talk(ann: Ann) -> None:
    """What every bot can do."""
    ann.says("good morning")
    ann.sees("You said: good morning")
    ann.says("/poll")
    ballot = ann.sees("Tea or coffee? Votes: 0")
    assert [button["TEXT"] for button in ballot["params"]["KEYBOARD"]] == ["Tea: 0", "Coffee: 0"]
    ann.presses(ballot, "Coffee")
    voted = ann.sees("Tea or coffee? Votes: 1")
    assert voted["id"] == ballot["id"]
    assert [button["TEXT"] for button in voted["params"]["KEYBOARD"]] == ["Tea: 0", "Coffee: 1"]
    texts = [message["text"] for message in ann.history()["messages"] if message["author_id"] == ann.bot]
    assert len(texts) == 3, texts


def _ask_for_a_file(ann: Ann) -> None:
    """What bots of the second generation can do besides."""
    ann.says("/file")
    ann.sees("Here it is.")
    (file,) = ann.history()["files"]
    assert file["name"] == "notes.txt"
    link = ann.call("im.v2.File.download", dialogId=str(ann.bot), fileId=file["id"])["downloadUrl"]
    with urllib.request.urlopen(link) as answer:  # noqa: S310
        assert answer.read() == b"Notes of the bot\n"


def test_python_called(live: Live) -> None:
    with talking(address(live), python("bot_v1.py"), [], PORT=str(free_port())) as ann:
        _talk(ann)


def test_python_fetching(live: Live) -> None:
    with talking(address(live), python("bot_v2.py"), []) as ann:
        _talk(ann)
        _ask_for_a_file(ann)


def test_javascript_called(live: Live, modules: Path, tmp_path: Path) -> None:
    with talking(address(live), node("bot_v1.mjs", modules, tmp_path), [], PORT=str(free_port())) as ann:
        _talk(ann)


def test_javascript_fetching(live: Live, modules: Path, tmp_path: Path) -> None:
    with talking(address(live), node("bot_v2.mjs", modules, tmp_path), []) as ann:
        _talk(ann)
        _ask_for_a_file(ann)


@pytest.mark.usefixtures("with_php")
def test_php_called(live: Live, tmp_path: Path) -> None:
    port = free_port()
    server = php_server("bot_v1.php", port)
    with talking(address(live), php("bot_v1.php"), server, PORT=str(port), TMPDIR=str(tmp_path)) as ann:
        _talk(ann)


@pytest.mark.usefixtures("with_php")
def test_php_fetching(live: Live) -> None:
    with talking(address(live), php("bot_v2.php"), []) as ann:
        _talk(ann)
        _ask_for_a_file(ann)


def test_the_bots_are_short_and_all_described() -> None:
    readme = (EXAMPLES / "README.md").read_text()
    bots = sorted(file for folder in ("python", "javascript", "php") for file in (EXAMPLES / folder).glob("bot_*"))
    assert len(bots) == 6
    for bot in bots:
        assert len(bot.read_text().splitlines()) < LINES_MAX
        assert f"{bot.parent.name}/{bot.name}" in readme
