"""`/account/reset`: somebody who has a link of an administrator chooses a new password."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from botyard.errors import ApiError, Reason
from botyard.model.audit import AuditEvent
from botyard.portal.auth import password_changes
from botyard.rpc.call import Context
from botyard.web.csrf import Visitor, form_expired, is_same_origin, read_form, read_query, visitor
from botyard.web.pages import show
from botyard.web.sign_in import form_fields

KEY_FIELD = "key"
_LONGEST = 100


async def reset(context: Context, request: Request) -> Response:
    """Show the form for a link that is good, and set the password. Opening the link alone uses nothing up."""
    who = await visitor(context, request)
    if request.method != "POST":
        return who.remembered(await _form(context, who, read_query(request).get(KEY_FIELD, "")))
    params = await read_form(request)
    if not is_same_origin(context, request, who, params):
        return form_expired(who)
    key, new = params.get(KEY_FIELD, ""), params.get("new", "")
    try:
        await password_changes.use_link(
            context.database, context.keys, secret=key[:_LONGEST], new=new, rules=context.password_rules, by=who.actor
        )
    except ApiError as refused:
        if refused.problem is Reason.RESET_LINK_ENDED:
            return _wrong(context, who)
        return await _form(context, who, key, f"{refused.text}.", HTTPStatus.BAD_REQUEST)
    return show("password_chosen.html")


async def _form(context: Context, who: Visitor, key: str, wrong: str = "", status: int = HTTPStatus.OK) -> Response:
    user = await context.database.read(lambda tx: password_changes.link_owner(tx, context.keys, key[:_LONGEST]))
    if user is None:
        return _wrong(context, who)
    fields = form_fields(context, who) | {KEY_FIELD: key}
    return show("reset_password.html", status, login=user.login, wrong=wrong, fields=fields)


def _wrong(context: Context, who: Visitor) -> Response:
    """The response to a link that opens nothing: after too many of them from an address not even that is told."""
    address = who.client.address
    context.audit_notes.note_refusal(AuditEvent.KEY_REFUSED, address)
    if limited := context.guessing.limit(address, now=context.clock.now()):
        text = f"There were {limited.hint}."
        return show("error.html", HTTPStatus.TOO_MANY_REQUESTS, title="Too many attempts", text=text)
    text = "It has expired, or was used before. Ask an administrator for another one."
    return show("error.html", HTTPStatus.NOT_FOUND, title="This link is good no longer", text=text)
