"""`botyard.picture.get`: pictures of other sites, shown by the portal."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from botyard.api.botyard.family import method
from botyard.errors import ApiError, Reason
from botyard.portal.auth import picture_links
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Params
from botyard.wire.param_types import Texts

MOST = 200


class Get(Params, frozen=True, rename="upper"):
    urls: Annotated[
        Texts,
        Meta(
            description="Addresses of pictures, http or https, up to 200.",
            examples=[["https://example.com/picture.png"]],
        ),
    ] = []


class PictureAnswer(msgspec.Struct, frozen=True, rename="upper"):
    """An address that was asked about, and the path below the portal's at which the same picture is shown."""

    url: str
    shown_at: str


@method("botyard.picture.get", access=Access.MESSENGER, raises=(Reason.ARGUMENT,))
async def get(call: Call, p: Get) -> list[PictureAnswer]:
    """Return addresses of the portal at which it shows pictures of other sites.

    Whoever opens a chat would otherwise tell the sites of its pictures when and from where. The portal fetches a PNG,
    JPEG, GIF or WebP of up to 5 MiB without cookies, where event handlers may be, too. The addresses are good for a day
    at least. What is no address of http or https, or is longer than 2,000 characters, is left out.
    """
    if len(p.urls) > MOST:
        raise ApiError(Reason.ARGUMENT, reason=f"URLS may have {MOST} addresses")
    return [
        PictureAnswer(url, picture_links.path(call.context.keys, url, now=call.now))
        for url in dict.fromkeys(p.urls)
        if url.lower().startswith(("http://", "https://")) and len(url) <= picture_links.LONGEST
    ]
