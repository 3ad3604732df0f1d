"""`/account/second-factor`: people set up an authenticator application, get recovery codes, and turn both off."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from botyard.model.sessions import Duty, Session
from botyard.portal.auth import second_factors, sessions
from botyard.portal.auth.second_factors import Enrolment
from botyard.portal.auth.sessions import SignInResult
from botyard.rpc.call import Context
from botyard.store import second_factors as stored_second_factors
from botyard.store.engines.db import Tx
from botyard.web.confirm import confirmed_session
from botyard.web.csrf import SIGN_IN, Visitor, form_expired, is_same_origin, read_form, read_query, visitor, write
from botyard.web.pages import redirect, show
from botyard.web.sign_in import ACCOUNT, SECOND_FACTOR, form_fields, safe_next

_WRONG = "The code is wrong. Look that the clock of your device is right, and wait for the next code."
_QUIET_ZONE = 4
"""Modules of white around a QR code, as readers want it."""


async def second_factor(context: Context, request: Request) -> Response:
    """Show how things stand, and do what one of the forms asks for."""
    who = await visitor(context, request)
    session = confirmed_session(context, who, SECOND_FACTOR, doing=Duty.SECOND_FACTOR)
    if isinstance(session, Response):
        return session
    if request.method != "POST":
        return await _overview(context, who, session, safe_next(read_query(request).get("next", "")))
    params = await read_form(request)
    if not is_same_origin(context, request, who, params):
        return form_expired(who)
    target = safe_next(params.get("next", ""))
    match params.get("do"):
        case "begin":
            return await _set_up(context, who, session, target)
        case "confirm":
            return await _confirm(context, who, session, target, params.get("code", ""))
        case "codes" if session.second_factor:
            return await _new_codes(context, who, session)
        case "off" if session.second_factor:
            return await _turn_off(context, who, session)
    return redirect(SECOND_FACTOR)


async def _overview(context: Context, who: Visitor, session: Session, target: str) -> Response:
    left = await context.database.read(lambda tx: stored_second_factors.count_recovery_codes(tx, session.user.id))
    demanded = sessions.demands_second_factor(context.settings, admin=session.user.admin)
    fields = form_fields(context, who, target)
    return show("second_factor.html", on=session.second_factor, left=left, demanded=demanded, fields=fields)


async def _set_up(
    context: Context, who: Visitor, session: Session, target: str, wrong: str = "", status: int = HTTPStatus.OK
) -> Response:
    async def work(tx: Tx) -> Enrolment | None:
        return await second_factors.begin(tx, context.keys, session.user, domain=context.settings.domain)

    await second_factors.load()
    enrolment = await write(context, who, work)
    if enrolment is None:
        return redirect(SECOND_FACTOR)
    size, path = await asyncio.to_thread(qr_code, enrolment.address)
    return show(
        "second_factor_set_up.html",
        status,
        secret=enrolment.secret,
        address=enrolment.address,
        size=size,
        path=path,
        wrong=wrong,
        fields=form_fields(context, who, target),
    )


async def _confirm(context: Context, who: Visitor, session: Session, target: str, code: str) -> Response:
    """Switch it on. Other sessions, which began without it, end; this one gets a new secret."""

    async def work(tx: Tx) -> tuple[list[str], SignInResult] | None:
        present = await sessions.current(tx, context.keys, who.secret, settings=context.settings)
        if present is None:
            return None
        codes = await second_factors.confirm(tx, context.keys, session.user.id, code=code)
        if codes is None:
            return None
        await sessions.end_all(tx, session.user.id, but=session.id)
        return codes, await sessions.renewed(tx, context.keys, present, settings=context.settings)

    await second_factors.load()
    done = await write(context, who, work)
    if done is None:
        return await _set_up(context, who, session, target, _WRONG, HTTPStatus.FORBIDDEN)
    codes, came = done
    response = _codes(codes, target)
    who.cookies.set(response, SIGN_IN, came.secret)
    return response


async def _new_codes(context: Context, who: Visitor, session: Session) -> Response:
    async def work(tx: Tx) -> list[str]:
        return await second_factors.new_recovery_codes(tx, context.keys, session.user.id)

    return _codes(await write(context, who, work), "")


async def _turn_off(context: Context, who: Visitor, session: Session) -> Response:
    await write(context, who, lambda tx: second_factors.turn_off(tx, session.user.id))
    return redirect(SECOND_FACTOR)


def _codes(codes: list[str], target: str) -> Response:
    return show("recovery_codes.html", codes=codes, onward=target or ACCOUNT)


def qr_code(text: str) -> tuple[int, str]:
    """A QR code as SVG draws it: how many units wide it is, and the path of its dark squares."""
    # Few people need one, once.
    import segno

    rows = [*segno.make_qr(text, error="m").matrix_iter(border=_QUIET_ZONE)]
    squares = [f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark]
    return len(rows), "".join(squares)
