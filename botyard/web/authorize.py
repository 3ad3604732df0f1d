"""`/oauth/authorize/`: people agree to what an application may do in their name.

Docs: settings/oauth/index.md. What goes wrong is shown to the person and never sent to the application; nobody is
sent anywhere but to the address that the application was registered with.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from botyard.model.apps import App, Portal
from botyard.model.audit import Actor, AuditEvent
from botyard.model.people import User
from botyard.model.permissions import ADMINISTRATION
from botyard.portal import apps, audit, users
from botyard.portal.auth import authorization_codes, consents
from botyard.portal.auth.authorization_codes import LIFE, AuthorizationRequest
from botyard.portal.auth.tokens import Keyring
from botyard.rpc.call import Context
from botyard.rpc.scopes import meaning, shown_text
from botyard.store import apps as stored_apps
from botyard.store import portal
from botyard.store.engines.db import Tx
from botyard.web.confirm import confirmed_before_keys
from botyard.web.csrf import (
    CSRF_FIELD,
    Visitor,
    csrf_token,
    form_expired,
    is_same_origin,
    read_form,
    read_query,
    visitor,
)
from botyard.web.own_origins import SIGNED_IN, origin, own_origins, policy_source
from botyard.web.pages import redirect, show
from botyard.web.sign_in import login_url

ADDRESS = "/oauth/authorize/"
_KEPT = ("client_id", "state", "redirect_uri", "response_type", "scope", "code_challenge", "code_challenge_method")
"""The parameters of a request; others are not carried along."""
_NO_APPLICATION = "There is no such application, or it is not installed."
_SWITCHED_OFF = "The web client is switched off in this portal."
_NOT_YOURS = "The application asks for the permission to administer this portal, which only administrators can give."


class AuthorizeRequest(msgspec.Struct, frozen=True):
    """What an application asks a person for. ``params`` are its parameters as they came."""

    app: App
    scopes: tuple[str, ...]
    params: dict[str, str]

    @property
    def target(self) -> str:
        """Where the person is sent with the code; ``""`` for an application that has it typed in."""
        return self.params["redirect_uri"] if self.app.built_in else self.app.redirect_uri

    @property
    def unasked(self) -> bool:
        """Whether nobody has to agree: the portal's own client does what its person does, short of administering."""
        return self.app.built_in and ADMINISTRATION not in self.scopes


class WrongRequest(msgspec.Struct, frozen=True):
    """What is wrong with a request, as the person is told."""

    text: str
    status: int = HTTPStatus.BAD_REQUEST


async def authorize(context: Context, request: Request) -> Response:
    """Ask a person, and give the application a code."""
    who = await visitor(context, request)
    posted = await read_form(request) if request.method == "POST" else None
    sent = posted if posted is not None else read_query(request)
    params = {name: sent[name] for name in _KEPT if name in sent}
    pkce = context.settings.require_pkce
    own = own_origins(context, request)
    asked = await context.database.read(lambda tx: _request(tx, params, who.user, pkce=pkce, own=own))
    if isinstance(asked, WrongRequest):
        title = "This application cannot be let in"
        return who.remembered(show("error.html", asked.status, title=title, text=asked.text))
    if who.user is None:
        return who.remembered(redirect(login_url(f"{ADDRESS}?{urlencode(params)}")))
    if asked.unasked and request.method == "GET":
        return await _allow(context, asked, who, who.user)
    if first := confirmed_before_keys(context, who, f"{ADDRESS}?{urlencode(params)}", scopes=asked.scopes):
        return first
    if posted is None:
        return who.remembered(_question(context, asked, who, who.user))
    if not is_same_origin(context, request, who, posted):
        return form_expired(who)
    by = who.actor
    if posted.get("answer") != "allow":
        await context.database.write(lambda tx: _refuse(tx, asked, by=by))
        return show("denied.html")
    return await _allow(context, asked, who, who.user)


async def _refuse(tx: Tx, asked: AuthorizeRequest, *, by: Actor) -> None:
    await consents.refuse(tx, asked.app, by.user_id)
    await _record(tx, AuditEvent.CONSENT_DENIED, asked, by=by)


async def _record(tx: Tx, event: AuditEvent, asked: AuthorizeRequest, *, by: Actor) -> None:
    await audit.record(tx, event, by=by, subject=f"app:{asked.app.id}", details={"scopes": ",".join(asked.scopes)})


async def _request(
    tx: Tx, params: dict[str, str], user: User | None, *, pkce: bool, own: frozenset[str]
) -> AuthorizeRequest | WrongRequest:
    """The request, or what is wrong with it. ``own`` are the origins of the portal itself."""
    client_id = params.get("client_id", "")
    app = await apps.find(tx, client_id) if client_id else None
    if app is None or not app.installed or app.blocked:
        return WrongRequest(_SWITCHED_OFF if app and app.built_in else _NO_APPLICATION)
    if not _leads_back(app, params, own):
        return WrongRequest("The application names an address that it was not registered with.")
    if params.get("response_type", "code") != "code":
        return WrongRequest("The application asks for something else than a code.")
    if wrong := _wrong_challenge(params, required=pkce or app.built_in):
        return WrongRequest(wrong)
    whole = [scope for scope in app.scopes.split(",") if scope]
    named = params.get("scope", "").replace(",", " ").split()
    if not set(named) <= set(whole):
        return WrongRequest("The application asks for permissions that it was not registered with.")
    if user is not None and not await stored_apps.admits(tx, app, user.id):
        return WrongRequest("This application is not open to you.", HTTPStatus.FORBIDDEN)
    wanted = named or whole
    if app.built_in and (not named or ADMINISTRATION in named):
        # It is asked for administration alone, and goes on with all else.
        wanted = [scope for scope in whole if scope != ADMINISTRATION or scope in named]
    if user is not None and not user.admin:
        # What only administrators can give is left out for others, unless it is what they are asked for.
        wanted = [scope for scope in wanted if scope != ADMINISTRATION]
        if ADMINISTRATION in named or not wanted:
            return WrongRequest(_NOT_YOURS, HTTPStatus.FORBIDDEN)
    return AuthorizeRequest(app, tuple(dict.fromkeys(wanted)), params)


def _leads_back(app: App, params: dict[str, str], own: frozenset[str]) -> bool:
    """Whether a request names the right address to be sent back to: the portal's own client has one for each origin."""
    named = params.get("redirect_uri")
    if app.built_in:
        return named in {f"{origin}{SIGNED_IN}" for origin in own}
    return named is None or named == app.redirect_uri


def _wrong_challenge(params: dict[str, str], *, required: bool) -> str:
    challenge, way = params.get("code_challenge"), params.get("code_challenge_method")
    if challenge is None and required:
        return "The application must send a challenge (PKCE): this portal demands it."
    if challenge is None:
        return "The application names a method without a challenge." if way is not None else ""
    # The other way that RFC 7636 knows protects against nothing, and is what leaving the name out means.
    if way != "S256":
        return "The application must use the challenge method S256."
    return (
        "" if authorization_codes.is_challenge(challenge) else "The application sent a challenge that cannot be right."
    )


def _question(context: Context, asked: AuthorizeRequest, who: Visitor, user: User) -> Response:
    return show(
        "consent.html",
        application=asked.app.title,
        own=asked.app.built_in and ADMINISTRATION in asked.scopes,
        person=users.display_name(user),
        permissions={scope: meaning(scope) for scope in asked.scopes if scope != ADMINISTRATION},
        administration=meaning(ADMINISTRATION) if ADMINISTRATION in asked.scopes else "",
        days=context.settings.grant_days,
        origin=origin(asked.target) if asked.target else "",
        fields=asked.params | {CSRF_FIELD: csrf_token(context, who)},
        sends_to=policy_source(asked.target),
    )


async def _allow(context: Context, asked: AuthorizeRequest, who: Visitor, user: User) -> Response:
    by, ring = who.actor, Keyring(context.keys, context.settings)
    scopes = ",".join(asked.scopes)
    wish = AuthorizationRequest(
        user.id,
        scopes,
        asked.params.get("redirect_uri", ""),
        challenge=asked.params.get("code_challenge", ""),
        # The portal's own client is signed out together with the browser in which it runs.
        family=who.session.family if asked.app.built_in and who.session else "",
    )

    async def work(tx: Tx) -> tuple[str, Portal | None]:
        await _record(tx, AuditEvent.CONSENT_GIVEN, asked, by=by)
        await consents.grant(tx, asked.app, user.id, scopes=scopes)
        return await authorization_codes.issue(tx, ring, app=asked.app, wish=wish), await portal.get(tx)

    code, portal_row = await context.database.write(work)
    if not asked.target:
        return show("code.html", code=code, seconds=LIFE)
    query = {
        "code": code,
        **({"state": asked.params["state"]} if "state" in asked.params else {}),
        "domain": context.settings.domain,
        "member_id": portal_row.member_id if portal_row else "",
        "scope": shown_text(scopes),
        "server_domain": context.settings.domain,
    }
    joint = "&" if urlsplit(asked.target).query else "?"
    return redirect(f"{asked.target}{joint}{urlencode(query)}")
