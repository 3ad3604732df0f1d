"""`/online/`: the web client, as it was built from the folder `ui/`.

Files with a hash in their names never change and are kept for ever; all others are asked for anew. Whatever is no file
is an address within the client, for which it is the same page.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from botyard.errors import ApiError, ErrorCode
from botyard.rpc.call import Context
from botyard.store import apps
from botyard.web.own_origins import host_of, policy_source
from botyard.web.pages import redirect, show

PATH = "/online"
LINKS = "/marketplace/view"
"""Below it are links to applications, as they are on the vendor's portals; the client opens them."""
FOLDER = Path(__file__).parent / "ui"
PAGE = "index.html"
HASHED = "assets/"
"""The folder of files whose names change with what they hold."""
_UNKNOWN = "application/octet-stream"
_TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "ico": "image/x-icon",
    "jpg": "image/jpeg",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "map": "application/json",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "wasm": "application/wasm",
    "wav": "audio/wav",
    "webmanifest": "application/manifest+json",
    "webp": "image/webp",
    "woff2": "font/woff2",
}
_FOREVER = "public, max-age=31536000, immutable"
_SOURCE = re.compile(r"https?:(//[a-z0-9._-]+(:[0-9]{1,5})?)?", re.ASCII)
"""What of an origin may be written into a policy."""


class Asset(NamedTuple):
    """A file of the client. ``gzipped`` is empty where that was not made, or is not smaller."""

    content: bytes
    gzipped: bytes
    digest: str
    media_type: str


async def client(context: Context, request: Request) -> Response:
    """A file of the web client, or its page. Raises PATH_UNKNOWN for files of another build."""
    if request.scope.get("raw_path") == PATH.encode():
        query = request.scope["query_string"].decode("latin-1")
        return redirect(f"{PATH}/?{query}" if query else f"{PATH}/")
    built_at = _built_at(FOLDER)
    if not built_at:
        return show("not_built.html", HTTPStatus.SERVICE_UNAVAILABLE)
    name = str(request.path_params.get("path", ""))
    # Only what was seen in the folder is a name: no path is made of what somebody sends.
    is_file = name in _names(FOLDER, built_at) and name != PAGE
    if not is_file and name.startswith(HASHED):
        raise ApiError(ErrorCode.PATH_UNKNOWN)
    try:
        asset = await asyncio.to_thread(_asset, FOLDER, built_at, name if is_file else PAGE)
    except FileNotFoundError:
        # It is being built anew at this moment.
        raise ApiError(ErrorCode.PATH_UNKNOWN) from None
    frames = [] if is_file else await context.database.read(apps.frame_addresses)
    age = _FOREVER if name.startswith(HASHED) else "no-cache"
    return _response(request, asset, _policy(request, frames), age)


async def link(context: Context, request: Request) -> Response:
    """A link to an application, opened outside of the client."""
    query = request.scope["query_string"].decode("latin-1")
    name = quote(request.path_params["client_id"], safe="")
    return redirect(f"{PATH}{LINKS}/{name}/{'?' if query else ''}{query}")


def _response(request: Request, asset: Asset, policy: str, age: str) -> Response:
    zipped = bool(asset.gzipped) and _takes_gzip(request)
    # Browsers keep the policy of the page that they have when they are told that it is the same.
    digest = hashlib.sha256(f"{asset.digest}{policy}{zipped}".encode()).hexdigest()[:24]
    headers = {
        "cache-control": age,
        "content-security-policy": policy,
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "etag": f'"{digest}"',
        "referrer-policy": "same-origin",
        "vary": "Accept-Encoding",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
    }
    known = [mark.strip().removeprefix("W/") for mark in request.headers.get("if-none-match", "").split(",")]
    if headers["etag"] in known:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    headers["content-type"] = asset.media_type
    if zipped:
        headers["content-encoding"] = "gzip"
    return Response(asset.gzipped if zipped else asset.content, headers=headers)


def _policy(request: Request, frames: list[str]) -> str:
    """What the client may load: its own, and pages of installed applications in frames. Nothing is inline."""
    host = host_of(request)
    # Not every browser takes 'self' for WebSockets; addresses in brackets have no words in a policy.
    socket = "wss" if request.scope.get("scheme") == "https" else "ws"
    own_socket = f" {socket}://{host}" if host and "[" not in host else ""
    sources = " ".join(sorted({source for address in frames if (source := _source(address))}))
    rules = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "media-src 'self' blob:",
        "font-src 'self'",
        f"connect-src 'self'{own_socket}",
        "manifest-src 'self'",
        "worker-src 'self'",
        "frame-src " + (sources or "'none'"),
        f"form-action 'self' {sources}".strip(),
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
    return "; ".join(rules)


def _source(address: str) -> str:
    """The origin of a page of an application, as far as a policy has words for it."""
    try:
        source = policy_source(address.lower())
    except ValueError:
        return ""
    return source if _SOURCE.fullmatch(source) else ""


def _takes_gzip(request: Request) -> bool:
    for offer in request.headers.get("accept-encoding", "").lower().split(","):
        coding, _, quality = offer.partition(";")
        if coding.strip() == "gzip":
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _built_at(folder: Path) -> int:
    """When the client was built; 0 where it was not."""
    try:
        return (folder / PAGE).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


@lru_cache(maxsize=2)
def _names(folder: Path, built_at: int) -> frozenset[str]:
    """The files of one build."""
    files = [file.relative_to(folder) for file in folder.rglob("*") if file.is_file()]
    return frozenset(file.as_posix() for file in files if file.suffix != ".gz" and not file.name.startswith("."))


@lru_cache(maxsize=200)
def _asset(folder: Path, built_at: int, name: str) -> Asset:
    """A file of one build, which is kept in memory: all of them are a few megabytes."""
    content = (folder / name).read_bytes()
    zipped = folder / f"{name}.gz"
    gzipped = zipped.read_bytes() if zipped.exists() else b""
    kind = _TYPES.get(name.rpartition(".")[2].lower(), _UNKNOWN)
    digest = hashlib.sha256(content).hexdigest()
    return Asset(content, gzipped if len(gzipped) < len(content) else b"", digest, kind)
