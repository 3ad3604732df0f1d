"""Handlers of v1 bots."""

from __future__ import annotations

from botyard.model.bots import Handlers
from botyard.model.owners import Owner
from botyard.store.engines.db import Tx
from botyard.store.records import Record, insert

HANDLERS = Record(Handlers, "bot_handlers h")
_FIND = f"{HANDLERS.select} WHERE h.owner = :owner"
_PUT = f"""{insert("bot_handlers", ("owner", *Handlers.__struct_fields__))}
 ON CONFLICT (owner) DO UPDATE SET {HANDLERS.assignments()}"""


async def find(tx: Tx, owner: Owner) -> Handlers | None:
    return HANDLERS.read(await tx.one(_FIND, owner=owner))


async def put(tx: Tx, owner: Owner, bound: Handlers) -> None:
    await tx.run(_PUT, owner=owner, **HANDLERS.values(bound))


async def remove(tx: Tx, owner: Owner) -> None:
    await tx.run("DELETE FROM bot_handlers WHERE owner = :owner", owner=owner)
