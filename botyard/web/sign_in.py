"""`/login`, `/login/code` and `/logout`: people sign in with a password and perhaps a code, for the pages only."""

from __future__ import annotations

import re
from http import HTTPStatus
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from botyard.model.audit import AuditEvent
from botyard.model.sessions import Duty
from botyard.portal import users
from botyard.portal.auth import known_browsers, sessions
from botyard.portal.auth.sessions import SignInAttempt, SignInResult
from botyard.rpc.call import Context
from botyard.web.csrf import (
    CSRF_FIELD,
    KNOWN,
    SIGN_IN,
    Visitor,
    csrf_token,
    form_expired,
    is_same_origin,
    read_form,
    read_query,
    visitor,
)
from botyard.web.pages import redirect, show

LOGIN = "/login"
CODE = "/login/code"
ACCOUNT = "/account"
PASSWORD = "/account/password"  # noqa: S105  # An address.
SECOND_FACTOR = "/account/second-factor"
_PAGES = {Duty.CODE: CODE, Duty.PASSWORD: PASSWORD, Duty.SECOND_FACTOR: SECOND_FACTOR}
"""Where somebody does what is to be done before a session opens anything."""
_LEADS_TO = "/oauth/authorize/?"
"""The only address of ours, beside pages of an account and of the web client, that signing in leads to."""
_OWN_PAGE = re.compile(r"/account(/[a-z-]{1,50})?|/online/[A-Za-z0-9/_?=&-]{0,500}", re.ASCII)
_LONGEST = 8000
_WRONG = "The login or the password is wrong."
_WRONG_CODE = "The code is wrong, or was used before."
_CODE_ENDED = "Sign in again: the code took too long, or was wrong too often."


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
    name, cookie = params.get("login", "").strip(), who.cookies.get(request, KNOWN)
    attempt = SignInAttempt(
        name,
        params.get("password", ""),
        who.client.address,
        who.client.browser,
        known=known_browsers.name(context.keys, name, cookie=cookie),
    )
    came = await context.password_sign_in.enter(
        context.database, attempt, keys=context.keys, settings=context.settings, now=context.clock.now()
    )
    target = safe_next(params.get("next", ""))
    if came.secret:
        if who.secret:
            await context.database.write(lambda tx: sessions.sign_out(tx, context.keys, who.secret, by=who.actor))
        return entered(who, came, target, known=known_browsers.remember(context.keys, name, cookie=cookie))
    if came.wait:
        context.audit_notes.note_refusal(AuditEvent.SIGN_IN_THROTTLED, who.client.address)
        return too_many(_form(context, who, target, too_many_text(came.wait), HTTPStatus.TOO_MANY_REQUESTS), came.wait)
    return _form(context, who, target, _WRONG, HTTPStatus.FORBIDDEN)


def entered(who: Visitor, came: SignInResult, target: str, *, known: str = "") -> Response:
    """Lead on somebody whose session has a new secret. ``known`` is the cookie by which the browser is known."""
    response = redirect(onward(came.duty, target))
    if known:
        who.cookies.set(response, KNOWN, known, seconds=known_browsers.SECONDS)
    who.cookies.set(response, SIGN_IN, came.secret)
    return response


def onward(duty: Duty, target: str) -> str:
    """Where somebody goes from here: to what is to be done first, else to ``target``."""
    page = _PAGES.get(duty)
    if page is None:
        return target or LOGIN
    return f"{page}?next={quote(target, safe='')}" if target else page


def too_many_text(wait: int) -> str:
    """What somebody is told who tries too often."""
    return f"Too many attempts. Try again in {wait} seconds."


def too_many(response: Response, wait: int) -> Response:
    """The same response, which says when to come again."""
    response.headers["retry-after"] = str(wait)
    return response


async def code(context: Context, request: Request) -> Response:
    """Ask for a code of the second factor, and finish signing in."""
    who = await visitor(context, request)
    if request.method != "POST":
        target = safe_next(read_query(request).get("next", ""))
        return _code_form(context, who, target) if who.duty is Duty.CODE else redirect(onward(who.duty, target))
    params = await read_form(request)
    if not is_same_origin(context, request, who, params):
        return form_expired(who)
    target = safe_next(params.get("next", ""))
    came = await context.password_sign_in.enter_code(
        context.database,
        who.secret,
        code=params.get("code", ""),
        client=who.client,
        keys=context.keys,
        settings=context.settings,
        now=context.clock.now(),
    )
    if came.secret:
        return entered(who, came, target)
    if came.wait:
        context.audit_notes.note_refusal(AuditEvent.SIGN_IN_THROTTLED, who.client.address)
        form = _code_form(context, who, target, too_many_text(came.wait), HTTPStatus.TOO_MANY_REQUESTS)
        return too_many(form, came.wait)
    if came.duty is Duty.CODE:
        return _code_form(context, who, target, _WRONG_CODE, HTTPStatus.FORBIDDEN)
    return _form(context, who._replace(secret=""), target, _CODE_ENDED, HTTPStatus.FORBIDDEN)


async def logout(context: Context, request: Request) -> Response:
    """Ask, and sign people out; ``next`` is where they go when they sign in again."""
    who = await visitor(context, request)
    if request.method != "POST":
        return _login_page(context, who, safe_next(read_query(request).get("next", "")), leaving=True)
    params = await read_form(request)
    if not is_same_origin(context, request, who, params):
        return form_expired(who)
    if who.secret:
        await context.database.write(lambda tx: sessions.sign_out(tx, context.keys, who.secret, by=who.actor))
    target = safe_next(params.get("next", ""))
    response = redirect(login_url(target) if target else LOGIN)
    who.cookies.delete(response, SIGN_IN)
    return response


def safe_next(text: str) -> str:
    """An address that signing in may lead to; ``""`` for any but our own pages, so that nobody is led astray."""
    if _OWN_PAGE.fullmatch(text):
        return text
    fits = text.startswith(_LEADS_TO) and len(text) <= _LONGEST and text.isascii() and text.isprintable()
    return text if fits and "\\" not in text and " " not in text else ""


def login_url(target: str) -> str:
    """The address of the form that leads on to ``target``."""
    return f"{LOGIN}?next={quote(target, safe='')}"


def _login_page(context: Context, who: Visitor, target: str, *, leaving: bool = False) -> Response:
    if who.session is None:
        return who.remembered(_form(context, who, target))
    if who.user is None:
        return redirect(onward(who.duty, target))
    fields = form_fields(context, who, target if leaving else "")
    return who.remembered(show("signed_in.html", person=users.display_name(who.user), fields=fields))


def _form(context: Context, who: Visitor, target: str, wrong: str = "", status: int = HTTPStatus.OK) -> Response:
    return show("sign_in.html", status, fields=form_fields(context, who, target), wrong=wrong)


def _code_form(context: Context, who: Visitor, target: str, wrong: str = "", status: int = HTTPStatus.OK) -> Response:
    return show("sign_in_code.html", status, fields=form_fields(context, who, target), wrong=wrong)


def form_fields(context: Context, who: Visitor, target: str = "") -> dict[str, str]:
    """The hidden fields of a form that leads on to ``target``."""
    return {CSRF_FIELD: csrf_token(context, who)} | ({"next": target} if target else {})
