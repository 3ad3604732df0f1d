"""What is written below the fields of structs, for the pages that list them."""

from __future__ import annotations

import ast
import inspect
from types import ModuleType


def meanings(module: ModuleType) -> dict[str, dict[str, str]]:
    """The docstring below each field, by class and field."""
    classes = (node for node in ast.parse(inspect.getsource(module)).body if isinstance(node, ast.ClassDef))
    return {class_.name: _fields(class_) for class_ in classes}


def _fields(struct: ast.ClassDef) -> dict[str, str]:
    fields = {}
    for field, below in zip(struct.body, struct.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            fields[field.target.id] = " ".join(str(ast.literal_eval(below.value)).split())
    return fields
