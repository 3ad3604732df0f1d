"""Holds what methods refuse against what they declare: a refusal that is not declared fails the test that met it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botyard.errors import ApiError
from botyard.rpc import hints
from botyard.rpc.method import Method
from botyard.rpc.method_errors import of_method

undeclared: list[str] = []
"""Refusals of the test that runs."""

_explain = hints.explain


def watch() -> None:
    """From now on look at every refusal of this process on its way out of its method."""
    hints.explain = explain


def explain(refused: ApiError, method: Method, params: Mapping[str, Any]) -> None:
    # One that was looked at comes from a method inside of this one.
    if not refused.explained and refused.problem not in of_method(method):
        undeclared.append(f"{method.name}: {refused.problem.name}")
    _explain(refused, method, params)
