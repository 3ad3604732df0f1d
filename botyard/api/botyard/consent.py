"""`botyard.consent.*`: applications that act in one's own name."""

from __future__ import annotations

import msgspec

from botyard.api.botyard import params
from botyard.api.botyard.family import method
from botyard.errors import ApiError, Reason
from botyard.portal.auth import consents
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, NoParams, Params
from botyard.store import apps, token_lists


class Named(Params, frozen=True, rename="upper"):
    client_id: str = ""


class ConsentShape(msgspec.Struct, frozen=True, rename="upper"):
    """An application that has tokens in the caller's name, those of events among them.

    SCOPE is what it may do, SINCE the first of these tokens, LAST_USED its last call within the hour; null where it
    never made one.
    """

    client_id: str
    title: str
    scope: list[str]
    since: str
    last_used: str | None


@method("botyard.consent.list", access=Access.SELF)
async def list_(call: Call, p: NoParams) -> list[ConsentShape]:
    """List the applications that may act in the caller's name."""
    shown = []
    for access in await token_lists.apps_of(call.tx, call.user_id):
        app = await apps.find(call.tx, access.app_id)
        if app is not None:
            last_used = call.context.clock.atom_or_none(access.last_used)
            shown.append(ConsentShape(app.client_id, app.title, [*access.scopes], call.atom(access.since), last_used))
    return shown


@method(
    "botyard.consent.revoke",
    access=Access.SELF,
    mode=Mode.WRITE,
    raises=(Reason.APP_MISSING, Reason.CONSENT_MISSING),
)
async def revoke(call: Call, p: Named) -> bool:
    """End what an application does in the caller's name: its tokens, those of events too, and keys it has made so.

    It gets new ones when the caller agrees to its consent page again.
    """
    app = await params.app(call, p.client_id)
    if app.id not in {access.app_id for access in await token_lists.apps_of(call.tx, call.user_id)}:
        raise ApiError(Reason.CONSENT_MISSING)
    await consents.revoke(call.tx, app, call.user_id)
    return True
