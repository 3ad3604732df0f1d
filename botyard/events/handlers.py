"""Handlers that are bound with `event.bind`: which of them are told, and the queues of offline events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from botyard.model import recipients
from botyard.model.bindings import Binding
from botyard.model.deliveries import State, ToldRecipient
from botyard.model.event import USER_SCOPES, Event, TellsHandlers
from botyard.model.events import EVENTS
from botyard.model.portal_events import OfflineQueued
from botyard.model.recipients import Recipient
from botyard.store import bindings, bots, deliveries, events, offline_events
from botyard.store.bindings import ActiveBinding
from botyard.store.engines.db import Tx
from botyard.store.offline_events import OfflineQueue

SIGNALS_MAX = 1000
"""Deliveries to one handler that are looked through for a signal that waits."""


async def listening(tx: Tx, event: Event, tells: TellsHandlers, *, connector: str) -> list[ToldRecipient]:
    """The handlers of applications that an event is for. For those that are offline it is put into their queues.

    Nothing is put into the queue of the ``connector`` of the application that caused it.
    """
    owner: str = cast(Any, event).owner if tells.own else ""
    audience: list[ToldRecipient] = []
    for active_binding in await bindings.listening(tx, tells.name, owner):
        binding = active_binding.binding
        # Of people who have just come an outsider knows nothing: they share no chat yet.
        if not _is_open(active_binding, tells) or (active_binding.outside and tells.scopes == USER_SCOPES):
            continue
        if not binding.offline:
            audience.append((recipients.binding(binding.id), State.WAITING))
        elif not active_binding.stopped and (not connector or binding.connector != connector):
            await _queue(tx, event, tells, binding=binding)
    return audience


async def beside_bots(tx: Tx, bound: list[ActiveBinding], others: Iterable[ToldRecipient]) -> list[ToldRecipient]:
    """Those ``bound`` to an event that applications of these bots have beside the handlers of the bots themselves."""
    if not bound:
        return []
    owners = {await _owner(tx, recipient) for recipient, state in others if state is State.WAITING}
    return [
        (recipients.binding(active_binding.binding.id), State.WAITING)
        for active_binding in bound
        if active_binding.installed and active_binding.binding.owner in owners
    ]


async def _owner(tx: Tx, recipient: Recipient) -> str:
    """The owner of a v1 bot."""
    kind, number = recipients.parse(recipient)
    bot = await bots.find(tx, number) if kind == recipients.BOT else None
    return bot.owner if bot and bot.dialect == "v1" else ""


def _is_open(active_binding: ActiveBinding, tells: TellsHandlers) -> bool:
    """Nothing is told before an application is installed, and nothing that its permissions do not open."""
    if tells.scopes and not set(tells.scopes).intersection(active_binding.scopes.split(",")):
        return False
    return active_binding.installed or tells.farewell


async def _queue(tx: Tx, event: Event, tells: TellsHandlers, *, binding: Binding) -> None:
    """Put an event into the queue of an application, and tell it that there is something new."""
    subject: int = getattr(event, tells.subject)
    queue = OfflineQueue(binding.owner, binding.connector)
    await offline_events.put(tx, queue, binding.event, subject=str(subject), data={"ID": subject})
    await _signal(tx, OfflineQueued(actor_id=event.actor_id, owner=binding.owner))


async def _signal(tx: Tx, event: OfflineQueued) -> None:
    """Tell an application that something waits in a queue.

    The signal carries nothing, so that one under way is enough; the next one keeps its distance.
    """
    tells = EVENTS[OfflineQueued].handlers
    assert tells is not None
    event_id = 0
    for active_binding in await bindings.listening(tx, tells.name, event.owner):
        binding = active_binding.binding
        recipient = recipients.binding(binding.id)
        open_deliveries = await deliveries.open_of(tx, recipient, SIGNALS_MAX)
        if not active_binding.installed or any(delivery.state == State.WAITING for delivery in open_deliveries):
            continue
        event_id = event_id or await events.append(tx, event)
        # What was told in a time that has not come was told before the clock was set back.
        due = max(tx.now, min(binding.notified, tx.now) + binding.min_timeout)
        await deliveries.add(tx, event_id, 0, recipients=[(recipient, State.WAITING)], due=due)
        await bindings.set_notified(tx, binding.id, due)
