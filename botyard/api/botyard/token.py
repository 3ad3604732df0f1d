"""`botyard.token.*`: tokens without a consent page."""

from __future__ import annotations

import msgspec

from botyard.api.botyard import params
from botyard.api.botyard.family import method
from botyard.errors import ApiError, Reason
from botyard.portal.auth import tokens
from botyard.portal.auth.tokens import Keyring
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params
from botyard.wire.coerce import Id
from botyard.wire.param_types import Scopes

SECONDS_MAX = 10**9


class Asked(Params, frozen=True, rename="upper"):
    """USER_ID is whom the token calls for, the caller if left out. SECONDS is for a token without CLIENT_ID."""

    user_id: Id = 0
    client_id: str = ""
    scope: Scopes = None
    seconds: int = 0


class TokenAnswer(msgspec.Struct, frozen=True, rename="upper"):
    """A token, which is never shown again. REFRESH_TOKEN is null for a person's own."""

    user_id: int
    scope: list[str]
    access_token: str
    expires: str
    refresh_token: str | None


@method(
    "botyard.token.issue",
    access=Access.ADMIN,
    mode=Mode.WRITE,
    raises=(tokens.grant, Reason.APP_MISSING, Reason.USER_MISSING),
)
async def issue(call: Call, p: Asked) -> TokenAnswer:
    """Issue a pair of tokens for an application, or a person's own token that belongs to none.

    For an application, SCOPE may be left out and means all of its permissions then; no others can be given. For a
    person it means those that the official clients know. A person's own token lives for SECONDS, or an hour.
    """
    who = await params.person(call, p.user_id or call.user_id)
    if p.client_id:
        return await _pair(call, p, who.id)
    if not 0 <= p.seconds < SECONDS_MAX:
        raise ApiError(Reason.ARGUMENT, reason=f"SECONDS must be a number below {SECONDS_MAX}")
    scopes = params.new_scopes(call, p.scope)
    text, expires = await tokens.session(
        call.tx, _ring(call), user_id=who.id, scopes=",".join(scopes), seconds=p.seconds
    )
    return TokenAnswer(who.id, scopes, text, call.atom(expires), None)


async def _pair(call: Call, p: Asked, user_id: int) -> TokenAnswer:
    if p.seconds:
        raise ApiError(Reason.ARGUMENT, reason="SECONDS is for a token without CLIENT_ID")
    app = await params.app(call, p.client_id)
    scopes = None if p.scope is None else params.scopes(call, p.scope)
    made = await tokens.grant(call.tx, _ring(call), app=app, user_id=user_id, scopes=scopes)
    return TokenAnswer(user_id, made.scopes.split(","), made.access, call.atom(made.expires), made.refresh)


def _ring(call: Call) -> Keyring:
    return Keyring(call.context.keys, call.context.settings)
