"""What `app.option.*` and `user.option.*` have in common."""

from __future__ import annotations

from typing import Any

from botyard.api.shared.owners import owner
from botyard.errors import ApiError, ErrorCode, Reason, raises
from botyard.model.owners import Owner
from botyard.portal import options
from botyard.rpc.call import Call
from botyard.rpc.identity import Auth
from botyard.rpc.method import Params
from botyard.wire.param_types import NamedValues

PROBLEMS = (ErrorCode.APP_CONTEXT, Reason.OPTIONS_NO_APP, Reason.OPTIONS_NO_USER)


class Get(Params, frozen=True):
    option: str = ""


class Set(Params, frozen=True):
    options: NamedValues = {}


@raises(Reason.OPTIONS_NO_APP, Reason.OPTIONS_NO_USER, ErrorCode.APP_CONTEXT)
def owned(call: Call) -> Owner:
    """The application that keeps the options.

    Raises APP_CONTEXT for a webhook (so b24pysdk finds it on real portals), OPTIONS_NO_APP for
    a session, OPTIONS_NO_USER for guests.
    """
    if call.identity.auth is Auth.WEBHOOK:
        raise ApiError(ErrorCode.APP_CONTEXT)
    if call.identity.auth is Auth.SESSION:
        raise ApiError(Reason.OPTIONS_NO_APP)
    if call.identity.guest:
        raise ApiError(Reason.OPTIONS_NO_USER)
    return owner(call, "")


@raises(owned)
async def get(call: Call, user_id: int, name: str) -> Any:
    """One option, `null` where there is none of this name; without a name all of them."""
    keeper = owned(call)
    return (
        await options.get(call.tx, keeper, user_id, name=name)
        if name
        else await options.all_of(call.tx, keeper, user_id)
    )


@raises(options.put, owned)
async def put(call: Call, user_id: int, new_values: NamedValues) -> bool:
    """Keep options beside those that are there. Raises OPTIONS_EMPTY, ARGUMENT."""
    await options.put(call.tx, owned(call), user_id, new_values=new_values)
    return True
