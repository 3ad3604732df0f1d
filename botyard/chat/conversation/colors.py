"""The sixteen colours of chats and people.

Docs: chat-bots/chat-bots-v2/imbot.v2/chats/chat-add.md, "Available Colors".
"""

from __future__ import annotations

COLORS = {
    "RED": "#df532d",
    "GREEN": "#64a513",
    "MINT": "#4ba984",
    "LIGHT_BLUE": "#4ba5c3",
    "DARK_BLUE": "#3e99ce",
    "PURPLE": "#8474c8",
    "AQUA": "#1eb4aa",
    "PINK": "#f76187",
    "LIME": "#58cc47",
    "BROWN": "#ab7761",
    "AZURE": "#29619b",
    "KHAKI": "#728f7a",
    "SAND": "#ba9c7b",
    "MARENGO": "#556574",
    "GRAY": "#909090",
    "GRAPHITE": "#5e5f5e",
}

_NAMES = {value: name for name, value in COLORS.items()}
_BY_PLAIN_NAME = {name.replace("_", ""): value for name, value in COLORS.items()}

# By the last digit of an id. The users of the documented samples show 1, 3, 5, 7 and 9; the rest is ours.
_DEFAULTS = ("PINK", "RED", "GREEN", "MINT", "LIGHT_BLUE", "BROWN", "DARK_BLUE", "AQUA", "PURPLE", "LIME")


def hex_of(name: str) -> str | None:
    """``#29619b`` for ``AZURE``; ``lightBlue``, as v2 writes it, is LIGHT_BLUE."""
    return _BY_PLAIN_NAME.get(name.strip().upper().replace("_", ""))


def name_of(value: str) -> str | None:
    """``AZURE`` for ``#29619b``."""
    return _NAMES.get(value.strip().lower())


def color_for(id: int) -> str:
    """The HEX colour of a chat or person who chose none; the same for the same id."""
    return COLORS[_DEFAULTS[id % 10]]
