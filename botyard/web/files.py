"""Downloads: the bytes of a file for whoever has a link to it."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import NamedTuple
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from botyard.chat.media import files
from botyard.chat.media.content_types import closer
from botyard.chat.media.file_types import MARKUP, UNKNOWN
from botyard.errors import ApiError, ErrorCode
from botyard.model.audit import AuditEvent
from botyard.model.files import PICTURES, File
from botyard.portal.auth import signed_urls
from botyard.rpc.call import Context
from botyard.store import access
from botyard.store.engines.blobs import CHUNK, Blobs
from botyard.store.engines.db import Tx
from botyard.web.http import Receive, Scope, Send
from botyard.web.responses import HEADERS

log = logging.getLogger("botyard.files")

SEND_SECONDS = 60
"""A caller that does not take a piece within this time is not waited for any longer."""

# Shown where they are; the types of sound and film run nothing either. All others are told and only downloaded.
_SHOWN = PICTURES | {"audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav", "audio/flac", "video/mp4", "video/webm"}
_RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))")
_ODD = re.compile(r"[^A-Za-z0-9 ._()\[\]{}!#$&+,;=@^`~-]")

# Nothing in a file may run or load anything, in whatever way it is opened.
_SAFETY = {
    "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'",
    "cross-origin-resource-policy": "cross-origin",
}


class DownloadBody(NamedTuple):
    """What a link leads to."""

    blob: str
    size: int
    mime: str
    name: str
    inline: bool


def refused_link(context: Context, scope: Scope) -> ApiError:
    """The refusal of a link, which is counted."""
    client = scope.get("client")
    address = str(client[0]) if client else ""
    context.audit_notes.note_refusal(AuditEvent.LINK_REFUSED, address)
    return ApiError(ErrorCode.LINK_BAD)


async def download(context: Context, request: Request) -> Response:
    """A file, or a part of it. Raises LINK_BAD and RANGE_WRONG."""
    now = int(context.clock.now())
    link = signed_urls.read(context.keys, request.query_params.get("token", ""), now=now)
    if link is None or link.form in signed_urls.UPLOADS:
        raise refused_link(context, request.scope)
    user_id, file_id = link.user_id, link.file_id

    async def find(tx: Tx) -> tuple[File, bool] | None:
        if link.key and not await access.key_works(tx, link.key):
            return None
        return await files.find(tx, user_id, file_id)

    requested = await context.database.read(find)
    # Asked again at each download: a link ends with the key that made it, and with the account and the membership of
    # the one whom it was made for.
    if requested is None or not requested[1]:
        raise refused_link(context, request.scope)
    body = _body(requested[0], link.form)
    mark = f'"{link.file_id}{link.form}"'
    age = "no-store" if link.form == signed_urls.LOAD else f"private, max-age={link.expires - now}"
    headers = {**HEADERS, **_headers(body), "etag": mark, "cache-control": age}
    if request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers=headers)
    start, end = _wanted(request, body.size, mark)
    whole = (start, end) == (0, body.size)
    if not whole:
        headers["content-range"] = f"bytes {start}-{end - 1}/{body.size}"
    headers["content-length"] = str(end - start)
    stretch = _Stretch(context.storage.blobs, body.blob, start, start if request.method == "HEAD" else end)
    # The first piece is read before anything is promised.
    first = await stretch.piece(start)
    return _Download(stretch, first, status=200 if whole else 206, headers=headers)


def _body(file: File, form: str) -> DownloadBody:
    if form == signed_urls.PREVIEW and file.preview:
        mime = "image/png" if file.preview.endswith("png") else "image/jpeg"
        stem = file.name.rpartition(".")[0] or file.name
        return DownloadBody(file.preview, file.preview_size, mime, f"{stem}.{file.preview.rpartition('.')[2]}", True)
    mime = closer(file.mime, file.extension)
    base = mime.partition(";")[0]
    # A picture that could not be read as one is what nobody has looked into, and a page is no business of ours.
    if base == MARKUP or (base in PICTURES and not file.picture):
        mime = base = UNKNOWN
    shown = base in _SHOWN
    return DownloadBody(file.blob, file.size, mime, file.name, shown and form != signed_urls.LOAD)


def _headers(body: DownloadBody) -> dict[str, str]:
    kind = "inline" if body.inline else "attachment"
    plain = _ODD.sub("_", body.name)
    name = f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(body.name, safe='')}"
    return {
        "content-type": body.mime,
        "content-disposition": name,
        "accept-ranges": "bytes",
        **_SAFETY,
    }


def _wanted(request: Request, size: int, mark: str) -> tuple[int, int]:
    """The first byte and the one after the last; everything where the range is none, or of another file."""
    condition = request.headers.get("if-range", "")
    match = _RANGE.fullmatch(request.headers.get("range", "").strip())
    if match is None or request.method != "GET" or (condition and condition != mark):
        return 0, size
    first, last, suffix = match.groups()
    if suffix is not None:
        start, end = max(0, size - int(suffix)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return 0, size
    if start >= end:
        raise ApiError(ErrorCode.RANGE_WRONG, size=size)
    return start, end


class _Stretch(NamedTuple):
    """A part of a stored file, from its first byte to the one after its last."""

    blobs: Blobs
    blob: str
    start: int
    end: int

    async def piece(self, position: int) -> bytes:
        """What comes next at a position; nothing at the end."""
        if position >= self.end:
            return b""
        piece = await asyncio.to_thread(self.blobs.read, self.blob, position, min(CHUNK, self.end - position))
        if not piece:
            raise OSError("the file is shorter than it should be")
        return piece


class _Download(Response):
    """A part of a file, sent piece by piece.

    Starlette's own reads files of a disk only, and waits without end for whoever takes nothing.
    """

    def __init__(self, stretch: _Stretch, first: bytes, *, status: int, headers: dict[str, str]) -> None:
        super().__init__(status_code=status, headers=headers)
        self._stretch = stretch
        self._first = first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what was promised; where that is impossible, end the connection by saying no more."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        position, piece = self._stretch.start, self._first
        try:
            while piece:
                async with asyncio.timeout(SEND_SECONDS):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                position += len(piece)
                piece = await self._stretch.piece(position)
        except OSError as error:  # A timeout is one of them.
            log.warning("a download broke off: %s", error)
            return
        await send({"type": "http.response.body", "body": b""})
