"""What is known of people besides the columns of ``users``: texts by the names of fields."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from botyard.store.engines.db import Tx
from botyard.store.id_lists import id_list
from botyard.store.records import scalar

TEXT_MAX = 2000
"""Characters of one field."""


async def of_many(tx: Tx, ids: list[int]) -> dict[int, dict[str, str]]:
    """User id to the fields of those of whom something is known."""
    if not ids:
        return {}
    listed, values = id_list(ids)
    rows = await tx.all(f"SELECT user_id, fields FROM user_details WHERE user_id IN ({listed})", **values)
    return {user_id: msgspec.json.decode(fields) for user_id, fields in rows}


async def change(tx: Tx, user_id: int, fields: Mapping[str, str]) -> None:
    """Set some fields and leave the others; an empty text is forgotten."""
    held = scalar(
        await tx.one("SELECT fields FROM user_details WHERE user_id = :user {for_update}", user=user_id), "{}"
    )
    merged = msgspec.json.decode(held) | {name: text[:TEXT_MAX] for name, text in fields.items()}
    kept = msgspec.json.encode({name: text for name, text in merged.items() if text}).decode()
    await tx.run(
        """INSERT INTO user_details (user_id, fields) VALUES (:user, :fields)
           ON CONFLICT (user_id) DO UPDATE SET fields = excluded.fields""",
        user=user_id,
        fields=kept,
    )
