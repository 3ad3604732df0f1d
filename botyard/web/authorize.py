"""`/oauth/authorize/`: people agree to what an application may do in their name.

Docs: settings/oauth/index.md. What goes wrong is shown to the person and never sent to the application; nobody is
sent anywhere but to the address that the application was registered with.
"""

from __future__ import annotations

from html import escape
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

import msgspec

from botyard.model.apps import App, Portal
from botyard.model.people import User
from botyard.portal import apps, users
from botyard.portal.auth import authorization_codes
from botyard.portal.auth.authorization_codes import LIFE, AuthorizationRequest
from botyard.portal.auth.tokens import Keyring
from botyard.rpc.call import Context
from botyard.rpc.scopes import SCOPES, shown_text
from botyard.store import apps as stored_apps
from botyard.store import portal
from botyard.store.engines.db import Tx
from botyard.web.csrf import CSRF_FIELD, FORM_EXPIRED, Visitor, csrf_token, is_same_origin, read_form, texts, visitor
from botyard.web.http import Receive, Scope, Send
from botyard.web.pages import HtmlPage, button, form, paragraph, redirect, show
from botyard.web.sign_in import login_url
from botyard.wire import body

ADDRESS = "/oauth/authorize/"
_KEPT = ("client_id", "state", "redirect_uri", "response_type", "scope", "code_challenge", "code_challenge_method")
"""The parameters of a request; others are not carried along."""
_HIDDEN = 15
"""Permissions that are still listed one by one."""


class AuthorizeRequest(msgspec.Struct, frozen=True):
    """What an application asks a person for. ``params`` are its parameters as they came."""

    app: App
    scopes: tuple[str, ...]
    params: dict[str, str]

    @property
    def target(self) -> str:
        """Where the person is sent with the code; ``""`` for an application that has it typed in."""
        return self.app.redirect_uri


async def authorize(context: Context, scope: Scope, receive: Receive, send: Send, parts: list[str]) -> None:
    """Ask a person, and give the application a code."""
    who = await visitor(context, scope)
    posted = await read_form(scope, receive) if scope["method"] == "POST" else None
    asked = posted if posted is not None else texts(body.decode("", b"", scope["query_string"]))
    params = {name: asked[name] for name in _KEPT if name in asked}
    request = await context.database.read(lambda tx: _request(tx, params, who.user))
    if isinstance(request, HtmlPage):
        await show(send, request, who.new_cookie)
    elif who.user is None:
        await redirect(send, login_url(f"{ADDRESS}?{urlencode(params)}"), who.new_cookie)
    elif posted is None:
        await show(send, _question(context, request, who, who.user), who.new_cookie)
    elif not is_same_origin(context, scope, who, posted):
        await show(send, FORM_EXPIRED, who.new_cookie)
    elif posted.get("answer") != "allow":
        await show(send, HtmlPage("Nothing was allowed", paragraph("You can close this page.")))
    else:
        await _allow(context, send, request, who.user)


async def _request(tx: Tx, params: dict[str, str], user: User | None) -> AuthorizeRequest | HtmlPage:
    """The request, or what is wrong with it."""
    client_id = params.get("client_id", "")
    app = await apps.find(tx, client_id) if client_id else None
    if app is None or not app.installed or app.blocked:
        return _wrong("There is no such application, or it is not installed.")
    if "redirect_uri" in params and params["redirect_uri"] != app.redirect_uri:
        return _wrong("The application names an address that it was not registered with.")
    if params.get("response_type", "code") != "code":
        return _wrong("The application asks for something else than a code.")
    if wrong := _wrong_challenge(params):
        return _wrong(wrong)
    own = [scope for scope in app.scopes.split(",") if scope]
    wanted = params.get("scope", "").replace(",", " ").split() or own
    if not set(wanted) <= set(own):
        return _wrong("The application asks for permissions that it was not registered with.")
    if user is not None and not await stored_apps.admits(tx, app, user.id):
        return _wrong("This application is not open to you.", HTTPStatus.FORBIDDEN)
    return AuthorizeRequest(app, tuple(dict.fromkeys(wanted)), params)


def _wrong_challenge(params: dict[str, str]) -> str:
    challenge, way = params.get("code_challenge"), params.get("code_challenge_method")
    if challenge is None:
        return "The application names a method without a challenge." if way is not None else ""
    # The other way that RFC 7636 knows protects against nothing, and is what leaving the name out means.
    if way != "S256":
        return "The application must use the challenge method S256."
    return (
        "" if authorization_codes.is_challenge(challenge) else "The application sent a challenge that cannot be right."
    )


def _wrong(text: str, status: int = HTTPStatus.BAD_REQUEST) -> HtmlPage:
    return HtmlPage("This application cannot be let in", paragraph(text, "wrong"), status)


def _question(context: Context, request: AuthorizeRequest, who: Visitor, user: User) -> HtmlPage:
    hidden = request.params | {CSRF_FIELD: csrf_token(context, who)}
    listed = "".join(
        f"<li>{escape(SCOPES.get(scope, scope))} <code>{escape(scope)}</code></li>" for scope in request.scopes
    )
    more = f"<details><summary>{len(request.scopes)} permissions</summary><ul>{listed}</ul></details>"
    asks = f"The application “{request.app.title}” asks for permission to act in your name, {users.display_name(user)}:"
    text = paragraph(asks) + (f"<ul>{listed}</ul>" if len(request.scopes) <= _HIDDEN else more)
    if request.target:
        text += f"<p>You will be led to <code>{escape(_origin(request.target))}</code>.</p>"
    buttons = button("Allow", "answer", "allow") + button("Do not allow", "answer", "deny")
    return HtmlPage("Allow this application?", text + form(ADDRESS, hidden, buttons), sends_to=_source(request.target))


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _source(address: str) -> str:
    """The origin of an address as a policy may name it; the scheme alone for what policies have no words for."""
    if not address:
        return ""
    origin = _origin(address)
    return f"{urlsplit(address).scheme}:" if "[" in origin else origin


async def _allow(context: Context, send: Send, request: AuthorizeRequest, user: User) -> None:
    ring = Keyring(context.keys, context.settings)
    scopes = ",".join(request.scopes)
    wish = AuthorizationRequest(
        user.id, scopes, request.params.get("redirect_uri", ""), challenge=request.params.get("code_challenge", "")
    )

    async def work(tx: Tx) -> tuple[str, Portal | None]:
        return await authorization_codes.issue(tx, ring, app=request.app, wish=wish), await portal.get(tx)

    code, portal_row = await context.database.write(work)
    if not request.target:
        text = f"<p>Give this code to the application within {LIFE} seconds: <code>{code}</code></p>"
        await show(send, HtmlPage("Allowed", text))
        return
    query = {
        "code": code,
        **({"state": request.params["state"]} if "state" in request.params else {}),
        "domain": context.settings.domain,
        "member_id": portal_row.member_id if portal_row else "",
        "scope": shown_text(scopes),
        "server_domain": context.settings.domain,
    }
    joint = "&" if urlsplit(request.target).query else "?"
    await redirect(send, f"{request.target}{joint}{urlencode(query)}")
