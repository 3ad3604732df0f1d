"""Text against lists of patterns: SQLite's own function says what PostgreSQL says, and reads a text once."""

from __future__ import annotations

import json

import pytest

from botyard.store.engines.db import Database
from botyard.store.engines.like_any import escaped, like_any
from tests.store.conftest import Run

SQL = "SELECT CASE WHEN lower(:text) {like_any} :patterns {end} THEN 1 ELSE 0 END"

CASES = [
    ("ivan", ["ivan"], True),
    ("Ivan", ["IVAN"], True),
    ("ivana", ["ivan"], False),
    ("ivana", ["x", "iv%"], True),
    ("ivana", ["%van%"], True),
    ("ivana", ["%na"], True),
    ("ivana", ["%n"], False),
    ("ivana", ["i%a"], True),
    ("ivana", ["i%v%n%"], True),
    ("ivana", ["i%n%v%"], False),
    ("aba", ["ab%ba"], False),
    ("abba", ["ab%ba"], True),
    ("", [""], True),
    ("", ["%"], True),
    ("x", ["%%"], True),
    ("x", [""], False),
    ("x", [], False),
    ("100%_sure", [f"%{escaped('100%_')}%"], True),
    ("100 sure", [f"%{escaped('100%')}%"], False),
    ("1000", [escaped("100_")], False),
    ("a\\b", [f"%{escaped(chr(92))}%"], True),
    ("a%", [escaped("a%")], True),
    ("ab", [escaped("a%")], False),
    ("Жанна", ["ЖАН%"], True),
    ("a\nb", ["a%b"], True),
]


@pytest.mark.parametrize(("text", "patterns", "expected"), CASES)
def test_on_each_engine(run: Run, db: Database, text: str, patterns: list[str], expected: bool) -> None:
    row = run(db.read(lambda tx: tx.one(SQL, text=text, patterns=json.dumps(patterns))))
    assert row == (int(expected),)


def test_many_wildcards_take_no_longer_than_the_text(run: Run) -> None:
    """A matcher that tries all ways would not come to an end."""
    assert like_any(json.dumps(["%a" * 400 + "b"]), "a" * 10_000) is False
    assert like_any(json.dumps(["%a" * 400]), "a" * 10_000) is True
