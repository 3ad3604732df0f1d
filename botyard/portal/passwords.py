"""Passwords: hashed with Argon2id, never kept as text.

Hashing is slow on purpose. It belongs before a write transaction, never inside one.
"""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from botyard.portal.common_passwords import COMMON

MINIMUM = 8
"""Characters that a password needs at least."""
MAXIMUM = 1000
DIFFERENT = 3
"""How many different characters a password needs."""

# The first of the two settings that the OWASP password storage cheat sheet prefers.
_CAREFUL = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1, type=Type.ID)
# For passwords that are printed on the screen anyway: nothing is gained by making them slow to try.
_QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1, type=Type.ID)


def hashed(password: str) -> str:
    """A password as it is stored."""
    return _CAREFUL.hash(password)


def hashed_quickly(password: str) -> str:
    """The same for demo people, in a fraction of a millisecond."""
    return _QUICK.hash(password)


def verify(stored: str, password: str) -> bool:
    """Whether this is the password; false for people who have none."""
    try:
        return _CAREFUL.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def new_password() -> str:
    """A random password of 80 bits that can be typed."""
    return "-".join(secrets.token_hex(2) for _ in range(5))


def weakness(password: str, login: str = "") -> str:
    """Why a password is none that may be chosen; ``""`` for one that may."""
    if len(password) < MINIMUM:
        return f"A password needs at least {MINIMUM} characters"
    if len(password) > MAXIMUM:
        return f"A password may have {MAXIMUM} characters at most"
    folded = password.casefold()
    if folded in COMMON or len(set(folded)) < DIFFERENT:
        return "This password is one of the first that are tried"
    return "A password must not be the login" if login and folded == login.casefold() else ""
