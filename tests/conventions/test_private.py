"""Tests see the product from outside: what begins with an underscore may change without one of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]
PROGRAMS = TESTS / "sdk" / "python"
"""Programs that use the clients of others, which are not the product."""
NAMED_TUPLES = {"_asdict", "_fields", "_make", "_replace"}
"""Public, and named so that they collide with no field."""
BY_NAME = {"delattr", "getattr", "hasattr", "setattr"}


def private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in NAMED_TUPLES


def reached(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Where private names of others are read, set, imported or patched: line and name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and private(node.attr):
            own = isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}
            if not own:
                yield node.lineno, node.attr
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("botyard"):
            yield from ((node.lineno, alias.name) for alias in node.names if private(alias.name))
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in BY_NAME:
            for argument in node.args[:2]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield from ((node.lineno, name) for name in argument.value.split(".") if private(name))


def test_no_test_reaches_into_private_attributes() -> None:
    accesses = [
        f"{file.relative_to(TESTS)}:{line}: {name}"
        for file in sorted(TESTS.rglob("*.py"))
        if PROGRAMS not in file.parents
        for line, name in reached(ast.parse(file.read_text()))
    ]
    assert accesses == []


def test_the_check_sees_every_way_there_is() -> None:
    ways = """
from botyard.store.apps import _find
database._writer._connection
setattr(database, "_writer", None)
monkeypatch.setattr("botyard.cli._run", None)
monkeypatch.setattr(previews, "_seen", None)
self._own = row._replace(id=1).__dict__
"""
    assert [name for _, name in sorted(reached(ast.parse(ways)))] == [
        "_find",
        "_connection",
        "_writer",
        "_writer",
        "_run",
        "_seen",
    ]
