"""`botyard.token.*`: tokens without a consent page, and lists of those that work."""

from __future__ import annotations

import msgspec

from botyard.api.botyard import params
from botyard.api.botyard.family import method
from botyard.errors import ApiError, Reason
from botyard.model.access_lists import TokenLine
from botyard.model.people import User
from botyard.model.permissions import ADMINISTRATION, OWN_ACCOUNT
from botyard.portal.auth import tokens
from botyard.portal.auth.tokens import Keyring
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params, ResultPage
from botyard.store import token_lists
from botyard.wire.coerce import Id
from botyard.wire.param_types import Scopes


class Issue(Params, frozen=True, rename="upper"):
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
    access=Access.ACCOUNTS,
    mode=Mode.WRITE,
    raises=(tokens.grant, tokens.session, Reason.APP_MISSING, Reason.USER_MISSING),
)
async def issue(call: Call, p: Issue) -> TokenAnswer:
    """Issue a pair of tokens for an application, or a person's own token that belongs to none.

    For an application, SCOPE may be left out and means all of its permissions then; no others can be given. For a
    person it means those that the official clients know. The caller's own permissions are the most that can be given.
    A person's own token lives for SECONDS, a year at most, or an hour.
    """
    who = await params.person(call, p.user_id or call.user_id)
    if p.client_id:
        return await _pair(call, p, who)
    if p.seconds < 0:
        raise ApiError(Reason.ARGUMENT, reason="SECONDS must be a positive number")
    scopes = params.new_scopes(call, p.scope, who)
    text, expires = await tokens.session(
        call.tx, _ring(call), user_id=who.id, scopes=",".join(scopes), seconds=p.seconds
    )
    return TokenAnswer(who.id, scopes, text, call.atom(expires), None)


async def _pair(call: Call, p: Issue, who: User) -> TokenAnswer:
    if p.seconds:
        raise ApiError(Reason.ARGUMENT, reason="SECONDS is for a token without CLIENT_ID")
    app = await params.app(call, p.client_id)
    scopes = params.app_scopes(call, app, p.scope, who)
    made = await tokens.grant(call.tx, _ring(call), app=app, user_id=who.id, scopes=scopes)
    return TokenAnswer(who.id, made.scopes.split(","), made.access, call.atom(made.expires), made.refresh)


def _ring(call: Call) -> Keyring:
    return Keyring(call.context.keys, call.context.settings)


class Listed(Params, frozen=True, rename="upper"):
    """USER_ID and CLIENT_ID are for administrators; START is where the page begins."""

    user_id: Id = 0
    client_id: str = ""
    start: int = 0


class Revoked(Params, frozen=True, rename="upper"):
    id: int = 0


class TokenShape(msgspec.Struct, frozen=True, rename="upper"):
    """A token that works, and those that it is renewed to. CLIENT_ID and TITLE are null for a person's own.

    LAST_USED is when the application, or any of the person's own tokens, last called in the person's name, within
    the hour; null where it never did. MADE_BY and MADE_WITH say who issued it by a method, as those of a webhook do.
    """

    id: int
    user_id: int
    client_id: str | None
    title: str | None
    scope: list[str]
    created: str
    expires: str
    last_used: str | None
    made_by: int | None
    made_with: str | None


@method(
    "botyard.token.list",
    access=Access.SELF,
    scopes=(OWN_ACCOUNT, ADMINISTRATION),
    raises=(Reason.ARGUMENT, Reason.APP_MISSING),
)
async def list_(call: Call, p: Listed) -> ResultPage[list[TokenShape]]:
    """List the tokens that work, the newest first, 50 at a time; those that events carry are not among them.

    An administrator sees everybody's with the permission `botyard`; anybody else, and with `botyard.self` alone,
    sees their own.
    """
    user_id, app_id = p.user_id, 0
    if not _administers(call):
        if p.user_id not in (0, call.user_id):
            raise ApiError(Reason.ARGUMENT, reason="USER_ID is for administrators with the permission botyard")
        user_id = call.user_id
    if p.client_id:
        app_id = (await params.app(call, p.client_id)).id
    start = min(max(p.start, 0), 2**31)
    shown = await token_lists.page(call.tx, user_id=user_id, app_id=app_id, start=start)
    total = await token_lists.count(call.tx, user_id=user_id, app_id=app_id)
    following = start + token_lists.PAGE
    return ResultPage([_shape(call, line) for line in shown], total, following if following < total else None)


@method(
    "botyard.token.revoke",
    access=Access.SELF,
    mode=Mode.WRITE,
    scopes=(OWN_ACCOUNT, ADMINISTRATION),
    raises=(tokens.revoke,),
)
async def revoke(call: Call, p: Revoked) -> bool:
    """End a token at once, with all that it was renewed to: one's own, or with `botyard` an administrator anybody's."""
    await tokens.revoke(call.tx, p.id, user_id=0 if _administers(call) else call.user_id)
    return True


def _administers(call: Call) -> bool:
    return call.identity.admin and ADMINISTRATION in call.identity.scopes


def _shape(call: Call, line: TokenLine) -> TokenShape:
    return TokenShape(
        id=line.id,
        user_id=line.user_id,
        client_id=line.client_id or None,
        title=line.title or None,
        scope=[scope for scope in line.scopes.split(",") if scope],
        created=call.atom(line.granted),
        expires=call.atom(line.expires),
        last_used=call.context.clock.atom_or_none(line.last_used),
        made_by=line.made_by or None,
        made_with=line.made_with or None,
    )
