"""The pages about limits say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from botyard.config import Settings
from botyard.errors import ErrorCode
from botyard.rpc.batch import MAX_COMMANDS
from botyard.rpc.limits import CLOUD, ENTERPRISE, STATEMENTS
from botyard.rpc.method_errors import SYSTEM
from botyard.rpc.references import MAX_FILLED
from botyard.server import HANDSHAKE_SECONDS, KEEP_ALIVE_SECONDS
from botyard.web import frame_pace
from botyard.web.crowd import RESERVED
from botyard.wire import limits

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
ERRORS = (DOCS / "reference" / "system-errors.md").read_text()
LIMITS = (DOCS / "explanation" / "limits.md").read_text()

MORE = (
    ErrorCode.SCOPE,
    ErrorCode.AUTH_TYPE,
    ErrorCode.GUEST,
    ErrorCode.APP_CONTEXT,
    ErrorCode.METHOD_NOT_FOUND,
    ErrorCode.METHOD_V3,
    ErrorCode.JSON_V3,
    ErrorCode.MANIFEST,
    ErrorCode.BATCH_METHOD,
    ErrorCode.BATCH_LENGTH,
    ErrorCode.PATH_UNKNOWN,
    ErrorCode.VERB_WRONG,
    ErrorCode.HEAD_TIMEOUT,
    ErrorCode.HEAD_TOO_BIG,
    ErrorCode.HTTP_INVALID,
)


def has_its_line(problem: ErrorCode) -> bool:
    row = problem.value
    if row.code == "INVALID_REQUEST":
        return "What cannot be read" in ERRORS and f"\n| {row.status} |" in ERRORS
    return re.search(rf"^\| {row.status} \| `{row.code}`", ERRORS, re.MULTILINE) is not None


def test_every_system_error_has_its_line() -> None:
    assert [problem.name for problem in (*SYSTEM, *MORE) if not has_its_line(problem)] == []


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("| request line and headers", limits.MAX_HEAD),
        ("| time for the request line and headers", limits.HEAD_SECONDS),
        ("| headers behind a chunked body", limits.MAX_HEAD),
        ("| what the clients of one person say", frame_pace.BURST),
        ("| what the clients of one person say", frame_pace.PER_SECOND),
        ("| silence between two requests", 75),
        ("| body", limits.MAX_BODY),
        ("| upload", limits.MAX_UPLOAD),
        ("| time for the body", limits.BODY_SECONDS),
        ("| all bodies that are still arriving", limits.MAX_ARRIVING),
        ("| form", limits.MAX_FORM),
        ("| pace of a stranger's body", limits.LEAST_RATE),
        ("| pace of a stranger's body", limits.SLOW_SECONDS),
        ("| strangers' requests |", Settings().anonymous_slots),
        ("| strangers' requests from one address", Settings().anonymous_per_address),
        ("| strangers' bodies", Settings().anonymous_large),
        ("| large uploads on their way", Settings().upload_slots),
        ("| connections |", RESERVED),
        ("| time for the greeting of TLS", HANDSHAKE_SECONDS),
        ("| nesting of parameters", limits.MAX_DEPTH),
        ("| names and list elements", limits.MAX_KEYS),
        ("| commands in a batch", MAX_COMMANDS),
        ("| what references may fill in", MAX_FILLED),
        ("| rows that one call reads", Settings().call_rows),
        ("| SQL statements of one call", STATEMENTS),
        ("| calls under way", Settings().max_in_flight),
        ("| requests, `--limits cloud`", CLOUD.threshold),
        ("| requests, `--limits enterprise`", ENTERPRISE.threshold),
        ("| time of one method", CLOUD.operating),
    ],
)
def test_the_table_of_limits(line: str, number: float) -> None:
    rows = [row for row in LIMITS.splitlines() if row.startswith((f"{line} ", f"{line},"))]
    assert len(rows) == 1
    assert re.search(rf"(?<![\d,]){number:,.0f}(?![\d,])", rows[0])


def test_silence() -> None:
    [line] = [row for row in LIMITS.splitlines() if row.startswith("| silence between two requests")]
    assert f"| {KEEP_ALIVE_SECONDS} seconds |" in line
