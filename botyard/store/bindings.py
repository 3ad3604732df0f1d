"""Handlers bound with `event.bind`."""

from __future__ import annotations

import msgspec

from botyard.model.bindings import Binding
from botyard.store.engines.db import Row, Tx, Value

_BINDING = """b.id, b.owner, b.event, b.handler, b.user_id, b.offline, b.connector, b.min_timeout, b.told, b.created,
 b.removed"""


def _binding(row: Row) -> Binding:
    return Binding(*(*row[:5], row[5] == 1, *row[6:11]))


class ActiveBinding(msgspec.Struct, frozen=True, gc=False):
    """A binding and the application that made it: its permissions, and whether it is installed."""

    binding: Binding
    scopes: str
    installed: bool


async def find(tx: Tx, binding_id: int) -> Binding | None:
    """A binding, also one that was removed: its farewell may still be under way."""
    row = await tx.one(f"SELECT {_BINDING} FROM bindings b WHERE b.id = :id", id=binding_id)
    return _binding(row) if row else None


async def listening(tx: Tx, event: str, owner: str = "") -> list[ActiveBinding]:
    """The bindings for an event, of one owner or of all."""
    rows = await tx.all(
        f"""SELECT {_BINDING}, COALESCE(a.scopes, ''), COALESCE(a.installed, 0)
            FROM bindings b LEFT JOIN apps a ON a.client_id = substr(b.owner, 5)
            WHERE b.event = :event AND b.removed IS NULL AND (:owner = '' OR b.owner = :owner) ORDER BY b.id""",
        event=event,
        owner=owner,
    )
    return [ActiveBinding(_binding(row), row[11], row[12] == 1) for row in rows]


async def of_owner(tx: Tx, owner: str) -> list[Binding]:
    """An owner's bindings, oldest first."""
    sql = f"SELECT {_BINDING} FROM bindings b WHERE b.owner = :owner AND b.removed IS NULL ORDER BY b.id"
    return [_binding(row) for row in await tx.all(sql, owner=owner)]


async def add(tx: Tx, new: Binding) -> None:
    """Insert a binding (its ``id`` is ignored), or renew the interval of the one that is there already."""
    values: dict[str, Value] = msgspec.structs.asdict(new)
    await tx.run(
        """INSERT INTO bindings (owner, event, handler, user_id, offline, connector, min_timeout, created)
           VALUES (:owner, :event, :handler, :user_id, :offline, :connector, :min_timeout, :created)
           ON CONFLICT (owner, event, handler, user_id, offline, connector) WHERE removed IS NULL
           DO UPDATE SET min_timeout = :min_timeout""",
        **{name: int(value) if isinstance(value, bool) else value for name, value in values.items() if name in _GIVEN},
    )


_GIVEN = frozenset({"owner", "event", "handler", "user_id", "offline", "connector", "min_timeout", "created"})


async def remove(tx: Tx, binding_id: int) -> None:
    await tx.run("UPDATE bindings SET removed = :now WHERE id = :id", now=tx.now, id=binding_id)


async def remove_all(tx: Tx, owner: str) -> None:
    """Remove what an owner has bound."""
    await tx.run("UPDATE bindings SET removed = :now WHERE owner = :owner AND removed IS NULL", now=tx.now, owner=owner)


async def forget(tx: Tx, before: int) -> None:
    """Delete what was removed before a moment: nothing can be under way to it any more."""
    await tx.run("DELETE FROM bindings WHERE removed IS NOT NULL AND removed < :before", before=before)


async def set_told(tx: Tx, binding_id: int, moment: int) -> None:
    """Note when a handler is told of its offline events."""
    await tx.run("UPDATE bindings SET told = :moment WHERE id = :id", moment=moment, id=binding_id)
