"""`botyard doctor`: what it says to the one who looks after a portal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from botyard.chat import messages
from botyard.cli import main
from botyard.commands.failing import Exit
from tests.conftest import MakeWorld
from tests.story import CLIENT, says


@pytest.fixture
def data(make_world: MakeWorld) -> Path:
    """A portal with a bot that is called, one that fetches, and something said to both; the first was edited."""
    world = make_world()
    ann = world.person("Ann")
    called = world.bot(EVENT_HANDLER="http://127.0.0.1:9/bot")
    fields = {"code": "slow", "properties": {"name": "Slow"}, "eventMode": "fetch"}
    fetches = world.call("imbot.v2.Bot.register", botToken=CLIENT, fields=fields).result["bot"]["id"]
    for bot in (called, fetches):
        says(world, ann, bot, "hello")
    world.write(lambda tx: messages.edit(tx, ann.id, 1, "well", {}, None, int(world.time)))
    return world.settings.data


def _run(*words: object) -> int:
    try:
        return main(["doctor", *map(str, words)])
    except SystemExit as end:
        return int(end.code or 0)


def test_an_overview(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--data", data) == Exit.OK
    told = capsys.readouterr().out
    assert "Bot 1001, Echo (echo), type B, API v1: is called." in told
    assert "  http://127.0.0.1:9/bot: allowed (127.0.0.1)." in told
    assert "  2 to be sent; the next is due " in told
    assert "Bot 1002, Slow (slow), type B, API v2: fetches its events." in told
    assert "  2 lie ready to be fetched, the oldest since 20" in told
    assert "  It has never come for its events." in told


def test_the_guard_of_production(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _run("--data", data, "--profile", "prod")
    assert "http://127.0.0.1:9/bot: refused: port 9 is closed to handlers." in capsys.readouterr().out


def test_why_not(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(1, 1001, "--data", data) == Exit.OK
    told = capsys.readouterr().out
    assert re.match(
        r"ONIMBOTMESSAGEADD of 20[-0-9]+ [:0-9]+ UTC:\n  It waits behind delivery 1 to the same chat.+\n"
        r"ONIMBOTMESSAGEUPDATE of 20[-0-9]+ [:0-9]+ UTC:\n  No handler is bound for it\.\n$",
        told,
    ), told
    assert _run(1, 1002, "--data", data) == Exit.OK
    assert capsys.readouterr().out.endswith(" UTC:\n  The bot is not a member of the chat.\n")


def test_what_is_asked_wrongly(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(1, "--data", data) == Exit.USAGE
    assert _run(99, 1001, "--data", data) == Exit.FAILURE
    assert capsys.readouterr().err.endswith("botyard: There is no message 99, or nothing is known of it any more.\n")


def test_a_portal_without_bots(make_world: MakeWorld, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--data", make_world().settings.data) == Exit.OK
    assert capsys.readouterr().out == "There are no bots yet.\n"
