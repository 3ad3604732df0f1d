"""Browsers in which somebody has signed in before: a signed cookie says so.

Wrong guesses of others do not count against them, so that nobody can keep another out by guessing.
"""

from __future__ import annotations

import hmac
import secrets

from botyard.portal.auth.keys import Keys
from botyard.portal.auth.throttle import account_name

SECONDS = 180 * 86_400
"""For how long a browser is remembered."""
MOST = 4
"""Accounts of one browser."""

_NAME, _SEAL = 16, 32


def name(keys: Keys, login: str, *, cookie: str) -> str:
    """The name of a browser in which this login has signed in before; ``""`` for any other browser."""
    return next((entry[:_NAME] for entry in _entries(cookie) if _is_of(keys, login, entry=entry)), "")


def remember(keys: Keys, login: str, *, cookie: str) -> str:
    """The cookie of a browser in which this login has just signed in; what it knew before is kept."""
    others = [entry for entry in _entries(cookie) if not _is_of(keys, login, entry=entry)]
    own = name(keys, login, cookie=cookie) or secrets.token_hex(_NAME // 2)
    return "".join([own + _seal(keys, login, browser=own), *others][:MOST])


def _entries(cookie: str) -> list[str]:
    size = _NAME + _SEAL
    return [cookie[start : start + size] for start in range(0, len(cookie) - size + 1, size)]


def _is_of(keys: Keys, login: str, *, entry: str) -> bool:
    return hmac.compare_digest(entry[_NAME:].encode(), _seal(keys, login, browser=entry[:_NAME]).encode())


def _seal(keys: Keys, login: str, *, browser: str) -> str:
    return keys.hash(f"browser:{browser}:{account_name(login)}")[:_SEAL]
