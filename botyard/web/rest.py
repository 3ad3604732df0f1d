"""`/rest`: from an address and a body to a call, and from its outcome to an envelope."""

from __future__ import annotations

import asyncio
from functools import partial
from http import HTTPStatus
from typing import Any

import msgspec

from botyard.call_log import Called
from botyard.errors import ApiError, ErrorCode
from botyard.model.audit import AuditEvent
from botyard.rpc import hints
from botyard.rpc.batch import time_block
from botyard.rpc.call import Context, Outcome
from botyard.rpc.dispatch import Request, dispatch
from botyard.rpc.error_handling import to_api_error, unexpected_answer
from botyard.rpc.file_body import FileBody
from botyard.rpc.identity import UNKNOWN_KEY, Credentials
from botyard.rpc.long_poll import watching
from botyard.rpc.method import V3, Mode
from botyard.web import arrivals, upload_buffer
from botyard.web.arrivals import Arrival
from botyard.web.http import (
    FILE,
    JSON,
    XML,
    Receive,
    Scope,
    Send,
    announced,
    answer,
    arrived,
    attached,
    beside,
    coding_of,
    header,
    hinted,
    sent_whole,
    watch,
)
from botyard.wire import body, envelope, xml
from botyard.wire.limits import MAX_BODY, SMALL_BODY

# HEAD is a GET whose response has no body, as everywhere; it runs the method.
NO_METHOD = "the address names no method: it is /rest/USER/SECRET/METHOD; is the slash before the method missing?"
_VERBS = ("GET", "HEAD", "POST")
MAX_XML = 1024 * 1024
"""Bytes that a response may have as JSON where it is asked for as XML, which takes a multiple of the memory."""


class Target(msgspec.Struct, frozen=True, gc=False):
    """What an address names: a method, a webhook's user and secret if it holds them, and the form of the response."""

    method: str
    user_id: int = 0
    secret: str = ""
    xml: bool = False
    v3: bool = False


def target(parts: list[str]) -> Target:
    """Read the parts of a path after `/rest/`: `[user, secret,] method[.json|.xml]`, with `api` before them for v3."""
    v3 = bool(parts) and parts[0] == "api"
    if v3:
        parts = parts[1:]
    method = parts[-1] if len(parts) in (1, 3) else ""
    ending = method[-5:].lower()
    as_xml = ending.endswith(".xml")
    if as_xml:
        method = method[:-4]
        # REST 3.0 responds in JSON only.
        as_xml = not v3
    elif ending == ".json":
        method = method[:-5]
    if len(parts) < 2:
        return Target(method, xml=as_xml, v3=v3)
    user = parts[0]
    known = user.isascii() and user.isdigit() and len(user) < 19
    # A user that is no number still makes this a webhook's address, of nobody.
    return Target(method, int(user) if known else -1, parts[1], as_xml, v3)


async def call(context: Context, scope: Scope, receive: Receive, send: Send, parts: list[str]) -> None:
    """Respond to one request to `/rest`."""
    started = context.clock.now()
    wanted = target(parts)
    kind = XML if wanted.xml else JSON
    try:
        if scope["method"] not in _VERBS:
            raise ApiError(ErrorCode.VERB_WRONG, verbs=", ".join(_VERBS))
        outcome = await _outcome(context, scope, receive, wanted, started)
        more = hinted(outcome.hint) if outcome.hint else None
        status, text = 200, outcome.hint
        if isinstance(outcome.result, FileBody):
            kind, content, more = FILE, outcome.result.content, attached(outcome.result.name)
        else:
            content = _success(context, wanted, outcome)
            if wanted.xml:
                content = await asyncio.to_thread(_as_xml, content)
    except Exception as fault:
        refused = to_api_error(fault, wanted.method)
        if refused.problem in UNKNOWN_KEY:
            context.audit_notes.note_refusal(AuditEvent.KEY_REFUSED, _address(scope))
            refused = context.guessing.refusal(refused, _address(scope), now=started)
        if wanted.secret and not wanted.method:
            refused.hint = NO_METHOD
        # It knows this frame, and this frame knows it: a circle that would keep the parameters, files among them.
        refused.__traceback__ = None
        status, content, more = refused.status, failure(refused, wanted), beside(refused)
        text = hints.hint_text(refused) or refused.text
    if more or not sent_whole(scope, status, kind, content):
        await answer(send, status, kind, content, more)
    took = context.clock.now() - started
    context.metrics.called(wanted.method, status, took)
    if context.calls is not None:
        context.calls.add(Called(status, wanted.method, text, took))


async def _outcome(context: Context, scope: Scope, receive: Receive, wanted: Target, started: float) -> Outcome:
    name = V3 + wanted.method if wanted.v3 else wanted.method
    method = context.registry.find(name)
    if method is not None and method.mode is Mode.NONE:
        # It may wait for events, and ends where its caller hangs up.
        watching.set(watch(scope))
    if method is not None and method.uploads:
        try:
            async with upload_buffer.received(_arrival(context, scope, receive, wanted, started), method) as params:
                credentials = _credentials(scope, wanted, params)
                return await dispatch(context, Request(name, method, params, credentials, started))
        except ApiError as refused:
            # Also what is refused ahead of the method has the response of the method.
            refused.response = method.respond(refused.problem)
            raise
    raw = arrived(scope)
    coding = announced(scope, MAX_BODY).coding if raw is None else coding_of(scope)
    if raw is None or coding:
        raw = await arrivals.read_call(_arrival(context, scope, receive, wanted, started), coding, raw)
    decoded = None
    if len(raw) > SMALL_BODY:
        # Its caller is known.
        params = await asyncio.to_thread(_params, scope, wanted, raw)
        # It is in memory once from here on.
        raw = b""
        credentials = _credentials(scope, wanted, params)
        if method is not None:
            decoded = await asyncio.to_thread(method.read, params)
    else:
        params = _params(scope, wanted, raw)
        credentials = _credentials(scope, wanted, params)
    try:
        return await dispatch(context, Request(name, method, params, credentials, started, decoded))
    except ApiError as refused:
        hints.respell(refused, partial(_names, scope, wanted, raw))
        raise


def _arrival(context: Context, scope: Scope, receive: Receive, wanted: Target, started: float) -> Arrival:
    head = _credentials(scope, wanted, {body.TOKEN_NAMES[0]: body.token("", b"", scope["query_string"])})
    return Arrival(context, scope, receive, head, started, _kind(scope, wanted))


def signed_with(scope: Scope, parts: list[str], sent: bytes) -> Credentials:
    """What a request is signed with whose body is ``sent``, as far as it is here. Raises what reading a body raises."""
    wanted = target(parts)
    token = body.token(_kind(scope, wanted), sent, scope["query_string"])
    return _credentials(scope, wanted, {body.TOKEN_NAMES[0]: token})


def _kind(scope: Scope, wanted: Target) -> str:
    """The content type that the body is read as."""
    return "application/json" if wanted.v3 else header(scope, b"content-type").decode("latin-1")


def _params(scope: Scope, wanted: Target, raw: bytes) -> dict[str, Any]:
    if not wanted.v3:
        return body.decode(_kind(scope, wanted), raw, scope["query_string"])
    # REST 3.0 takes JSON and nothing else, and no parameters from the query; some clients sign there.
    asked = body.decode("", b"", scope["query_string"])
    try:
        params = body.decode("application/json", raw, b"")
    except ApiError as refused:
        if refused.status != HTTPStatus.BAD_REQUEST:
            raise
        raise ApiError(ErrorCode.JSON_V3, hint=refused.text) from None
    return {name: value for name, value in asked.items() if name in ("auth", "access_token")} | params


def _names(scope: Scope, wanted: Target, raw: bytes) -> list[str]:
    """The names of the parameters as they were sent."""
    return body.names(_kind(scope, wanted), raw, scope["query_string"])


def _credentials(scope: Scope, wanted: Target, params: dict[str, Any]) -> Credentials:
    """What the request is signed with; a token among the parameters is taken out of them."""
    first, second = body.TOKEN_NAMES
    token = params.pop(first, None) or params.pop(second, None)
    if wanted.secret:
        # The address of a webhook wins over a stray `auth`.
        token = ""
    elif not isinstance(token, str) or not token:
        kind, _, bearer = header(scope, b"authorization").decode("latin-1").partition(" ")
        token = bearer.strip() if kind.lower() == "bearer" else ""
    return Credentials(wanted.user_id, wanted.secret, token, scope.get("scheme") == "https", _address(scope))


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else ""


def _success(context: Context, wanted: Target, outcome: Outcome) -> bytes:
    time = time_block(context, outcome)
    if outcome.total is None and outcome.next is None:
        whole: msgspec.Struct = envelope.Success(outcome.result, time)
    else:
        whole = envelope.Listed(outcome.result, time, outcome.total, outcome.next)
    try:
        return envelope.encode_within(whole, min(outcome.most, MAX_XML) if wanted.xml else outcome.most)
    except (TypeError, ValueError, OverflowError) as fault:
        raise unexpected_answer(fault, wanted.method) from fault


def _as_xml(encoded: bytes) -> bytes:
    # Batches hold responses that are written already, so XML is made from the JSON.
    return xml.render(msgspec.json.decode(encoded))


def failure(refused: ApiError, wanted: Target) -> bytes:
    """The body of an error, in the dialect that was called."""
    if wanted.v3:
        return envelope.encode(envelope.FailureV3(envelope.FailureV3Body(refused.code, refused.text)))
    whole = envelope.Failure(refused.code, refused.text, str(refused.words.get("argument", "")))
    return xml.render(whole) if wanted.xml else envelope.encode(whole)
