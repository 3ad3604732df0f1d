"""What a server says while it runs: a line for each call and each attempt, as text or as JSON, never a secret."""

from __future__ import annotations

import json
import logging
import threading
from typing import Any

import msgspec
import pytest

from botyard.call_log import Called, Lines
from botyard.commands.logs import attempt_line, logging_to, says_calls
from botyard.config import Settings
from botyard.delivery.report import AttemptRecord, Report, attempts_log
from botyard.model.deliveries import State
from botyard.model.recipients import Recipient
from botyard.server import application
from tests.world import World

REFUSED = "no connection: [Errno 111] Connect call failed ('127.0.0.1', 9599)"
SECRET = "0123456789abcdef0123456789abcdef"
HANDLER = "http://localhost:9599/?secret=x"


def made(**changes: Any) -> AttemptRecord:
    whole = AttemptRecord(Recipient("bot:1008"), "ONIMBOTMESSAGEADD", HANDLER, State.WAITING, 1, 0, REFUSED, 2, 5)
    return whole._replace(**changes)


@pytest.mark.parametrize(
    ("called", "line"),
    [
        (Called(200, "imbot.message.add", "", 0.0031), "200 imbot.message.add  3 ms"),
        (Called(401, "imbot.bot.list", "needs scope imbot", 0.001), "401 imbot.bot.list  needs scope imbot"),
        (Called(404, "", "Method not found!", 0.001), "404 -  Method not found!"),
        (Called(404, "two\nlines\x1b[31m", "", 0.001), "404 two lines\\u001b[31m  1 ms"),
        (Called(404, SECRET, f"no method '{SECRET}'", 0), "404 ***  no method '***'"),
    ],
)
def test_a_call_is_one_line_without_secrets(called: Called, line: str) -> None:
    assert called.line == line


@pytest.mark.parametrize(
    ("attempt", "line"),
    [
        (made(), "bot 1008 ← ONIMBOTMESSAGEADD  http://localhost:9599/ refused, again in 5 s"),
        (
            made(outcome=State.DEAD, again=None),
            "bot 1008 ← ONIMBOTMESSAGEADD  http://localhost:9599/ refused, not again",
        ),
        (
            made(outcome=State.DONE, status=200, problem="", again=None),
            "bot 1008 ← ONIMBOTMESSAGEADD  http://localhost:9599/ 200, 2 ms",
        ),
        (
            made(outcome=State.UNCONFIRMED, problem="timeout: no answer within 30 s", again=None),
            "bot 1008 ← ONIMBOTMESSAGEADD  http://localhost:9599/ timeout: no answer within 30 s; "
            "received, as far as is known, and not sent again",
        ),
        (
            made(status=302, problem="redirect: handlers are called where they say they are"),
            "bot 1008 ← ONIMBOTMESSAGEADD  http://localhost:9599/ 302, "
            "redirect: handlers are called where they say they are, again in 5 s",
        ),
        (
            made(outcome=State.UNCONFIRMED, status=504, problem="", again=None),
            "bot 1008 ← ONIMBOTMESSAGEADD  http://localhost:9599/ 504; "
            "received, as far as is known, and not sent again",
        ),
        (
            made(recipient="binding:3", status=503, problem="", again=30),
            "binding 3 ← ONIMBOTMESSAGEADD  http://localhost:9599/ 503, again in 30 s",
        ),
    ],
)
def test_an_attempt_is_one_line_without_the_query_of_its_address(attempt: AttemptRecord, line: str) -> None:
    assert attempt_line(attempt) == line


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({}, True),
        ({"quiet": True}, False),
        ({"profile": "prod"}, False),
        ({"profile": "prod", "log_level": "debug"}, True),
        ({"profile": "prod", "log_level": "debug", "quiet": True}, False),
    ],
)
def test_who_develops_sees_calls(settings: dict[str, Any], wanted: bool) -> None:
    assert says_calls(Settings(**settings)) is wanted


def written(settings: Settings, *, attempt: AttemptRecord) -> list[str]:
    """What is written of a call, an attempt and a warning."""
    texts: list[str] = []
    with logging_to(settings, texts.append) as lines:
        if says_calls(settings):
            lines.add(Called(401, "imbot.bot.list", "needs scope imbot", 0.0012))
        Report().attempt(attempt)
        logging.getLogger("botyard.fault").warning("%s is odd", "this")
        logging.getLogger("botyard").info("by the way")
    return "".join(texts).splitlines()


def test_the_lines_stand_in_the_log_in_their_order() -> None:
    lines = written(Settings(), attempt=made())
    assert lines[0] == "401 imbot.bot.list  needs scope imbot"
    assert lines[1] == attempt_line(made())
    assert "Events are not accepted by their handler" in lines[2]
    assert lines[3].endswith("WARNING botyard.fault: this is odd")
    assert lines[4].endswith("INFO botyard: by the way")
    assert len(lines) == 5


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_would_change_the_terminal_is_escaped(form: str) -> None:
    texts: list[str] = []
    odd = "a\x9b31m\x85\u202eb\u2066c\u2029d\x1b"
    with logging_to(Settings(log_format=form), texts.append):
        logging.getLogger("botyard").warning("%s\tä", odd)
    [line] = "".join(texts).split("\n")[:-1]
    assert line.endswith(r"a\u009b31m\u0085\u202eb\u2066c\u2029d\u001b" + ("\tä" if form == "text" else '\\tä"}'))
    if form == "json":
        assert json.loads(line)["message"] == f"{odd}\tä"


def test_quiet_leaves_the_warnings() -> None:
    lines = written(Settings(quiet=True), attempt=made())
    assert [line.rpartition(" WARNING ")[2].partition(":")[0] for line in lines] == [
        "botyard.delivery",
        "botyard.fault",
    ]


def test_json_is_one_object_a_line() -> None:
    entries = [json.loads(line) for line in written(Settings(log_format="json"), attempt=made())]
    assert all(entry["time"].endswith("+00:00") for entry in entries)
    call, attempt, warning = entries[0], entries[1], entries[3]
    assert {**call, "time": ""} == {
        "time": "",
        "level": "info",
        "logger": "botyard.calls",
        "status": 401,
        "method": "imbot.bot.list",
        "milliseconds": 1.2,
        "hint": "needs scope imbot",
    }
    assert (attempt["logger"], attempt["recipient"], attempt["again"]) == ("botyard.delivery.attempts", "bot:1008", 5)
    assert attempt["address"] == "http://localhost:9599/"
    assert (warning["level"], warning["logger"], warning["message"]) == ("warning", "botyard.fault", "this is odd")


def test_what_was_set_before_comes_back() -> None:
    root = logging.getLogger()
    before = (root.handlers[:], root.level, attempts_log.level)
    with logging_to(Settings(), lambda text: None):
        assert root.handlers != before[0]
    assert (root.handlers, root.level, attempts_log.level) == before


def test_a_slow_terminal_holds_nobody_and_is_told_what_it_missed() -> None:
    gate, texts = threading.Event(), list[str]()

    def write(text: str) -> None:
        gate.wait(10)
        texts.append(text)

    lines = Lines(str, write, most=3)
    for number in range(5):
        lines.add(number)
    gate.set()
    lines.flush()
    assert texts == ["0\n1\n2\n2 lines were dropped: nobody read them fast enough.\n"]
    lines.add(5)
    lines.flush()
    assert texts[1:] == ["5\n"]


def test_many_lines_are_one_write() -> None:
    texts: list[str] = []
    lines = Lines(str, texts.append)
    for number in range(1000):
        lines.add(number)
    assert texts == []
    lines.flush()
    assert len(texts) == 1


def test_a_terminal_that_is_gone_stops_nobody() -> None:
    def gone(text: str) -> None:
        raise BrokenPipeError

    lines = Lines(str, gone)
    lines.add("x")
    lines.flush()


def test_each_call_to_rest_leaves_its_line_with_the_hint(world: World) -> None:
    texts: list[str] = []
    lines = Lines(lambda entry: entry.line if isinstance(entry, Called) else "", texts.append)
    world.context = msgspec.structs.replace(world.context, calls=lines)
    world.app = application(world.context)
    narrow = world.add_webhook(world.admin.id, "user")
    world.call("imbot.bot.list", narrow)
    world.call("server.time")
    world.call("batch", cmd={"one": "imbot.nosuch"})
    lines.flush()
    first, second, third = "".join(texts).splitlines()
    assert first == "401 imbot.bot.list  needs scope imbot"
    assert second.startswith("200 server.time  ") and second.endswith(" ms")
    assert third.startswith("200 batch  one: no method 'imbot.nosuch'")
