"""Uploads by an address: a file of a form into the folder that the address was made for."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qsl

from botyard.api.disk.uploads import FIELD
from botyard.errors import ApiError, ErrorCode
from botyard.portal.auth import signed_urls
from botyard.portal.auth.signed_urls import FileLink
from botyard.rpc import dispatch
from botyard.rpc.batch import time_block
from botyard.rpc.call import Context
from botyard.rpc.error_handling import to_api_error
from botyard.rpc.identity import Auth, Credentials, Identity, require_open
from botyard.store import access, users
from botyard.store.engines.db import Tx
from botyard.web import upload_buffer
from botyard.web.arrivals import Arrival
from botyard.web.files import refused_link
from botyard.web.http import JSON, Receive, Scope, Send, answer, beside, header
from botyard.wire import envelope
from botyard.wire.multipart import FilePart

METHOD = "disk.folder.uploadFile"
_FIELDS_MAX = 20


class _Way(NamedTuple):
    """A link that is good, and in whose name it uploads."""

    link: FileLink
    caller: Identity


async def upload(context: Context, scope: Scope, receive: Receive, send: Send) -> None:
    """Respond to a form with a file, as `disk.folder.uploadFile` responds to a file."""
    try:
        if scope["method"] != "POST":
            raise ApiError(ErrorCode.VERB_WRONG, verbs="POST")
        context.limits.admit()
        try:
            content = await _kept(context, scope, receive)
        finally:
            context.limits.release()
        status, more = 200, None
    except Exception as fault:
        refused = to_api_error(fault, METHOD)
        # It would keep the file as long as itself.
        refused.__traceback__ = None
        status, more = refused.status, beside(refused)
        content = envelope.encode(envelope.Failure(refused.code, refused.text))
    await answer(send, status, JSON, content, more)


async def _kept(context: Context, scope: Scope, receive: Receive) -> bytes:
    started = context.clock.now()
    way = await _way(context, scope, started)
    context.limits.enter(way.caller.source, started)
    method = context.registry.find(METHOD)
    assert method is not None
    kind = header(scope, b"content-type").decode("latin-1")
    bare = {**scope, "query_string": b""}
    arrival = Arrival(context, bare, receive, Credentials(), started, kind)
    try:
        async with upload_buffer.received(arrival, method, source=way.caller.source) as form:
            file = form.get(FIELD)
            if not isinstance(file, FilePart):
                raise ApiError(ErrorCode.BODY_MALFORMED, reason=f"there is no file in the field {FIELD} of a form")
            unique = way.link.form == signed_urls.UPLOAD_UNIQUE
            params = {"id": way.link.file_id, "filecontent": file, "generateuniquename": unique}
            outcome = await dispatch.run(context, way.caller, METHOD, params, started)
    except ApiError as refused:
        refused.response = method.respond(refused.problem)
        raise
    return envelope.encode(envelope.Success(outcome.result, time_block(context, outcome)))


def _token(query: bytes) -> str:
    """The token of an address, "" for none, or among more than an address has."""
    try:
        return dict(parse_qsl(query.decode("latin-1"), max_num_fields=_FIELDS_MAX)).get("token", "")
    except ValueError:
        return ""


async def _way(context: Context, scope: Scope, started: float) -> _Way:
    """Read the link before the body is waited for. Raises LINK_BAD, and what the portal's switches say."""
    link = signed_urls.read(context.keys, _token(scope["query_string"]), now=int(started))
    if link is None or link.form not in signed_urls.UPLOADS or not link.key:
        raise refused_link(context, scope)

    async def caller(tx: Tx) -> Identity | None:
        await require_open(tx, https=scope.get("scheme") == "https")
        user = await users.find(tx, link.user_id)
        if user is None or not user.active or not await access.key_works(tx, link.key):
            return None
        client = scope.get("client")
        return Identity(
            user.id,
            Auth.WEBHOOK if link.key.startswith("h") else Auth.OAUTH,
            False,
            user.kind,
            frozenset({"disk"}),
            f"link:{user.id}",
            address=str(client[0]) if client else "",
            key_id=int(link.key[1:]),
        )

    who = await context.database.read(caller)
    if who is None:
        raise refused_link(context, scope)
    return _Way(link, who)
