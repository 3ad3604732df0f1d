"""pull.channel.public.*: the channels by which clients write to people."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from botyard.api.pull import shapes
from botyard.api.pull.family import method
from botyard.api.pull.shapes import PublicChannelShape
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Params
from botyard.store import reach
from botyard.wire.param_types import SomeIds

MOST = 500
"""Channels of one call; further ids are left out."""


class PublicChannels(Params, frozen=True):
    users: Annotated[SomeIds, Meta(description="Ids of people.", examples=[[1, 2]])] = None


@method("pull.channel.public.list", access=Access.PERSON, scopes=("pull_channel", "pull"))
async def list_(call: Call, p: PublicChannels) -> dict[str, PublicChannelShape]:
    """The public channels of people, by which their clients are written to.

    People whom the caller may not know of are left out.

    Docs: settings/interactivity/custom-push-and-pull-client.md
    """
    asked = list(dict.fromkeys(p.users or []))[:MOST]
    known = await reach.known(call.tx, call.user_id, asked) if asked else []
    return {str(user.id): shapes.public(call, user.id) for user in known}
