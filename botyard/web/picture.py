"""`/picture/…`: pictures of other sites, which the portal fetches in place of those who look at them."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from botyard.delivery.pictures import NoPicture, PictureFetcher
from botyard.errors import ApiError, ErrorCode
from botyard.portal.auth import picture_links
from botyard.rpc.call import Context
from botyard.web.arrivals import address_of
from botyard.web.files import refused_link

_SAFETY = {
    "content-disposition": "inline",
    "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class PicturePage:
    """The endpoint, with what it has fetched."""

    def __init__(self, context: Context, fetcher: PictureFetcher) -> None:
        self._context = context
        self._fetcher = fetcher

    async def picture(self, request: Request) -> Response:
        """A picture. Raises LINK_BAD, and PATH_UNKNOWN where there is none at its address."""
        now = int(self._context.clock.now())
        signature, name = str(request.path_params["signature"]), str(request.path_params["name"])
        link = picture_links.read(self._context.keys, signature, name=name, now=now)
        if link is None:
            raise refused_link(self._context, request.scope)
        url, expires = link
        mark = f'"{signature[-20:]}"'
        headers = {**_SAFETY, "etag": mark, "cache-control": f"private, max-age={expires - now}, immutable"}
        if request.headers.get("if-none-match") == mark:
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        with self._context.slots.anonymous.held(address_of(request.scope)):
            try:
                picture = await self._fetcher.get(url)
            except NoPicture as reason:
                raise ApiError(ErrorCode.PATH_UNKNOWN, hint=f"no picture: {reason}") from None
        return Response(picture.content, headers=headers, media_type=picture.media_type)
