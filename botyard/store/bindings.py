"""Handlers bound with `event.bind`."""

from __future__ import annotations

import msgspec

from botyard.model.bindings import Binding
from botyard.model.owners import Owner
from botyard.store import reach
from botyard.store.engines.db import Tx
from botyard.store.records import Record


class ActiveBinding(msgspec.Struct, frozen=True, gc=False):
    """A binding, the application that made it (its permissions, and whether it is installed), and who bound it.

    ``outside``: an outsider did; ``stopped``: that person is deactivated.
    """

    binding: Binding
    scopes: str
    installed: bool
    outside: bool
    stopped: bool


BINDING = Record(Binding, "bindings b")
_ACTIVE = Record(
    ActiveBinding,
    """bindings b LEFT JOIN apps a ON a.client_id = substr(b.owner, 5)
 LEFT JOIN bots rb ON rb.user_id = b.registrant
 LEFT JOIN users r ON r.id = COALESCE(rb.registrant, b.registrant)""",
    binding=BINDING,
    scopes="COALESCE(a.scopes, '')",
    installed="COALESCE(a.installed, 0)",
    outside=f"CASE WHEN r.kind IN ({reach.KINDS}) THEN 1 ELSE 0 END",
    stopped="CASE WHEN r.active = 0 THEN 1 ELSE 0 END",
)
_BY_ID = f"{BINDING.select} WHERE b.id = :id"
_LISTENING = f"""{_ACTIVE.select} WHERE b.event = :event AND b.removed IS NULL AND (:owner = '' OR b.owner = :owner)
 ORDER BY b.id"""
_FIELDS = ("owner", "event", "handler", "user_id", "offline", "connector", "min_timeout", "created", "registrant")
_ADD = f"""{BINDING.insert(*_FIELDS)}
 ON CONFLICT (owner, event, handler, user_id, offline, connector) WHERE removed IS NULL
 DO UPDATE SET min_timeout = :min_timeout, registrant = :registrant"""
_OF_OWNER = f"{BINDING.select} WHERE b.owner = :owner AND b.removed IS NULL ORDER BY b.id"


async def find(tx: Tx, binding_id: int) -> Binding | None:
    """A binding, also one that was removed: its farewell may still be under way."""
    return BINDING.read(await tx.one(_BY_ID, id=binding_id))


async def listening(tx: Tx, event: str, owner: str = "") -> list[ActiveBinding]:
    """The bindings for an event, of one owner or of all."""
    return _ACTIVE.read_all(await tx.all(_LISTENING, event=event, owner=owner))


async def of_owner(tx: Tx, owner: Owner) -> list[Binding]:
    """An owner's bindings, oldest first."""
    return BINDING.read_all(await tx.all(_OF_OWNER, owner=owner))


async def add(tx: Tx, new: Binding) -> None:
    """Insert a binding (its ``id`` is ignored), or renew the interval of the one that is there already."""
    await tx.run(_ADD, **BINDING.values(new))


async def remove(tx: Tx, binding_id: int) -> None:
    await tx.run("UPDATE bindings SET removed = :now WHERE id = :id", now=tx.now, id=binding_id)


async def remove_all(tx: Tx, owner: Owner) -> None:
    """Remove what an owner has bound."""
    await tx.run("UPDATE bindings SET removed = :now WHERE owner = :owner AND removed IS NULL", now=tx.now, owner=owner)


async def forget(tx: Tx, before: int) -> None:
    """Delete what was removed before a moment: nothing can be under way to it any more."""
    await tx.run("DELETE FROM bindings WHERE removed IS NOT NULL AND removed < :before", before=before)


async def set_notified(tx: Tx, binding_id: int, moment: int) -> None:
    """Note when a handler is told of its offline events."""
    await tx.run("UPDATE bindings SET notified = :moment WHERE id = :id", moment=moment, id=binding_id)
