"""Lists of ids as conditions of statements, of which there are few texts: both engines keep a statement by its text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from botyard.store.engines.db import Value

SIZES = (1, 4, 16)
"""Lengths that have a text of their own; the longer ones share one."""
_NAMES = tuple(f"id{place}" for place in range(SIZES[-1]))
_TEXTS = {size: ", ".join(f":{name}" for name in _NAMES[:size]) for size in SIZES}
_ANY = "SELECT CAST(value AS BIGINT) FROM {each}(:ids)"


class IdList(NamedTuple):
    """What stands between the brackets of ``IN (…)``, and the values of its parameters."""

    sql: str
    values: dict[str, Value]


def id_list(ids: Iterable[int]) -> IdList:
    """These ids as a list in SQL."""
    wanted = sorted(set(ids))
    for size in SIZES:
        if len(wanted) <= size:
            padded = wanted + [wanted[-1] if wanted else 0] * (size - len(wanted))
            return IdList(_TEXTS[size], dict(zip(_NAMES, padded, strict=False)))
    return IdList(_ANY, {"ids": msgspec.json.encode(wanted).decode()})
