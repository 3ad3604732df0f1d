"""Rows of the database are read by name, and stay in the store."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import botyard

ROOT = Path(botyard.__file__).parent
STORE = sorted((ROOT / "store").glob("*.py"))
"""The tables. The engines move rows without knowing what is in them."""


def _functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _is_statement(node: ast.AST, *verbs: str) -> bool:
    """Whether this is ``await tx.one(…)`` or the like."""
    return (
        isinstance(node, ast.Await)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Attribute)
        and node.value.func.attr in verbs
    )


def _rows(function: ast.AST) -> tuple[set[str], set[str]]:
    """Names that hold a row in a function, and names that hold several."""
    single, many = {"row"}, {"rows"}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            single |= {node.targets[0].id} if _is_statement(node.value, "one") else set()
            many |= {node.targets[0].id} if _is_statement(node.value, "all") else set()
    for node in ast.walk(function):
        if isinstance(node, ast.For | ast.comprehension) and isinstance(node.target, ast.Name):
            held = {name.id for name in ast.walk(node.iter) if isinstance(name, ast.Name)}
            if held & many or any(_is_statement(inner, "all") for inner in ast.walk(node.iter)):
                single.add(node.target.id)
    return single, many


def _is_named(node: ast.AST, names: set[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in names


def _indexed(function: ast.AST) -> list[int]:
    """Lines where a column is taken by its number."""
    single, many = _rows(function)
    return [
        node.lineno
        for node in ast.walk(function)
        if isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant | ast.Slice | ast.UnaryOp)
        and (
            _is_named(node.value, single)
            or (isinstance(node.value, ast.Subscript) and _is_named(node.value.value, many))
            or _is_statement(node.value, "one")
        )
    ]


def test_no_column_is_taken_by_its_number() -> None:
    """``botyard/store/records.py`` reads structs; one or two columns are taken apart by ``for a, b in rows``."""
    lines = {file.name: _indexed(ast.parse(file.read_text())) for file in STORE}
    assert {name: numbers for name, numbers in lines.items() if numbers} == {}


def test_the_check_sees_what_it_looks_for() -> None:
    for text in (
        "row[0]",
        "row[2:5]",
        "[one[1] for one in await tx.all('')]",
        "[one[-1] for one in rows]",
        "rows[0][1]",
    ):
        assert _indexed(ast.parse(f"async def work(tx):\n    rows = await tx.all('')\n    return {text}"))
    assert not _indexed(ast.parse("async def work(tx):\n    return [name for name, in (await tx.all(''))[::-1]]"))


def test_no_row_leaves_the_store() -> None:
    """A function of the store returns structs, named tuples or single values."""
    raw = [
        f"{file.name}: {function.name}"
        for file in STORE
        for function in _functions(file)
        if not function.name.startswith("_")
        and function.returns is not None
        and {name.id for name in ast.walk(function.returns) if isinstance(name, ast.Name)} & {"Row", "tuple"}
    ]
    assert raw == []


def test_the_store_is_read_in_one_way() -> None:
    """``from botyard.store import bots`` and ``bots.find(…)``; ``stored_bots`` where another module is called so.

    By their names come only what begins with a capital: structs, records and constants.
    """
    odd = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in sorted(ROOT.rglob("*.py"))
        if ROOT / "store" not in file.parents
        for line in _odd_imports(ast.parse(file.read_text()))
    ]
    assert odd == []


def _odd_imports(tree: ast.Module) -> Iterator[int]:
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    modules = {name.asname or name.name for node in imports if node.module != "botyard.store" for name in node.names}
    others = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    others |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    others |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    for node in imports:
        for imported in node.names:
            odd = False
            if node.module == "botyard.store":
                plain = imported.asname is None and imported.name not in modules
                stored = imported.asname == f"stored_{imported.name}" and imported.name in modules | others
                odd = not plain and not stored
            elif (node.module or "").startswith("botyard.store.") and "engines" not in (node.module or ""):
                odd = not imported.name[0].isupper()
            if odd:
                yield node.lineno
