"""Names say what something is, not how it came: no variable, parameter or function is a `found` or a `one`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("botyard", "contract", "examples", "kits", "scripts", "tests")
NAMES = frozenset({"found", "one", "given", "told", "said"})
"""What would have one of these names is a `message`, a `member`, `params`, `rows`, an `event`…"""
EXCEPTED = {("hypothesis", "given"): "the decorator is known by this name"}
"""Imports that bind one of the names, as module and name, and why.

Attributes and methods are no bindings: they are read behind what they belong to, as in `tx.one(…)`."""


def bound(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Where a name is bound in a syntax tree: line and name. Attributes and methods of classes are left out."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            yield node.lineno, name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield node.lineno, name
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield node.lineno, name
        case ast.MatchMapping(rest=str(name)):
            yield node.lineno, name
        case ast.Import(names=imported):
            yield from ((node.lineno, alias.asname or alias.name) for alias in imported)
        case ast.ImportFrom(module=module, names=imported):
            named = (alias for alias in imported if (module, alias.name) not in EXCEPTED)
            yield from ((node.lineno, alias.asname or alias.name) for alias in named)
    for child in ast.iter_child_nodes(node):
        bindings = bound(child)
        if isinstance(node, ast.ClassDef) and child in node.body:
            attributes = set(attributes_of(child))
            bindings = (binding for binding in bindings if binding not in attributes)
        yield from bindings


def attributes_of(statement: ast.AST) -> Iterator[tuple[int, str]]:
    """What a statement of a class binds in the class itself: a method, or a field."""
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield statement.lineno, name
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
            yield statement.lineno, name


@pytest.mark.parametrize("folder", FOLDERS)
def test_names_say_what_something_is(folder: str) -> None:
    bindings = [
        f"{file.relative_to(ROOT)}:{line}: {name}"
        for file in sorted((ROOT / folder).rglob("*.py"))
        for line, name in bound(ast.parse(file.read_text()))
        if name in NAMES
    ]
    assert bindings == []


def test_the_check_sees_every_way_there_is() -> None:
    ways = """
from hypothesis import given, settings as said
import found
given = told, [one] = one = 1
class told(Base):
    given = found
    said: int = one
    def one(self, found, *told, **said):
        self.given = given
        given += 1
        async def one(): ...
for found in found: ...
with said as (told, given): ...
[one for one in found]
lambda one, /, found=1, *, said=2: told
if (said := said(found=told.one)): ...
try: ...
except Exception as given: ...
match told:
    case {"a": found, **one}: ...
    case [given, *said] as told: ...
"""
    assert sorted(bound(ast.parse(ways))) == [
        (2, "said"),
        (3, "found"),
        (4, "given"),
        (4, "one"),
        (4, "one"),
        (4, "told"),
        (5, "told"),
        (8, "found"),
        (8, "said"),
        (8, "self"),
        (8, "told"),
        (10, "given"),
        (11, "one"),
        (12, "found"),
        (13, "given"),
        (13, "told"),
        (14, "one"),
        (15, "found"),
        (15, "one"),
        (15, "said"),
        (16, "said"),
        (18, "given"),
        (20, "found"),
        (20, "one"),
        (21, "given"),
        (21, "said"),
        (21, "told"),
    ]
