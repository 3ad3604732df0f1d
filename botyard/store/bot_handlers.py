"""Handlers of v1 bots."""

from __future__ import annotations

import msgspec

from botyard.model.bots import Handlers
from botyard.store.engines.db import Tx

_COLUMNS = "message_add, message_update, message_delete, welcome, bot_delete"


async def find(tx: Tx, owner: str) -> Handlers | None:
    row = await tx.one(f"SELECT {_COLUMNS} FROM bot_handlers WHERE owner = :owner", owner=owner)
    return Handlers(*row) if row else None


async def put(tx: Tx, owner: str, bound: Handlers) -> None:
    await tx.run(
        f"""INSERT INTO bot_handlers (owner, {_COLUMNS})
            VALUES (:owner, :message_add, :message_update, :message_delete, :welcome, :bot_delete)
            ON CONFLICT (owner) DO UPDATE SET message_add = :message_add, message_update = :message_update,
                message_delete = :message_delete, welcome = :welcome, bot_delete = :bot_delete""",
        owner=owner,
        **msgspec.structs.asdict(bound),
    )


async def remove(tx: Tx, owner: str) -> None:
    await tx.run("DELETE FROM bot_handlers WHERE owner = :owner", owner=owner)
