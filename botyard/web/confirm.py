"""`/account/confirm`: people show who they are once more before they see or change what protects their account."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from botyard.model.audit import AuditEvent
from botyard.model.sessions import Duty, Session
from botyard.portal import audit
from botyard.portal.auth import second_factors, sessions
from botyard.portal.auth.sessions import SignInAttempt, SignInResult, unchanged
from botyard.rpc.call import Context
from botyard.rpc.scopes import shown
from botyard.store.engines.db import Tx
from botyard.store.sessions import Credentials
from botyard.web.csrf import Visitor, form_expired, is_same_origin, read_form, read_query, visitor, write
from botyard.web.pages import redirect, show
from botyard.web.sign_in import ACCOUNT, entered, form_fields, login_url, onward, safe_next, too_many, too_many_text

CONFIRM = "/account/confirm"
_WRONG = "The password is wrong."
_WRONG_CODE = "The password or the code is wrong."


def account_session(who: Visitor, path: str, *, doing: Duty = Duty.NONE) -> Session | Response:
    """The session of somebody who may use a page of the account; else where they are sent first.

    ``doing`` is what has to be done before anything else, where this page is for that.
    """
    if who.session is None:
        return who.remembered(redirect(login_url(path)))
    return who.session if who.duty in (Duty.NONE, doing) else redirect(onward(who.duty, path))


def confirmed_session(context: Context, who: Visitor, path: str, *, doing: Duty = Duty.NONE) -> Session | Response:
    """The same, of somebody who has shown who they are within the last minutes."""
    session = account_session(who, path, doing=doing)
    if isinstance(session, Response) or sessions.recent(session, context.clock.now()):
        return session
    return redirect(f"{CONFIRM}?next={quote(path, safe='')}")


def confirmed_before_keys(context: Context, who: Visitor, path: str, *, scopes: Sequence[str]) -> Response | None:
    """Where somebody is sent before giving away a key to accounts: theirs, or as administrator everybody's."""
    if len(shown(scopes)) == len(set(scopes)):
        return None
    session = confirmed_session(context, who, path)
    return session if isinstance(session, Response) else None


async def confirm(context: Context, request: Request) -> Response:
    """Ask for the password, and the code where there is a second factor; the session gets a new secret."""
    who = await visitor(context, request)
    params = await read_form(request) if request.method == "POST" else None
    target = safe_next((params or read_query(request)).get("next", "")) or ACCOUNT
    session = account_session(who, target, doing=who.duty if who.duty is Duty.SECOND_FACTOR else Duty.NONE)
    if isinstance(session, Response):
        return session
    if params is None:
        return _form(context, who, session, target)
    if not is_same_origin(context, request, who, params):
        return form_expired(who)
    came = await _confirmed(context, who, session, params)
    if came.secret:
        return entered(who, SignInResult(came.secret), target)
    if came.wait:
        form = _form(context, who, session, target, too_many_text(came.wait), HTTPStatus.TOO_MANY_REQUESTS)
        return too_many(form, came.wait)
    wrong = _WRONG_CODE if session.second_factor else _WRONG
    return _form(context, who, session, target, wrong, HTTPStatus.FORBIDDEN)


async def _confirmed(context: Context, who: Visitor, session: Session, params: dict[str, str]) -> SignInResult:
    gate, now, user_id = context.password_sign_in, context.clock.now(), session.user.id
    attempt = SignInAttempt(session.user.login, params.get("password", ""), who.client.address, by=who.actor)
    checked = await gate.check(context.database, attempt, now=now)
    known = checked.credentials
    if known is None or known.user.id != user_id:
        return SignInResult(wait=checked.wait)
    if session.second_factor and (wait := gate.take_code(user_id, now=now)):
        return SignInResult(wait=wait)
    if session.second_factor:
        await second_factors.load()
    came = await write(context, who, lambda tx: _renewed(context, tx, who, known, params.get("code", "")))
    if came.secret and session.second_factor:
        gate.give_back_code(user_id)
    return came


async def _renewed(context: Context, tx: Tx, who: Visitor, known: Credentials, code: str) -> SignInResult:
    session = await sessions.current(tx, context.keys, who.secret, settings=context.settings)
    if session is None or not await unchanged(tx, known):
        return SignInResult()
    if session.second_factor and not await second_factors.check(tx, context.keys, session.user.id, code=code):
        await audit.record(tx, AuditEvent.CODE_REFUSED, subject=f"user:{session.user.id}")
        return SignInResult()
    return await sessions.renewed(tx, context.keys, session, settings=context.settings)


def _form(
    context: Context, who: Visitor, session: Session, target: str, wrong: str = "", status: int = HTTPStatus.OK
) -> Response:
    fields = form_fields(context, who, target)
    return show("confirm.html", status, fields=fields, wrong=wrong, with_code=session.second_factor)
