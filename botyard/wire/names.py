"""What the name of a method says of its dialect, and how PHP writes a map."""

from __future__ import annotations


def is_v2(method: str) -> bool:
    """Whether a method speaks the second dialect, with its own error codes."""
    name = method.lower()
    return name.startswith(("imbot.v2.", "im.v2."))


def php_list(section: dict[str, object]) -> object:
    """A map as PHP would write it: ``[]`` when empty, a list for keys 0, 1, 2 …, else an object."""
    if all(key == str(place) for place, key in enumerate(section)):
        return list(section.values())
    return section
