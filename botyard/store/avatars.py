"""Pictures of people, bots and chats."""

from __future__ import annotations

from botyard.store.engines.db import Tx


async def add(tx: Tx, name: str, mime: str, content: bytes) -> None:
    """Keep a picture under a name; the same picture twice is one row."""
    await tx.run(
        "INSERT INTO avatars (name, mime, bytes, created) VALUES (:name, :mime, :bytes, :now) ON CONFLICT DO NOTHING",
        name=name,
        mime=mime,
        bytes=content,
        now=tx.now,
    )


async def find(tx: Tx, name: str) -> tuple[str, bytes] | None:
    """The picture's type and bytes."""
    row = await tx.one("SELECT mime, bytes FROM avatars WHERE name = :name", name=name)
    return (row[0], bytes(row[1])) if row else None
