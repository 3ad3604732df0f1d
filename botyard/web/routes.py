"""Every address: the API on bare ASGI, and all else by Starlette's router, which would make each call dearer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple, NoReturn

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from botyard.delivery.guard import Guard
from botyard.delivery.pictures import PictureFetcher
from botyard.errors import ApiError, ErrorCode
from botyard.model.addresses import LONG_POLL, PUBLISH
from botyard.portal.auth import picture_links
from botyard.push.hub import Hub
from botyard.rpc.call import Context
from botyard.rpc.error_handling import to_api_error
from botyard.web import (
    account,
    authorize,
    client,
    confirm,
    file_upload,
    files,
    front,
    health,
    oauth_endpoints,
    own_applications,
    push_http,
    reset,
    rest,
    second_factor,
    sign_in,
)
from botyard.web.avatar import avatar
from botyard.web.bx24 import bx24
from botyard.web.http import JSON, Receive, Scope, Send, answer, beside, preflight
from botyard.web.pages import Endpoint, page
from botyard.web.picture import PicturePage
from botyard.wire import envelope

ApiEndpoint = Callable[[Context, Scope, Receive, Send], Awaitable[None]]

API: dict[str, ApiEndpoint] = {
    "oauth/token": oauth_endpoints.token,
    "rest/oauth/token": oauth_endpoints.token,
    "rest/app.info": oauth_endpoints.app_info,
    "rest/app.info.json": oauth_endpoints.app_info,
    "rest/rest/app.info": oauth_endpoints.app_info,
    "rest/upload": file_upload.upload,
    "rest/upload.json": file_upload.upload,
}
"""Addresses that are no pages; whatever else begins with `rest` names a method."""


class Address(NamedTuple):
    """A path and what is there. HEAD goes with GET, and OPTIONS with everything."""

    path: str
    endpoint: Endpoint
    methods: tuple[str, ...] = ("GET",)


class PushAddress(NamedTuple):
    """The same of the push server, whose endpoints know the hub."""

    path: str
    endpoint: Callable[[Hub, Request], Awaitable[Response]]
    methods: tuple[str, ...] = ("GET",)


@page
async def nothing(context: Context, request: Request) -> NoReturn:
    """What is below a page: nothing."""
    raise ApiError(ErrorCode.PATH_UNKNOWN)


FORM = ("GET", "POST")

ADDRESSES = [
    Address("/", front.front),
    Address("/account", page(account.account)),
    Address("/account/applications", page(own_applications.applications), FORM),
    Address("/account/confirm", page(confirm.confirm), FORM),
    Address("/account/password", page(account.password), FORM),
    Address("/account/reset", page(reset.reset), FORM),
    Address("/account/second-factor", page(second_factor.second_factor), FORM),
    Address("/account/sessions", page(account.own_sessions), FORM),
    Address("/account/{more:path}", nothing, FORM),
    Address("/api/v1", bx24),
    Address("/avatar/{name}", avatar),
    Address("/health", health.health),
    Address("/login", page(sign_in.login), FORM),
    Address("/login/code", page(sign_in.code), FORM),
    Address("/login/{more:path}", nothing, FORM),
    Address("/logout", page(sign_in.logout), FORM),
    Address("/logout/{more:path}", nothing, FORM),
    Address("/metrics", health.metrics),
    Address("/oauth/authorize", page(authorize.authorize), FORM),
    Address("/oauth/authorize/{more:path}", nothing, FORM),
    Address(client.PATH, page(client.client)),
    Address(f"{client.PATH}/{{path:path}}", page(client.client)),
    Address(f"{client.LINKS}/{{client_id}}", page(client.link)),
    Address("/openapi.json", front.openapi),
    Address("/ready", health.ready),
    Address("/rest/download", files.download),
    Address("/rest/download.json", files.download),
]

PUSH = [
    PushAddress(LONG_POLL, push_http.poll),
    PushAddress(PUBLISH, push_http.publish, ("POST",)),
]
"""What clients of the push server ask for without a WebSocket, which is at ``model.addresses.SOCKETS``."""

# Nearly all that comes is for /rest itself, and is not looked at any further.
_BELOW_REST = frozenset(
    tuple(path.split("/")[1:])
    for path in (*API, *(address.path.strip("/") for address in ADDRESSES))
    if path.startswith("rest/")
)
_LONGEST = 1 + max(map(len, _BELOW_REST))


class _Route(Route):
    """A route that refuses other verbs with an error of ours."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.methods and scope["method"] not in self.methods:
            raise ApiError(ErrorCode.VERB_WRONG, verbs=", ".join(sorted(self.methods)))
        await self.app(scope, receive, send)


async def _unknown(scope: Scope, receive: Receive, send: Send) -> NoReturn:
    raise ApiError(ErrorCode.PATH_UNKNOWN)


PICTURE = f"{picture_links.PATH}/{{signature}}/{{name}}"
"""Pictures of other sites, whose endpoint knows those that it has fetched."""


def router(context: Context, hub: Hub) -> Router:
    """The router of everything that is not the API. Its errors are raised."""
    guard = Guard(context.settings.profile, loopback_only=context.loopback_only)
    pictures = PicturePage(context, PictureFetcher(guard))
    routes = [_Route(path, partial(endpoint, context), methods=methods) for path, endpoint, methods in ADDRESSES]
    routes += [_Route(path.rstrip("/"), partial(endpoint, hub), methods=methods) for path, endpoint, methods in PUSH]
    routes.append(_Route(PICTURE, pictures.picture, methods=("GET",)))
    return Router(routes, redirect_slashes=False, default=_unknown)


def is_method(parts: list[str]) -> bool:
    """Whether an address, of which these are the parts, names a method of the API."""
    return bool(parts) and parts[0] == "rest" and (len(parts) > _LONGEST or tuple(parts[1:]) not in _BELOW_REST)


async def answer_request(context: Context, others: Router, scope: Scope, receive: Receive, send: Send) -> None:
    """Respond to any HTTP request; repeated and trailing slashes do not count."""
    if scope["method"] == "OPTIONS":
        await preflight(scope, send)
        return
    # Empty segments fall out: `/rest//profile/` is `/rest/profile`.
    parts = [part for part in scope["path"].split("/") if part]
    try:
        if is_method(parts):
            await rest.call(context, scope, receive, send, parts[1:])
            return
        path = "/".join(parts)
        if path in API:
            await API[path](context, scope, receive, send)
        elif path.endswith("\n"):
            # The patterns of Starlette do not see it.
            raise ApiError(ErrorCode.PATH_UNKNOWN)
        else:
            await others({**scope, "path": f"/{path}"}, receive, send)
    except asyncio.CancelledError:
        # The server stops, and has waited for this request for as long as it does.
        with contextlib.suppress(RuntimeError):
            await _refuse(send, ApiError(ErrorCode.OVERLOAD))
    except Exception as fault:
        await _refuse(send, to_api_error(fault, "/".join(parts[:1])))


async def _refuse(send: Send, refused: ApiError) -> None:
    """Raises RuntimeError where a response has begun already."""
    content = envelope.encode(envelope.Failure(refused.code, refused.text))
    await answer(send, refused.status, JSON, content, beside(refused))
