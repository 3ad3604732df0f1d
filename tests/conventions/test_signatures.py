"""What functions take: a transaction brings its caller and its time along."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import botyard

PACKAGE = Path(botyard.__file__).parent


def functions() -> Iterator[tuple[str, dict[str, str]]]:
    """Every function of the package: its place, and its parameters with their types."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                args = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
                types = {arg.arg: ast.unparse(arg.annotation) if arg.annotation else "" for arg in args}
                yield f"{path.relative_to(PACKAGE)}:{node.name}", types


def test_who_has_a_transaction_is_not_told_the_time() -> None:
    """``tx.now`` says when the work began. Fractions of seconds are another clock: the one of deliveries."""
    signatures = list(functions())
    assert ("store/deliveries.py:turn", {"tx": "Tx", "recipient": "Recipient", "to": "State"}) in signatures
    assert [place for place, types in signatures if "tx" in types and types.get("now") == "int"] == []


@pytest.mark.parametrize("floor", ["chat", "events", "portal", "store"])
def test_beyond_two_parameters_have_names(floor: str) -> None:
    """``members.set_role(tx, chat_id, user_id, role=…)``: of many numbers in a row, nobody sees which is which.

    Of the store this holds for what takes a transaction.
    """
    long = []
    for path in sorted((PACKAGE / floor).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                names = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args)]
                counted = [name for name in names if name not in ("self", "cls", "tx")]
                if len(counted) > 2 and (floor != "store" or "tx" in names):
                    long.append(f"{path.relative_to(PACKAGE)}:{node.name}")
    assert long == []
