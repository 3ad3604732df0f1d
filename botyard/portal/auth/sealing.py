"""Secrets that must be read again: encrypted by the portal's key, so that a stolen database holds none of them.

What only has to be compared is hashed (``keys``), and what can be derived is not kept at all.
"""

from __future__ import annotations

import base64
import contextlib
import secrets
from importlib import import_module

from botyard.portal.auth.keys import Keys

_FORM = "1:"
"""How it was encrypted: AES-256-GCM, a nonce of 12 bytes first."""
_NONCE_BYTES = 12


def load() -> None:
    """Load what encrypts, which takes a while the first time."""
    import_module("cryptography.hazmat.primitives.ciphers.aead")


def seal(keys: Keys, text: str, *, about: str) -> str:
    """Encrypt a text. It can be read only with the same ``about``, so that nobody gives it to another row."""
    # Takes a while to load, and few have a second factor.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = nonce + AESGCM(_key(keys)).encrypt(nonce, text.encode(), about.encode())
    return _FORM + base64.b64encode(sealed).decode()


def unseal(keys: Keys, sealed: str, *, about: str) -> str:
    """The text. Raises ValueError for what was encrypted by another key, about something else, or changed."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    content = base64.b64decode(sealed.removeprefix(_FORM))
    for each in keys.each():
        with contextlib.suppress(InvalidTag):
            return AESGCM(_key(each)).decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], about.encode()).decode()
    raise ValueError(f"what is stored of {about} cannot be read with this portal's key")


def _key(keys: Keys) -> bytes:
    # A key of its own, so that nothing else is encrypted or signed with it.
    return bytes.fromhex(keys.hash("key of sealed secrets"))
