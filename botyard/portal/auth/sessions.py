"""Signing in with a password, for the pages in a browser."""

from __future__ import annotations

import asyncio

import msgspec

from botyard.model.audit import Actor, AuditEvent, Via
from botyard.model.people import User
from botyard.portal import audit
from botyard.portal.auth import passwords
from botyard.portal.auth.keys import Keys, new_secret
from botyard.portal.auth.throttle import Throttle
from botyard.portal.users import PEOPLE
from botyard.store import sessions
from botyard.store.engines.db import Database, Tx
from botyard.store.sessions import Credentials

LIFE = 12 * 3600
"""Seconds for which a browser stays signed in."""

# What the passwords of nobody are compared with, so that an unknown login takes as long as a wrong password.
_DECOY = "$argon2id$v=19$m=47104,t=1,p=1$QJq4JQrORod/sU2nSAWCxA$I1MkM97ZiCwzd7G9MXdLjdEYWjgQUsUm2SrArsohEDw"
_AT_ONCE = 2
"""Passwords that are looked at side by side; each takes 46 MiB for a moment."""


class SignInAttempt(msgspec.Struct, frozen=True):
    """An attempt to sign in: login, password, and the address that it came from."""

    login: str
    password: str
    address: str


class SignInResult(msgspec.Struct, frozen=True):
    """The result of an attempt: the secret of a session, or seconds to wait, or neither."""

    secret: str = ""
    wait: int = 0


class PasswordSignIn:
    """Signs people in by password. One for each server, because it counts guesses."""

    def __init__(self) -> None:
        self.throttle = Throttle()
        self._busy = asyncio.Semaphore(_AT_ONCE)

    def forget(self) -> None:
        """Forget all wrong guesses."""
        self.throttle = Throttle()

    async def enter(self, database: Database, attempt: SignInAttempt, *, keys: Keys, now: float) -> SignInResult:
        """Sign somebody in. A wrong password, an unknown login and a deactivated person look and last the same."""
        wait = self.throttle.take(attempt.login, attempt.address, now=now)
        if wait:
            return SignInResult(wait=wait)

        async def known(tx: Tx) -> Credentials | None:
            return await sessions.password_of(tx, attempt.login) if attempt.login else None

        credentials = await database.read(known)
        stored = credentials.password if credentials and credentials.password else _DECOY
        async with self._busy:
            right = await asyncio.to_thread(passwords.verify, stored, attempt.password)
        user = credentials.user if credentials and credentials.password else None
        if user is None or not right or not user.active or user.kind not in PEOPLE:
            await database.write(lambda tx: _record_failed(tx, user, attempt.address))
            return SignInResult()
        self.throttle.give_back(attempt.login, attempt.address)
        return SignInResult(await database.write(lambda tx: _signed_in(tx, keys, user.id, address=attempt.address)))


async def _record_failed(tx: Tx, user: User | None, address: str) -> None:
    # The login is not kept where it is nobody's: people type passwords there.
    subject = f"user:{user.id}" if user else ""
    await audit.record(tx, AuditEvent.SIGN_IN_FAILED, by=Actor(Via.PAGE, address=address), subject=subject)


async def _signed_in(tx: Tx, keys: Keys, user_id: int, *, address: str) -> str:
    secret = new_secret()
    await sessions.forget_expired(tx)
    await sessions.add(tx, keys.hash(secret), user_id, expires=tx.now + LIFE)
    await sessions.note_sign_in(tx, user_id)
    await audit.record(tx, AuditEvent.SIGN_IN, by=Actor(Via.PAGE, user_id, address=address), subject=f"user:{user_id}")
    return secret


async def current_user(tx: Tx, keys: Keys, secret: str) -> User | None:
    """The person of a session, by its secret."""
    return await sessions.find(tx, keys.hash(secret)) if secret else None


async def sign_out(tx: Tx, keys: Keys, secret: str, *, by: Actor) -> None:
    """End a session."""
    await sessions.remove(tx, keys.hash(secret))
    await audit.record(tx, AuditEvent.SIGN_OUT, by=by, subject=f"user:{by.user_id}")
