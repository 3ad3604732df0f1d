"""ONAPPINSTALL, ONUSERADD and the others that handlers are bound to with `event.bind`: what these are told.

Docs: api-reference/common/events, api-reference/events/on-offline-event.md. Events of bots that a
handler is bound to beside the bots' own get the body that api/imbot/events.py makes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from botyard.api.imbot import events as imbot
from botyard.api.payloads.auth_block import block
from botyard.api.payloads.render_batch import RenderBatch
from botyard.api.payloads.webhook_payload import WebhookPayload
from botyard.api.shapes.user_fields import readable
from botyard.model import recipients
from botyard.model.bindings import Binding
from botyard.model.bots import Bot
from botyard.model.event import Event
from botyard.model.events import BotRemoved, EventRecord
from botyard.model.portal_events import AppInstalled, AppRemoved, AppUpdated, OfflineQueued, UserAdded
from botyard.rpc.identity import scope_set
from botyard.store import deliveries

Data = dict[str, Any]
SECTIONS = ("BOT", "COMMAND")
"""Where the data of an event name the bots, or their commands, that are told."""


async def render(batch: RenderBatch, what: EventRecord, binding: Binding) -> WebhookPayload | None:
    """An event as a bound handler is told of it; ``None`` where there is nothing to tell.

    Needs a write transaction: the tokens are issued here.
    """
    render_data = RENDERERS.get(type(what.event), _of_bots)
    data = await render_data(PortalRenderContext(batch, binding, what), what.event)
    if data is None:
        return None
    auth = await block(
        batch,
        owner=binding.owner,
        user_id=binding.user_id or what.event.actor_id,
        caller_id=what.caller_id,
        registrant=binding.registrant,
        bare=isinstance(what.event, AppRemoved),
    )
    return WebhookPayload(binding.event, data, auth, binding.handler, binding.id)


class PortalRenderContext(NamedTuple):
    """What the data of an event are made from."""

    batch: RenderBatch
    binding: Binding
    what: EventRecord


Renderer = Callable[[PortalRenderContext, Any], Awaitable[Data | None]]


async def _app_install(at: PortalRenderContext, event: AppInstalled) -> Data:
    return {"VERSION": event.version, "ACTIVE": "Y", "INSTALLED": "Y", "LANGUAGE_ID": event.language}


async def _app_update(at: PortalRenderContext, event: AppUpdated) -> Data:
    return {"VERSION": event.version, "PREVIOUS_VERSION": event.previous, "LANGUAGE_ID": event.language}


async def _app_uninstall(at: PortalRenderContext, event: AppRemoved) -> Data:
    return {"LANGUAGE_ID": event.language, "CLEAN": int(event.clean)}


async def _offline(at: PortalRenderContext, event: OfflineQueued) -> Data:
    return {}


async def _user_add(at: PortalRenderContext, event: UserAdded) -> Data | None:
    """The new user, as far as the application's permissions open the fields."""
    person = await at.batch.user(event.user_id)
    app = await at.batch.app(at.binding.owner)
    if person is None or app is None:
        return None
    fields: Data = {
        "ID": person.id,
        "ACTIVE": "Y" if person.active else "N",
        "EMAIL": person.email,
        "NAME": person.name,
        "LAST_NAME": person.last_name,
        "PERSONAL_GENDER": person.gender,
        "PERSONAL_BIRTHDAY": person.birthday,
        "UF_DEPARTMENT": await at.batch.departments(person.id),
        "DATE_REGISTER": at.batch.context.clock.atom(person.registered),
        "WORK_POSITION": person.work_position,
        "UF_EMPLOYMENT_DATE": "",
    }
    open_to = readable(scope_set(app.scopes))
    return {name: value for name, value in fields.items() if name in open_to}


async def _of_bots(at: PortalRenderContext, event: Event) -> Data | None:
    """What the application's bots are told, in one body for all of them.

    Nothing where they are told at this very address already.
    """
    whole: Data | None = None
    for bot in await _bots(at):
        data = await imbot.render_data(at.batch, at.what, bot)
        if data is None or await imbot.handler(at.batch, event, bot) == at.binding.handler:
            continue
        whole = data if whole is None else _joined(whole, data)
    return whole


async def _bots(at: PortalRenderContext) -> list[Bot]:
    """The owner's bots that this event was for when it happened."""
    registrant = at.binding.registrant
    # Whoever bound the handler hears of the bots that it commands.
    trusted = await at.batch.trusted(registrant)
    if isinstance(at.what.event, BotRemoved):
        return [at.what.event.bot] if trusted or at.what.event.registrant == registrant else []
    parsed_recipients = [
        recipients.parse(delivery.recipient) for delivery in await deliveries.of_event(at.batch.tx, at.what.id)
    ]
    known_bots = [await at.batch.bot(number) for kind, number in parsed_recipients if kind == recipients.BOT]
    return [
        bot
        for bot in known_bots
        if bot and bot.owner == at.binding.owner and bot.dialect == "v1" and (trusted or bot.registrant == registrant)
    ]


def _joined(whole: Data, more: Data) -> Data:
    """One body out of two that differ only in who is told."""
    return whole | {name: whole[name] | more[name] for name in SECTIONS if name in whole}


RENDERERS: dict[type[Event], Renderer] = {
    AppInstalled: _app_install,
    AppUpdated: _app_update,
    AppRemoved: _app_uninstall,
    OfflineQueued: _offline,
    UserAdded: _user_add,
}
"""What makes the data of each event that ``model/events.py`` has a name for handlers for."""
