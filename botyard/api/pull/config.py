"""pull.config.get: how a person's own client listens to the push server."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from botyard.api.pull import shapes
from botyard.api.pull.family import method
from botyard.api.pull.shapes import Config
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Params


class ConfigParams(Params, frozen=True, rename="upper"):
    cache: Annotated[str, Meta(description="Accepted and ignored: channels are made for each call.")] = "Y"
    reopen: Annotated[str, Meta(description="Accepted and ignored: channels are new with each call.")] = "Y"


@method("pull.config.get", access=Access.PERSON)
async def get(call: Call, p: ConfigParams) -> Config:
    """Tell where the push server is, and the channels by which the calling person's own events come.

    Clients of the vendor call it for the person who is signed in. Events of chats come to those whose key has the
    permission `im`, too.

    Docs: settings/interactivity/custom-push-and-pull-client.md
    """
    return await shapes.config(call, of_app=False)
