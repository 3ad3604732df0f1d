"""imbot.v2.Revision.get."""

from __future__ import annotations

import msgspec

from botyard.api.imbot_v2.family import method
from botyard.rpc.call import Call
from botyard.rpc.method import NoParams


class Revision(msgspec.Struct, frozen=True):
    """Numbers of the REST API and of the protocols of clients."""

    rest: int
    web: int
    mobile: int
    desktop: int


# The newest revision of the change log; clients look here for what they may use. The others are those of the page.
CURRENT = Revision(rest=36, web=130, mobile=23, desktop=6)


@method("imbot.v2.Revision.get")
async def get(call: Call, p: NoParams) -> Revision:
    """Tell the revision of the API.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/revision-get.md
    """
    return CURRENT
