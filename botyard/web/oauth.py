"""The authorization server: pairs of tokens for codes and refresh tokens, and what it knows of an application.

Codes and statuses are those that the official Python SDK's tests found on the real server
(`wrong_client` comes with status 200). `PAYMENT_REQUIRED` cannot happen here: nothing is paid for.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from botyard.errors import ApiError, ErrorCode
from botyard.model.apps import MESSENGER, App, Portal
from botyard.model.audit import AuditEvent
from botyard.portal import apps
from botyard.portal.auth import authorization_codes, tokens
from botyard.portal.auth.authorization_codes import CodeExchange
from botyard.portal.auth.tokens import Denied, Keyring, TokenPair
from botyard.rpc import hints
from botyard.rpc.batch import time_block
from botyard.rpc.call import Context, Outcome
from botyard.rpc.error_handling import to_api_error
from botyard.rpc.identity import Credentials, find_bearer, identify, require_open
from botyard.rpc.scopes import shown_text
from botyard.store import apps as stored_apps
from botyard.store import portal
from botyard.store.access import Caller
from botyard.store.engines.db import Tx
from botyard.web import basic
from botyard.web.basic import BasicCredentials
from botyard.wire import body as bodies

Answer = tuple[int, dict[str, Any]]

# What a grant needs beside the application's own name and secret.
GRANTS = {"refresh_token": "refresh_token", "authorization_code": "code"}

_WRONG_CLIENT: Answer = (200, {"error": "wrong_client", "error_description": "There is no such application"})
_INVALID_CLIENT: Answer = (
    400,
    {
        "error": "invalid_client",
        "error_description": "Invalid client data was provided. The application may not be installed in Bitrix24",
    },
)
# Who came by HTTP Basic is told as RFC 6749, 5.2 has it, whatever the vendor's own server says to others.
_UNAUTHORIZED: Answer = (401, _INVALID_CLIENT[1])
_INVALID_GRANT: Answer = (
    400,
    {
        "error": "invalid_grant",
        "error_description": "Invalid authorization data was provided for obtaining access_token",
    },
)
_GUESSED = (_WRONG_CLIENT, _INVALID_CLIENT, _INVALID_GRANT)
"""Responses that tell whether a secret is right."""
_DENIED: dict[Denied, Answer] = {
    Denied.NOT_INSTALLED: _INVALID_CLIENT,
    Denied.APP_SCOPE: (
        403,
        {
            "error": "invalid_scope",
            "error_description": "Access permissions requested exceed those specified in the application card",
        },
    ),
    Denied.PERSON_SCOPE: (
        401,
        {
            "error": "insufficient_scope",
            "error_description": "The request requires higher privileges than provided by the access token",
        },
    ),
}


class Hinted(NamedTuple):
    """A response, and what its text leaves out: of secrets nothing that tells how near a guess was."""

    status: int
    body: dict[str, Any]
    hint: str = ""


class TokenRequest(msgspec.Struct, frozen=True):
    """A request for a token, read."""

    grant: str
    client_id: str
    client_secret: str
    grant_value: str
    scope: str
    redirect_uri: str
    verifier: str


async def token(
    context: Context,
    query: bytes,
    content_type: str,
    body: bytes,
    *,
    https: bool,
    authorization: str = "",
    address: str = "",
) -> Hinted:
    """Respond to `/oauth/token/`: the status and what to send as JSON.

    The application is named by the parameters, or by HTTP Basic in ``authorization``. After too many wrong names,
    secrets, codes and refresh tokens from an ``address`` nothing is told of these any more.
    """
    try:
        client = basic.read(authorization) if authorization else None
        asked = _asked(bodies.decode(content_type, body, query), client)
        answer = asked if isinstance(asked, Hinted) else await _answered(context, asked, https)
        if answer[:2] in _GUESSED:
            context.audit_notes.note_refusal(AuditEvent.KEY_REFUSED, address)
            if limited := context.guessing.limit(address, now=context.clock.now()):
                raise limited
        wrong = client is not None and answer[:2] in (_WRONG_CLIENT, _INVALID_CLIENT)
        return Hinted(*_UNAUTHORIZED, answer.hint) if wrong else answer
    except Exception as fault:
        error = to_api_error(fault, "oauth.token")
        return Hinted(*_failed(error), hints.hint_text(error))


def named_client(query: bytes, kind: bytes, body: bytes, authorization: bytes) -> BasicCredentials:
    """The application and the secret that a request for a token names; empty where it names none.

    Raises what reading a body raises.
    """
    if client := basic.read(authorization.decode("latin-1")):
        return client
    words = bodies.decode(kind.decode("latin-1"), body, query)
    client_id, secret = (words.get(name) for name in ("client_id", "client_secret"))
    return BasicCredentials(client_id if isinstance(client_id, str) else "", secret if isinstance(secret, str) else "")


async def app_info(context: Context, token: str, *, https: bool) -> Answer:
    """Respond to `/rest/app.info` as the authorization server does: what this token and its application are."""
    started = context.clock.now()

    async def work(tx: Tx) -> Answer:
        await identify(tx, context.keys, Credentials(token=token, https=https), started)
        caller = await find_bearer(tx, context.keys, token)
        row = await portal.get(tx)
        app = await stored_apps.find(tx, caller.app_id) if caller is not None and caller.app_id else None
        if caller is None or app is None or row is None:
            return _INVALID_CLIENT
        return 200, {"result": _card(context, row, app, caller)}

    try:
        status, answer = await context.database.read(work)
    except Exception as fault:
        refused = to_api_error(fault, "oauth.app.info")
        return _INVALID_CLIENT if refused.problem is ErrorCode.TOKEN_INVALID else _failed(refused)
    if status == 200:
        finished = context.clock.now()
        spent = context.limits.spent("oauth", "app.info", 0.0, finished)
        answer["time"] = time_block(
            context, Outcome(answer["result"], None, None, started, finished, finished - started, spent)
        )
    return status, answer


def _failed(refused: ApiError) -> Answer:
    code, text = refused.code, refused.text
    return refused.status, {"error": code.lower() if code == "INVALID_REQUEST" else code, "error_description": text}


def _asked(params: dict[str, Any], client: BasicCredentials | None) -> TokenRequest | Hinted:
    """The parameters of a request, or the response to one that lacks some."""
    words = {name: value for name, value in params.items() if isinstance(value, str) and value}
    if client is not None:
        if "client_secret" in words or words.get("client_id", client.client_id) != client.client_id:
            return _invalid_request("The client is named in the header and in the parameters")
        if not client.client_id or not client.secret:
            return Hinted(*_INVALID_CLIENT, "client id or secret is empty")
        words |= {"client_id": client.client_id, "client_secret": client.secret}
    grant = words.get("grant_type", "")
    if grant and grant not in GRANTS:
        return _invalid_request(f'Grant type "{grant[:40]}" is not supported')
    grant_field = GRANTS.get(grant, "")
    # The portal's own client is a public one.
    secret = "" if words.get("client_id") == MESSENGER else "client_secret"
    for name in ("grant_type", "client_id", secret, grant_field):
        if name and name not in words:
            return _invalid_request(f'No "{name}" parameter found')
    more = [words.get(name, "") for name in ("scope", "redirect_uri", "code_verifier")]
    return TokenRequest(grant, words["client_id"], words.get("client_secret", ""), words[grant_field], *more)


def _invalid_request(text: str) -> Hinted:
    return Hinted(400, {"error": "invalid_request", "error_description": text})


async def _answered(context: Context, asked: TokenRequest, https: bool) -> Hinted:
    ring = Keyring(context.keys, context.settings)

    async def check(tx: Tx) -> tuple[App | None, bool]:
        await require_open(tx, https=https)
        if asked.client_id == MESSENGER:
            # Everybody knows its name, so that what it presents is looked at here already.
            return await apps.find(tx, MESSENGER), not asked.client_secret and await _exists(tx, context, asked)
        return await apps.check_secret(tx, context.keys, asked.client_id, secret=asked.client_secret)

    # Wrong names and secrets are the cheap case: they never reach the writer.
    app, own = await context.database.read(check)
    if app is None:
        return Hinted(*_WRONG_CLIENT, "no application has this client_id")
    if not own and app.built_in and not asked.client_secret:
        return Hinted(*_INVALID_GRANT, Denied.GRANT.value)
    if not own:
        return Hinted(*_INVALID_CLIENT, "the client_secret is not that of the application")
    if not app.installed:
        return Hinted(*_INVALID_CLIENT, "the application is not installed")

    async def work(tx: Tx) -> tuple[TokenPair | Denied, Portal | None, int]:
        return await _granted(tx, ring, app, asked), await portal.get(tx), tx.now

    pair, portal_row, now = await context.database.write(work)
    if isinstance(pair, Denied):
        return Hinted(*_DENIED.get(pair, _INVALID_GRANT), pair.value)
    if portal_row is None:
        return Hinted(*_INVALID_CLIENT)
    return Hinted(200, reply(context, portal_row, app, pair, now))


async def _exists(tx: Tx, context: Context, asked: TokenRequest) -> bool:
    """Whether there is such a code or refresh token."""
    if asked.grant == "refresh_token":
        return await tokens.refresh_exists(tx, context.keys, asked.grant_value)
    return await authorization_codes.exists(tx, context.keys, asked.grant_value)


async def _granted(tx: Tx, ring: Keyring, app: App, asked: TokenRequest) -> TokenPair | Denied:
    # As it is now: it may have changed since its secret was checked.
    app = await stored_apps.find(tx, app.id) or app
    if asked.grant == "refresh_token":
        return await tokens.refresh(tx, ring, app=app, text=asked.grant_value, scopes=asked.scope)
    offer = CodeExchange(asked.grant_value, asked.redirect_uri, asked.verifier)
    return await authorization_codes.exchange(tx, ring, app=app, offer=offer)


def reply(context: Context, row: Portal, app: App, pair: TokenPair, now: int) -> dict[str, Any]:
    """A pair of tokens with everything that some client asks for beside it."""
    settings = context.settings
    endpoint = context.url("/rest/")
    return {
        "access_token": pair.access,
        "refresh_token": pair.refresh,
        "expires": pair.expires,
        "expires_in": pair.expires - now,
        # The portal's own client knows by it whether it may administer.
        "scope": pair.scopes if app.built_in else shown_text(pair.scopes),
        "domain": settings.domain,
        "server_endpoint": endpoint,
        "client_endpoint": endpoint,
        "member_id": row.member_id,
        "user_id": pair.user_id,
        "status": app.status,
    }


def _card(context: Context, row: Portal, app: App, caller: Caller) -> dict[str, Any]:
    return {
        "client_id": app.client_id,
        "scope": shown_text(caller.scopes),
        "expires": context.clock.atom_or_none(caller.expires),
        "user_id": caller.user_id,
        "install": {
            "installed": app.installed,
            "version": app.version,
            "status": app.status,
            "scope": shown_text(app.scopes),
            "domain": context.settings.domain,
            "uri": context.settings.public_url,
            "client_endpoint": context.url("/rest/"),
            "member_id": row.member_id,
            "member_type": "company",
        },
    }
