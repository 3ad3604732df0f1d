"""Secrets: how they are generated, and the hashed form in which they are stored."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from botyard import atomic_file
from botyard.model import owners
from botyard.model.owners import Owner
from botyard.portal.auth import key_file
from botyard.portal.auth.key_file import FILE as FILE
from botyard.portal.auth.key_file import PEPPER_BYTES as PEPPER_BYTES
from botyard.portal.auth.key_file import KeyFile
from botyard.store.engines.db import FolderUnusable
from botyard.store.key_hashes import HashKind

HASHES = 1024
"""Hashes that are remembered, in memory only."""
RENEWALS = 10_000
"""Secrets that wait to be stored anew; more are left to their next use."""
SIGNING_PREFIX = "whsec_"
"""The prefix of the owner of bots whose key a webhook chose."""


class Renewal(NamedTuple):
    """A secret that was found by the hash of a former key, and its hash by the key of today."""

    kind: HashKind
    before: str
    after: str


class Keys:
    """The portal's pepper and what is derived from it.

    Secrets are letters and digits only (the SDKs' tests refuse ``-`` and ``_``)
    and are stored as a keyed hash, so that a stolen database opens nothing.

    When the pepper has been replaced, ``former`` are those before it that are accepted yet. What bots' code knows or
    chose is derived from peppers of its own, which stay: ``named`` for owners, ``told`` for what goes out with events.
    """

    def __init__(
        self,
        pepper: bytes,
        *,
        named: bytes = b"",
        events: bytes = b"",
        until: float = float("inf"),
        former: tuple[Keys, ...] = (),
        now: Callable[[], float] = time.time,
    ) -> None:
        self._pepper = pepper
        self._named = named or pepper
        self._told = events or pepper
        self._until = until
        self._former = former
        self._now = now
        # The same few keys sign nearly every call.
        self._hashed = lru_cache(HASHES)(self._hash)
        self._owned = lru_cache(HASHES)(self._owner)
        self._renewals: set[Renewal] = set()

    @property
    def fingerprint(self) -> str:
        """Identifies the key in the database; nothing can be derived from it."""
        return hmac.digest(self._pepper, b"\0fingerprint", hashlib.sha256).hex()[:32]

    @property
    def former(self) -> list[Keys]:
        """Those before this one that are accepted yet, the latest first."""
        return [keys for keys in self._former if self._now() < keys._until]

    def each(self) -> Iterator[Keys]:
        """This one, and those before it that are accepted yet."""
        yield self
        yield from self.former

    @property
    def ended(self) -> list[str]:
        """The fingerprints of those before this one that are accepted no longer."""
        return [keys.fingerprint for keys in self._former if self._now() >= keys._until]

    def renew(self, kind: HashKind, secret: str, *, former: Keys) -> None:
        """Note that a secret was found by its former hash; it is to be stored by that of today."""
        if len(self._renewals) < RENEWALS:
            self._renewals.add(Renewal(kind, former.hash(secret), self.hash(secret)))

    def take_renewals(self) -> set[Renewal]:
        """What was noted since the last time."""
        noted, self._renewals = self._renewals, set()
        return noted

    def hash(self, secret: str) -> str:
        """The form in which a secret is stored and looked up."""
        return self._hashed(secret)

    def _hash(self, secret: str) -> str:
        return _digest(self._pepper, secret)

    def lasting_hash(self, secret: str) -> str:
        """The form of a long secret that nobody can store anew when the key is replaced."""
        return _digest(self._named, secret)

    def hook_owner(self, token: str) -> Owner:
        """The owner of what webhooks register under a token of their choice: only its keyed hash is kept."""
        return self._owned(token)

    def _owner(self, token: str) -> Owner:
        return owners.hook(_digest(self._named, "client:" + token))

    def application_token(self, owner: Owner) -> str:
        """The token by which an application or bot owner knows our events: constant, never stored."""
        return _digest(self._told, "application_token:" + owner)[:32]

    def alias(self, token: str) -> str:
        """The form in which an application token that names a webhook's bots is stored and looked up."""
        return _digest(self._told, "alias:" + token)

    def event_token(self, seed: str) -> str:
        """A token that goes out with events, made again rather than kept."""
        return self.hash("event_token:" + seed)[:32]

    def channel_signature(self, body: str) -> str:
        """What signs a channel of the push server."""
        return hmac.digest(self._pepper, b"\0channel:" + body.encode(), hashlib.sha256).hex()

    def signing_secret(self, owner: Owner) -> bytes:
        """What deliveries to an owner are signed with: constant, never stored, never sent along."""
        return hmac.digest(self._told, b"signing_secret:" + owner.encode(), hashlib.sha256)

    def signing_text(self, owner: Owner) -> str:
        """The same in the form that the libraries of Standard Webhooks take, for the owner."""
        return SIGNING_PREFIX + base64.b64encode(self.signing_secret(owner)).decode()


def _digest(pepper: bytes, text: str) -> str:
    return hmac.digest(pepper, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()


def new_secret() -> str:
    """128 bits, 32 lower-case hexadecimal characters."""
    return secrets.token_hex(16)


def new_client_id() -> str:
    """A fresh application id in the documented form of local applications."""
    return f"local.{secrets.token_hex(7)}.{secrets.randbelow(90_000_000) + 10_000_000}"


def read_file(folder: Path) -> KeyFile:
    """What the key's file of a data folder holds. Raises FolderUnusable where it is missing or not whole."""
    file = _read(folder)
    if file is None:
        raise FolderUnusable(f"There is no key in {folder / FILE}; restore the file from a backup.")
    return file


def _read(folder: Path) -> KeyFile | None:
    file = folder / FILE
    try:
        return key_file.parse(file.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise FolderUnusable(f"The key in {file} cannot be read: {problem.strerror}.") from problem
    except ValueError as problem:
        raise FolderUnusable(
            f"The key in {file} is empty or damaged; restore the file from a backup. "
            "Where no portal was made yet, delete it."
        ) from problem


def read(folder: Path, now: Callable[[], float] = time.time) -> Keys | None:
    """The keys of a data folder; ``None`` where there are none. Raises FolderUnusable for a key that is not whole."""
    file = _read(folder)
    return None if file is None else of(file, now)


def of(file: KeyFile, now: Callable[[], float] = time.time) -> Keys:
    """The keys in a file. ``now`` tells which of the former ones are accepted yet."""
    former = tuple(Keys(each.pepper, until=each.until) for each in file.former)
    return Keys(file.pepper, named=file.named, events=file.told, former=former, now=now)


def make(folder: Path) -> Keys:
    """New keys for a data folder that has none, or those that another process has just made. Raises OSError."""
    atomic_file.create(folder / FILE, key_file.content(key_file.new()))
    made = read(folder)
    if made is None:
        raise FolderUnusable(f"The key in {folder / FILE} was removed while it was being made.")
    return made
