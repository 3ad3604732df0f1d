"""What tools and people find at the root: what this is, and the description of every method."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from botyard import __version__
from botyard.rpc.call import Context
from botyard.rpc.openapi import document
from botyard.web import client, responses
from botyard.web.http import JSON
from botyard.web.pages import redirect


async def front(context: Context, request: Request) -> Response:
    """What this is, for programs that open the address itself; browsers are led to the web client."""
    if "text/html" in request.headers.get("accept", "").lower():
        response = redirect(f"{client.PATH}/")
        response.headers["vary"] = "Accept"
        return response
    url = _url(context, request)
    about = {"botyard": __version__, "rest": f"{url}/rest/", "openapi": f"{url}/openapi.json"}
    response = responses.json(about)
    response.headers["vary"] = "Accept"
    return response


async def openapi(context: Context, request: Request) -> Response:
    """The description of every method for tools."""
    return responses.plain(document(context.registry, _url(context, request)), JSON.decode())


def _url(context: Context, request: Request) -> str:
    """The address of the portal for who came this way: over its own https listener, that of it."""
    settings = context.settings
    https = request.scope.get("scheme") == "https" and settings.https_url
    return settings.https_url if https else settings.public_url
