"""`/login` and `/logout`: people sign in with a password, for the pages only."""

from __future__ import annotations

from html import escape
from http import HTTPStatus
from urllib.parse import quote

from botyard.portal import users
from botyard.portal.auth import sessions
from botyard.portal.auth.sessions import SignInAttempt
from botyard.rpc.call import Context
from botyard.web.csrf import (
    CSRF_FIELD,
    FORM_EXPIRED,
    SIGN_IN,
    Visitor,
    csrf_token,
    is_same_origin,
    read_form,
    texts,
    visitor,
)
from botyard.web.http import Headers, Receive, Scope, Send
from botyard.web.pages import HtmlPage, button, form, paragraph, redirect, show
from botyard.wire import body

LOGIN = "/login"
_LEADS_TO = "/oauth/authorize/?"
"""The only address of ours that somebody is sent to after signing in."""
_LONGEST = 8000
_WRONG = "The login or the password is wrong."


async def login(context: Context, scope: Scope, receive: Receive, send: Send, parts: list[str]) -> None:
    """Show the form, and sign people in."""
    who = await visitor(context, scope)
    if scope["method"] != "POST":
        params = texts(body.decode("", b"", scope["query_string"]))
        await show(send, _login_page(context, who, safe_next(params.get("next", ""))), who.new_cookie)
        return
    params = await read_form(scope, receive)
    if not is_same_origin(context, scope, who, params):
        await show(send, FORM_EXPIRED, who.new_cookie)
        return
    await _enter(context, scope, send, who, params)


async def _enter(context: Context, scope: Scope, send: Send, who: Visitor, params: dict[str, str]) -> None:
    address = str((scope.get("client") or ("",))[0])
    attempt = SignInAttempt(params.get("login", "").strip(), params.get("password", ""), address)
    came = await context.password_sign_in.enter(context.database, context.keys, attempt, context.clock.now())
    target = safe_next(params.get("next", ""))
    if came.secret:
        if who.secret:
            await context.database.write(lambda tx: sessions.sign_out(tx, context.keys, who.secret))
        await redirect(send, target or LOGIN, [who.cookies.set(SIGN_IN, came.secret)])
        return
    if came.wait:
        more: Headers = [(b"retry-after", str(came.wait).encode())]
        text = f"Too many attempts. Try again in {came.wait} seconds."
        await show(send, _form(context, who, target, text, HTTPStatus.TOO_MANY_REQUESTS), more)
        return
    await show(send, _form(context, who, target, _WRONG, HTTPStatus.FORBIDDEN))


async def logout(context: Context, scope: Scope, receive: Receive, send: Send, parts: list[str]) -> None:
    """Ask, and sign people out."""
    who = await visitor(context, scope)
    if scope["method"] != "POST":
        await show(send, _login_page(context, who, ""), who.new_cookie)
        return
    if not is_same_origin(context, scope, who, await read_form(scope, receive)):
        await show(send, FORM_EXPIRED, who.new_cookie)
        return
    if who.secret:
        await context.database.write(lambda tx: sessions.sign_out(tx, context.keys, who.secret))
    await redirect(send, LOGIN, [who.cookies.set(SIGN_IN, "")])


def safe_next(text: str) -> str:
    """An address that signing in may lead to; ``""`` for any but the consent page, so that nobody is led astray."""
    fits = text.startswith(_LEADS_TO) and len(text) <= _LONGEST and text.isascii() and text.isprintable()
    return text if fits and "\\" not in text and " " not in text else ""


def login_url(target: str) -> str:
    """The address of the form that leads on to ``target``."""
    return f"{LOGIN}?next={quote(target, safe='')}"


def _login_page(context: Context, who: Visitor, target: str) -> HtmlPage:
    if who.user is None:
        return _form(context, who, target)
    leave = form("/logout", {CSRF_FIELD: csrf_token(context, who)}, button("Sign out"))
    return HtmlPage("You are signed in", paragraph(f"You are {users.display_name(who.user)}.") + leave)


def _form(context: Context, who: Visitor, target: str, wrong: str = "", status: int = HTTPStatus.OK) -> HtmlPage:
    hidden = {CSRF_FIELD: csrf_token(context, who)} | ({"next": target} if target else {})
    fields = (
        '<label>Login <input name="login" autocomplete="username" required autofocus></label>',
        '<label>Password <input name="password" type="password" autocomplete="current-password" required></label>',
    )
    warning = f'<p class="wrong" role="alert">{escape(wrong)}</p>' if wrong else ""
    return HtmlPage("Sign in", warning + form(LOGIN, hidden, *fields, button("Sign in")), status)
