"""im.notify: what is told to a person outside of all chats."""

from __future__ import annotations

from botyard.api.im import notifications
from botyard.api.im.family import method
from botyard.api.im.notifications import Sending
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode


class Notify(Sending, frozen=True, rename="upper"):
    type: str = "USER"


@method("im.notify", access=Access.INTEGRATION, mode=Mode.WRITE, raises=(notifications.send,))
async def notify(call: Call, p: Notify) -> int | bool:
    """Notify a person, in the caller's name or with TYPE `SYSTEM` in the system's; returns the notification's id.

    `false` where there is nobody to notify: USER_ID is a bot, not active, or not known to the caller.

    Docs: api-reference/chats/notifications/im-notify.md
    """
    return await notifications.send(call, p, personal=p.type.strip().upper() != "SYSTEM")
