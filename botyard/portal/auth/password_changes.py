"""How people choose a new password: with the present one, or by a link that an administrator made for them.

Hashing and comparing are slow on purpose, so they come before the transaction, in a thread.
"""

from __future__ import annotations

import asyncio
import contextlib

import msgspec

from botyard.config import Settings
from botyard.errors import ApiError, Reason, raises
from botyard.model.audit import Actor, AuditEvent
from botyard.model.people import User
from botyard.portal import audit, mail, users
from botyard.portal.auth import passwords, second_factors
from botyard.portal.auth.breached_passwords import BreachedPasswords
from botyard.portal.auth.keys import Keys, new_secret
from botyard.portal.auth.sessions import PasswordSignIn, SignInAttempt, unchanged
from botyard.store import reset_links
from botyard.store.engines.db import Database, Tx
from botyard.store.sessions import Credentials

LINK_SECONDS = 24 * 3600
"""Seconds for which a link for a new password is good."""


_MAIL = """An administrator asks you to choose a password. Open this address within a day; it works once:

{url}

If you do not expect this mail, tell your administrator, and leave the address alone.
"""
_MOVED = """Your address of e-mail at {domain} was changed to another one. Mails of the portal go there from now on.

If it was not you, tell your administrator at once.
"""


class PasswordRules(msgspec.Struct, frozen=True):
    """What choosing a password needs of the server: who judges at what speed, and the list of those that leaked."""

    sign_in: PasswordSignIn
    breached: BreachedPasswords | None

    @raises(Reason.PASSWORD_WEAK)
    async def hashed(self, password: str, own: list[str]) -> str:
        """A new password as it is stored. Raises PASSWORD_WEAK."""
        async with self.sign_in.busy:
            return await asyncio.to_thread(hashed, password, own, breached=self.breached)


@raises(Reason.PASSWORD_WEAK)
def hashed(password: str, own: list[str], *, breached: BreachedPasswords | None) -> str:
    """A new password as it is stored, which takes a while. Raises PASSWORD_WEAK."""
    if reason := passwords.weakness(password, own, breached=breached):
        raise ApiError(Reason.PASSWORD_WEAK, reason=reason)
    return passwords.hashed(password)


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """That it is the person who acts: the present password, and a code of the second factor.

    ``code`` is ``None`` where a page has asked for it before.
    """

    user: User
    present: str
    by: Actor
    code: str | None = None


class PasswordChange(Proof, frozen=True, kw_only=True):
    """A wish for a new password, and who has it. ``keep_session`` is the session that goes on."""

    new: str
    keep_session: int = 0


class ResetLink(msgspec.Struct, frozen=True):
    """A link by which somebody chooses a password, once. The secret is never shown again."""

    secret: str
    expires: int

    @property
    def path(self) -> str:
        """Its address below the portal's."""
        return f"/account/reset?key={self.secret}"


@raises(Reason.ATTEMPTS, Reason.PASSWORD_WRONG, Reason.CODE_WRONG, Reason.PASSWORD_SAME, PasswordRules.hashed)
async def change(database: Database, wish: PasswordChange, *, keys: Keys, rules: PasswordRules, now: float) -> None:
    """Change a password by the present one, and a code where there is a second factor; all other sessions end.

    Raises ATTEMPTS, PASSWORD_WRONG, CODE_WRONG, PASSWORD_SAME and PASSWORD_WEAK.
    """
    known = await _check_password(database, wish, sign_in=rules.sign_in, now=now)
    if wish.new == wish.present:
        raise ApiError(Reason.PASSWORD_SAME)
    stored = await rules.hashed(wish.new, users.known_words(wish.user))
    # Last, for a code is used up by being looked at.
    if wish.code is not None:
        await _use_code(database, wish, code=wish.code, keys=keys, sign_in=rules.sign_in, now=now)

    async def work(tx: Tx) -> None:
        tx.actor = wish.by
        if not await unchanged(tx, known):
            raise ApiError(Reason.PASSWORD_WRONG)
        await users.set_password(tx, wish.user.id, stored, keep_session=wish.keep_session)

    await database.write(work)


@raises(Reason.ATTEMPTS, Reason.PASSWORD_WRONG, Reason.CODE_WRONG)
async def confirm(database: Database, proof: Proof, *, keys: Keys, rules: PasswordRules, now: float) -> None:
    """Check that it is the person who acts, by the password, and a code where there is a second factor.

    Raises ATTEMPTS, PASSWORD_WRONG and CODE_WRONG.
    """
    await _check_password(database, proof, sign_in=rules.sign_in, now=now)
    if proof.code is not None:
        await _use_code(database, proof, code=proof.code, keys=keys, sign_in=rules.sign_in, now=now)


@raises(Reason.ATTEMPTS, Reason.PASSWORD_WRONG)
async def _check_password(database: Database, proof: Proof, *, sign_in: PasswordSignIn, now: float) -> Credentials:
    """What the present password belongs to. Raises ATTEMPTS and PASSWORD_WRONG."""
    attempt = SignInAttempt(proof.user.login, proof.present, proof.by.address, by=proof.by)
    checked = await sign_in.check(database, attempt, now=now)
    if checked.wait:
        raise ApiError(Reason.ATTEMPTS, wait=checked.wait)
    known = checked.credentials
    if known is None or known.user.id != proof.user.id:
        raise ApiError(Reason.PASSWORD_WRONG)
    return known


@raises(Reason.ATTEMPTS, Reason.CODE_WRONG)
async def _use_code(
    database: Database, wish: Proof, *, code: str, keys: Keys, sign_in: PasswordSignIn, now: float
) -> None:
    """Use up a code where somebody has a second factor. Raises ATTEMPTS and CODE_WRONG."""
    user_id = wish.user.id
    if not await database.read(lambda tx: second_factors.is_on(tx, user_id)):
        return
    if wait := sign_in.take_code(user_id, now=now):
        raise ApiError(Reason.ATTEMPTS, wait=wait)
    await second_factors.load()

    async def work(tx: Tx) -> bool:
        right = await second_factors.check(tx, keys, user_id, code=code)
        if not right:
            await audit.record(tx, AuditEvent.CODE_REFUSED, by=wish.by, subject=f"user:{user_id}")
        return right

    if not await database.write(work):
        raise ApiError(Reason.CODE_WRONG)
    sign_in.give_back_code(user_id)


@raises(Reason.USER_MISSING)
async def make_link(tx: Tx, keys: Keys, user: User) -> ResetLink:
    """Make a link by which somebody chooses a password; an earlier one ends. Raises USER_MISSING without a login."""
    if user.kind not in users.PEOPLE or not user.active:
        raise ApiError(Reason.USER_MISSING)
    link = ResetLink(new_secret(), tx.now + LINK_SECONDS)
    await reset_links.put(tx, user.id, _hash(keys, link.secret), expires=link.expires)
    await audit.record(tx, AuditEvent.PASSWORD_LINK_MADE, subject=f"user:{user.id}")
    return link


async def link_owner(tx: Tx, keys: Keys, secret: str) -> User | None:
    """Whose link this is, while it is good."""
    owner = None
    for each in keys.each() if secret else ():
        owner = owner or await reset_links.owner(tx, _hash(each, secret))
    return owner


@raises(mail.send)
async def mail_link(settings: Settings, to: str, *, url: str) -> None:
    """Send somebody the address of a link. Raises MAIL_OFF and MAIL_FAILED."""
    await mail.send(settings, to, subject=f"Choose a password for {settings.domain}", text=_MAIL.format(url=url))


async def mail_address_changed(settings: Settings, to: str) -> None:
    """Tell somebody at the former address that it was changed; a mail that cannot be sent is in the log."""
    if to and mail.is_set_up(settings):
        text = _MOVED.format(domain=settings.domain)
        with contextlib.suppress(ApiError):
            await mail.send(settings, to, subject=f"Your address at {settings.domain} was changed", text=text)


@raises(Reason.RESET_LINK_ENDED, PasswordRules.hashed)
async def use_link(database: Database, keys: Keys, *, secret: str, new: str, rules: PasswordRules, by: Actor) -> None:
    """Choose a password by a link, which ends; so do all sessions. Raises RESET_LINK_ENDED and PASSWORD_WEAK."""
    user = await database.read(lambda tx: link_owner(tx, keys, secret))
    if user is None:
        raise ApiError(Reason.RESET_LINK_ENDED)
    stored = await rules.hashed(new, users.known_words(user))

    async def work(tx: Tx) -> None:
        owner = await link_owner(tx, keys, secret)
        used = [await reset_links.use(tx, _hash(each, secret)) for each in keys.each()]
        if owner is None or not any(used):
            raise ApiError(Reason.RESET_LINK_ENDED)
        tx.actor = msgspec.structs.replace(by, user_id=owner.id)
        await users.set_password(tx, owner.id, stored)

    await database.write(work)


def _hash(keys: Keys, secret: str) -> str:
    return keys.hash(f"reset link:{secret}")
