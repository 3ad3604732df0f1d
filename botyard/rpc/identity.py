"""Authentication of a call: from credentials to the caller."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from botyard.errors import ApiError, ErrorCode
from botyard.model.apps import MESSENGER
from botyard.model.audit import Actor, Via
from botyard.model.people import UserKind
from botyard.model.permissions import ADMINISTRATION
from botyard.portal.auth.keys import Keys
from botyard.store import access, portal
from botyard.store.access import Caller
from botyard.store.engines.db import Tx
from botyard.store.key_hashes import HashKind


class Auth(StrEnum):
    """How a call is signed: an incoming webhook, an application's token, or a person's own session."""

    WEBHOOK = "webhook"
    OAUTH = "access"
    SESSION = "session"


class Credentials(msgspec.Struct, frozen=True, gc=False):
    """What a request offers: a webhook's user and secret from the path, or a token; and where it comes from."""

    user_id: int = 0
    secret: str = ""
    token: str = ""
    https: bool = False
    address: str = ""


class Identity(msgspec.Struct, frozen=True, gc=False):
    """Who is calling. ``source`` names the key that limits are counted by, ``key_id`` is its number in its table."""

    user_id: int
    auth: Auth
    admin: bool
    kind: str
    scopes: frozenset[str]
    source: str
    client_id: str = ""
    app_id: int | None = None
    address: str = ""
    key_id: int = 0
    own: bool = False
    """Whether this is a token of the application itself, and not one that a person may have."""
    of_app: bool = False
    """Whether an application holds this key, or has made it, by however many keys in between. The portal's own web
    client is none, where an administrator has shown who they are before it got the permission to administer."""
    expires: int | None = None
    """When the key ends, where that is known."""
    credentials: Credentials | None = None
    """What the call was signed with, to be looked up again; ``None`` for callers of the server's own."""

    @property
    def key(self) -> str:
        """The key, as what is made with it remembers it: see ``store.access.key_works``."""
        return f"{'h' if self.auth is Auth.WEBHOOK else 't'}{self.key_id}"

    @property
    def guest(self) -> bool:
        return self.kind == UserKind.GUEST

    @property
    def actor(self) -> Actor:
        """The caller, as the audit log names those who do something."""
        in_person = self.auth is Auth.SESSION or (self.auth is Auth.OAUTH and not self.of_app)
        token_id = self.key_id if in_person else 0
        return Actor(Via.REST, self.user_id, self.app_id, self.source, self.address, token_id, self.of_app)


UNKNOWN_KEY = frozenset({ErrorCode.CREDENTIALS, ErrorCode.TOKEN_INVALID})
"""Refusals of those who call with a key that opens nothing."""

_scopes: dict[str, frozenset[str]] = {}


def scope_set(text: str) -> frozenset[str]:
    """``"im,imbot"`` as a set; the few combinations in use are kept."""
    scopes = _scopes.get(text)
    if scopes is None:
        if len(_scopes) > 1000:
            _scopes.clear()
        scopes = _scopes[text] = frozenset(part.strip() for part in text.split(",") if part.strip())
    return scopes


async def identify(tx: Tx, keys: Keys, credentials: Credentials, now: float) -> Identity:
    """Who holds these credentials.

    Raises NO_AUTH, CREDENTIALS, TOKEN_INVALID, TOKEN_EXPIRED, TOKEN_NOBODY, APP_UNINSTALLED,
    APP_DELETED, USER_ACCESS, OVERLOAD, PORTAL_DELETED, REST_OFF and HTTPS_REQUIRED. The portal's own switches come
    first, so that a closed portal tells nothing about keys.
    """
    if credentials.secret:
        caller = await access.by_webhook(tx, credentials.user_id, keys.hash(credentials.secret))
        if caller is None and keys.former:
            caller = await _by_former_webhook(tx, keys, credentials)
        auth = Auth.WEBHOOK
    elif credentials.token:
        caller = await access.by_token(tx, keys.hash(credentials.token))
        if caller is None and keys.former:
            caller = await find_bearer(tx, keys, credentials.token)
        auth = Auth.SESSION if caller is not None and caller.app_id is None else Auth.OAUTH
    else:
        await require_open(tx, https=credentials.https)
        raise ApiError(ErrorCode.NO_AUTH)
    if caller is None:
        await require_open(tx, https=credentials.https)
        raise ApiError(
            ErrorCode.CREDENTIALS if auth is Auth.WEBHOOK else await _why_unknown(tx, keys, credentials.token)
        )
    _require_switches(caller.maintenance, caller.rest_enabled, caller.https_required, credentials.https)
    _require_usable(caller, auth, now)
    source = f"webhook:{caller.key_id}" if auth is Auth.WEBHOOK else f"app:{caller.app_id or 0}:{caller.user_id}"
    scopes = scope_set(caller.scopes)
    in_person = caller.client_id == MESSENGER and ADMINISTRATION in scopes
    return Identity(
        caller.user_id,
        auth,
        caller.admin,
        caller.kind,
        scopes,
        source,
        caller.client_id,
        caller.app_id,
        credentials.address,
        caller.key_id,
        caller.own,
        caller.of_app and not in_person,
        caller.expires,
        credentials,
    )


def require_listening(caller: Caller, now: float, *, https: bool) -> None:
    """Raise what ``identify`` would raise of somebody who listens by a key. A token of an application may have expired,
    because its client renews it without asking for other channels."""
    auth = Auth.WEBHOOK if caller.expires is None else Auth.SESSION if caller.app_id is None else Auth.OAUTH
    _require_switches(caller.maintenance, caller.rest_enabled, caller.https_required, https)
    _require_usable(caller, auth, now if auth is Auth.SESSION else float("-inf"))


async def _by_former_webhook(tx: Tx, keys: Keys, credentials: Credentials) -> Caller | None:
    """The owner of a webhook that was last used before the key of the portal was replaced."""
    for former in keys.former:
        caller = await access.by_webhook(tx, credentials.user_id, former.hash(credentials.secret))
        if caller is not None:
            keys.renew(HashKind.WEBHOOK, credentials.secret, former=former)
            return caller
    return None


async def find_bearer(tx: Tx, keys: Keys, token: str) -> Caller | None:
    """The bearer of an access token that is not revoked; it may have expired."""
    caller = await access.by_token(tx, keys.hash(token))
    if caller is None:
        for former in keys.former:
            caller = await access.by_token(tx, former.hash(token))
            if caller is not None:
                keys.renew(HashKind.TOKEN, token, former=former)
                break
    return caller


async def _why_unknown(tx: Tx, keys: Keys, token: str) -> ErrorCode:
    """Why a token opens nothing: tokens end with their application, and clients tell that from a wrong one."""
    app = None
    for each in keys.each():
        app = app or await access.app_of_ended(tx, each.hash(token))
    if app is None or (app.installed and not app.deleted):
        return ErrorCode.TOKEN_INVALID
    return ErrorCode.APP_DELETED if app.deleted else ErrorCode.APP_UNINSTALLED


def _require_usable(caller: Caller, auth: Auth, now: float) -> None:
    if not caller.active:
        raise ApiError(ErrorCode.CREDENTIALS if auth is Auth.WEBHOOK else ErrorCode.TOKEN_NOBODY)
    if caller.expires is not None and caller.expires <= now:
        raise ApiError(ErrorCode.TOKEN_EXPIRED)
    if auth is not Auth.OAUTH:
        return
    if caller.blocked:
        raise ApiError(ErrorCode.OVERLOAD, hint="the administrator has blocked the application")
    if not caller.admitted:
        raise ApiError(ErrorCode.USER_ACCESS)


def _require_switches(maintenance: bool, rest_enabled: bool, https_required: bool, https: bool) -> None:
    if maintenance:
        raise ApiError(ErrorCode.PORTAL_DELETED)
    if https_required and not https:
        raise ApiError(ErrorCode.HTTPS_REQUIRED)
    if not rest_enabled:
        raise ApiError(ErrorCode.REST_OFF)


async def require_open(tx: Tx, *, https: bool) -> None:
    """Raises what the portal's switches say: PORTAL_DELETED, HTTPS_REQUIRED, REST_OFF."""
    row = await portal.get(tx)
    if row is not None:
        _require_switches(row.maintenance, row.rest_enabled, row.https_required, https)
