"""The origins under which browsers know the portal, as far as its own web client may be sent a code there."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from starlette.requests import Request

from botyard.rpc.call import Context

SIGNED_IN = "/online/signed-in"
"""Where the web client takes its code."""
_HOST = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(:[0-9]{1,5})?", re.ASCII)


def own_origins(context: Context, request: Request) -> frozenset[str]:
    """The public addresses of the portal, and the one that this request came to.

    A portal has more names than it knows: localhost and 127.0.0.1, those of a hosts file or of a network. The name by
    which a browser has come is one: a code that is sent back to it goes nowhere that the browser is not. Where the
    portal is an https one, plain http is none of its origins.
    """
    settings = context.settings
    origins = {origin(settings.public_url)} | ({origin(settings.https_url)} if settings.https_url else set())
    if host := host_of(request):
        origins.add(f"{request.scope.get('scheme', 'http')}://{host}")
    if settings.public_url.startswith("https:"):
        origins = {each for each in origins if each.startswith("https:")}
    return frozenset(origins)


def host_of(request: Request) -> str:
    """The host and port that a request came to; ``""`` for what is no name."""
    host = request.headers.get("host", "").lower()
    return host if _HOST.fullmatch(host) else ""


def origin(address: str) -> str:
    """The origin of an address, as browsers write it."""
    parts = urlsplit(address)
    usual = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(usual)}"


def policy_source(address: str) -> str:
    """The origin of an address as a policy may name it; the scheme alone for what policies have no words for."""
    if not address:
        return ""
    named = origin(address)
    return f"{urlsplit(address).scheme}:" if "[" in named else named
