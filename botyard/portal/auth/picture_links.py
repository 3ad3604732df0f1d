"""Signed addresses at which the portal shows pictures of other sites: which picture, until when."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re

from botyard.portal.auth import signed_urls
from botyard.portal.auth.keys import Keys

PATH = "/picture"
SECONDS = 86_400
"""For a day the address of a picture stays the same, so that browsers know it again; it is good for two at most."""
LONGEST = 2000
"""Characters of an address of another site."""
_SIGNED = re.compile(r"([0-9]{1,12})\.([A-Za-z0-9_-]{43})", re.ASCII)


def path(keys: Keys, url: str, *, now: int) -> str:
    """The address below the portal's at which a picture of another site is shown."""
    expires = signed_urls.lasting(now, SECONDS)
    name = base64.urlsafe_b64encode(url.encode()).rstrip(b"=").decode()
    return f"{PATH}/{expires}.{_sign(keys, expires, name=name)}/{name}"


def read(keys: Keys, signature: str, *, name: str, now: int) -> tuple[str, int] | None:
    """The address of a picture and when its link expires; ``None`` for one that is forged or too old."""
    match = _SIGNED.fullmatch(signature)
    if match is None or int(match[1]) <= now:
        return None
    if not any(hmac.compare_digest(match[2], _sign(each, int(match[1]), name=name)) for each in keys.each()):
        return None
    try:
        return base64.urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode(), int(match[1])
    except (binascii.Error, ValueError):
        return None


def _sign(keys: Keys, expires: int, *, name: str) -> str:
    # A key of its own, so that a signature is of no use anywhere else.
    key = bytes.fromhex(keys.hash("key of links to pictures of other sites"))
    digest = hmac.digest(key, f"{expires}|{name}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
