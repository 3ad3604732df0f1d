"""The table of ASVS has each requirement once, and names only tests and files that exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "explanation" / "asvs.md"

# The requirements of levels 1 and 2 of ASVS 5.0: of each chapter the sections, and of each section the numbers.
REQUIREMENTS = {
    "V1": "1:1-2 2:1-9 3:1-11 4:1-3 5:1-2",
    "V2": "1:1-3 2:1-3 3:1-4 4:1",
    "V3": "2:1-2 3:1-4 4:1-6 5:1-5 7:1-2",
    "V4": "1:1-3 2:1 3:1-2 4:1-4",
    "V5": "1:1 2:1-3 3:1-2 4:1-3",
    "V6": "1:1-3 2:1-12 3:1-4 4:1-4 5:1-5 6:1-3 8:1-4",
    "V7": "1:1-3 2:1-4 3:1-2 4:1-5 5:1-2 6:1-2",
    "V8": "1:1-2 2:1-3 3:1 4:1",
    "V9": "1:1-3 2:1-4",
    "V10": "1:1-2 2:1-2 3:1-4 4:1-11 5:1-5 6:1-2 7:1-3",
    "V11": "1:1-2 2:1-3 3:1-3 4:1-4 5:1 6:1",
    "V12": "1:1-3 2:1-2 3:1-4",
    "V13": "1:1 2:1-5 3:1-2 4:1-5",
    "V14": "1:1-2 2:1-4 3:1-3",
    "V15": "1:1-3 2:1-3 3:1-7",
    "V16": "1:1 2:1-5 3:1-4 4:1-3 5:1-3",
}
STATUSES = ("met", "not met", "does not apply")

_ROW = re.compile(r"^\| (V[0-9.]+) \|(.*)\|$", re.MULTILINE)
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
_FILE = re.compile(r"`([\w./-]+\.(?:py|html|sql|txt|yaml|md))`")
_LINK = re.compile(r"\[[^\]]+\]\([^)]+\)")


class Row(NamedTuple):
    """One requirement of the page."""

    id: str
    asks: str
    status: str
    how: str
    tests: str


def rows() -> list[Row]:
    return [Row(name, *(cell.strip() for cell in cells.split("|"))) for name, cells in _ROW.findall(PAGE.read_text())]


def numbers(text: str) -> list[int]:
    """``1-3,5`` in full."""
    spans = [part.partition("-") for part in text.split(",")]
    return [number for first, _, last in spans for number in range(int(first), int(last or first) + 1)]


def required() -> list[str]:
    sections = [(chapter, *section.split(":")) for chapter, text in REQUIREMENTS.items() for section in text.split()]
    return [f"{chapter}.{section}.{number}" for chapter, section, listed in sections for number in numbers(listed)]


@cache
def names_of(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_each_requirement_is_there_once_and_in_order() -> None:
    assert [row.id for row in rows()] == required()


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.id)
def test_a_row_holds_what_it_says(row: Row) -> None:
    assert row.asks and row.how
    assert row.status in STATUSES
    tests, files = _TEST.findall(row.tests), _FILE.findall(row.how)
    assert row.tests == ("<br>".join(f"`{file}::{name}`" for file, name in tests) or "-")
    assert [f"{file}::{name}" for file, name in tests if name not in names_of(file)] == []
    assert [file for file in files if not (ROOT / file).is_file()] == []
    if row.status == "met":
        assert tests or files or _LINK.search(row.how)
    if row.status == "not met":
        assert "To meet it:" in row.how


def test_the_page_counts_its_rows() -> None:
    met, unmet, other = ([row.status for row in rows()].count(status) for status in STATUSES)
    sentence = f"Of {len(required())} requirements {met} are met, {unmet} are not, and {other} do not apply."
    assert sentence in " ".join(PAGE.read_text().split())
