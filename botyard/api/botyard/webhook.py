"""`botyard.webhook.*`: incoming webhooks, by which scripts call in somebody's name."""

from __future__ import annotations

import msgspec

from botyard.api.botyard import params
from botyard.api.botyard.family import method
from botyard.errors import ApiError, ErrorCode, Reason
from botyard.portal import webhooks
from botyard.rpc.access import Access, require
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, NoParams, Params
from botyard.store import portal
from botyard.wire.coerce import Id
from botyard.wire.param_types import Scopes


class Added(Params, frozen=True, rename="upper"):
    """USER_ID is whom it calls for; the caller where it is left out.

    SCOPE is a list, or `im,imbot`, of permissions that the caller has; where it is left out, all of those that the
    official clients know.
    """

    user_id: Id = 0
    title: str = "Webhook"
    scope: Scopes = None


class Named(Params, frozen=True, rename="upper"):
    id: int = 0


class IssuedAnswer(msgspec.Struct, frozen=True, rename="upper"):
    """A new webhook with its address, which is never shown again."""

    id: int
    user_id: int
    url: str


class WebhookAnswer(msgspec.Struct, frozen=True, rename="upper"):
    """A webhook. PREFIX is how its secret begins; REVOKED is null while it works.

    MADE_BY is the person who made it by a method, and MADE_WITH the key: a webhook as `webhook:3`, an application in
    somebody's name as `app:7:1`. It ends together with them. Both are null for what the command line made.
    """

    id: int
    user_id: int
    title: str
    prefix: str
    scope: list[str]
    created: str
    revoked: str | None
    made_by: int | None
    made_with: str | None


@method(
    "botyard.webhook.add",
    access=Access.ADMIN,
    mode=Mode.WRITE,
    raises=(Reason.ARGUMENT, Reason.USER_MISSING, ErrorCode.ACCOUNTS_CLOSED),
)
async def add(call: Call, p: Added) -> IssuedAnswer:
    """Issue a webhook of a person; guests may have one, too, and then call as guests.

    An application makes them for nobody but the person in whose name it calls.
    """
    owner = await params.person(call, p.user_id or call.user_id)
    if owner.id != call.user_id:
        require(Access.ACCOUNTS, call.identity, action="make webhooks of somebody else")
    made = await webhooks.issue(
        call.tx,
        call.context.keys,
        user_id=owner.id,
        title=p.title,
        scopes=params.new_scopes(call, p.scope, owner),
    )
    known, settings = await portal.get(call.tx), call.context.settings
    url = settings.working_url(https_required=known is not None and known.https_required)
    return IssuedAnswer(made.id, made.user_id, url + made.path())


@method("botyard.webhook.list", access=Access.ADMIN)
async def list_(call: Call, p: NoParams) -> list[WebhookAnswer]:
    """List the webhooks, the revoked ones too, oldest first."""
    clock = call.context.clock
    return [
        WebhookAnswer(
            id=webhook.id,
            user_id=webhook.user_id,
            title=webhook.title,
            prefix=webhook.prefix,
            scope=[scope for scope in webhook.scopes.split(",") if scope],
            created=call.atom(webhook.created),
            revoked=None if webhook.revoked is None else clock.atom(webhook.revoked),
            made_by=webhook.made_by or None,
            made_with=webhook.made_with or None,
        )
        for webhook in await webhooks.listed(call.tx)
    ]


@method("botyard.webhook.revoke", access=Access.ADMIN, mode=Mode.WRITE, raises=(Reason.HOOK_MISSING,))
async def revoke(call: Call, p: Named) -> bool:
    """End a webhook at once, and the keys that were made with it."""
    if not await webhooks.revoke(call.tx, p.id):
        raise ApiError(Reason.HOOK_MISSING)
    return True
