"""The `auth` block of events: whose event it is, where the portal is, and tokens that work.

Docs: api-reference/events/index.md#auth.
"""

from __future__ import annotations

from typing import Any

from botyard.model.apps import App
from botyard.model.people import UserKind
from botyard.portal import apps, tokens
from botyard.portal.tokens import Keyring
from botyard.rpc.call import Context
from botyard.rpc.scopes import shown_text
from botyard.store import apps as app_rows
from botyard.store import bots, portal, users
from botyard.store.db import Tx

APP = "app:"
"""How the name of an owner begins that is an application; what follows is its client id."""


async def block(
    tx: Tx,
    context: Context,
    *,
    owner: str,
    user_id: int,
    refresh: bool = True,
    client: bool = False,
    bare: bool = False,
) -> dict[str, Any]:
    """What an owner of handlers is told beside an event; needs a write transaction where the owner is an application.

    An application gets tokens of ``user_id``, whose act the event tells of, unless that is nobody
    or somebody whom the application may not speak for; ``client`` adds its own client id. A webhook
    gets no tokens, as the page says of outgoing webhooks, nor does an application that is gone (``bare``).
    """
    endpoint = context.url("/rest/")
    found = await portal.get(tx)
    place: dict[str, Any] = {
        "domain": context.settings.domain,
        "server_endpoint": endpoint,
        "client_endpoint": endpoint,
        "member_id": found.member_id if found else "",
    }
    app = await apps.find(tx, owner.removeprefix(APP)) if owner.startswith(APP) and not bare else None
    if app is not None:
        place |= {"scope": shown_text(app.scopes), "status": app.status}
        place |= await _tokens(tx, context, app, owner, user_id, refresh=refresh)
        place |= {"client_id": app.client_id} if client else {}
    return place | {"application_token": context.keys.application_token(owner)}


async def _tokens(tx: Tx, context: Context, app: App, owner: str, user_id: int, *, refresh: bool) -> dict[str, Any]:
    if not await _speaks_for(tx, app, owner, user_id):
        return {}
    now = int(context.clock.now())
    pair = await tokens.for_events(tx, Keyring(context.keys, context.settings), app=app, user_id=user_id, now=now)
    given = {
        "access_token": pair.access,
        "expires": pair.expires,
        "expires_in": pair.expires - now,
        "user_id": user_id,
    }
    return given | {"refresh_token": pair.refresh} if refresh else given


async def _speaks_for(tx: Tx, app: App, owner: str, user_id: int) -> bool:
    """Its own bots always; people who are here and whom it is open to; never guests or the bots of others."""
    person = await users.find(tx, user_id) if user_id else None
    if person is None or not person.active or person.kind == UserKind.GUEST:
        return False
    if person.bot:
        bot = await bots.find(tx, user_id)
        return bot is not None and bot.owner == owner
    return await app_rows.admits(tx, app, user_id)
