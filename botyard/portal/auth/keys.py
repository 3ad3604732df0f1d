"""Secrets: how they are generated, and the hashed form in which they are stored."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from functools import lru_cache
from pathlib import Path

from botyard import atomic_file
from botyard.model import owners
from botyard.model.owners import Owner
from botyard.store.engines.db import FolderUnusable

FILE = "secret.key"
"""The portal's key in its data folder, as hexadecimal digits."""
PEPPER_BYTES = 32
HASHES = 1024
"""Hashes that are remembered, in memory only."""
SIGNING_PREFIX = "whsec_"
"""The prefix of the owner of bots whose key a webhook chose."""

_WHOLE = re.compile(rb"[0-9a-fA-F]{%d}" % (2 * PEPPER_BYTES))


class Keys:
    """The portal's pepper and what is derived from it.

    Secrets are letters and digits only (the SDKs' tests refuse ``-`` and ``_``)
    and are stored as a keyed hash, so that a stolen database opens nothing.
    """

    def __init__(self, pepper: bytes) -> None:
        self._pepper = pepper
        # The same few keys sign nearly every call.
        self._hashed = lru_cache(HASHES)(self._hash)

    @property
    def fingerprint(self) -> str:
        """Identifies the key in the database; nothing can be derived from it."""
        return hmac.digest(self._pepper, b"\0fingerprint", hashlib.sha256).hex()[:32]

    def hash(self, secret: str) -> str:
        """The form in which a secret is stored and looked up."""
        return self._hashed(secret)

    def _hash(self, secret: str) -> str:
        return hmac.digest(self._pepper, secret.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()

    def hook_owner(self, token: str) -> Owner:
        """The owner of what webhooks register under a token of their choice: only its keyed hash is kept."""
        return owners.hook(self.hash("client:" + token))

    def application_token(self, owner: Owner) -> str:
        """The token by which an application or bot owner knows our events: constant, never stored."""
        return self.hash("application_token:" + owner)[:32]

    def alias(self, token: str) -> str:
        """The form in which an application token that names a webhook's bots is stored and looked up."""
        return self.hash("alias:" + token)

    def event_token(self, seed: str) -> str:
        """A token that goes out with events, made again rather than kept."""
        return self.hash("event_token:" + seed)[:32]

    def signing_secret(self, owner: Owner) -> bytes:
        """What deliveries to an owner are signed with: constant, never stored, never sent along."""
        return hmac.digest(self._pepper, b"signing_secret:" + owner.encode(), hashlib.sha256)

    def signing_text(self, owner: Owner) -> str:
        """The same in the form that the libraries of Standard Webhooks take, for the owner."""
        return SIGNING_PREFIX + base64.b64encode(self.signing_secret(owner)).decode()


def new_secret() -> str:
    """128 bits, 32 lower-case hexadecimal characters."""
    return secrets.token_hex(16)


def new_client_id() -> str:
    """A fresh application id in the documented form of local applications."""
    return f"local.{secrets.token_hex(7)}.{secrets.randbelow(90_000_000) + 10_000_000}"


def read(folder: Path) -> Keys | None:
    """The keys of a data folder; ``None`` where there are none. Raises FolderUnusable for a key that is not whole."""
    file = folder / FILE
    try:
        text = file.read_bytes().strip()
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise FolderUnusable(f"The key in {file} cannot be read: {problem.strerror}.") from problem
    if not _WHOLE.fullmatch(text):
        raise FolderUnusable(
            f"The key in {file} is empty or damaged; restore the file from a backup. "
            "Where no portal was made yet, delete it."
        )
    return Keys(bytes.fromhex(text.decode()))


def make(folder: Path) -> Keys:
    """New keys for a data folder that has none, or those that another process has just made. Raises OSError."""
    atomic_file.create(folder / FILE, secrets.token_hex(PEPPER_BYTES).encode())
    made = read(folder)
    if made is None:
        raise FolderUnusable(f"The key in {folder / FILE} was removed while it was being made.")
    return made
