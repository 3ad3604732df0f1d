"""Signing in, for the pages in a browser: passwords, codes of the second factor, and the sessions that begin by them.

A session gets a new secret whenever its person shows who they are, so that one which was known before opens nothing.
"""

from __future__ import annotations

import asyncio

import msgspec

from botyard.config import Settings
from botyard.model.audit import Actor, AuditEvent, Via
from botyard.model.people import User
from botyard.model.sessions import Client, Duty, Session
from botyard.portal import audit
from botyard.portal.auth import passwords, second_factors
from botyard.portal.auth.keys import Keys, new_secret
from botyard.portal.auth.throttle import Throttle
from botyard.portal.users import PEOPLE
from botyard.store import sessions, users
from botyard.store.engines.db import Database, Tx
from botyard.store.sessions import Credentials

CODE_SECONDS = 600
"""Seconds in which a code of the second factor has to follow the password."""
WRONG_CODES = 5
"""Wrong codes after which the password has to be entered again."""
SEEN_SECONDS = 60
"""Between two notes that a session is used."""
RECENT_SECONDS = 300
"""Seconds for which somebody who has shown who they are is not asked again."""

# What the passwords of nobody are compared with, so that an unknown login takes as long as a wrong password.
_DECOY = "$argon2id$v=19$m=47104,t=1,p=1$QJq4JQrORod/sU2nSAWCxA$I1MkM97ZiCwzd7G9MXdLjdEYWjgQUsUm2SrArsohEDw"
_AT_ONCE = 2
"""Passwords that are looked at side by side; each takes 46 MiB for a moment."""


class SignInAttempt(msgspec.Struct, frozen=True):
    """An attempt to sign in: login, password, the address that it came from, and what the browser calls itself.

    ``known`` is the name of a browser in which the login has signed in before.
    """

    login: str
    password: str
    address: str
    browser: str = ""
    by: Actor | None = None
    """Who tries, where somebody is known already."""
    known: str = ""

    @property
    def counted_by(self) -> str:
        """The browser or person whose guesses are counted apart from those of others; ``""`` for strangers."""
        return self.known or (f"user:{self.by.user_id}" if self.by is not None else "")

    @property
    def actor(self) -> Actor:
        """Who tries, for the audit log."""
        return self.by or Actor(Via.PAGE, address=self.address)


class SignInResult(msgspec.Struct, frozen=True):
    """The result of an attempt: the secret of a session and what is to be done in it, or seconds to wait, or neither.

    Without a secret, the duty to enter a code says that one was wrong and another may be tried.
    """

    secret: str = ""
    duty: Duty = Duty.NONE
    wait: int = 0


class PasswordCheck(msgspec.Struct, frozen=True):
    """Whose password was right, or seconds to wait, or neither."""

    credentials: Credentials | None = None
    wait: int = 0


class PasswordSignIn:
    """Signs people in by password. One for each server, because it counts guesses."""

    def __init__(self) -> None:
        self.throttle = Throttle()
        self.codes = Throttle()
        self.busy = asyncio.Semaphore(_AT_ONCE)

    def forget(self) -> None:
        """Forget all wrong guesses."""
        self.throttle = Throttle()
        self.codes = Throttle()

    async def check(self, database: Database, attempt: SignInAttempt, *, now: float) -> PasswordCheck:
        """Whose password this is. A wrong one, an unknown login and a deactivated person look and last the same."""
        wait = self.throttle.take(attempt.login, attempt.address, now=now, browser=attempt.counted_by)
        if wait:
            return PasswordCheck(wait=wait)

        async def known(tx: Tx) -> Credentials | None:
            return await sessions.password_of(tx, attempt.login) if attempt.login else None

        credentials = await database.read(known)
        stored = credentials.password if credentials and credentials.password else _DECOY
        async with self.busy:
            right = await asyncio.to_thread(passwords.verify, stored, attempt.password)
        user = credentials.user if credentials and credentials.password else None
        if user is None or not right or not user.active or user.kind not in PEOPLE:
            await database.write(lambda tx: _record_failed(tx, user, attempt.actor))
            return PasswordCheck()
        self.throttle.give_back(attempt.login, attempt.address, browser=attempt.counted_by)
        return PasswordCheck(credentials)

    async def enter(
        self, database: Database, attempt: SignInAttempt, *, keys: Keys, settings: Settings, now: float
    ) -> SignInResult:
        """Sign somebody in by password; where a second factor is on, the session waits for ``enter_code``."""
        checked = await self.check(database, attempt, now=now)
        credentials = checked.credentials
        if credentials is None:
            return SignInResult(wait=checked.wait)
        client = Client(attempt.address, attempt.browser)
        # Only now is the text known that can be hashed as it is done today.
        anew = ""
        if passwords.outdated(credentials.password):
            async with self.busy:
                anew = await asyncio.to_thread(passwords.hashed, attempt.password)

        async def work(tx: Tx) -> SignInResult:
            if not await unchanged(tx, credentials):
                return SignInResult()
            if anew:
                await users.renew_password(tx, credentials.user.id, anew)
            return await _begun(tx, keys, credentials.user.id, client=client, settings=settings)

        return await database.write(work)

    async def enter_code(
        self, database: Database, secret: str, *, code: str, client: Client, keys: Keys, settings: Settings, now: float
    ) -> SignInResult:
        """Take the code that a session waits for. After some wrong ones it ends, and the password has to come again."""
        session = await database.read(lambda tx: current(tx, keys, secret, settings=settings))
        if session is None or not session.awaits_code:
            return SignInResult()
        user_id = session.user.id
        if wait := self.take_code(user_id, now=now):
            return SignInResult(wait=wait)

        async def work(tx: Tx) -> SignInResult:
            tx.actor = Actor(Via.PAGE, user_id, address=client.address)
            waiting = await current(tx, keys, secret, settings=settings)
            if waiting is None or not waiting.awaits_code:
                return SignInResult()
            if not await second_factors.check(tx, keys, user_id, code=code):
                return await _wrong_code(tx, waiting, client=client)
            await _note_sign_in(tx, user_id, client=client)
            return await renewed(tx, keys, waiting, settings=settings)

        await second_factors.load()
        result = await database.write(work)
        if result.secret:
            self.give_back_code(user_id)
        return result

    def take_code(self, user_id: int, *, now: float) -> int:
        """Count one guess at a code of somebody, from wherever it comes; 0, or in how many seconds to come again."""
        name = f"user:{user_id}"
        return self.codes.take(name, name, now=now)

    def give_back_code(self, user_id: int) -> None:
        """The code was right and does not count."""
        name = f"user:{user_id}"
        self.codes.give_back(name, name)


async def _record_failed(tx: Tx, user: User | None, by: Actor) -> None:
    # The login is not kept where it is nobody's: people type passwords there.
    subject = f"user:{user.id}" if user else ""
    await audit.record(tx, AuditEvent.SIGN_IN_FAILED, by=by, subject=subject)


async def _note_sign_in(tx: Tx, user_id: int, *, client: Client) -> None:
    await sessions.note_sign_in(tx, user_id)
    by = Actor(Via.PAGE, user_id, address=client.address)
    await audit.record(tx, AuditEvent.SIGN_IN, by=by, subject=f"user:{user_id}")


async def _wrong_code(tx: Tx, waiting: Session, *, client: Client) -> SignInResult:
    by = Actor(Via.PAGE, address=client.address)
    await audit.record(tx, AuditEvent.CODE_REFUSED, by=by, subject=f"user:{waiting.user.id}")
    if waiting.wrong_codes + 1 < WRONG_CODES:
        await sessions.count_wrong_code(tx, waiting.id)
        return SignInResult(duty=Duty.CODE)
    await sessions.remove_one(tx, waiting.user.id, waiting.id)
    return SignInResult()


async def unchanged(tx: Tx, known: Credentials) -> bool:
    """Whether a person may still sign in with the password that was right a moment ago: comparing takes a while."""
    present = await sessions.password_of(tx, known.user.login)
    return (
        present is not None
        and present.user.id == known.user.id
        and present.user.active
        and present.password == known.password
    )


async def _begun(tx: Tx, keys: Keys, user_id: int, *, client: Client, settings: Settings) -> SignInResult:
    secret = new_secret()
    await sessions.forget_expired(tx, idle_since=_idle_since(tx, settings))
    awaits_code = await second_factors.is_on(tx, user_id)
    expires = tx.now + (CODE_SECONDS if awaits_code else settings.session_hours * 3600)
    await sessions.add(tx, keys.hash(secret), user_id, expires=expires, awaits_code=awaits_code, client=client)
    if not awaits_code:
        await _note_sign_in(tx, user_id, client=client)
    session = await current(tx, keys, secret, settings=settings)
    return SignInResult(secret, duty(session, settings)) if session else SignInResult()


async def renewed(tx: Tx, keys: Keys, session: Session, *, settings: Settings) -> SignInResult:
    """Give a session whose person has just shown who they are a new secret, and its whole life where it began."""
    secret = new_secret()
    expires = tx.now + settings.session_hours * 3600 if session.awaits_code else session.expires
    await sessions.renew(tx, session.id, keys.hash(secret), expires=expires)
    fresh = await current(tx, keys, secret, settings=settings)
    return SignInResult(secret, duty(fresh, settings)) if fresh else SignInResult()


async def current(tx: Tx, keys: Keys, secret: str, *, settings: Settings) -> Session | None:
    """The session of a secret; it may have a ``duty`` before it opens anything."""
    session = None
    for each in keys.each() if secret else ():
        session = session or await sessions.find(tx, each.hash(secret), idle_since=_idle_since(tx, settings))
    return session


async def of_person(tx: Tx, user_id: int, *, settings: Settings) -> list[Session]:
    """The sessions of a person, the one last used first."""
    return await sessions.of_person(tx, user_id, idle_since=_idle_since(tx, settings))


def duty(session: Session, settings: Settings) -> Duty:
    """What the person of a session has to do before it opens anything."""
    if session.awaits_code:
        return Duty.CODE
    if session.password_initial:
        return Duty.PASSWORD
    if not session.second_factor and demands_second_factor(settings, admin=session.user.admin):
        return Duty.SECOND_FACTOR
    return Duty.NONE


def demands_second_factor(settings: Settings, *, admin: bool) -> bool:
    """Whether the portal wants somebody to have a second factor."""
    wanted = settings.require_second_factor
    return wanted == "everybody" or (wanted == "administrators" and admin)


def recent(session: Session, now: float) -> bool:
    """Whether the person has shown who they are so recently that they are not asked again."""
    return 0 <= now - session.confirmed < RECENT_SECONDS


async def sign_out(tx: Tx, keys: Keys, secret: str, *, by: Actor) -> None:
    """End a session."""
    for each in keys.each():
        await sessions.remove(tx, each.hash(secret))
    await audit.record(tx, AuditEvent.SIGN_OUT, by=by, subject=f"user:{by.user_id}")


async def end(tx: Tx, user_id: int, session_id: int) -> bool:
    """End one session of a person; false where there is none of that number."""
    ended = await sessions.remove_one(tx, user_id, session_id)
    if ended:
        await audit.record(tx, AuditEvent.SESSIONS_ENDED, subject=f"user:{user_id}", details={"number": 1})
    return ended


async def end_all(tx: Tx, user_id: int, *, but: int = 0) -> int:
    """End all sessions of a person, save one that may go on; how many."""
    number = await sessions.remove_of(tx, user_id, but=but)
    if number:
        await audit.record(tx, AuditEvent.SESSIONS_ENDED, subject=f"user:{user_id}", details={"number": number})
    return number


def _idle_since(tx: Tx, settings: Settings) -> int:
    return tx.now - settings.session_idle_minutes * 60
