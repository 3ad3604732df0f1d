"""Downloads: the bytes of a file for whoever has a link to it."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import NamedTuple
from urllib.parse import parse_qs, quote

from botyard.chat.media import files
from botyard.chat.media.content_types import closer
from botyard.chat.media.file_types import MARKUP, UNKNOWN
from botyard.errors import ApiError, ErrorCode
from botyard.model.files import PICTURES, File
from botyard.portal.auth import signed_urls
from botyard.rpc.call import Context
from botyard.store.engines.blobs import CHUNK
from botyard.store.engines.db import Tx
from botyard.web.http import COMMON, Headers, Receive, Scope, Send, header

log = logging.getLogger("botyard.files")

SEND_SECONDS = 60
"""A caller that does not take a piece within this time is not waited for any longer."""

# Shown where they are; the types of sound and film run nothing either. All others are told and only downloaded.
_SHOWN = PICTURES | {"audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav", "audio/flac", "video/mp4", "video/webm"}
_RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))")
_ODD = re.compile(r"[^A-Za-z0-9 ._()\[\]{}!#$&+,;=@^`~-]")

# Nothing in a file may run or load anything, in whatever way it is opened.
_SAFETY: Headers = [
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"cross-origin-resource-policy", b"cross-origin"),
]


class DownloadBody(NamedTuple):
    """What a link leads to."""

    blob: str
    size: int
    mime: str
    name: str
    inline: bool


async def download(context: Context, scope: Scope, receive: Receive, send: Send, parts: list[str]) -> None:
    """Answer a file, or a part of it. Raises LINK_BAD and RANGE_WRONG."""
    now = int(context.clock.now())
    token = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
    link = signed_urls.read(context.keys, token, now)
    if link is None:
        raise ApiError(ErrorCode.LINK_BAD)
    user_id, file_id = link.user_id, link.file_id

    async def find(tx: Tx) -> tuple[File, bool] | None:
        return await files.find(tx, user_id, file_id)

    requested = await context.database.read(find)
    # Asked again at each download: a link ends with the membership of the one whom it was made for.
    if requested is None or not requested[1]:
        raise ApiError(ErrorCode.LINK_BAD)
    body = _body(requested[0], link.form)
    mark = f'"{link.file_id}{link.form}"'.encode()
    age = b"no-store" if link.form == signed_urls.LOAD else b"private, max-age=%d" % (link.expires - now)
    more = [*_headers(body), (b"etag", mark), (b"cache-control", age)]
    if header(scope, b"if-none-match") == mark:
        await _start(send, 304, more)
        await send({"type": "http.response.body", "body": b""})
        return
    start, end = _wanted(scope, body.size, mark)
    status = 200 if (start, end) == (0, body.size) else 206
    if status == 206:
        more.append((b"content-range", b"bytes %d-%d/%d" % (start, end - 1, body.size)))
    more.append((b"content-length", str(end - start).encode()))
    # The first piece is read before anything is promised.
    stop = start if scope["method"] == "HEAD" else end
    first = await _piece(context, body.blob, start, stop)
    await _start(send, status, more)
    await _stream(context, send, body.blob, start, stop, first)


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


def _headers(body: DownloadBody) -> Headers:
    kind = "inline" if body.inline else "attachment"
    plain = _ODD.sub("_", body.name)
    name = f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(body.name, safe='')}"
    return [
        (b"content-type", body.mime.encode()),
        (b"content-disposition", name.encode()),
        (b"accept-ranges", b"bytes"),
        *_SAFETY,
    ]


def _wanted(scope: Scope, size: int, mark: bytes) -> tuple[int, int]:
    """The first byte and the one after the last; everything where the range is none, or of another file."""
    asked = header(scope, b"range").decode("latin-1").strip()
    condition = header(scope, b"if-range")
    match = _RANGE.fullmatch(asked)
    if match is None or scope["method"] != "GET" or (condition and condition != mark):
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


async def _start(send: Send, status: int, more: Headers) -> None:
    kept = [(name, value) for name, value in COMMON if name != b"cache-control"]
    await send({"type": "http.response.start", "status": status, "headers": [*kept, *more]})


async def _stream(context: Context, send: Send, blob: str, start: int, end: int, piece: bytes) -> None:
    """Send what was promised; where that is impossible, end the connection by saying no more."""
    try:
        while start < end:
            async with asyncio.timeout(SEND_SECONDS):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            start += len(piece)
            piece = await _piece(context, blob, start, end)
    except OSError as error:  # A timeout is one of them.
        log.warning("a download broke off: %s", error)
        return
    await send({"type": "http.response.body", "body": b""})


async def _piece(context: Context, blob: str, start: int, end: int) -> bytes:
    if start >= end:
        return b""
    piece = await asyncio.to_thread(context.storage.blobs.read, blob, start, min(CHUNK, end - start))
    if not piece:
        raise OSError("the file is shorter than it should be")
    return piece
