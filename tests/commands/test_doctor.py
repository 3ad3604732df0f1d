"""`botyard doctor`: what it says to the one who looks after a portal."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path

import pytest

from botyard.chat.conversation import messages
from botyard.cli import main
from botyard.commands.exit_codes import ExitCode
from botyard.model.deliveries import Attempt, Ended, EndReason, State
from botyard.store import delivery_queue, leases, server_settings
from botyard.store.engines.connect import open_database
from botyard.store.engines.db import Tx
from botyard.store.ordering import Ordering
from botyard.store.server_settings import ServerSettings
from tests.conftest import MakeWorld
from tests.story import CLIENT, says


@pytest.fixture
def data(make_world: MakeWorld) -> Path:
    """A portal with a bot that is called, one that fetches, and something said to both; the first was edited."""
    world = make_world()
    ann = world.add_person("Ann")
    called = world.add_bot(EVENT_HANDLER="http://127.0.0.1:9/bot", CLIENT_ID="long-enough-for-prod")
    fields = {"code": "slow", "properties": {"name": "Slow"}, "eventMode": "fetch"}
    fetches = world.call("imbot.v2.Bot.register", botToken=CLIENT, fields=fields).result["bot"]["id"]
    for bot in (called, fetches):
        says(world, ann, bot, "hello")
    world.write(lambda tx: messages.edit(tx, ann.id, 1, text="well", changed={}, window=None))
    return world.settings.data


def _run(*words: object) -> int:
    try:
        return main(["doctor", *map(str, words)])
    except SystemExit as end:
        return int(end.code or 0)


def test_an_overview(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--data", data) == ExitCode.OK
    report = capsys.readouterr().out
    assert "Bot 1001, Echo (echo), type B, API v1: is called." in report
    assert "  http://127.0.0.1:9/bot: allowed (127.0.0.1)." in report
    assert "  2 to be sent; the next is due " in report
    assert "Bot 1002, Slow (slow), type B, API v2: fetches its events." in report
    assert "  2 ready to be fetched, the oldest since 20" in report
    assert "  It has not asked for its events yet." in report


def test_what_the_server_runs_with_is_known_beside_it(
    make_world: MakeWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    world = make_world(delivery="strict", delivery_timeout=12.5, profile="prod")
    world.add_bot(EVENT_HANDLER="http://127.0.0.1:9/bot", CLIENT_ID="long-enough-for-prod")
    world.start_delivery()
    world.stop_delivery()
    assert _run("--data", world.settings.data) == ExitCode.OK
    report = capsys.readouterr().out
    assert report.startswith("Events are delivered in the mode strict; a handler has 12.5 s to respond.\n")
    assert "http://127.0.0.1:9/bot: refused: port 9 is closed to handlers." in report
    assert _run("--data", world.settings.data, "--profile", "dev") == ExitCode.OK
    assert "http://127.0.0.1:9/bot: allowed (127.0.0.1)." in capsys.readouterr().out


def test_before_a_server_has_run_the_defaults_are_said(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _run("--data", data)
    assert "Events are delivered in the mode retry; a handler has 30 s to respond." in capsys.readouterr().out


def test_the_guard_of_production(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _run("--data", data, "--profile", "prod")
    assert "http://127.0.0.1:9/bot: refused: port 9 is closed to handlers." in capsys.readouterr().out


def test_why_not(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(1, 1001, "--data", data) == ExitCode.OK
    report = capsys.readouterr().out
    assert re.match(
        r"ONIMBOTMESSAGEADD of 20[-0-9]+ [:0-9]+ UTC:\n"
        r"  It waits behind ONIMBOTJOINCHAT \(delivery 1\) of the same chat; attempt 1 of that one is due now\.\n"
        r"ONIMBOTMESSAGEUPDATE of 20[-0-9]+ [:0-9]+ UTC:\n  No handler is bound for it\.\n$",
        report,
    ), report
    assert _run(1, 1002, "--data", data) == ExitCode.OK
    assert capsys.readouterr().out.endswith(" UTC:\n  The bot is not a member of the chat.\n")


def test_what_is_asked_wrongly(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(1, "--data", data) == ExitCode.USAGE
    assert _run(99, 1001, "--data", data) == ExitCode.FAILURE
    assert capsys.readouterr().err.endswith("botyard: There is no message 99, or nothing is known of it any more.\n")
    assert _run(1, 99, "--data", data) == ExitCode.FAILURE
    assert capsys.readouterr().err == "botyard: There is no bot 99; 'botyard doctor' shows them.\n"


def failed(data: Path, state: State, reason: str, problem: str = "") -> None:
    """What becomes of the first delivery of the bot that is called."""

    async def work() -> None:
        database = await open_database(data / "botyard.db")

        async def end(tx: Tx) -> None:
            now = int(time.time())
            # A server that lets everything hold its dialog until it has ended.
            await server_settings.note(tx, ServerSettings("strict", 30.0, 7, "dev"))
            [first, *_] = await delivery_queue.claim(tx, Ordering(None, 1), now, limit=10)
            await leases.lease(tx, [first], "me", until=now + 60, now=now)
            tried = Attempt(1, now * 1000, 12, 0, "", problem) if problem else None
            await leases.end(tx, "me", [Ended(first, state, due=now + 60, reason=reason, attempt=tried)], now=now)

        await database.write(end)
        await database.close()

    asyncio.run(work())


REFUSED = "no connection: [Errno 111] Connect call failed ('127.0.0.1', 9)"


def test_the_cause_that_holds_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    failed(data, State.WAITING, "", REFUSED)
    _run("--data", data)
    report = capsys.readouterr().out
    assert "  Tried again: ONIMBOTJOINCHAT (delivery 1) of 20" in report
    assert ": 127.0.0.1:9 refused the connection; its attempt 2 is due " in report
    assert "MemberJoined" not in report
    _run(1, 1001, "--data", data)
    report = capsys.readouterr().out
    assert (
        "  It waits behind ONIMBOTJOINCHAT (delivery 1) of the same chat: 127.0.0.1:9 refused the connection; "
        in report
    )


@pytest.mark.parametrize(
    ("state", "reason", "problem", "line"),
    [
        (State.DEAD, EndReason.USED_UP, REFUSED, "127.0.0.1:9 refused the connection; the last attempt failed."),
        (State.SKIPPED, EndReason.NO_HANDLER, "", "no handler is bound."),
        (
            State.UNCONFIRMED,
            EndReason.UNCONFIRMED,
            "timeout: no answer within 30 s",
            "127.0.0.1:9 did not respond in time; it got the whole event, which is not sent again.",
        ),
    ],
)
def test_what_was_missed_is_called_what_it_is(
    data: Path, capsys: pytest.CaptureFixture[str], state: State, reason: str, problem: str, line: str
) -> None:
    failed(data, state, reason, problem)
    _run("--data", data)
    report = capsys.readouterr().out
    begin = {
        State.DEAD: "Last given up",
        State.SKIPPED: "Last not sent",
        State.UNCONFIRMED: "Last not confirmed",
    }[state]
    assert re.search(
        rf"  {begin}: ONIMBOTJOINCHAT \(delivery 1\) of 20[^:]+:\d\d:\d\d UTC: {re.escape(line)}\n", report
    ), report
    assert "failure" not in report


def test_a_portal_without_bots(make_world: MakeWorld, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--data", make_world().settings.data) == ExitCode.OK
    assert capsys.readouterr().out == "There are no bots yet.\n"
