"""`/account`: what people see and change of their own account: the password, sessions, the second factor."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from botyard.errors import ApiError, Reason
from botyard.model.sessions import Duty, Session
from botyard.portal import users
from botyard.portal.auth import password_changes, sessions
from botyard.portal.auth.password_changes import PasswordChange
from botyard.portal.auth.sessions import SignInResult
from botyard.rpc.call import Context
from botyard.store.engines.db import Tx
from botyard.web.confirm import account_session, confirmed_session
from botyard.web.csrf import Visitor, form_expired, is_same_origin, read_form, read_query, visitor, write
from botyard.web.pages import redirect, show
from botyard.web.sign_in import ACCOUNT, PASSWORD, entered, form_fields, safe_next

SESSIONS = "/account/sessions"
_OTHERS = "others"
_STATUS = {Reason.ATTEMPTS: HTTPStatus.TOO_MANY_REQUESTS, Reason.PASSWORD_WRONG: HTTPStatus.FORBIDDEN}
_BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
_SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "an iPhone",
    "iPad": "an iPad",
    "Mac OS X": "a Mac",
    "Linux": "Linux",
}


async def account(context: Context, request: Request) -> Response:
    """What there is to see and to change."""
    who = await visitor(context, request)
    session = account_session(who, ACCOUNT)
    if isinstance(session, Response):
        return session
    return show(
        "account.html",
        person=users.display_name(session.user),
        login=session.user.login,
        second_factor=session.second_factor,
        fields=form_fields(context, who),
    )


async def password(context: Context, request: Request) -> Response:
    """Change the password by the present one; all other sessions end."""
    who = await visitor(context, request)
    session = account_session(who, PASSWORD, doing=Duty.PASSWORD)
    if isinstance(session, Response):
        return session
    if request.method != "POST":
        return _password_form(context, who, session, safe_next(read_query(request).get("next", "")))
    params = await read_form(request)
    if not is_same_origin(context, request, who, params):
        return form_expired(who)
    target = safe_next(params.get("next", ""))
    wish = PasswordChange(
        user=session.user,
        present=params.get("present", ""),
        new=params.get("new", ""),
        by=who.actor,
        keep_session=session.id,
    )
    try:
        await password_changes.change(
            context.database, wish, keys=context.keys, rules=context.password_rules, now=context.clock.now()
        )
    except ApiError as refused:
        return _password_form(context, who, session, target, refused)
    came = await context.database.write(lambda tx: _renewed(context, tx, who))
    return entered(who, came, target or ACCOUNT) if came.secret else redirect(PASSWORD)


async def _renewed(context: Context, tx: Tx, who: Visitor) -> SignInResult:
    session = await sessions.current(tx, context.keys, who.secret, settings=context.settings)
    return await sessions.renewed(tx, context.keys, session, settings=context.settings) if session else SignInResult()


def _password_form(
    context: Context, who: Visitor, session: Session, target: str, refused: ApiError | None = None
) -> Response:
    status = HTTPStatus.OK
    if refused is not None:
        status = _STATUS.get(refused.problem, HTTPStatus.BAD_REQUEST) if isinstance(refused.problem, Reason) else status
    return show(
        "password.html",
        status,
        login=session.user.login,
        initial=session.password_initial,
        wrong=f"{refused.text}." if refused else "",
        fields=form_fields(context, who, target),
    )


async def own_sessions(context: Context, request: Request) -> Response:
    """List the browsers that somebody has signed in with, and end one or all others."""
    who = await visitor(context, request)
    session = confirmed_session(context, who, SESSIONS)
    if isinstance(session, Response):
        return session
    if request.method == "POST":
        params = await read_form(request)
        if not is_same_origin(context, request, who, params):
            return form_expired(who)
        await write(context, who, lambda tx: _end(tx, session, params.get("end", "")))
        return redirect(SESSIONS)
    listed = await context.database.read(lambda tx: sessions.of_person(tx, session.user.id, settings=context.settings))
    rows = [_row(context, browser, own=browser.id == session.id) for browser in listed]
    return show("sessions.html", sessions=rows, zone=context.clock.zone_name, fields=form_fields(context, who))


async def _end(tx: Tx, own: Session, wanted: str) -> None:
    if wanted == _OTHERS:
        await sessions.end_all(tx, own.user.id, but=own.id)
    elif wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
        await sessions.end(tx, own.user.id, int(wanted))


def _row(context: Context, session: Session, *, own: bool) -> dict[str, object]:
    return {
        "id": session.id,
        "own": own,
        "browser": browser_name(session.browser),
        "address": session.address or "unknown",
        "begun": _moment(context, session.created),
        "seen": _moment(context, session.last_seen),
    }


def _moment(context: Context, moment: int) -> str:
    return context.clock.atom(moment)[:16].replace("T", " ")


def browser_name(text: str) -> str:
    """What a browser is called by people: `Firefox on Linux`; what it says of itself where that is not known."""
    browser = next((name for sign, name in _BROWSERS.items() if f"{sign}/" in text), "")
    system = next((name for sign, name in _SYSTEMS.items() if sign in text), "")
    return " on ".join(part for part in (browser, system) if part) or text[:60] or "unknown"
