"""The `auth` block of events: whose event it is, where the portal is, and tokens that work.

Docs: api-reference/events/index.md#auth.
"""

from __future__ import annotations

from typing import Any

from botyard.model.apps import App
from botyard.model.bots import Bot
from botyard.model.people import UserKind
from botyard.portal import apps
from botyard.portal.auth import tokens
from botyard.portal.auth.keys import HOOK
from botyard.portal.auth.tokens import Keyring
from botyard.rpc.call import Context
from botyard.rpc.scopes import shown_text
from botyard.store import apps as stored_apps
from botyard.store import bots, portal, users
from botyard.store.engines.db import Tx

APP = "app:"
"""How the name of an owner begins that is an application; what follows is its client id."""


async def block(
    tx: Tx,
    context: Context,
    *,
    owner: str,
    user_id: int,
    caller_id: int = 0,
    known_as: str = "",
    client: bool = False,
    bare: bool = False,
) -> dict[str, Any]:
    """What an owner of handlers is told beside an event; needs a write transaction where the owner is an application.

    An application gets tokens of ``user_id``, whose act the event tells of, or where that is a bot of somebody else,
    of ``caller_id``, in whose name that bot acted; of nobody whom the application may not speak for. ``client`` adds
    its own client id. A webhook gets no tokens, as the page says of outgoing webhooks, nor does an application that is
    gone (``bare``, or not installed any more). The application_token is made from ``known_as`` where that is given.
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
    if app is not None and app.installed:
        place |= {"scope": shown_text(app.scopes), "status": app.status}
        place |= await _tokens(tx, context, app, await _spoken_for(tx, app, owner, user_id, caller_id))
        place |= {"client_id": app.client_id} if client else {}
    return place | {"application_token": context.keys.application_token(known_as or owner)}


async def note_alias(tx: Tx, context: Context, bot: Bot) -> None:
    """Let a webhook's bot and its sisters be found by the application_token that is about to be told."""
    if bot.owner.startswith(HOOK) and not bot.alias:
        await bots.set_alias(tx, bot.known_as, context.keys.alias(context.keys.application_token(bot.known_as)))


async def _tokens(tx: Tx, context: Context, app: App, user_id: int) -> dict[str, Any]:
    """A pair of tokens, whole or not at all."""
    if not user_id:
        return {}
    now = int(context.clock.now())
    pair = await tokens.for_events(tx, Keyring(context.keys, context.settings), app=app, user_id=user_id)
    return {
        "access_token": pair.access,
        "expires": pair.expires,
        "expires_in": pair.expires - now,
        "refresh_token": pair.refresh,
        "user_id": user_id,
    }


async def _spoken_for(tx: Tx, app: App, owner: str, user_id: int, caller_id: int) -> int:
    """Whose tokens an application gets; 0 for nobody's.

    Its own bots' always; those of people who are here and whom it is open to, never of guests. For a bot of
    somebody else the person speaks in whose name it acted.
    """
    person = await users.find(tx, user_id) if user_id else None
    if person and person.bot:
        bot = await bots.find(tx, user_id)
        if bot is not None and bot.owner == owner:
            return user_id if person.active else 0
        person = await users.find(tx, caller_id) if caller_id not in (0, user_id) else None
    if person is None or person.bot or not person.active or person.kind == UserKind.GUEST:
        return 0
    return person.id if await stored_apps.admits(tx, app, person.id) else 0
