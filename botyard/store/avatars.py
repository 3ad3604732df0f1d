"""Pictures of people, bots and chats."""

from __future__ import annotations

from typing import NamedTuple

from botyard.store.engines.db import Tx
from botyard.store.records import Record


class Avatar(NamedTuple):
    """A picture: its type and bytes."""

    mime: str
    content: bytes


_AVATAR = Record(Avatar, "avatars a", content="a.bytes")


async def add(tx: Tx, name: str, mime: str, content: bytes) -> None:
    """Keep a picture under a name; the same picture twice is one row."""
    await tx.run(
        "INSERT INTO avatars (name, mime, bytes, created) VALUES (:name, :mime, :bytes, :now) ON CONFLICT DO NOTHING",
        name=name,
        mime=mime,
        bytes=content,
        now=tx.now,
    )


async def find(tx: Tx, name: str) -> Avatar | None:
    return _AVATAR.read(await tx.one(f"{_AVATAR.select} WHERE a.name = :name", name=name))
