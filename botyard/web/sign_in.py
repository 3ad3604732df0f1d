"""`/login` and `/logout`: people sign in with a password, for the pages only."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from botyard.model.audit import AuditEvent
from botyard.portal import users
from botyard.portal.auth import sessions
from botyard.portal.auth.sessions import SignInAttempt
from botyard.rpc.call import Context
from botyard.web.csrf import (
    CSRF_FIELD,
    SIGN_IN,
    Visitor,
    csrf_token,
    form_expired,
    is_same_origin,
    read_form,
    read_query,
    request_actor,
    visitor,
)
from botyard.web.pages import redirect, show

LOGIN = "/login"
_LEADS_TO = "/oauth/authorize/?"
"""The only address of ours that somebody is sent to after signing in."""
_LONGEST = 8000
_WRONG = "The login or the password is wrong."


async def login(context: Context, request: Request) -> Response:
    """Show the form, and sign people in."""
    who = await visitor(context, request)
    if request.method != "POST":
        return _login_page(context, who, safe_next(read_query(request).get("next", "")))
    params = await read_form(request)
    if not is_same_origin(context, request, who, params):
        return form_expired(who)
    return await _enter(context, request, who, params)


async def _enter(context: Context, request: Request, who: Visitor, params: dict[str, str]) -> Response:
    address = request.client.host if request.client else ""
    attempt = SignInAttempt(params.get("login", "").strip(), params.get("password", ""), address)
    came = await context.password_sign_in.enter(context.database, attempt, keys=context.keys, now=context.clock.now())
    target = safe_next(params.get("next", ""))
    if came.secret:
        if who.secret:
            by = request_actor(request, who.user)
            await context.database.write(lambda tx: sessions.sign_out(tx, context.keys, who.secret, by=by))
        response = redirect(target or LOGIN)
        who.cookies.set(response, SIGN_IN, came.secret)
        return response
    if came.wait:
        context.audit_notes.note_refusal(AuditEvent.SIGN_IN_THROTTLED, address)
        text = f"Too many attempts. Try again in {came.wait} seconds."
        response = _form(context, who, target, text, HTTPStatus.TOO_MANY_REQUESTS)
        response.headers["retry-after"] = str(came.wait)
        return response
    return _form(context, who, target, _WRONG, HTTPStatus.FORBIDDEN)


async def logout(context: Context, request: Request) -> Response:
    """Ask, and sign people out."""
    who = await visitor(context, request)
    if request.method != "POST":
        return _login_page(context, who, "")
    if not is_same_origin(context, request, who, await read_form(request)):
        return form_expired(who)
    if who.secret:
        by = request_actor(request, who.user)
        await context.database.write(lambda tx: sessions.sign_out(tx, context.keys, who.secret, by=by))
    response = redirect(LOGIN)
    who.cookies.delete(response, SIGN_IN)
    return response


def safe_next(text: str) -> str:
    """An address that signing in may lead to; ``""`` for any but the consent page, so that nobody is led astray."""
    fits = text.startswith(_LEADS_TO) and len(text) <= _LONGEST and text.isascii() and text.isprintable()
    return text if fits and "\\" not in text and " " not in text else ""


def login_url(target: str) -> str:
    """The address of the form that leads on to ``target``."""
    return f"{LOGIN}?next={quote(target, safe='')}"


def _login_page(context: Context, who: Visitor, target: str) -> Response:
    if who.user is None:
        return who.remembered(_form(context, who, target))
    fields = {CSRF_FIELD: csrf_token(context, who)}
    return who.remembered(show("signed_in.html", person=users.display_name(who.user), fields=fields))


def _form(context: Context, who: Visitor, target: str, wrong: str = "", status: int = HTTPStatus.OK) -> Response:
    fields = {CSRF_FIELD: csrf_token(context, who)} | ({"next": target} if target else {})
    return show("sign_in.html", status, fields=fields, wrong=wrong)
