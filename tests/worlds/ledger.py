"""The contract check of every answer, and the ledger of what a run has seen of the contract."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contract.checker import contract, is_error
from contract.ledger import Ledger
from tests.worlds.records import Answer

LEDGER = "BOTYARD_TEST_LEDGER"
"""Names the folder in which the processes of one run keep what they saw."""
CONTRACT = contract()


def check(method: str, answer: Answer) -> None:
    """Hold an answer against the contract and enter it into the ledger."""
    if method not in CONTRACT.methods:
        return
    problems = CONTRACT.problems(method, answer.body)
    assert not problems, problems
    note(method, answer.status, answer.body)


_noted: set[tuple[str, str]] = set()


def note(method: str, status: int, body: Any) -> None:
    """Keep what was seen for the ledger, which is printed once by the process that runs the suite."""
    folder = os.environ.get(LEDGER)
    if not folder or (status != 200 and not is_error(body)):
        return
    seen = (method, str(body["error"]) if is_error(body) else "")
    if seen in _noted:
        return
    _noted.add(seen)
    with (Path(folder) / f"{os.getpid()}.jsonl").open("a") as out:
        out.write(json.dumps(seen) + "\n")


def ledger() -> Iterator[str]:
    """The lines of the ledger of this run; families of which nothing was seen are left out."""
    record = Ledger(CONTRACT)
    for file in sorted(Path(os.environ[LEDGER]).glob("*.jsonl")):
        for line in file.read_text().splitlines():
            method, code = json.loads(line)
            if code:
                record.saw_error(method, code)
            else:
                record.saw_success(method)
    yield from record.lines()
