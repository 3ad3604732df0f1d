"""The portal's own row."""

from __future__ import annotations

from botyard.model.apps import Portal
from botyard.store.engines.db import Tx
from botyard.store.records import Record, scalar

_PORTAL = Record(Portal, "portal p")
_GET = f"{_PORTAL.select} WHERE p.id = 1"

SWITCHES = frozenset({"rest_enabled", "maintenance", "https_required"})


async def get(tx: Tx) -> Portal | None:
    return _PORTAL.read(await tx.one(_GET))


async def add(tx: Tx, title: str, member_id: str) -> None:
    await tx.run(
        "INSERT INTO portal (id, title, member_id, created) VALUES (1, :title, :member, :now)",
        title=title,
        member=member_id,
        now=tx.now,
    )


async def mark_known_keys(tx: Tx) -> None:
    """Note that published demo keys open this portal; for its whole life."""
    await tx.run("UPDATE portal SET known_keys = 1 WHERE id = 1")


async def remember_urls(tx: Tx, public_url: str, https_url: str) -> None:
    """Keep the addresses under which clients reach the portal; that of a https listener may be empty."""
    await tx.run(
        "UPDATE portal SET public_url = :public, https_url = :https WHERE id = 1", public=public_url, https=https_url
    )


async def note_revocation(tx: Tx) -> None:
    """Note that keys have ended, or lost something, in this transaction: callers who wait look again at their own."""
    await tx.run("UPDATE portal SET revocations = revocations + 1 WHERE id = 1")


async def revocations(tx: Tx) -> int:
    """How often that was noted."""
    return scalar(await tx.one("SELECT revocations FROM portal WHERE id = 1"), 0)


async def switch(tx: Tx, name: str, on: bool) -> None:
    """Turn one of ``SWITCHES`` on or off."""
    if name not in SWITCHES:
        raise ValueError(name)
    await tx.run(f"UPDATE portal SET {name} = :on WHERE id = 1", on=int(on))
