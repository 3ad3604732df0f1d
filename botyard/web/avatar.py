"""Pictures of people and chats, by their unguessable names."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from botyard.errors import ApiError, ErrorCode
from botyard.rpc.call import Context
from botyard.store import avatars
from botyard.store.engines.db import Tx
from botyard.web import responses

_SAFETY = {
    "content-disposition": "inline",
    "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
}


async def avatar(context: Context, request: Request) -> Response:
    """A picture. Raises PATH_UNKNOWN."""
    name: str = request.path_params["name"]

    async def find(tx: Tx) -> tuple[str, bytes] | None:
        # PostgreSQL takes no NUL in a text, and no picture has one in its name.
        return await avatars.find(tx, name) if "\0" not in name else None

    picture = await context.database.read(find)
    if picture is None:
        raise ApiError(ErrorCode.PATH_UNKNOWN)
    mime, content = picture
    return responses.plain(content, mime, _SAFETY)
