"""Which problems a function can raise, read out of the source: what it names itself, and what its callees raise.

A reading, not a proof. It follows names from function to function; a problem that stands in a comparison is
taken to be caught there, a `try` that only swallows refusals lets nothing through, and `rules.require(Act.X, …)`
raises the two problems of that row. What it cannot see is listed in `HIDDEN`.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterable, Iterator
from functools import cache
from types import ModuleType
from typing import Any, NamedTuple

from botyard.chat.rules import RULES, Act
from botyard.errors import ErrorCode, Problem, Reason

# Where no verb of a method's own is: what these raise, every method can answer with.
ELSEWHERE = ("botyard.errors", "botyard.wire", "botyard.rpc", "botyard.config", "botyard.clock", "botyard.model")
# The table of rules names many problems; which of them a call can meet depends on the act.
BY_ACT = {("botyard.chat.rules", "RULES"), ("botyard.chat.rules", "require")}
# Values that are carried past the eyes of a reader.
HIDDEN = {("botyard.chat.media.pictures", "unwrap"): ("botyard.chat.media.pictures", "check")}

CATALOGUES: dict[str, Any] = {"ErrorCode": ErrorCode, "Reason": Reason}

Problems = frozenset[Problem]
Place = tuple[str, str]
NONE: Problems = frozenset()


class Source(NamedTuple):
    """A module, read: its live names, and its functions, classes and constants as trees."""

    module: ModuleType
    trees: dict[str, ast.AST]


@cache
def source(name: str) -> Source:
    """The source of a module of ours."""
    module = importlib.import_module(name)
    trees: dict[str, ast.AST] = {}
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            trees[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            trees.update({target.id: node.value for target in targets if isinstance(target, ast.Name)})
    return Source(module, trees)


@cache
def raised(place: Place, above: frozenset[Place] = frozenset()) -> Problems:
    """The problems that a function, class or constant can raise or hand on."""
    module, name = place
    if not module.startswith("botyard.") or module.startswith(ELSEWHERE) or place in above or place in BY_ACT:
        return NONE
    tree = source(module).trees.get(name)
    if tree is None:
        return NONE
    found = _within(module, _parts(tree), above | {place})
    if place in HIDDEN:
        found |= raised(HIDDEN[place], above | {place})
    return found - _caught(module, tree)


def _parts(tree: ast.AST) -> Iterable[ast.AST]:
    """What of a definition runs: not its decorators, where problems are only declared."""
    if isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef):
        return [*tree.body, *tree.args.defaults, *(one for one in tree.args.kw_defaults if one)]
    return [tree]


def _within(module: str, trees: Iterable[ast.AST], above: frozenset[Place]) -> Problems:
    found = NONE
    for tree in trees:
        if isinstance(tree, ast.Compare):
            continue
        if isinstance(tree, ast.Try) and _swallows(tree):
            found |= _within(module, [*tree.handlers, *tree.orelse, *tree.finalbody], above)
            continue
        found |= _named(module, tree, above) | _within(module, ast.iter_child_nodes(tree), above)
    return found


def _named(module: str, tree: ast.AST, above: frozenset[Place]) -> Problems:
    """What one node says by itself."""
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Attribute) and tree.func.attr == "require":
        return frozenset(problem for act in _acts(tree.args) for problem in _of_rule(act))
    if isinstance(tree, ast.Attribute) and isinstance(tree.value, ast.Name):
        if tree.value.id in CATALOGUES:
            return frozenset({CATALOGUES[tree.value.id][tree.attr]})
        owner = getattr(source(module).module, tree.value.id, None)
        return raised((owner.__name__, tree.attr), above) if isinstance(owner, ModuleType) else NONE
    if isinstance(tree, ast.Name) and isinstance(tree.ctx, ast.Load):
        return raised(_home(module, tree.id), above)
    return NONE


def _of_rule(act: Act) -> Iterator[Problem]:
    yield RULES[act].denied
    if RULES[act].allows:
        yield RULES[act].forbidden


def _acts(arguments: Iterable[ast.AST]) -> Iterator[Act]:
    for one in arguments:
        if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id == "Act":
            yield Act[one.attr]


def _home(module: str, name: str) -> Place:
    """Where a name comes from."""
    if name in source(module).trees:
        return module, name
    thing = getattr(source(module).module, name, None)
    return str(getattr(thing, "__module__", "")), str(getattr(thing, "__name__", name))


def _swallows(tree: ast.Try) -> bool:
    """Whether refusals end in this `try`."""
    return any(
        isinstance(handler.type, ast.Name)
        and handler.type.id == "ApiError"
        and not any(isinstance(inner, ast.Raise) for inner in ast.walk(handler))
        for handler in tree.handlers
    )


def _caught(module: str, tree: ast.AST) -> Problems:
    """Problems that are compared with, here or in a function of the same module that a handler asks."""
    asked = [tree]
    for handler in (inner for inner in ast.walk(tree) if isinstance(inner, ast.ExceptHandler)):
        names = {inner.id for inner in ast.walk(handler) if isinstance(inner, ast.Name)}
        asked += [source(module).trees[name] for name in names if name in source(module).trees]
    compared = (inner for one in asked for inner in ast.walk(one) if isinstance(inner, ast.Compare))
    return frozenset(
        CATALOGUES[inner.value.id][inner.attr]
        for one in compared
        for inner in ast.walk(one)
        if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name) and inner.value.id in CATALOGUES
    )
