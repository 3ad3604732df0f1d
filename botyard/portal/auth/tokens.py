"""Tokens: pairs for applications, sessions for people, and the rotation of refresh tokens.

A refresh token is used once: each refresh gives a new pair of the same family.
Callers race, so a replaced token works for a few more seconds. After that it is refused:
clients and test runs that share one file of tokens count on the newer pair going on. With
the profile ``prod`` whoever uses it has stolen it or was stolen from, and the whole family ends.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from enum import Enum
from itertools import count
from typing import NamedTuple

import msgspec

from botyard.config import Settings
from botyard.errors import ApiError, Reason, raises
from botyard.model.apps import App, EventToken
from botyard.model.audit import AuditEvent
from botyard.model.people import User
from botyard.portal import apps, audit, made_keys
from botyard.portal.auth import consents
from botyard.portal.auth.keys import Keys, new_secret
from botyard.store import app_tokens, token_lists, users
from botyard.store import consents as stored_consents
from botyard.store.app_tokens import EVENTS, IN_NAME, OWN, NewToken
from botyard.store.engines.db import Tx
from botyard.store.made_keys import Maker

DAY = 86_400
OWN_SECONDS_MAX = 365 * DAY
"""Life of a person's own token."""
NOBODY = Maker()
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
    NOT_INSTALLED = "the application is not installed"
    WITHDRAWN = "the application or the person has lost or taken back every permission that it stands for"
    BLOCKED = "the administrator has blocked the application"
    UNFIT = "redirect_uri or code_verifier is not what the code was asked for with"
    APP_SCOPE = "scope asks for more than the application may have"
    PERSON_SCOPE = "scope asks for more than the refresh token has"


class Keyring(msgspec.Struct, frozen=True):
    """What issuing a token needs of the server."""

    keys: Keys
    settings: Settings


async def issue(
    tx: Tx,
    ring: Keyring,
    *,
    app: App,
    user_id: int,
    scopes: str | None = None,
    family: str = "",
    granted: int | None = None,
) -> TokenPair:
    """Issue a pair in somebody's name, with all permissions of the application unless ``scopes`` names fewer.

    ``granted`` is when the first pair of its line was issued, if it is not this one.
    """
    allowed = app.scopes if scopes is None else scopes
    pair = TokenPair(new_secret(), new_secret(), user_id, allowed, tx.now + ring.settings.token_seconds)
    line = _Line(family or secrets.token_hex(16), tx.now if granted is None else granted)
    await app_tokens.add(tx, _rows(ring, pair, app=app, line=line, created=tx.now, made=Maker.of(tx)))
    return pair


@raises(Reason.ARGUMENT)
async def grant(tx: Tx, ring: Keyring, *, app: App, user_id: int, scopes: list[str] | None = None) -> TokenPair:
    """Issue a pair without asking the person, as administrators may.

    Raises ARGUMENT beyond the application's permissions, and for one that is not installed.
    """
    if not app.installed:
        raise ApiError(Reason.ARGUMENT, reason="The application is not installed")
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
    bearers: Mapping[int, str],
    known: Mapping[str, EventToken | None] = NOTHING_KNOWN,
    own: bool = True,
) -> list[TokenPair]:
    """The pairs that events carry in the names of these people and bots, with these permissions of each.

    The access token is good for half its life at least.

    All events of one half of that life carry the same pair, so that a flood of events is no
    flood of tokens. The texts are derived and not kept: the table holds hashes, as ever.
    ``known`` are families of this period that have been looked up already, ``own`` is as in ``event_family``.
    """
    period = event_period(ring.settings, tx.now)
    pairs: list[TokenPair] = []
    new: list[NewToken] = []
    for user_id, scopes in bearers.items():
        for turn in count():
            family = event_family(app.id, user_id, period=period, turn=turn, own=own)
            access, refresh = (ring.keys.event_token(f"{kind}:{family}") for kind in ("access", "refresh"))
            pair = TokenPair(access, refresh, user_id, scopes, period + ring.settings.token_seconds)
            token = known[family] if family in known else await app_tokens.find_event_token(tx, family)
            if token is None:
                new += _rows(ring, pair, app=app, line=_Line(family, period), created=period)
            # What was ended meanwhile, or issued for other permissions or by another key, is not handed out again.
            if token is None or token == EventToken(ring.keys.hash(access), scopes, None):
                pairs.append(pair)
                break
    if new:
        await app_tokens.add(tx, new)
    return pairs


class _Line(NamedTuple):
    """What a pair has in common with those that it descends from, and with those that descend from it."""

    family: str
    granted: int


def _rows(
    ring: Keyring, pair: TokenPair, *, app: App, line: _Line, created: int, made: Maker = NOBODY
) -> list[NewToken]:
    """A pair as it is kept."""
    refreshable = created + ring.settings.refresh_days * DAY
    if ring.settings.grant_days:
        refreshable = min(refreshable, line.granted + ring.settings.grant_days * DAY)
    lives = {"access": (pair.access, pair.expires), "refresh": (pair.refresh, refreshable)}
    return [
        NewToken(
            hash=ring.keys.hash(text),
            kind=kind,
            app_id=app.id,
            user_id=pair.user_id,
            scopes=pair.scopes,
            family=line.family,
            created=created,
            expires=expires,
            granted=line.granted,
            made_by=made.made_by,
            made_with=made.made_with,
            of_app=made.of_app,
        )
        for kind, (text, expires) in lives.items()
    ]


@raises(Reason.ARGUMENT)
async def session(tx: Tx, ring: Keyring, *, user_id: int, scopes: str, seconds: int = 0) -> tuple[str, int]:
    """Issue a person's own token, which belongs to no application, and say when it expires.

    Raises ARGUMENT beyond a year.
    """
    if seconds > OWN_SECONDS_MAX:
        raise ApiError(Reason.ARGUMENT, reason=f"A person's own token lives for {OWN_SECONDS_MAX} seconds at most")
    text, expires = new_secret(), tx.now + (seconds or ring.settings.token_seconds)
    token = NewToken(
        hash=ring.keys.hash(text),
        kind="access",
        app_id=None,
        user_id=user_id,
        scopes=scopes,
        family=secrets.token_hex(16),
        created=tx.now,
        expires=expires,
        granted=tx.now,
        **Maker.of(tx)._asdict(),
    )
    await app_tokens.add(tx, [token])
    details: dict[str, str | int | None] = {"scopes": scopes, "expires": expires}
    await audit.record(tx, AuditEvent.TOKEN_ISSUED, subject=f"user:{user_id}", details=details)
    return text, expires


async def refresh(tx: Tx, ring: Keyring, *, app: App, text: str, scopes: str = "") -> TokenPair | Denied:
    """Exchange a refresh token for a new pair, with fewer permissions when ``scopes`` asks for fewer.

    It has never more permissions than the application still has and the person granted. Refusals are results, not
    exceptions: ending a stolen family has to be stored.
    """
    token = None
    for each in ring.keys.each():
        token = token or await app_tokens.find_refresh(tx, each.hash(text))
    if token is None or token.app_id != app.id or token.expires <= tx.now:
        return Denied.GRANT
    if token.revoked is not None:
        return Denied.ENDED
    if token.replaced is not None and tx.now >= token.replaced + ring.settings.refresh_grace:
        details: dict[str, str | int | None] = {"user_id": token.user_id}
        await audit.record(tx, AuditEvent.TOKEN_REUSED, subject=f"app:{app.id}", details=details)
        if ring.settings.profile == "prod":
            await made_keys.end_reused(tx, token.family, app_id=app.id, user_id=token.user_id)
        return Denied.USED
    bearer = await bearer_of(tx, app, token.user_id)
    if isinstance(bearer, Denied):
        return bearer
    consent = await stored_consents.find(tx, app.id, bearer.id)
    have = consents.left(app, bearer, scopes=token.scopes, consent=consent)
    granted = _granted(app, have, asked=scopes)
    if isinstance(granted, Denied):
        return granted
    family, first = token.family, token.granted or token.created
    if family.startswith((EVENTS, IN_NAME)):
        # Many events carried it, so that a second use is no theft; each use begins a family of its own.
        family = f"{OWN if family.startswith(EVENTS) else ''}{secrets.token_hex(16)}"
    else:
        await app_tokens.replace(tx, token.id)
    return await issue(tx, ring, app=app, user_id=token.user_id, scopes=granted, family=family, granted=first)


async def refresh_exists(tx: Tx, keys: Keys, text: str) -> bool:
    """Whether there is such a refresh token, whatever it is good for."""
    for each in keys.each():
        if await app_tokens.refresh_exists(tx, each.hash(text)):
            return True
    return False


async def bearer_of(tx: Tx, app: App, user_id: int) -> User | Denied:
    """Whom an application may get tokens for now."""
    if not app.installed:
        return Denied.NOT_INSTALLED
    if app.blocked:
        return Denied.BLOCKED
    bearer = await users.find(tx, user_id)
    if bearer is None or not bearer.active:
        return Denied.INACTIVE
    return bearer if await apps.open_to(tx, app, bearer) else Denied.NOT_ADMITTED


def _granted(app: App, have: str, *, asked: str) -> str | Denied:
    wanted = [scope for scope in asked.replace(" ", ",").split(",") if scope]
    if not wanted:
        return have or Denied.WITHDRAWN
    if not set(wanted) <= set(app.scopes.split(",")):
        return Denied.APP_SCOPE
    return ",".join(wanted) if set(wanted) <= set(have.split(",")) else Denied.PERSON_SCOPE


@raises(Reason.TOKEN_UNKNOWN)
async def revoke(tx: Tx, token_id: int, *, user_id: int = 0) -> None:
    """End a token, with what it was renewed to; of ``user_id``, if that is given. Raises TOKEN_UNKNOWN.

    Keys that were made with a person's own token end with it.
    """
    token = await token_lists.find(tx, token_id)
    if token is None or user_id not in (0, token.user_id):
        raise ApiError(Reason.TOKEN_UNKNOWN)
    await made_keys.end_family(tx, token.family)
    await audit.record(tx, AuditEvent.TOKEN_REVOKED, subject=f"user:{token.user_id}")


async def prune(tx: Tx, settings: Settings, present: int, *, limit: int) -> int:
    """Forget tokens that expired so long ago that no refresh token beside them can be alive; how many.

    ``present`` is the moment by which their ages are judged: one that does not jump with the clock.

    Until then an old access token is answered `expired_token`, upon which clients refresh.
    """
    return await app_tokens.forget_expired(tx, present - settings.refresh_days * DAY, limit=limit)
