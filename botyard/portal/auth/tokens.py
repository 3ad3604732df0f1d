"""Tokens: pairs for applications, sessions for people, and the rotation of refresh tokens.

A refresh token is used once: each refresh gives a new pair of the same family.
Callers race, so a replaced token works for a few more seconds. After that it is refused:
clients and test runs that share one file of tokens count on the newer pair going on. With
the profile ``prod`` whoever uses it has stolen it or was stolen from, and the whole family ends.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from enum import Enum
from itertools import count

import msgspec

from botyard.config import Settings
from botyard.errors import ApiError, Reason, raises
from botyard.model.apps import App, EventToken, Token
from botyard.model.audit import AuditEvent
from botyard.portal import audit
from botyard.portal.auth.keys import Keys, new_secret
from botyard.store import app_tokens, users
from botyard.store.app_tokens import EVENTS, IN_NAME, OWN, NewToken
from botyard.store.engines.db import Tx

DAY = 86_400
NOTHING_KNOWN: Mapping[str, EventToken | None] = {}


class TokenPair(msgspec.Struct, frozen=True):
    """What an application is given: two secrets and what they are good for."""

    access: str
    refresh: str
    user_id: int
    scopes: str
    expires: int


class Denied(Enum):
    """Why a refresh gave no pair."""

    GRANT = "the code or refresh token is unknown, expired, or another application's"
    USED = "the code or refresh token was used before"
    ENDED = "the refresh token was ended early, by an administrator or because one of its family came twice"
    INACTIVE = "the person that the code or refresh token stands for is deactivated"
    NOT_ADMITTED = "the application is only open to other people"
    BLOCKED = "the administrator has blocked the application"
    UNFIT = "redirect_uri or code_verifier is not what the code was asked for with"
    APP_SCOPE = "scope asks for more than the application may have"
    PERSON_SCOPE = "scope asks for more than the refresh token has"


class Keyring(msgspec.Struct, frozen=True):
    """What issuing a token needs of the server."""

    keys: Keys
    settings: Settings


async def issue(
    tx: Tx, ring: Keyring, *, app: App, user_id: int, scopes: str | None = None, family: str = ""
) -> TokenPair:
    """Issue a pair in somebody's name, with all permissions of the application unless ``scopes`` names fewer."""
    granted = app.scopes if scopes is None else scopes
    pair = TokenPair(new_secret(), new_secret(), user_id, granted, tx.now + ring.settings.token_seconds)
    await app_tokens.add(tx, _rows(ring, pair, app=app, family=family or secrets.token_hex(16), created=tx.now))
    return pair


@raises(Reason.ARGUMENT)
async def grant(tx: Tx, ring: Keyring, *, app: App, user_id: int, scopes: list[str] | None = None) -> TokenPair:
    """Issue a pair without asking the person, as administrators may. Raises ARGUMENT beyond the app's permissions."""
    own = app.scopes.split(",")
    wanted = own if scopes is None else scopes
    if beyond := set(wanted) - set(own):
        raise ApiError(Reason.ARGUMENT, reason=f"The application may not have the permission {min(beyond)!r}")
    details: dict[str, str | int | None] = {"app_id": app.id, "scopes": ",".join(wanted)}
    await audit.record(tx, AuditEvent.TOKEN_ISSUED, subject=f"user:{user_id}", details=details)
    return await issue(tx, ring, app=app, user_id=user_id, scopes=",".join(wanted))


def event_period(settings: Settings, now: int) -> int:
    """When the time began in which all events carry the same pairs: half the life of an access token."""
    return now - now % max(1, settings.token_seconds // 2)


def event_family(app_id: int, user_id: int, *, period: int, turn: int = 0, own: bool = True) -> str:
    """The family of the pair that events of a period carry in somebody's name. ``turn`` counts those that ended.

    ``own``: they go to the application itself, and not to what a person registered for it.
    """
    return f"{EVENTS if own else IN_NAME}{app_id}:{user_id}:{period}:{turn}"


async def for_events(
    tx: Tx,
    ring: Keyring,
    *,
    app: App,
    user_ids: Iterable[int],
    known: Mapping[str, EventToken | None] = NOTHING_KNOWN,
    own: bool = True,
) -> list[TokenPair]:
    """The pairs that events carry in the names of these; the access token is good for half its life at least.

    All events of one half of that life carry the same pair, so that a flood of events is no
    flood of tokens. The texts are derived and not kept: the table holds hashes, as ever.
    ``known`` are families of this period that have been looked up already, ``own`` is as in ``event_family``.
    """
    period = event_period(ring.settings, tx.now)
    pairs: list[TokenPair] = []
    new: list[NewToken] = []
    for user_id in user_ids:
        for turn in count():
            family = event_family(app.id, user_id, period=period, turn=turn, own=own)
            access, refresh = (ring.keys.event_token(f"{kind}:{family}") for kind in ("access", "refresh"))
            pair = TokenPair(access, refresh, user_id, app.scopes, period + ring.settings.token_seconds)
            token = known[family] if family in known else await app_tokens.find_event_token(tx, family)
            if token is None:
                new += _rows(ring, pair, app=app, family=family, created=period)
            # What was ended meanwhile, or issued for other permissions or by another key, is not handed out again.
            if token is None or token == EventToken(ring.keys.hash(access), app.scopes, None):
                pairs.append(pair)
                break
    if new:
        await app_tokens.add(tx, new)
    return pairs


def _rows(ring: Keyring, pair: TokenPair, *, app: App, family: str, created: int) -> list[NewToken]:
    """A pair as it is kept."""
    refreshable = created + ring.settings.refresh_days * DAY
    lives = {"access": (pair.access, pair.expires), "refresh": (pair.refresh, refreshable)}
    return [
        NewToken(ring.keys.hash(text), kind, app.id, pair.user_id, pair.scopes, family, created, expires)
        for kind, (text, expires) in lives.items()
    ]


async def session(tx: Tx, ring: Keyring, *, user_id: int, scopes: str, seconds: int = 0) -> tuple[str, int]:
    """Issue a person's own token, which belongs to no application, and say when it expires."""
    text, expires = new_secret(), tx.now + (seconds or ring.settings.token_seconds)
    family = secrets.token_hex(16)
    await app_tokens.add(tx, [NewToken(ring.keys.hash(text), "access", None, user_id, scopes, family, tx.now, expires)])
    details: dict[str, str | int | None] = {"scopes": scopes, "expires": expires}
    await audit.record(tx, AuditEvent.TOKEN_ISSUED, subject=f"user:{user_id}", details=details)
    return text, expires


async def refresh(tx: Tx, ring: Keyring, *, app: App, text: str, scopes: str = "") -> TokenPair | Denied:
    """Exchange a refresh token for a new pair, with fewer permissions when ``scopes`` asks for fewer.

    Refusals are results, not exceptions: ending a stolen family has to be stored.
    """
    token = await app_tokens.find_refresh(tx, ring.keys.hash(text))
    if token is None or token.app_id != app.id or token.expires <= tx.now:
        return Denied.GRANT
    if token.revoked is not None:
        return Denied.ENDED
    if token.replaced is not None and tx.now >= token.replaced + ring.settings.refresh_grace:
        details: dict[str, str | int | None] = {"user_id": token.user_id}
        await audit.record(tx, AuditEvent.TOKEN_REUSED, subject=f"app:{app.id}", details=details)
        if ring.settings.profile == "prod":
            await app_tokens.revoke_family(tx, token.family)
        return Denied.USED
    bearer = await users.find(tx, token.user_id)
    if bearer is None or not bearer.active:
        return Denied.INACTIVE
    granted = _granted(app, token, asked=scopes)
    if isinstance(granted, Denied):
        return granted
    if token.family.startswith((EVENTS, IN_NAME)):
        # Many events carried it, so that a second use is no theft; each use begins a family of its own.
        family = f"{OWN if token.family.startswith(EVENTS) else ''}{secrets.token_hex(16)}"
        return await issue(tx, ring, app=app, user_id=token.user_id, scopes=granted, family=family)
    await app_tokens.replace(tx, token.id)
    return await issue(tx, ring, app=app, user_id=token.user_id, scopes=granted, family=token.family)


def _granted(app: App, token: Token, *, asked: str) -> str | Denied:
    wanted = [scope for scope in asked.replace(" ", ",").split(",") if scope]
    if not wanted:
        return token.scopes
    if not set(wanted) <= set(app.scopes.split(",")):
        return Denied.APP_SCOPE
    return ",".join(wanted) if set(wanted) <= set(token.scopes.split(",")) else Denied.PERSON_SCOPE


async def prune(tx: Tx, settings: Settings, present: int, *, limit: int) -> int:
    """Forget tokens that expired so long ago that no refresh token beside them can be alive; how many.

    ``present`` is the moment by which their ages are judged: one that does not jump with the clock.

    Until then an old access token is answered `expired_token`, upon which clients refresh.
    """
    return await app_tokens.forget_expired(tx, present - settings.refresh_days * DAY, limit=limit)
