"""All URLs as one list."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import NamedTuple

from botyard import __version__
from botyard.call_log import Called
from botyard.errors import ApiError, ErrorCode
from botyard.rpc.call import Context
from botyard.rpc.error_handling import to_api_error
from botyard.rpc.openapi import document
from botyard.store import avatars
from botyard.store.engines.db import Tx
from botyard.web import authorize, basic, files, health, oauth, pages, rest, sign_in
from botyard.web.http import (
    JSON,
    Headers,
    Receive,
    Scope,
    Send,
    answer,
    answer_json,
    beside,
    header,
    hinted,
    preflight,
    read_body,
)
from botyard.web.loopback_only import AUTHORIZATION_SERVERS
from botyard.wire import body, envelope

Handler = Callable[[Context, Scope, Receive, Send, list[str]], Awaitable[None]]


def page(handler: Handler) -> Handler:
    """A handler whose failures are shown to people, not to programs."""

    async def shown(context: Context, scope: Scope, receive: Receive, send: Send, parts: list[str]) -> None:
        try:
            if parts:
                raise ApiError(ErrorCode.PATH_UNKNOWN)
            context.limits.admit()
            try:
                await handler(context, scope, receive, send, parts)
            finally:
                context.limits.release()
        except Exception as fault:
            refused = to_api_error(fault, "page")
            text = pages.paragraph(refused.v1()[1], "wrong")
            await pages.show(send, pages.HtmlPage("This did not work", text, refused.status), beside(refused))

    return shown


class Route(NamedTuple):
    """A prefix of path segments and who answers below it; the longest that fits wins.

    Handlers without ``verbs`` look at the request's verb themselves.
    """

    prefix: tuple[str, ...]
    handler: Handler
    verbs: str = ""


async def token(context: Context, scope: Scope, receive: Receive, send: Send, parts: list[str]) -> None:
    """Exchange a code or a refresh token for a fresh pair, by GET and by POST."""
    started = context.clock.now()
    raw = await read_body(scope, receive)
    kind, authorization = (header(scope, name).decode("latin-1") for name in (b"content-type", b"authorization"))
    https = scope.get("scheme") == "https"
    status, value, hint = await oauth.token(
        context, scope["query_string"], kind, raw, https=https, authorization=authorization
    )
    by_header = status == HTTPStatus.UNAUTHORIZED and basic.read(authorization) is not None
    more = [*hinted(hint), (b"www-authenticate", basic.CHALLENGE)] if by_header else hinted(hint)
    await answer_json(send, status, value, more)
    if context.calls is not None:
        text = hint or str(value.get("error_description", ""))
        context.calls.add(Called(status, "oauth/token", text, context.clock.now() - started))


async def app_info(context: Context, scope: Scope, receive: Receive, send: Send, parts: list[str]) -> None:
    """`app.info`: the authorization server's flavour under its own names, else the portal's method."""
    host = header(scope, b"host").decode("latin-1").partition(":")[0].lower()
    if host not in AUTHORIZATION_SERVERS:
        await rest.call(context, scope, receive, send, ["app.info"])
        return
    raw = await read_body(scope, receive)
    params = body.decode(header(scope, b"content-type").decode("latin-1"), raw, scope["query_string"])
    token = str(params.get("auth") or params.get("access_token") or "")
    status, value = await oauth.app_info(context, token, https=scope.get("scheme") == "https")
    await answer_json(send, status, value)


def _url(context: Context, scope: Scope) -> str:
    """The address of the portal for who came this way: over its own https listener, that of it."""
    settings = context.settings
    return settings.https_url if scope.get("scheme") == "https" and settings.https_url else settings.public_url


async def openapi(context: Context, scope: Scope, receive: Receive, send: Send, parts: list[str]) -> None:
    """The description of every method for tools."""
    await answer(send, 200, JSON, document(context.registry, _url(context, scope)))


async def avatar(context: Context, scope: Scope, receive: Receive, send: Send, parts: list[str]) -> None:
    """A picture by its unguessable name."""

    async def find(tx: Tx) -> tuple[str, bytes] | None:
        # PostgreSQL takes no NUL in a text, and no picture has one in its name.
        return await avatars.find(tx, parts[0]) if len(parts) == 1 and "\0" not in parts[0] else None

    picture = await context.database.read(find)
    if picture is None:
        raise ApiError(ErrorCode.PATH_UNKNOWN)
    mime, content = picture
    more: Headers = [(b"content-disposition", b"inline"), (b"content-security-policy", b"default-src 'none'; sandbox")]
    await answer(send, 200, mime.encode(), content, more)


async def front(context: Context, scope: Scope, receive: Receive, send: Send, parts: list[str]) -> None:
    """What this is, for whoever opens the address itself."""
    url = _url(context, scope)
    about = {"botyard": __version__, "rest": f"{url}/rest/", "openapi": f"{url}/openapi.json"}
    await answer_json(send, 200, about)


ROUTES = [
    Route(("rest",), rest.call),
    Route(("rest", "oauth", "token"), token, "GET, POST"),
    Route(("rest", "rest", "app.info"), app_info),
    Route(("rest", "app.info"), app_info),
    Route(("rest", "app.info.json"), app_info),
    Route(("oauth", "token"), token, "GET, POST"),
    Route(("oauth", "authorize"), page(authorize.authorize), "GET, HEAD, POST"),
    Route(("login",), page(sign_in.login), "GET, HEAD, POST"),
    Route(("logout",), page(sign_in.logout), "GET, HEAD, POST"),
    Route(("rest", "download"), files.download, "GET, HEAD"),
    Route(("rest", "download.json"), files.download, "GET, HEAD"),
    Route(("openapi.json",), openapi, "GET, HEAD"),
    Route(("health",), health.health, "GET, HEAD"),
    Route(("ready",), health.ready, "GET, HEAD"),
    Route(("metrics",), health.metrics, "GET, HEAD"),
    Route(("avatar",), avatar, "GET, HEAD"),
    Route((), front, "GET, HEAD"),
]

_BY_PREFIX = {route.prefix: route for route in ROUTES}
_LONGEST = max(map(len, _BY_PREFIX))
# Nearly all that comes is for /rest itself, and is not looked at any further.
_BELOW_REST = {prefix[1:] for prefix in _BY_PREFIX if len(prefix) > 1 and prefix[0] == "rest"}


def find(parts: list[str], verb: str) -> tuple[Handler, list[str]]:
    """The handler of a path, and what is left of it. Raises VERB_WRONG and PATH_UNKNOWN."""
    if parts and parts[0] == "rest" and (len(parts) > _LONGEST or tuple(parts[1:]) not in _BELOW_REST):
        return rest.call, parts[1:]
    for size in range(min(_LONGEST, len(parts)), 0 if parts else -1, -1):
        route = _BY_PREFIX.get(tuple(parts[:size]))
        if route is not None:
            if route.verbs and verb not in route.verbs.split(", "):
                raise ApiError(ErrorCode.VERB_WRONG, verbs=route.verbs)
            return route.handler, parts[size:]
    raise ApiError(ErrorCode.PATH_UNKNOWN)


async def answer_request(context: Context, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer any HTTP request; repeated and trailing slashes do not count."""
    if scope["method"] == "OPTIONS":
        await preflight(scope, send)
        return
    # Empty segments fall out: `/rest//profile/` is `/rest/profile`.
    parts = [part for part in scope["path"].split("/") if part]
    try:
        handler, rest_of = find(parts, scope["method"])
        await handler(context, scope, receive, send, rest_of)
    except asyncio.CancelledError:
        # The server stops, and has waited for this request for as long as it does.
        with contextlib.suppress(RuntimeError):
            await _refuse(send, ApiError(ErrorCode.OVERLOAD))
    except Exception as fault:
        await _refuse(send, to_api_error(fault, "/".join(parts[:1])))


async def _refuse(send: Send, refused: ApiError) -> None:
    """Raises RuntimeError where a response has begun already."""
    content = envelope.encode(envelope.Failure(*refused.v1()))
    await answer(send, refused.status, JSON, content, beside(refused))
