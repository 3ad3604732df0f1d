"""`/login` and `/logout`: people sign in with a password, for the pages only."""

from __future__ import annotations

from html import escape
from http import HTTPStatus
from urllib.parse import quote

from botyard.portal import sign_in, users
from botyard.portal.sign_in import Attempt
from botyard.rpc.call import Context
from botyard.web.browser import FOREIGN, PROOF, SIGN_IN, Visitor, ours, proof, read_form, texts, visitor
from botyard.web.http import Headers, Receive, Scope, Send
from botyard.web.pages import Page, button, form, lead, paragraph, show
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
        given = texts(body.decode("", b"", scope["query_string"]))
        await show(send, _door(context, who, onward(given.get("next", ""))), who.seal)
        return
    given = await read_form(scope, receive)
    if not ours(context, scope, who, given):
        await show(send, FOREIGN, who.seal)
        return
    await _enter(context, scope, send, who, given)


async def _enter(context: Context, scope: Scope, send: Send, who: Visitor, given: dict[str, str]) -> None:
    address = str((scope.get("client") or ("",))[0])
    attempt = Attempt(given.get("login", "").strip(), given.get("password", ""), address)
    came = await context.door.enter(context.database, context.keys, attempt, context.clock.now())
    target = onward(given.get("next", ""))
    if came.secret:
        if who.secret:
            await context.database.write(lambda tx: sign_in.leave(tx, context.keys, who.secret))
        await lead(send, target or LOGIN, [who.cookies.set(SIGN_IN, came.secret)])
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
        await show(send, _door(context, who, ""), who.seal)
        return
    if not ours(context, scope, who, await read_form(scope, receive)):
        await show(send, FOREIGN, who.seal)
        return
    if who.secret:
        await context.database.write(lambda tx: sign_in.leave(tx, context.keys, who.secret))
    await lead(send, LOGIN, [who.cookies.set(SIGN_IN, "")])


def onward(text: str) -> str:
    """An address that signing in may lead to; ``""`` for any but the consent page, so that nobody is led astray."""
    fits = text.startswith(_LEADS_TO) and len(text) <= _LONGEST and text.isascii() and text.isprintable()
    return text if fits and "\\" not in text and " " not in text else ""


def at_login(target: str) -> str:
    """The address of the form that leads on to ``target``."""
    return f"{LOGIN}?next={quote(target, safe='')}"


def _door(context: Context, who: Visitor, target: str) -> Page:
    if who.user is None:
        return _form(context, who, target)
    leave = form("/logout", {PROOF: proof(context, who)}, button("Sign out"))
    return Page("You are signed in", paragraph(f"You are {users.name_of(who.user)}.") + leave)


def _form(context: Context, who: Visitor, target: str, wrong: str = "", status: int = HTTPStatus.OK) -> Page:
    hidden = {PROOF: proof(context, who)} | ({"next": target} if target else {})
    fields = (
        '<label>Login <input name="login" autocomplete="username" required autofocus></label>',
        '<label>Password <input name="password" type="password" autocomplete="current-password" required></label>',
    )
    said = f'<p class="wrong" role="alert">{escape(wrong)}</p>' if wrong else ""
    return Page("Sign in", said + form(LOGIN, hidden, *fields, button("Sign in")), status)
