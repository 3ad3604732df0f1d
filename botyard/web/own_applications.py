"""`/account/applications`: people see what acts in their name, applications and tokens of their own, and end it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from botyard.errors import ApiError
from botyard.model.access_lists import AppAccess, TokenLine
from botyard.model.apps import App
from botyard.portal.auth import consents, tokens
from botyard.rpc.call import Context
from botyard.rpc.scopes import meaning
from botyard.store import apps, token_lists
from botyard.store.engines.db import Tx
from botyard.web.confirm import account_session
from botyard.web.csrf import form_expired, is_same_origin, read_form, visitor, write
from botyard.web.pages import redirect, show
from botyard.web.sign_in import form_fields

APPLICATIONS = "/account/applications"
_LONGEST = 18


async def applications(context: Context, request: Request) -> Response:
    """List what has access in somebody's name, and end it."""
    who = await visitor(context, request)
    session = account_session(who, APPLICATIONS)
    if isinstance(session, Response):
        return session
    user_id = session.user.id
    if request.method == "POST":
        params = await read_form(request)
        if not is_same_origin(context, request, who, params):
            return form_expired(who)
        await write(context, who, lambda tx: _end(tx, user_id, params))
        return redirect(APPLICATIONS)

    async def work(tx: Tx) -> tuple[list[tuple[App, AppAccess]], list[TokenLine]]:
        pairs = [(await apps.find(tx, access.app_id), access) for access in await token_lists.apps_of(tx, user_id)]
        own = [line for line in await token_lists.page(tx, user_id=user_id) if not line.client_id]
        return [(app, access) for app, access in pairs if app is not None], own

    with_access, own = await context.database.read(work)
    return show(
        "applications.html",
        applications=[_app_row(context, app, access) for app, access in with_access],
        tokens=[_token_row(context, line) for line in own],
        fields=form_fields(context, who),
    )


async def _end(tx: Tx, user_id: int, params: dict[str, str]) -> None:
    if client_id := params.get("application", ""):
        registration = await apps.find_by_client(tx, client_id)
        if registration is not None:
            await consents.revoke(tx, registration.app, user_id)
    number = params.get("token", "")
    if number.isascii() and number.isdigit() and len(number) <= _LONGEST:
        try:
            await tokens.revoke(tx, int(number), user_id=user_id)
        except ApiError:
            # It has ended already: the list that follows shows that.
            return


def _app_row(context: Context, app: App, access: AppAccess) -> dict[str, object]:
    return {
        "client_id": app.client_id,
        "title": app.title,
        "permissions": [meaning(scope) for scope in access.scopes],
        "since": _moment(context, access.since),
        "used": _used(context, access.last_used),
    }


def _token_row(context: Context, line: TokenLine) -> dict[str, object]:
    return {
        "id": line.id,
        "permissions": [meaning(scope) for scope in line.scopes.split(",") if scope],
        "since": _moment(context, line.granted),
        "until": _moment(context, line.expires),
    }


def _used(context: Context, moment: int | None) -> str:
    return "never used" if moment is None else f"last used {_moment(context, moment)}"


def _moment(context: Context, moment: int) -> str:
    return context.clock.atom(moment)[:16].replace("T", " ")
