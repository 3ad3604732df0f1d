"""How PHP writes a map."""

from __future__ import annotations

from collections.abc import Mapping


def php_list(section: Mapping[str, object]) -> object:
    """A map as PHP would write it: ``[]`` when empty, a list for keys 0, 1, 2 …, else an object."""
    if all(key == str(place) for place, key in enumerate(section)):
        return list(section.values())
    return section
