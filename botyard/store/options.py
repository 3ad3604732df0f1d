"""Options that applications store, for everybody or for each user."""

from __future__ import annotations

from collections.abc import Mapping

from botyard.model.owners import Owner
from botyard.store.engines.db import Tx, Value
from botyard.store.records import scalar


async def all_of(tx: Tx, owner: Owner, user_id: int) -> dict[str, str]:
    """Name → value as JSON; user 0 stands for the whole application."""
    sql = "SELECT name, value FROM options WHERE owner = :owner AND user_id = :user ORDER BY name"
    return dict(await tx.all(sql, owner=owner, user=user_id))


async def sizes(tx: Tx, owner: Owner, user_id: int) -> dict[str, int]:
    """Name → characters of name and value."""
    sql = "SELECT name, length(name) + length(value) FROM options WHERE owner = :owner AND user_id = :user"
    return dict(await tx.all(sql, owner=owner, user=user_id))


async def find(tx: Tx, owner: Owner, user_id: int, *, name: str) -> str | None:
    sql = "SELECT value FROM options WHERE owner = :owner AND user_id = :user AND name = :name"
    return scalar(await tx.one(sql, owner=owner, user=user_id, name=name), None)


async def put(tx: Tx, owner: Owner, user_id: int, *, values: Mapping[str, str]) -> None:
    """Write these, and leave the others as they are."""
    rows: list[Mapping[str, Value]] = [
        {"owner": owner, "user": user_id, "name": name, "value": value} for name, value in values.items()
    ]
    await tx.many(
        """INSERT INTO options (owner, user_id, name, value) VALUES (:owner, :user, :name, :value)
           ON CONFLICT (owner, user_id, name) DO UPDATE SET value = :value""",
        rows,
    )


async def clear(tx: Tx, owner: Owner) -> None:
    """Forget everything that an application keeps."""
    await tx.run("DELETE FROM options WHERE owner = :owner", owner=owner)
