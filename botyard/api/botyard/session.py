"""`botyard.session.*`: the browsers in which the calling person is signed in."""

from __future__ import annotations

import msgspec

from botyard.api.botyard.family import method
from botyard.errors import ApiError, Reason
from botyard.model.sessions import Session
from botyard.portal.auth import sessions
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, NoParams, Params


class Named(Params, frozen=True, rename="upper"):
    id: int = 0


class SessionAnswer(msgspec.Struct, frozen=True, rename="upper"):
    """A browser. ADDRESS is where it was last seen, BROWSER what it calls itself."""

    id: int
    created: str
    last_seen: str
    expires: str
    address: str
    browser: str


@method("botyard.session.list", access=Access.SIGN_IN)
async def list_(call: Call, p: NoParams) -> list[SessionAnswer]:
    """List the browsers in which the calling person is signed in, the one last used first."""
    listed = await sessions.of_person(call.tx, call.user_id, settings=call.context.settings)
    return [_answer(call, session) for session in listed]


@method("botyard.session.end", mode=Mode.WRITE, access=Access.SIGN_IN, raises=(Reason.ARGUMENT,))
async def end(call: Call, p: Named) -> bool:
    """Sign the calling person out in one browser; false where that is no session of theirs."""
    if p.id <= 0:
        raise ApiError(Reason.ARGUMENT, reason="ID is missing: botyard.session.list shows it")
    return await sessions.end(call.tx, call.user_id, p.id)


@method("botyard.session.end.all", mode=Mode.WRITE, access=Access.SIGN_IN)
async def end_all(call: Call, p: NoParams) -> int:
    """Sign the calling person out in all browsers, and return in how many."""
    return await sessions.end_all(call.tx, call.user_id)


def _answer(call: Call, session: Session) -> SessionAnswer:
    return SessionAnswer(
        session.id,
        call.atom(session.created),
        call.atom(session.last_seen),
        call.atom(session.expires),
        session.address,
        session.browser,
    )
