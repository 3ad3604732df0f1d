"""Logging of a running server: its log, and a line for each call and each attempt, as text or JSON."""

from __future__ import annotations

import contextlib
import logging
import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from botyard.call_log import Called, Lines
from botyard.config import Settings
from botyard.delivery.report import AttemptRecord, attempts_log
from botyard.model.deliveries import State
from botyard.portal.audit_writer import audit_fields
from botyard.wire.hint import one_line

PLAIN = "%(asctime)s %(levelname)s %(name)s: %(message)s"
TIME = "%Y-%m-%d %H:%M:%S%z"


MET_MAX = 120
_REFUSED = re.compile(r"Connect call failed|[Rr]efused")


def says_calls(settings: Settings) -> bool:
    """Whether each call and each attempt has its line: while developing, or where everything is wanted."""
    return not settings.quiet and (settings.profile == "dev" or settings.log_level == "debug")


@contextlib.contextmanager
def logging_to(settings: Settings, write: Callable[[str], object] | None = None) -> Iterator[Lines]:
    """Log as the settings say, to standard error, until the end of the block. What was there before comes back."""
    lines = Lines(_FORMS[settings.log_format], write or _to_stderr)
    handler = _Gathering(lines)
    root = logging.getLogger()
    before, level, attempts_level = root.handlers[:], root.level, attempts_log.level
    root.handlers = [handler]
    root.setLevel(logging.WARNING if settings.quiet else settings.log_level.upper())
    attempts_log.setLevel(logging.DEBUG if says_calls(settings) else logging.INFO)
    lines.start()
    try:
        yield lines
    finally:
        root.handlers = before
        root.setLevel(level)
        attempts_log.setLevel(attempts_level)
        lines.close()


def _to_stderr(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


class _Gathering(logging.Handler):
    """Puts records among the lines that wait. Their words are filled in at once, for what they name may change."""

    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        record.message = record.getMessage()
        self._lines.add(record)


# As text.


_formatter = logging.Formatter(PLAIN, TIME)


def _text(entry: object) -> str:
    if isinstance(entry, Called):
        return entry.line
    if not isinstance(entry, logging.LogRecord):
        return str(entry)
    attempt = _attempt(entry)
    return attempt_line(attempt) if attempt else _formatter.format(entry)


def _attempt(record: logging.LogRecord) -> AttemptRecord | None:
    attempt = getattr(record, "attempt", None)
    return attempt if isinstance(attempt, AttemptRecord) else None


_THEN = {State.DONE: "", State.SENDING: "", State.UNCONFIRMED: "; received, as far as is known, and not sent again"}


def attempt_line(record: AttemptRecord) -> str:
    """``bot 1008 ← ONIMBOTMESSAGEADD  http://localhost:9599/ refused, again in 5 s``."""
    # The query of an address may hold a secret.
    where = record.address.partition("?")[0]
    then = _THEN.get(record.outcome, ", not again")
    if record.again is not None:
        then = f", again in {record.again} s"
    if record.outcome is State.DONE and not record.problem:
        return f"{_whom(record)} ← {record.event}  {where} {record.status}, {record.milliseconds} ms"
    return f"{_whom(record)} ← {record.event}  {where} {_met(record)}{then}"


def _met(record: AttemptRecord) -> str:
    """What an attempt met, in a word where there is one."""
    kind, _, rest = record.problem.partition(": ")
    if kind == "no connection" and _REFUSED.search(rest):
        return "refused"
    return one_line(", ".join(filter(None, [str(record.status or ""), record.problem])), MET_MAX)


def _whom(record: AttemptRecord) -> str:
    return record.recipient.replace(":", " ")


# As JSON, one object a line.


def _json(entry: object) -> str:
    return msgspec.json.encode(_fields(entry)).decode()


def _fields(entry: object) -> dict[str, Any]:
    if isinstance(entry, Called):
        fields: dict[str, Any] = {"status": entry.status, "method": entry.name}
        fields["milliseconds"] = round(entry.seconds * 1000, 1)
        return _head("info", "botyard.calls") | fields | ({"hint": entry.said} if entry.text else {})
    if not isinstance(entry, logging.LogRecord):
        return _head("warning", "botyard.log") | {"message": str(entry)}
    head = _head(entry.levelname.lower(), entry.name, entry.created)
    attempt = _attempt(entry)
    if attempt:
        return head | attempt._asdict() | {"address": attempt.address.partition("?")[0]}
    recorded = getattr(entry, "audit", None)
    fields = head | ({"message": entry.message} if recorded is None else audit_fields(recorded))
    if entry.exc_info:
        fields["exception"] = _formatter.formatException(entry.exc_info)
    return fields


def _head(level: str, logger: str, at: float | None = None) -> dict[str, Any]:
    moment = datetime.now(UTC) if at is None else datetime.fromtimestamp(at, UTC)
    return {"time": moment.isoformat(timespec="milliseconds"), "level": level, "logger": logger}


_FORMS = {"text": _text, "json": _json}
