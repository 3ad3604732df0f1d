"""im.revision.*: which versions of the API a portal speaks."""

from __future__ import annotations

import msgspec

from botyard.api.im.family import method
from botyard.rpc.call import Call
from botyard.rpc.method import NoParams


class Revisions(msgspec.Struct, frozen=True):
    """The revisions of the API by who asks; `im_revision_mobile` is `mobile` once more."""

    rest: int = 32
    web: int = 130
    mobile: int = 22
    desktop: int = 6
    im_revision_mobile: int = 22


# What the page shows: the revisions of a portal of the time that the documentation is of.
_REVISIONS = Revisions()


@method("im.revision.get")
async def get(call: Call, p: NoParams) -> Revisions:
    """Tell the revisions of the API.

    Docs: api-reference/chats/im-revision-get.md
    """
    return _REVISIONS
