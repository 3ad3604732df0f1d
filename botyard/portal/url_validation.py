"""Validates the URLs of applications by their text."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

LONGEST = 2000

# What an address is made of; a quote, a backslash or a space has no place in one.
_PLAIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?([/?][A-Za-z0-9._~:/?@!$&'()*+,;=%\[\]-]*)?", re.IGNORECASE)
_PLAIN_V6 = re.compile(
    r"https?://\[[0-9A-Fa-f:.]+\](:[0-9]+)?([/?][A-Za-z0-9._~:/?@!$&'()*+,;=%\[\]-]*)?", re.IGNORECASE
)


def good(text: str) -> bool:
    """Whether this is an http or https address without a name, a password or a fragment in it."""
    if len(text) > LONGEST or not (_PLAIN.fullmatch(text) or _PLAIN_V6.fullmatch(text)):
        return False
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
