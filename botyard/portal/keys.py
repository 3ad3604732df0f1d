"""Secrets: how they are made, and the only form in which they are kept."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path

HASHES = 1024
"""Hashes that are remembered, in memory only."""
SIGNING_PREFIX = "whsec_"


class Keys:
    """The portal's pepper and what is derived from it.

    Secrets are letters and digits only (the SDKs' tests refuse ``-`` and ``_``)
    and are stored as a keyed hash, so that a stolen database opens nothing.
    """

    def __init__(self, pepper: bytes) -> None:
        self._pepper = pepper
        # The same few keys sign nearly every call.
        self._hashed = lru_cache(HASHES)(self._hash)

    def hash(self, secret: str) -> str:
        """The form in which a secret is stored and looked up."""
        return self._hashed(secret)

    def _hash(self, secret: str) -> str:
        return hmac.digest(self._pepper, secret.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()

    def hook_owner(self, token: str) -> str:
        """The owner of what webhooks register under a token of their choice: only its keyed hash is kept."""
        return f"hook:{self.hash('client:' + token)}"

    def application_token(self, owner: str) -> str:
        """The token by which an application or bot owner knows our events: constant, never stored."""
        return self.hash("application_token:" + owner)[:32]

    def event_token(self, seed: str) -> str:
        """A token that goes out with events, made again rather than kept."""
        return self.hash("event_token:" + seed)[:32]

    def signing_secret(self, owner: str) -> bytes:
        """What deliveries to an owner are signed with: constant, never stored, never sent along."""
        return hmac.digest(self._pepper, b"signing_secret:" + owner.encode(), hashlib.sha256)

    def signing_text(self, owner: str) -> str:
        """The same in the form that the libraries of Standard Webhooks take, for the owner."""
        return SIGNING_PREFIX + base64.b64encode(self.signing_secret(owner)).decode()


def new_secret() -> str:
    """128 bits, 32 lower-case hexadecimal characters."""
    return secrets.token_hex(16)


def new_client_id() -> str:
    """A fresh application id in the documented form of local applications."""
    return f"local.{secrets.token_hex(7)}.{secrets.randbelow(90_000_000) + 10_000_000}"


def load(folder: Path) -> Keys:
    """The keys of a data folder; the pepper is made on first use, readable by its owner only."""
    file = folder / "secret.key"
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_hex(32))
            out.flush()
            os.fsync(out.fileno())
    return Keys(bytes.fromhex(file.read_text().strip()))
