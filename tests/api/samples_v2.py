"""The events of the second generation as their pages show them, and bodies held against that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DOCUMENTED: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "samples" / "events_v2.json").read_text())
"""Event name → `sample`, where the page has one, and `fields`: path → types."""

# Whatever is in these is somebody's own.
_OPEN = frozenset(
    {"message.params", "message.forward", "context", "chat.permissions", "chat.entityLink", "user.phones"}
)
_TYPES: dict[str, tuple[type, ...]] = {
    "integer": (int,),
    "string": (str,),
    "boolean": (bool,),
    "object": (dict,),
    "integer[]": (list,),
    "null": (type(None),),
}


def deviations(name: str, data: dict[str, Any]) -> list[str]:
    """Where a fetched body departs from the documented fields or from the sample: missing, unknown, other types."""
    fields: dict[str, list[str]] = DOCUMENTED[name]["fields"]
    leaves = dict(_leaves(data, ""))
    differences = [f"-{path}" for path in fields.keys() - leaves.keys()] + [
        f"+{path}" for path in leaves.keys() - fields.keys()
    ]
    differences += [
        f"{path}: {leaves[path]!r} is no {' or '.join(types)}"
        for path, types in fields.items()
        if path in leaves and not _is(leaves[path], types)
    ]
    sample = dict(_leaves(DOCUMENTED[name]["sample"] or {}, ""))
    differences += [f"-{path} of the sample" for path in sample.keys() - leaves.keys()]
    return sorted(differences)


def _leaves(value: dict[str, Any], above: str) -> list[tuple[str, Any]]:
    leaves = []
    for key, item in value.items():
        path = f"{above}{key}"
        leaves.append((path, item))
        if isinstance(item, dict) and path not in _OPEN:
            leaves += _leaves(item, f"{path}.")
    return leaves


def _is(value: Any, types: list[str]) -> bool:
    # Names of objects (Message, Chat, User) stand for themselves.
    allowed = [kind for name in types for kind in _TYPES.get(name, (dict,))]
    return any(type(value) is kind for kind in allowed)


def as_form(value: Any) -> Any:
    """A fetched value as a form brings it: all strings; ``None`` for an empty array, which vanishes."""
    if isinstance(value, dict | list):
        named = value.items() if isinstance(value, dict) else enumerate(value)
        inner = {str(key): as_form(item) for key, item in named}
        return {key: item for key, item in inner.items() if item is not None} or None
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(value)
