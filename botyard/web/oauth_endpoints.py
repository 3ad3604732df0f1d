"""The addresses of the authorization server: `/oauth/token/` and its own `app.info`."""

from __future__ import annotations

from http import HTTPStatus

from botyard.call_log import Called
from botyard.errors import ApiError, ErrorCode
from botyard.rpc.call import Context
from botyard.web import basic, oauth, rest
from botyard.web.arrivals import address_of, read_form
from botyard.web.http import Receive, Scope, Send, answer_json, header, hinted
from botyard.web.loopback_only import AUTHORIZATION_SERVERS
from botyard.web.oauth import Hinted
from botyard.wire import body

_VERBS = ("GET", "POST")


async def token(context: Context, scope: Scope, receive: Receive, send: Send) -> None:
    """Exchange a code or a refresh token for a fresh pair, by GET and by POST."""
    if scope["method"] not in _VERBS:
        raise ApiError(ErrorCode.VERB_WRONG, verbs=", ".join(_VERBS))
    started = context.clock.now()
    with context.slots.anonymous.held(address_of(scope)):
        status, value, hint = await _token(context, scope, receive)
    by_header = status == HTTPStatus.UNAUTHORIZED and basic.read(_authorization(scope)) is not None
    more = [*hinted(hint), (b"www-authenticate", basic.CHALLENGE)] if by_header else hinted(hint)
    await answer_json(send, status, value, more)
    if context.calls is not None:
        text = hint or str(value.get("error_description", ""))
        context.calls.add(Called(status, "oauth/token", text, context.clock.now() - started))


async def _token(context: Context, scope: Scope, receive: Receive) -> Hinted:
    raw = await read_form(scope, receive)
    kind, https = header(scope, b"content-type").decode("latin-1"), scope.get("scheme") == "https"
    return await oauth.token(
        context,
        scope["query_string"],
        kind,
        raw,
        https=https,
        authorization=_authorization(scope),
        address=address_of(scope),
    )


def _authorization(scope: Scope) -> str:
    return header(scope, b"authorization").decode("latin-1")


async def app_info(context: Context, scope: Scope, receive: Receive, send: Send) -> None:
    """`app.info`: the authorization server's flavour under its own names, else the portal's method."""
    host = header(scope, b"host").decode("latin-1").partition(":")[0].lower()
    if host not in AUTHORIZATION_SERVERS:
        await rest.call(context, scope, receive, send, ["app.info"])
        return
    with context.slots.anonymous.held(address_of(scope)):
        raw = await read_form(scope, receive)
        params = body.decode(header(scope, b"content-type").decode("latin-1"), raw, scope["query_string"])
        token = str(params.get("auth") or params.get("access_token") or "")
        status, value = await oauth.app_info(context, token, https=scope.get("scheme") == "https")
    await answer_json(send, status, value)
