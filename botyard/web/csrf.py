"""Cookies and forms of a browser, and protection against forged requests (CSRF)."""

from __future__ import annotations

import hmac
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from botyard.errors import ApiError, ErrorCode
from botyard.model.audit import Actor, AuditEvent, Via
from botyard.model.people import User
from botyard.model.sessions import BROWSER_MAX, Client, Duty, Session
from botyard.portal.auth import sessions
from botyard.portal.auth.keys import new_secret
from botyard.portal.auth.sessions import SEEN_SECONDS
from botyard.rpc.call import Context
from botyard.rpc.identity import require_open
from botyard.store import sessions as stored_sessions
from botyard.store.engines.db import T, Tx, Work
from botyard.web import arrivals
from botyard.web.pages import show
from botyard.wire import body

SIGN_IN = "botyard_sign_in"
FORM = "botyard_form"
KNOWN = "botyard_known"
"""The cookie of a browser in which somebody has signed in before."""
CSRF_FIELD = "csrf_token"
"""The name of the field that proves a form to be ours."""
_FORM_TYPE = "application/x-www-form-urlencoded"
_LONGEST = 200


class Cookies(NamedTuple):
    """How cookies are named and kept: over https so that only https, this host and no script can see them."""

    safe: bool

    def name(self, name: str) -> str:
        """A cookie's full name."""
        return f"__Host-{name}" if self.safe else name

    def set(self, response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
        """Set a cookie for so long, or until the browser is closed."""
        response.set_cookie(
            self.name(name),
            value,
            max_age=seconds,
            secure=self.safe,
            httponly=True,
            samesite="Lax",  # type: ignore[arg-type]  # As browsers spell it; any case is taken.
        )

    def delete(self, response: Response, name: str) -> None:
        """Take a cookie away."""
        response.delete_cookie(self.name(name), secure=self.safe, httponly=True)

    def get(self, request: Request, name: str) -> str:
        """The value of a cookie, ``""`` for none or an odd one."""
        value = request.cookies.get(self.name(name), "")
        return value if len(value) <= _LONGEST and value.isascii() and value.isalnum() else ""


class Visitor(NamedTuple):
    """Who opens a page, and with which cookies. ``nonce`` is new where the browser brought none.

    ``user`` is somebody who has signed in and has no ``duty`` left, such as a code that is still to be entered; of all
    others who have begun to sign in, only the ``session`` is known.
    """

    user: User | None
    secret: str
    nonce: str
    cookies: Cookies
    new: bool
    client: Client
    session: Session | None = None
    duty: Duty = Duty.NONE

    @property
    def actor(self) -> Actor:
        """Who acts, for the audit log."""
        return Actor(Via.PAGE, self.session.user.id if self.session else 0, address=self.client.address)

    def remembered(self, response: Response) -> Response:
        """The same response, which gives a new browser its nonce."""
        if self.new:
            self.cookies.set(response, FORM, self.nonce)
        return response


async def visitor(context: Context, request: Request) -> Visitor:
    """Who opens a page. Raises the portal's switches, and HTTPS_REQUIRED where only https will do."""
    over_https = request.scope.get("scheme") == "https"
    # A proxy that ends https in front of the portal is known by the public address.
    safe = over_https or context.settings.public_url.startswith("https:")
    if not safe and context.settings.profile == "prod":
        raise ApiError(ErrorCode.HTTPS_REQUIRED)
    cookies = Cookies(safe)
    secret, nonce = cookies.get(request, SIGN_IN), cookies.get(request, FORM)
    client = _client(request)

    async def work(tx: Tx) -> Session | None:
        await require_open(tx, https=over_https)
        return await sessions.current(tx, context.keys, secret, settings=context.settings)

    session = await context.database.read(work)
    who = Visitor(None, "", nonce or new_secret(), cookies, not nonce, client)
    if session is None:
        return who
    if not session.awaits_code and not 0 <= context.clock.now() - session.last_seen < SEEN_SECONDS:
        await context.database.write(lambda tx: stored_sessions.note_use(tx, session.id, client))
    duty = sessions.duty(session, context.settings)
    return who._replace(user=session.user if duty is Duty.NONE else None, secret=secret, session=session, duty=duty)


def _client(request: Request) -> Client:
    address = request.client.host if request.client else ""
    return Client(_printable(address)[:_LONGEST], _printable(request.headers.get("user-agent", ""))[:BROWSER_MAX])


def _printable(text: str) -> str:
    # What a proxy or a browser says is shown to people, and stored; PostgreSQL takes no NUL.
    return "".join(sign for sign in text if sign.isprintable())


async def write(context: Context, who: Visitor, work: Work[T]) -> T:
    """Run ``work`` as one transaction, in which whoever opens a page acts."""

    async def acting(tx: Tx) -> T:
        tx.actor = who.actor
        return await work(tx)

    return await context.database.write(acting)


def csrf_token(context: Context, who: Visitor) -> str:
    """What a form carries to show that this portal made it, for this browser and this sign-in."""
    return context.keys.hash(f"form:{who.nonce}:{who.secret}")[:32]


def read_query(request: Request) -> dict[str, str]:
    """The parameters of an address."""
    return _texts(body.decode("", b"", request.scope["query_string"]))


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a posted form. Raises BODY_TYPE for anything else, and all that reading a body raises."""
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != _FORM_TYPE:
        raise ApiError(ErrorCode.BODY_TYPE, type=kind[:100] or "(none)")
    return _texts(body.decode(_FORM_TYPE, await arrivals.read_form(request.scope, request.receive), b""))


def _texts(params: dict[str, object]) -> dict[str, str]:
    """The parameters that are texts; nothing here takes any other."""
    return {name: value for name, value in params.items() if isinstance(value, str)}


def is_same_origin(context: Context, request: Request, who: Visitor, params: dict[str, str]) -> bool:
    """Whether a posted form was made by this portal for this browser, and sent from its own page; counts others."""
    own = _is_own(context, request, who, params)
    if not own:
        context.audit_notes.note_refusal(AuditEvent.FORM_FORGED, who.client.address)
    return own


def _is_own(context: Context, request: Request, who: Visitor, params: dict[str, str]) -> bool:
    if who.new or request.headers.get("sec-fetch-site", "") not in ("", "same-origin", "none"):
        return False
    origin = request.headers.get("origin", "")
    if origin and _host(origin) not in (request.headers.get("host", "").lower(), context.settings.domain):
        return False
    return hmac.compare_digest(params.get(CSRF_FIELD, "").encode(), csrf_token(context, who).encode())


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def form_expired(who: Visitor) -> Response:
    """The page for whom ``is_same_origin`` turns away."""
    return who.remembered(show("form_expired.html", HTTPStatus.FORBIDDEN))
