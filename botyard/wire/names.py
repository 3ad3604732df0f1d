"""Method names and where they live: the address rule."""

from __future__ import annotations

import re

FAMILIES = ("imbot.v2", "im.v2", "imbot", "im", "botyard")

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def snake(word: str) -> str:
    """``sendTyping`` → ``send_typing``."""
    return _CAPITAL.sub("_", word).lower()


def second_generation(method: str) -> bool:
    """Whether a method speaks the second dialect, with its own error codes."""
    name = method.lower()
    return name.startswith(("imbot.v2.", "im.v2."))


def php_list(section: dict[str, object]) -> object:
    """A map as PHP would write it: ``[]`` when empty, a list for keys 0, 1, 2 …, else an object."""
    if all(key == str(place) for place, key in enumerate(section)):
        return list(section.values())
    return section
