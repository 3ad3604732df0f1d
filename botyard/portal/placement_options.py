"""Reads OPTIONS of `placement.bind`: what is kept of them depends on the placement."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from botyard.errors import ApiError, Reason, raises
from botyard.model.placements import Place
from botyard.portal.url_validation import valid_url

CONTEXTS: Final = ("ALL", "USER", "CHAT", "LINES", "CRM")
ROLES: Final = ("USER", "ADMIN")
COLORS: Final = (
    "RED", "GREEN", "MINT", "LIGHT_BLUE", "DARK_BLUE", "PURPLE", "AQUA", "PINK", "LIME", "BROWN", "AZURE", "KHAKI",
    "SAND", "ORANGE", "MARENGO", "GRAY", "GRAPHITE",
)  # fmt: skip
# The page has letters, spaces and hyphens; some icons of the set, such as fa-html5, have digits, too.
_ICON = re.compile(r"[A-Za-z0-9 -]{1,50}", re.ASCII)
_SIZE_MAX = 10_000


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _icon(value: Any) -> str:
    name = _text(value)
    if not name:
        raise ApiError(Reason.ARGUMENT_MISSING, argument="iconName")
    if not _ICON.fullmatch(name):
        raise ApiError(Reason.ARGUMENT, reason="iconName has up to 50 letters, digits, spaces and hyphens")
    return name


def _choice(value: Any, allowed: tuple[str, ...], *, refusal: Reason) -> str:
    word = _text(value).upper()
    if word not in allowed:
        raise ApiError(refusal, hint=f"one of {', '.join(allowed)}")
    return word


def _extranet(value: Any) -> str:
    if isinstance(value, bool):
        return "Y" if value else "N"
    return _choice(value or "N", ("N", "Y"), refusal=Reason.EXTRANET)


def _context(value: Any) -> str:
    words = [word for word in _text(value).split(";") if word.strip()] or ["ALL"]
    contexts = dict.fromkeys(_choice(word, CONTEXTS, refusal=Reason.CONTEXT) for word in words)
    return "ALL" if "ALL" in contexts else ";".join(contexts)


def _role(value: Any) -> str:
    return _choice(value or "USER", ROLES, refusal=Reason.ROLE)


def _color(value: Any) -> str | None:
    word = _text(value).upper()
    if word and word not in COLORS:
        raise ApiError(Reason.ARGUMENT, reason=f"color is one of {', '.join(COLORS)}")
    return word or None


def _size(value: Any) -> int:
    text = _text(value) or "100"
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise ApiError(Reason.ARGUMENT, reason="width and height are numbers from 0")
    return min(int(text), _SIZE_MAX)


def _error_handler(value: Any) -> str:
    address = _text(value)
    if not address:
        raise ApiError(Reason.ERROR_HANDLER_EMPTY)
    if not valid_url(address):
        raise ApiError(Reason.HANDLER_WRONG)
    return address


_READERS: Final[dict[str, Callable[[Any], str | int | None]]] = {
    "iconName": _icon,
    "extranet": _extranet,
    "context": _context,
    "role": _role,
    "color": _color,
    "width": _size,
    "height": _size,
    "errorHandlerUrl": _error_handler,
}


@raises(
    Reason.ARGUMENT,
    Reason.ARGUMENT_MISSING,
    Reason.EXTRANET,
    Reason.CONTEXT,
    Reason.ROLE,
    Reason.ERROR_HANDLER_EMPTY,
    Reason.HANDLER_WRONG,
)
def read(place: Place, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that a placement has, with their defaults; others are left out. Names count without their case."""
    sent = {str(name).lower(): value for name, value in options.items()}
    kept = {name: _READERS[name](sent.get(name.lower())) for name in place.options}
    return {name: value for name, value in kept.items() if value is not None}
