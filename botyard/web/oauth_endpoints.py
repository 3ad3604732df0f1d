"""The addresses of the authorization server: `/oauth/token/` and its own `app.info`."""

from __future__ import annotations

from http import HTTPStatus

from botyard.call_log import Called
from botyard.errors import ApiError, ErrorCode
from botyard.rpc.call import Context
from botyard.web import basic, oauth, rest
from botyard.web.http import Receive, Scope, Send, answer_json, header, hinted, read_body
from botyard.web.loopback_only import AUTHORIZATION_SERVERS
from botyard.wire import body

_VERBS = ("GET", "POST")


async def token(context: Context, scope: Scope, receive: Receive, send: Send) -> None:
    """Exchange a code or a refresh token for a fresh pair, by GET and by POST."""
    if scope["method"] not in _VERBS:
        raise ApiError(ErrorCode.VERB_WRONG, verbs=", ".join(_VERBS))
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


async def app_info(context: Context, scope: Scope, receive: Receive, send: Send) -> None:
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
