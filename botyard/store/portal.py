"""The portal's own row."""

from __future__ import annotations

from botyard.model.apps import Portal
from botyard.store.db import Tx

SWITCHES = frozenset({"rest_enabled", "maintenance", "https_required"})


async def get(tx: Tx) -> Portal | None:
    row = await tx.one(
        "SELECT title, member_id, created, rest_enabled, maintenance, https_required FROM portal WHERE id = 1"
    )
    return Portal(*(*row[:3], row[3] == 1, row[4] == 1, row[5] == 1)) if row else None


async def add(tx: Tx, title: str, member_id: str, now: int) -> None:
    await tx.run(
        "INSERT INTO portal (id, title, member_id, created) VALUES (1, :title, :member, :now)",
        title=title,
        member=member_id,
        now=now,
    )


async def switch(tx: Tx, name: str, on: bool) -> None:
    """Turn one of ``SWITCHES`` on or off."""
    if name not in SWITCHES:
        raise ValueError(name)
    await tx.run(f"UPDATE portal SET {name} = :on WHERE id = 1", on=int(on))
