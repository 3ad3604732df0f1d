"""Requests that cannot be read are a line a minute in the log, however many there are."""

from __future__ import annotations

import logging

from botyard.web.repeated_lines import BROKEN, RepeatedLines
from tests.web.live import Live

START = 1_800_000_000.0


def record(text: str, at: float) -> logging.LogRecord:
    made = logging.LogRecord("uvicorn.error", logging.WARNING, "", 1, text, None, None)
    made.created = at
    return made


def logged(lines: RepeatedLines, text: str, at: float) -> str:
    made = record(text, at)
    return made.getMessage() if lines.filter(made) else ""


def test_one_a_minute_with_the_number_of_the_others() -> None:
    lines = RepeatedLines(BROKEN)
    assert logged(lines, BROKEN, START) == BROKEN
    assert [logged(lines, BROKEN, START + second) for second in range(60)] == [""] * 60
    assert logged(lines, BROKEN, START + 60) == f"{BROKEN} (60 more before this one)"
    assert logged(lines, BROKEN, START + 120) == BROKEN


def test_a_clock_that_is_set_back_silences_nothing() -> None:
    lines = RepeatedLines(BROKEN)
    assert logged(lines, BROKEN, START)
    assert logged(lines, BROKEN, START - 86_400)


def test_other_lines_pass() -> None:
    lines = RepeatedLines(BROKEN)
    assert [logged(lines, "Something else", START) for _ in range(3)] == ["Something else"] * 3


def test_a_flood_of_garbage_is_one_line(live: Live) -> None:
    before = sum(BROKEN in line for line in live.lines)
    for _ in range(20):
        assert live.ask(b"garbage\r\n\r\n").status == 400
    # Two handlers of the test hear of it.
    assert sum(BROKEN in line for line in live.lines) <= before + 2
    assert sum(map(len, live.lines)) < 10_000
