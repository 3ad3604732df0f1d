"""Handlers that are bound to events with `event.bind`."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from botyard.errors import ApiError, Reason
from botyard.model import deliveries as recipients
from botyard.model.bindings import Binding
from botyard.model.deliveries import State
from botyard.model.events import (
    AppInstalled,
    AppRemoved,
    AppUpdated,
    BotRemoved,
    CommandCalled,
    Event,
    MemberJoined,
    MessageEdited,
    MessageErased,
    MessageSent,
    OfflineQueued,
    UserAdded,
)
from botyard.portal.event_names import USER_SCOPES
from botyard.store import bindings, bots, deliveries, events, offline_events, options
from botyard.store.bindings import ActiveBinding
from botyard.store.engines.db import Tx
from botyard.store.offline_events import OfflineQueue

MOST = 1000
"""Handlers that one application may bind."""
KEPT = 30 * 86_400
"""Seconds for which offline events and removed handlers are kept."""
OFFLINE = "ONOFFLINEEVENT"

Recipient = tuple[str, State]

PORTAL: dict[type[Event], str] = {
    AppInstalled: "ONAPPINSTALL",
    AppUpdated: "ONAPPUPDATE",
    AppRemoved: "ONAPPUNINSTALL",
    UserAdded: "ONUSERADD",
    OfflineQueued: OFFLINE,
}
"""What happens to the portal itself, and under which name it is bound."""

OF_BOTS: dict[type[Event], str] = {
    MessageSent: "ONIMBOTMESSAGEADD",
    MessageEdited: "ONIMBOTMESSAGEUPDATE",
    MessageErased: "ONIMBOTMESSAGEDELETE",
    MemberJoined: "ONIMBOTJOINCHAT",
    BotRemoved: "ONIMBOTDELETE",
    CommandCalled: "ONIMCOMMANDADD",
}
"""What bots are told, which their application may have told to one more handler."""


async def bind(tx: Tx, new: Binding) -> None:
    """Bind a handler; one that is bound already stays as it is. Raises ARGUMENT beyond ``MOST`` handlers."""
    await bindings.forget(tx, new.created - KEPT)
    if len(await bindings.of_owner(tx, new.owner)) >= MOST:
        raise ApiError(Reason.ARGUMENT, reason=f"No more than {MOST} handlers can be bound")
    await bindings.add(tx, new)


async def of_owner(tx: Tx, owner: str) -> list[Binding]:
    """An owner's handlers, oldest first."""
    return await bindings.of_owner(tx, owner)


async def unbind(tx: Tx, chosen: Iterable[Binding]) -> int:
    """Remove these handlers and return how many there were."""
    ids = [binding.id for binding in chosen]
    for binding_id in ids:
        await bindings.remove(tx, binding_id)
    return len(ids)


async def remove_handlers(tx: Tx, owner: str, *, clean: bool = False) -> None:
    """Remove all handlers of an application that goes or is updated; ``clean`` deletes its options, too.

    What is under way to them still arrives where it says so: see ``AppRemoved``.
    """
    await bindings.remove_all(tx, owner)
    await offline_events.clear(tx, owner)
    if clean:
        await options.clear(tx, owner)


async def publish(tx: Tx, event: Event, connector: str = "") -> int:
    """Write an event of the portal, and that it is due to the handlers bound for it. Returns the event's number.

    An application that caused it is not told through the queue of this ``connector``, so that it does
    not trigger itself for ever.
    """
    event_id = await events.append(tx, event)
    owner = event.owner if isinstance(event, AppInstalled | AppUpdated | AppRemoved | OfflineQueued) else ""
    heard = [
        active_binding
        for active_binding in await bindings.listening(tx, PORTAL[type(event)], owner)
        if _hears(event, active_binding)
    ]
    audience: list[Recipient] = []
    for binding in (active_binding.binding for active_binding in heard):
        if not binding.offline:
            audience.append((recipients.binding(binding.id), State.WAITING))
        elif not connector or binding.connector != connector:
            await _queue(tx, event, binding)
    if audience:
        await deliveries.add(tx, event_id, 0, recipients=audience)
    return event_id


async def bound_handlers(tx: Tx, event: Event, others: Iterable[Recipient]) -> list[Recipient]:
    """The handlers that applications of these bots have bound beside those of the bots themselves."""
    name = OF_BOTS.get(type(event))
    bound = await bindings.listening(tx, name) if name and others else []
    if not bound:
        return []
    owners = {await _owner(tx, recipient) for recipient, state in others if state is State.WAITING}
    return [
        (recipients.binding(active_binding.binding.id), State.WAITING)
        for active_binding in bound
        if active_binding.installed and active_binding.binding.owner in owners
    ]


async def _owner(tx: Tx, recipient: str) -> str:
    """The owner of a v1 bot."""
    kind, _, number = recipient.partition(":")
    bot = await bots.find(tx, int(number)) if kind == "bot" else None
    return bot.owner if bot and bot.dialect == "v1" else ""


def _hears(event: Event, active_binding: ActiveBinding) -> bool:
    """Nothing is told before an application is installed, and nothing that its permissions do not open."""
    if isinstance(event, UserAdded) and not set(USER_SCOPES).intersection(active_binding.scopes.split(",")):
        return False
    return active_binding.installed or isinstance(event, AppRemoved)


async def _queue(tx: Tx, event: Event, binding: Binding) -> None:
    """Put an event into the queue of an application, and tell it that there is something new."""
    assert isinstance(event, UserAdded)
    queue = OfflineQueue(binding.owner, binding.connector)
    await offline_events.put(tx, queue, binding.event, subject=str(event.user_id), data={"ID": event.user_id})
    await _signal(tx, event.actor_id, binding.owner)


async def _signal(tx: Tx, actor_id: int, owner: str) -> None:
    """Tell an application that something waits in a queue.

    The signal carries nothing, so that one under way is enough; the next one keeps its distance.
    """
    event_id = 0
    for active_binding in await bindings.listening(tx, OFFLINE, owner):
        recipient = recipients.binding(active_binding.binding.id)
        waiting = any(delivery.state == State.WAITING for delivery in await deliveries.open_of(tx, recipient, MOST))
        if waiting or not active_binding.installed:
            continue
        event_id = event_id or await events.append(tx, OfflineQueued(actor_id=actor_id, owner=owner))
        # What was told in a time that has not come was told before the clock was set back.
        due = max(tx.now, min(active_binding.binding.told, tx.now) + active_binding.binding.min_timeout)
        await deliveries.add(tx, event_id, 0, recipients=[(recipient, State.WAITING)], due=due)
        await bindings.set_told(tx, active_binding.binding.id, due)


def online_binding(owner: str, event: str, handler: str, user_id: int, now: int) -> Binding:
    """A handler to be called at an address."""
    return Binding(
        id=0,
        owner=owner,
        event=event,
        handler=handler,
        user_id=user_id,
        offline=False,
        connector="",
        min_timeout=1,
        told=0,
        created=now,
        removed=None,
    )


def offline_binding(binding: Binding, connector: str) -> Binding:
    """The same without an address, its events waiting to be fetched."""
    return msgspec.structs.replace(binding, handler="", offline=True, connector=connector)
