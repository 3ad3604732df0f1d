"""The `auth` block of events: whose event it is, where the portal is, and tokens that work.

Docs: api-reference/events/index.md#auth.
"""

from __future__ import annotations

from typing import Any

from botyard.api.payloads.render_batch import RenderBatch
from botyard.model.apps import App
from botyard.model.bots import Bot
from botyard.model.owners import NOBODY, Owner
from botyard.model.people import UserKind
from botyard.portal.auth import consents
from botyard.portal.auth.tokens import TokenPair
from botyard.rpc.scopes import shown_text
from botyard.store import apps


async def block(
    batch: RenderBatch,
    *,
    owner: Owner,
    user_id: int,
    caller_id: int = 0,
    known_as: Owner = NOBODY,
    registrant: int = 0,
    client: bool = False,
    bare: bool = False,
) -> dict[str, Any]:
    """What an owner of handlers is told beside an event; needs a write transaction where the owner is an application.

    An application gets tokens of ``user_id``, whose act the event tells of, or where that is a bot of somebody else,
    of ``caller_id``, in whose name that bot acted; of nobody whom the application may not speak for. What a
    ``registrant`` registered who is no administrator gets tokens of that person and of that person's bots only.
    ``client`` adds the application's client id. A webhook gets no tokens, as the page says of outgoing webhooks, nor
    does an application that is gone (``bare``, or not installed any more). The application_token is made from
    ``known_as`` where that is given.
    """
    context = batch.context
    endpoint = context.url("/rest/")
    place: dict[str, Any] = {
        "domain": context.settings.domain,
        "server_endpoint": endpoint,
        "client_endpoint": endpoint,
        "member_id": await batch.member_id(),
    }
    app = None if bare else await batch.app(owner)
    if app is not None and app.installed:
        place |= {"scope": shown_text(app.scopes), "status": app.status}
        own = await batch.trusted(registrant)
        if spoken_for := await _spoken_for(batch, app, owner, user_id, caller_id, only=0 if own else registrant):
            [pair] = await batch.token_pairs(app, [spoken_for], own=own)
            place |= {"scope": shown_text(pair.scopes)} | _tokens(pair, batch.tx.now)
        place |= {"client_id": app.client_id} if client else {}
    return place | {"application_token": context.keys.application_token(known_as or owner)}


async def issue_tokens(batch: RenderBatch, *, bot: Bot, actor_id: int, caller_id: int) -> None:
    """Issue at once, where they are due, what the blocks of an event for a bot need: the bot's tokens and the actor's.

    The same as the blocks would do one after the other, in fewer statements.
    """
    app = await batch.app(bot.owner)
    if app is None or not app.installed:
        return
    own = await batch.trusted(bot.registrant)
    only = 0 if own else bot.registrant
    names = [
        await _spoken_for(batch, app, bot.owner, bot.user_id, 0, only=only),
        await _spoken_for(batch, app, bot.owner, actor_id, caller_id, only=only),
    ]
    await batch.token_pairs(app, [name for name in names if name], own=own)


def _tokens(pair: TokenPair, now: int) -> dict[str, Any]:
    """A pair of tokens, as a block shows it."""
    return {
        "access_token": pair.access,
        "expires": pair.expires,
        "expires_in": pair.expires - now,
        "refresh_token": pair.refresh,
        "user_id": pair.user_id,
    }


async def _spoken_for(
    batch: RenderBatch, app: App, owner: Owner, user_id: int, caller_id: int, *, only: int = 0
) -> int:
    """Whose tokens an application gets; 0 for nobody's. With ``only`` that person's and its bots', of nobody else.

    Its own bots' always; those of people who are here, whom it is open to and who have not refused, never of guests.
    For a bot of somebody else the person speaks in whose name it acted.
    """
    # Most often it is the bot that is told, and has been read.
    bot = batch.known_bot(user_id)
    person = None if bot else await batch.user(user_id)
    if bot or (person and person.bot):
        bot = bot or await batch.bot(user_id)
        if bot is not None and bot.owner == owner:
            return user_id if bot.active and only in (0, bot.registrant) else 0
        person = await batch.user(caller_id) if caller_id != user_id else None
    if person is None or person.bot or not person.active or person.kind == UserKind.GUEST:
        return 0
    if only not in (0, person.id) or not await apps.admits(batch.tx, app, person.id):
        return 0
    return person.id if consents.of_events(app, await batch.consent(app, person.id)) else 0
