"""Pictures of people, bots and chats."""

from __future__ import annotations

from typing import NamedTuple

from botyard.store.engines.db import Tx
from botyard.store.records import Record, insert


class Avatar(NamedTuple):
    """A picture: its type and bytes."""

    mime: str
    content: bytes


_AVATAR = Record(Avatar, "avatars a", content="a.bytes")
_ADD = f"{insert('avatars', ('name', 'mime', 'bytes', 'created'))} ON CONFLICT DO NOTHING"
_BY_NAME = f"{_AVATAR.select} WHERE a.name = :name"


async def add(tx: Tx, name: str, avatar: Avatar) -> bool:
    """Keep a picture under a name; false where it is there already."""
    return await tx.run(_ADD, name=name, mime=avatar.mime, bytes=avatar.content, created=tx.now) > 0


async def find(tx: Tx, name: str) -> Avatar | None:
    return _AVATAR.read(await tx.one(_BY_NAME, name=name))
