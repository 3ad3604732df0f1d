"""One-time codes: what the consent page gives an application, and what the application gets for one.

Follows RFC 6749 (4.1), RFC 7636 (PKCE with S256) and RFC 9700.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets

import msgspec

from botyard.model.apps import App, Code
from botyard.model.audit import AuditEvent
from botyard.portal import audit, made_keys
from botyard.portal.auth import consents, tokens
from botyard.portal.auth.keys import Keys, new_secret
from botyard.portal.auth.tokens import DAY, Denied, Keyring, TokenPair
from botyard.store import authorization_codes
from botyard.store.engines.db import Tx

LIFE = 30
"""Seconds for which a code is good, as documented."""

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


class AuthorizationRequest(msgspec.Struct, frozen=True):
    """What a person agreed that an application may do."""

    user_id: int
    scopes: str
    redirect_uri: str = ""
    challenge: str = ""
    family: str = ""
    """That of the tokens which will be issued for it; a new one where that is left out."""


class CodeExchange(msgspec.Struct, frozen=True):
    """What an application presents: a code, and what it must go with."""

    code: str
    redirect_uri: str = ""
    verifier: str = ""


def is_challenge(text: str) -> bool:
    """Whether this can be the SHA-256 of a verifier, as PKCE writes it."""
    return _CHALLENGE.fullmatch(text) is not None


async def issue(tx: Tx, ring: Keyring, *, app: App, wish: AuthorizationRequest) -> str:
    """Issue a code. ``redirect_uri`` is the one that the request named, if it did."""
    await authorization_codes.forget_expired(tx, tx.now - DAY)
    text = new_secret()
    made = Code(
        hash=ring.keys.hash(text),
        app_id=app.id,
        user_id=wish.user_id,
        scopes=wish.scopes,
        redirect_uri=wish.redirect_uri,
        challenge=wish.challenge,
        family=wish.family or secrets.token_hex(16),
        expires=tx.now + LIFE,
        used=None,
    )
    await authorization_codes.add(tx, made)
    return text


async def exists(tx: Tx, keys: Keys, text: str) -> bool:
    """Whether there is such a code, whatever it is good for."""
    for each in keys.each():
        if await authorization_codes.exists(tx, each.hash(text)):
            return True
    return False


async def exchange(tx: Tx, ring: Keyring, *, app: App, offer: CodeExchange) -> TokenPair | Denied:
    """Exchange a code for a pair of tokens.

    Refusals are results, not exceptions: that a code was tried, and the end of the tokens that were issued
    for one that comes twice, have to be stored.
    """
    code = None
    for each in ring.keys.each():
        code = code or await authorization_codes.find(tx, each.hash(offer.code))
    if code is None or code.app_id != app.id:
        return Denied.GRANT
    if code.used is not None:
        details: dict[str, str | int | None] = {"user_id": code.user_id}
        await audit.record(tx, AuditEvent.TOKEN_REUSED, subject=f"app:{app.id}", details=details)
        await made_keys.end_reused(tx, code.family, app_id=app.id, user_id=code.user_id)
        return Denied.USED
    await authorization_codes.use(tx, code.hash)
    if code.expires <= tx.now:
        return Denied.GRANT
    if not app.blocked and not _fits(app, code, offer=offer):
        return Denied.UNFIT
    bearer = await tokens.bearer_of(tx, app, code.user_id)
    if isinstance(bearer, Denied):
        return bearer
    granted = consents.left(app, bearer, scopes=code.scopes, consent=None)
    if not granted:
        return Denied.WITHDRAWN
    return await tokens.issue(tx, ring, app=app, user_id=bearer.id, scopes=granted, family=code.family)


def _fits(app: App, code: Code, *, offer: CodeExchange) -> bool:
    """Whether the code came from the request that this application made."""
    # Left out of the request it may be left out here; told here it has to be the right one.
    if (code.redirect_uri or offer.redirect_uri) and offer.redirect_uri != (code.redirect_uri or app.redirect_uri):
        return False
    if not code.challenge:
        # A verifier without a challenge: somebody took the challenge out of the request on its way.
        return not offer.verifier
    if not _VERIFIER.fullmatch(offer.verifier):
        return False
    digest = base64.urlsafe_b64encode(hashlib.sha256(offer.verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(digest, code.challenge.encode())
