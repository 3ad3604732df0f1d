"""Cookies and forms of a browser, and protection against forged requests (CSRF)."""

from __future__ import annotations

import hmac
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit

from botyard.errors import ApiError, ErrorCode
from botyard.model.people import User
from botyard.portal.auth import sessions
from botyard.portal.auth.keys import new_secret
from botyard.rpc.call import Context
from botyard.rpc.identity import require_open
from botyard.store.engines.db import Tx
from botyard.web.http import Headers, Receive, Scope, header, read_body
from botyard.web.pages import HtmlPage, paragraph
from botyard.wire import body

SIGN_IN = "botyard_sign_in"
FORM = "botyard_form"
CSRF_FIELD = "proof"
"""The name of the field that proves a form to be ours."""
_FORM_TYPE = "application/x-www-form-urlencoded"
_LONGEST = 200


class Visitor(NamedTuple):
    """Who opens a page, and with which cookies. ``nonce`` is new where the browser brought none."""

    user: User | None
    secret: str
    nonce: str
    cookies: Cookies
    new: bool

    @property
    def new_cookie(self) -> Headers:
        """The header that gives a new browser its nonce."""
        return [self.cookies.set(FORM, self.nonce)] if self.new else []


class Cookies(NamedTuple):
    """How cookies are named and kept: over https so that only https, this host and no script can see them."""

    safe: bool

    def name(self, name: str) -> str:
        """A cookie's full name."""
        return f"__Host-{name}" if self.safe else name

    def set(self, name: str, value: str) -> tuple[bytes, bytes]:
        """The header that sets a cookie until the browser is closed; ``""`` takes it away."""
        ends = "" if value else "; Max-Age=0"
        secure = "; Secure" if self.safe else ""
        text = f"{self.name(name)}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{ends}"
        return b"set-cookie", text.encode("ascii")

    def get(self, scope: Scope, name: str) -> str:
        """The value of a cookie, ``""`` for none or an odd one."""
        wanted = self.name(name)
        for part in header(scope, b"cookie").decode("latin-1").split(";"):
            key, _, value = part.strip().partition("=")
            if key == wanted and len(value) <= _LONGEST and value.isascii() and value.isalnum():
                return value
        return ""


async def visitor(context: Context, scope: Scope) -> Visitor:
    """Who opens a page. Raises the portal's switches, and HTTPS_REQUIRED where only https will do."""
    over_https = scope.get("scheme") == "https"
    # A proxy that ends https in front of the portal is known by the public address.
    safe = over_https or context.settings.public_url.startswith("https:")
    if not safe and context.settings.profile == "prod":
        raise ApiError(ErrorCode.HTTPS_REQUIRED)
    cookies = Cookies(safe)
    secret, nonce = cookies.get(scope, SIGN_IN), cookies.get(scope, FORM)

    async def work(tx: Tx) -> User | None:
        await require_open(tx, https=over_https)
        return await sessions.current_user(tx, context.keys, secret)

    user = await context.database.read(work)
    return Visitor(user, secret if user else "", nonce or new_secret(), cookies, not nonce)


def csrf_token(context: Context, who: Visitor) -> str:
    """What a form carries to show that this portal made it, for this browser and this sign-in."""
    return context.keys.hash(f"form:{who.nonce}:{who.secret}")[:32]


async def read_form(scope: Scope, receive: Receive) -> dict[str, str]:
    """The fields of a posted form. Raises BODY_TYPE for anything else."""
    kind = header(scope, b"content-type").decode("latin-1")
    if kind.partition(";")[0].strip().lower() != _FORM_TYPE:
        raise ApiError(ErrorCode.BODY_TYPE, type=kind[:100] or "(none)")
    return texts(body.decode(_FORM_TYPE, await read_body(scope, receive), b""))


def texts(params: dict[str, object]) -> dict[str, str]:
    """The parameters that are texts; nothing here takes any other."""
    return {name: value for name, value in params.items() if isinstance(value, str)}


def is_same_origin(context: Context, scope: Scope, who: Visitor, params: dict[str, str]) -> bool:
    """Whether a posted form was made by this portal for this browser, and sent from its own page."""
    if who.new or header(scope, b"sec-fetch-site") not in (b"", b"same-origin", b"none"):
        return False
    origin = header(scope, b"origin").decode("latin-1")
    if origin and _host(origin) not in (header(scope, b"host").decode("latin-1").lower(), context.settings.domain):
        return False
    return hmac.compare_digest(params.get(CSRF_FIELD, "").encode(), csrf_token(context, who).encode())


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


FORM_EXPIRED = HtmlPage(
    "This form is out of date",
    paragraph("Go back, load the page again and repeat what you did. Cookies must be allowed."),
    HTTPStatus.FORBIDDEN,
)
