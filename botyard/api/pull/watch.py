"""pull.watch.*: tags that clients watch."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from botyard.api.pull.family import method
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Params
from botyard.wire.param_types import Listed

TAGS_MAX = 1000


class Extend(Params, frozen=True):
    tags: Annotated[Listed, Meta(description="Tags that the client watches.")] = None


@method("pull.watch.extend", access=Access.PERSON)
async def extend(call: Call, p: Extend) -> list[str]:
    """Go on watching tags; returns those that are watched no longer.

    Pages of the vendor's server watch tags on behalf of their readers. There are no such pages here, so every tag is
    returned, upon which clients drop it.

    Docs: settings/interactivity/custom-push-and-pull-client.md
    """
    return [str(tag) for tag in (p.tags or [])[:TAGS_MAX] if isinstance(tag, str | int)]
