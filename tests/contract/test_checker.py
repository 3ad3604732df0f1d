"""The checker finds what differs from a page, and the ledger counts what was seen."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from contract import pages
from contract.checker import TIME, contract
from contract.ledger import Ledger

CONTRACT = contract()
CLOCK = dict.fromkeys(TIME, 0)


@pytest.mark.parametrize(
    ("method", "body", "problem"),
    [
        ("imbot.chat.leave", {"result": True, "time": CLOCK}, None),
        ("imbot.chat.leave", {"result": 1, "time": CLOCK}, 'imbot.chat.leave: result: 1 is not of type "boolean"'),
        ("imbot.chat.leave", {"result": True}, f"imbot.chat.leave: time lacks {sorted(TIME)}"),
        ("imbot.chat.user.list", {"result": ["1"], "time": CLOCK}, 'result[0]: "1" is not of type "integer"'),
        ("imbot.chat.leave", {"error": "CHAT_ID_EMPTY", "error_description": ""}, None),
        ("imbot.chat.leave", {"error": "expired_token", "error_description": ""}, None),
        ("imbot.chat.leave", {"error": "CHAT_ID_EMPTY"}, "error_description is not a string"),
        ("imbot.chat.leave", {"error": "ODD", "error_description": ""}, "error code 'ODD' is not documented for it"),
        ("no.such", {"error": "CHAT_ID_EMPTY", "error_description": ""}, "'CHAT_ID_EMPTY' is not documented for it"),
        ("no.such", {"result": 1, "time": CLOCK}, None),
        ("imbot.chat.leave", [], "the response is not a JSON object"),
    ],
)
def test_deviations_are_named(method: str, body: Any, problem: str | None) -> None:
    problems = CONTRACT.problems(method, body)
    assert len(problems) == (problem is not None)
    assert problem is None or problems[0].endswith(problem)


def test_the_ledger_counts_what_was_seen() -> None:
    ledger = Ledger(CONTRACT)
    assert list(ledger.lines()) == []
    ledger.saw_success("im.v2.Event.get")
    ledger.saw_error("im.v2.Event.get", "EXPIRED")
    line, missing = ledger.lines()
    assert line.startswith("im.v2: 1/5 methods answered in the documented shape, 0/")
    assert missing.startswith("  not shown: ")
    assert "im.v2.Event.get" not in missing


def test_every_method_has_one_page_and_a_schema_that_is_one() -> None:
    methods = [page for name in (*pages.FAMILIES, "disk") for page in pages.family(name).methods]
    assert len(methods) == len({page.method for page in methods}) == 215
    for page in methods:
        if page.result is not None:
            jsonschema.Draft202012Validator.check_schema(page.result)


def test_every_event_has_fields() -> None:
    events = pages.events()
    assert len(events) == 26
    assert [name for name, page in events.items() if not page.fields] == []
    assert {page.same_as for page in events.values()} <= {"", *events}
