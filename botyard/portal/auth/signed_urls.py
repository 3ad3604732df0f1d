"""Signed URLs of files, and of folders to upload into: for whom, what, until when."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

import msgspec

from botyard.portal.auth.keys import Keys

SHOW, LOAD, PREVIEW = "s", "d", "p"
"""What a link is for: to look at, to download, or the small copy of a picture."""
UPLOAD, UPLOAD_UNIQUE = "u", "n"
"""Or to upload a file into a folder, in the second case under a name that no other file there has."""
UPLOADS = frozenset({UPLOAD, UPLOAD_UNIQUE})

_TOKEN = re.compile(
    r"(im|imbot|disk)\|([0-9]{1,18})\.([0-9]{1,18})\.([sdpun])\.([0-9]{1,12})(?:\.([ht][0-9]{1,18}))?\.([A-Za-z0-9_-]{43})"
)


class FileLink(msgspec.Struct, frozen=True, gc=False):
    """``family`` is the one of the documented sample, ``im``, ``imbot`` or ``disk``; ``expires`` in unix seconds.

    ``file_id`` is the folder of a link to upload by.

    ``key`` names the key of the call that made it, with which it ends; "" where the server made it for an event.
    """

    family: str
    file_id: int
    user_id: int
    form: str
    expires: int
    key: str = ""


def token(keys: Keys, link: FileLink) -> str:
    """A link's token: nobody can make one, or change a letter of it, without the portal's key."""
    words = f"{link.file_id}.{link.user_id}.{link.form}.{link.expires}{link.key and '.'}{link.key}"
    return f"{link.family}|{words}.{_sign(keys, words, family=link.family)}"


def read(keys: Keys, text: str, *, now: int) -> FileLink | None:
    """The link of a token; ``None`` for one that is forged or too old."""
    match = _TOKEN.fullmatch(text)
    if match is None:
        return None
    family, file_id, user_id, form, expires, key, signature = match.groups(default="")
    words = f"{file_id}.{user_id}.{form}.{expires}{key and '.'}{key}"
    right = any(hmac.compare_digest(signature, _sign(each, words, family=family)) for each in keys.each())
    if not right or int(expires) <= now:
        return None
    return FileLink(family, int(file_id), int(user_id), form, int(expires), key)


def lasting(now: int, seconds: int) -> int:
    """When a link in a list expires: the same for all lists of a while, so that browsers know it again."""
    return (now // seconds + 2) * seconds


def _sign(keys: Keys, words: str, *, family: str) -> str:
    # A key of its own, so that a signature is of no use anywhere else.
    key = bytes.fromhex(keys.hash("key of links to files"))
    digest = hmac.digest(key, f"{family}|{words}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
