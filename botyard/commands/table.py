"""Lists on the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

MANY = 10
"""Permissions that are still listed one by one."""


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Columns as wide as their widest cell; the last one is left ragged."""
    lines = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head) - 1)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[-1]]).rstrip()
        for line in lines
    )


def moment(seconds: int | None) -> str:
    """A moment in UTC, `2026-02-24 13:19`; a dash for what has not happened."""
    return "-" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")


def yes(flag: bool) -> str:
    """``yes`` or ``no``."""
    return "yes" if flag else "no"


def brief(scopes: str) -> str:
    """Permissions, or their number where they are too many for a line."""
    listed = scopes.split(",")
    return scopes if len(listed) <= MANY else f"{len(listed)} permissions"
