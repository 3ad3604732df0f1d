"""`botyard.app.secret.*`: the secrets by which applications get tokens."""

from __future__ import annotations

import msgspec

from botyard.api.botyard import params
from botyard.api.botyard.app import Named
from botyard.api.botyard.family import method
from botyard.chat.bots import installations
from botyard.errors import Reason
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode


class NewSecret(msgspec.Struct, frozen=True, rename="upper"):
    """The secret of an application, which is never shown again."""

    client_id: str
    client_secret: str


@method(
    "botyard.app.secret.rotate",
    access=Access.ADMIN,
    mode=Mode.WRITE,
    raises=(installations.rotate_secret, Reason.APP_MISSING, Reason.ARGUMENT),
)
async def rotate(call: Call, p: Named) -> NewSecret:
    """Give an application another secret, and return it; CLIENT_SECRET is never shown again.

    The secret before ends at once. Tokens stay, and are renewed by the new one. The caller has all of the application's
    permissions.
    """
    app = await params.app(call, p.client_id)
    installations.require_own(app)
    params.require_all_of(call, app)
    return NewSecret(app.client_id, await installations.rotate_secret(call.tx, app, keys=call.context.keys))
