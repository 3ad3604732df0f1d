"""Plain http with the profile ``prod``: pages are found over https, and calls are refused.

A call is never redirected. What came with it was readable on the way, and a client that was led on would not notice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any

import msgspec

from botyard.config import Settings
from botyard.errors import ApiError, ErrorCode
from botyard.model.audit import AuditEvent
from botyard.portal import apps
from botyard.rpc.call import Context
from botyard.rpc.dispatch import known_source
from botyard.store.engines.db import Unavailable
from botyard.web import oauth, rest
from botyard.web.http import JSON, WHOLE, Receive, Scope, Send, Whole, answer, arrived, beside, header
from botyard.wire import envelope

Application = Callable[[Scope, Receive, Send], Awaitable[None]]

HSTS = ("strict-transport-security", "max-age=31536000; includeSubDomains")
"""What responses over https say in `prod`: for a year browsers come to this host and those below by https only."""
_LINE = b"%b: %b\r\n" % (HSTS[0].encode(), HSTS[1].encode())
REFUSED = ("rest", "oauth")
"""Addresses of programs, by their first part."""
OPEN = frozenset({"health", "ready", "metrics"})
"""Addresses for monitoring, which hold no secret and are asked for on the machine itself."""


def https_address(settings: Settings) -> str:
    """Where the portal is reached over https; ``""`` where it is not, or where nobody could tell that a call is not.

    Behind a proxy that is not trusted all calls look alike.
    """
    behind_tls = settings.tls or settings.trusted_proxies
    if settings.profile != "prod" or not behind_tls:
        return ""
    return settings.public_url if settings.public_url.startswith("https:") else settings.https_url


def https_only(app: Application, context: Context, address: str) -> Application:
    """The same application for what comes over https; ``address`` is where the rest should have gone."""
    # Over a listener of its own, the server says it with every response.
    says = not context.settings.tls

    def guarded(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        scheme = scope.get("scheme")
        if scheme == "http":
            return _plain(app, context, address, scope, receive, send)
        if scheme == "ws":
            return _refuse_socket(receive, send)
        if says and scheme == "https":
            _say_whole(scope)
            send = _saying(send)
        # Not a coroutine of its own, which each call would pay for.
        return app(scope, receive, send)

    return guarded


def _say_whole(scope: Scope) -> None:
    """Have it said by responses that are sent in one write, too, past ``send``; connections know the scope itself."""
    extensions = scope.get("extensions") or {}
    whole: Whole | None = extensions.get(WHOLE)
    if whole is None:
        return

    def saying(scope: Scope, status: int, head: bytes, body: bytes) -> bool:
        return whole(scope, status, _LINE + head, body)

    scope["extensions"] = {**extensions, WHOLE: saying}


def _saying(send: Send) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], tuple(text.encode() for text in HSTS)]}
        await send(message)

    return sending


async def _plain(app: Application, context: Context, address: str, scope: Scope, receive: Receive, send: Send) -> None:
    parts = [part for part in scope["path"].split("/") if part]
    if len(parts) == 1 and parts[0] in OPEN:
        await app(scope, receive, send)
    elif parts and parts[0] in REFUSED:
        await _note_key(context, scope, parts)
        refused = ApiError(ErrorCode.HTTPS_REQUIRED)
        content = envelope.encode(envelope.Failure(refused.code, refused.text))
        await answer(send, refused.status, JSON, content, beside(refused))
    else:
        query = scope["query_string"]
        target = address.encode() + scope["raw_path"] + (b"?" + query if query else b"")
        await answer(send, HTTPStatus.PERMANENT_REDIRECT, b"text/plain", b"", [(b"location", target)])


async def _refuse_socket(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 1008})


async def _note_key(context: Context, scope: Scope, parts: list[str]) -> None:
    """Put on record that a key that opens something was shown to everybody on the way; which one, and not its value."""
    try:
        sent = arrived(scope) or b""
        if parts[-1] == "token":
            await _note_application(context, scope, sent)
            return
        credentials = rest.signed_with(scope, parts[1:], sent)
        # It is good or not whichever way it came.
        source = await known_source(context, msgspec.structs.replace(credentials, https=True), context.clock.now())
    except (ApiError, Unavailable):
        return
    context.audit_notes.note_refusal(AuditEvent.KEY_EXPOSED, credentials.address, subject=source)


async def _note_application(context: Context, scope: Scope, sent: bytes) -> None:
    """The same of an application's own secret, which it shows where it asks for a token."""
    client = oauth.named_client(
        scope["query_string"], header(scope, b"content-type"), sent, header(scope, b"authorization")
    )
    if not client.secret:
        return
    app, own = await context.database.read(
        lambda tx: apps.check_secret(tx, context.keys, client.client_id, secret=client.secret)
    )
    if app is not None and own:
        address = scope["client"][0] if scope.get("client") else ""
        context.audit_notes.note_refusal(AuditEvent.KEY_EXPOSED, address, subject=f"app:{app.id}")
