"""Calls from this machine only: what a portal takes whose keys are published.

Two kinds of strangers reach a server that listens on loopback: pages of other sites, by the browser of whoever runs it,
and names of other sites that lead to 127.0.0.1 (DNS rebinding). A browser tells the first by `Origin` and
`Sec-Fetch-Site`, and `Host` tells the second.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from botyard.errors import ApiError, ErrorCode
from botyard.web.http import COMMON, JSON, Headers, Receive, Scope, Send, header
from botyard.wire import envelope

Application = Callable[[Scope, Receive, Send], Awaitable[None]]

AUTHORIZATION_SERVERS = ("oauth.bitrix.info", "oauth.bitrix24.tech")
"""Names that clients call to renew their tokens, whatever the portal; a hosts file leads them here."""
VENDOR_NAMES = (*AUTHORIZATION_SERVERS, "api.bitrix24.com")
"""The same with the name under which pages of applications load BX24.js."""

_HEADERS: Headers = [
    (b"content-type", JSON),
    *(line for line in COMMON if line[0] != b"access-control-allow-origin"),
]


def is_loopback(host: str) -> bool:
    """Whether a host name or address, without a port, is this machine."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def loopback_only(app: Application) -> Application:
    """The same application, for callers on this machine."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        reason = _foreign(scope) if scope["type"] in ("http", "websocket") else ""
        if not reason:
            await app(scope, receive, send)
        elif scope["type"] == "http":
            await _refuse(send, ApiError(ErrorCode.LOOPBACK_ONLY, reason=reason))
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1008})

    return guarded


def _foreign(scope: Scope) -> str:
    """Why a request does not come from this machine; ``""`` for one that does."""
    host = _host(header(scope, b"host").decode("latin-1"))
    if host and not is_loopback(host) and host not in VENDOR_NAMES:
        return "the Host of the request is another name. Start a demo with --random-keys to use that name"
    origin = header(scope, b"origin").decode("latin-1")
    if origin:
        if is_loopback(_host_of_url(origin)):
            return ""
        return "the Origin of the request is another site. Start a demo with --random-keys for its pages"
    if header(scope, b"sec-fetch-site") == b"cross-site" and scope["path"].lstrip("/").startswith("rest"):
        return "the request was made by a page of another site"
    return ""


def _host(value: str) -> str:
    """The name in a Host header, without its port."""
    if value.startswith("["):
        return value.partition("]")[0] + "]"
    return value.partition(":")[0].lower()


def _host_of_url(origin: str) -> str:
    """The host of an origin; ``""`` for `null` and what is no origin."""
    try:
        return urlsplit(origin).hostname or ""
    except ValueError:
        return ""


async def _refuse(send: Send, refused: ApiError) -> None:
    """The error without the header by which pages of any site may read it."""
    body = envelope.encode(envelope.Failure(refused.code, refused.text))
    headers = [*_HEADERS, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
