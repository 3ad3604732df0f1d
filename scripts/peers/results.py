"""What became of the cases of a suite: read from JUnit reports, and printed as a table."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from scripts.peers import known_failures


class Outcome(StrEnum):
    """How a case ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    ERROR_ONLY = "proves only an error"
    """Passed, as it would have with any error whatever: no pass that counts."""


class Case(NamedTuple):
    """A case of a suite; ``reason`` is why a failure was expected, ``""`` where it was not."""

    suite: str
    folder: str
    name: str
    outcome: Outcome
    message: str = ""
    reason: str = ""


def read(report: Path, suite: str) -> Iterator[tuple[str, str, Outcome, str]]:
    """Class or file, name, outcome and the first line of what went wrong, of each case of a report."""
    for case in ElementTree.parse(report).getroot().iter("testcase"):  # noqa: S314  # A runner has just written it.
        place, name = case.get("classname") or case.get("file") or suite, case.get("name", "")
        broken = next((part for part in case if part.tag in ("failure", "error")), None)
        skipped = next((part for part in case if part.tag == "skipped"), None)
        outcome = Outcome.FAILED if broken is not None else Outcome.SKIPPED if skipped is not None else Outcome.PASSED
        if outcome is Outcome.PASSED and known_failures.passes_by_any_error(suite, place, name):
            outcome = Outcome.ERROR_ONLY
        detail = broken if broken is not None else skipped
        text = (detail.get("message") or detail.text or "") if detail is not None else ""
        # PHPUnit begins with the case.
        lines = [line for line in text.strip().splitlines() if not line.endswith(f"::{name}")]
        yield place, name, outcome, lines[0][:160] if lines else ""


def table(cases: Iterable[Case]) -> str:
    """A row for each folder, and a line for each case that failed."""
    rows: dict[tuple[str, str], dict[Outcome, int]] = {}
    failed = []
    for case in cases:
        counts = rows.setdefault((case.suite, case.folder), dict.fromkeys(Outcome, 0))
        counts[case.outcome] += 1
        if case.outcome is Outcome.FAILED:
            failed.append(f"{case.suite} {case.folder} {case.name}: {case.reason or case.message}")
    titles = ["suite", "folder", *Outcome]
    head = [f"| {' | '.join(title.capitalize() for title in titles)} |", "|---" * len(titles) + "|"]
    lines = [
        f"| {suite} | {folder} | {' | '.join(str(counts[outcome]) for outcome in Outcome)} |"
        for (suite, folder), counts in rows.items()
    ]
    return "\n".join([*head, *lines, "", *failed])
