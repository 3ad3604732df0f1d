"""Passwords: hashed with Argon2id, never kept as text.

Hashing is slow on purpose. It belongs before a write transaction, never inside one.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from botyard.portal.auth.breached_passwords import BreachedPasswords

MINIMUM = 8
"""Characters that a password needs at least."""
MAXIMUM = 1000
JUDGED = 32
"""Characters by which a password is judged; to look at more may take seconds, and changes little."""
TOO_EASY = 2
"""The score from which on guessing takes more than a million attempts."""
PORTAL_WORDS = ("botyard", "bitrix24", "bitrix")
"""Words that are no secret in any portal."""

_WORD = re.compile(r"\w{3,}")
# The letters of a Russian keyboard, and what stands on the same keys: `пароль` is typed as `gfhjkm`.
_KEYS = str.maketrans("йцукенгшщзхъфывапролджэячсмитьбюё", "qwertyuiop[]asdfghjkl;'zxcvbnm,.`")

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


def outdated(stored: str) -> bool:
    """Whether a password was hashed with other parameters than those of today."""
    try:
        return _CAREFUL.check_needs_rehash(stored) and _QUICK.check_needs_rehash(stored)
    except InvalidHashError:
        return False


def new_password() -> str:
    """A random password of 128 bits that can be typed."""
    return "-".join(secrets.token_hex(2) for _ in range(8))


def weakness(password: str, own: Iterable[str] = (), *, breached: BreachedPasswords | None = None) -> str:
    """Why a password is none that may be chosen; ``""`` for one that may.

    ``own`` are the login, names and addresses of the one whose it is to be: what
    is left of the password without them must be good by itself. Takes a few
    milliseconds, and the first time a fiftieth of a second more; ``breached`` is read from the disk.
    """
    if len(password) < MINIMUM:
        return f"A password needs at least {MINIMUM} characters"
    if len(password) > MAXIMUM:
        return f"A password may have {MAXIMUM} characters at most"
    if _easy(password):
        return "This password is one of the first that are tried, or much like one"
    texts = [text.strip().casefold() for text in (*own, *PORTAL_WORDS)]
    words = {word for text in texts for word in (text, *_WORD.findall(text)) if word}
    folded = rest = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    if rest != folded and _easy(rest):
        return "This password is little more than the name of its owner or of the portal"
    if breached is not None and breached.holds(password):
        return "This password has appeared in a published leak"
    return ""


def _easy(password: str) -> bool:
    """Whether a password is found in fewer than a million guesses."""
    # Half a megabyte of words, which only those need who choose a password.
    from zxcvbn import zxcvbn

    folded = password.casefold()[:JUDGED]
    spellings = {password[:JUDGED], folded.translate(_KEYS)}
    return not folded or any(zxcvbn(spelling)["score"] < TOO_EASY for spelling in spellings)
