"""Handlers that are bound to events with `event.bind`."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from botyard.errors import ApiError, Reason, raises
from botyard.model.bindings import Binding
from botyard.model.owners import Owner
from botyard.store import bindings, offline_events, options
from botyard.store.engines.db import Tx

MOST = 1000
"""Handlers that one application may bind."""
KEPT = 30 * 86_400
"""Seconds for which offline events and removed handlers are kept."""


@raises(Reason.ARGUMENT)
async def bind(tx: Tx, new: Binding) -> None:
    """Bind a handler; one that is bound already stays as it is. Raises ARGUMENT beyond ``MOST`` handlers."""
    await bindings.forget(tx, new.created - KEPT)
    if len(await bindings.of_owner(tx, new.owner)) >= MOST:
        raise ApiError(Reason.ARGUMENT, reason=f"No more than {MOST} handlers can be bound")
    await bindings.add(tx, new)


async def of_owner(tx: Tx, owner: Owner) -> list[Binding]:
    """An owner's handlers, oldest first."""
    return await bindings.of_owner(tx, owner)


async def unbind(tx: Tx, chosen: Iterable[Binding]) -> int:
    """Remove these handlers and return how many there were."""
    ids = [binding.id for binding in chosen]
    for binding_id in ids:
        await bindings.remove(tx, binding_id)
    return len(ids)


async def remove_handlers(tx: Tx, owner: Owner, *, clean: bool = False) -> None:
    """Remove all handlers of an application that goes or is updated; ``clean`` deletes its options, too.

    What is under way to them still arrives where it says so: see ``AppRemoved``.
    """
    await bindings.remove_all(tx, owner)
    await offline_events.clear(tx, owner)
    if clean:
        await options.clear(tx, owner)


def online_binding(owner: Owner, event: str, *, handler: str, user_id: int, now: int, registrant: int = 0) -> Binding:
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
        notified=0,
        created=now,
        removed=None,
        registrant=registrant,
    )


def offline_binding(binding: Binding, connector: str) -> Binding:
    """The same without an address, its events waiting to be fetched."""
    return msgspec.structs.replace(binding, handler="", offline=True, connector=connector)
