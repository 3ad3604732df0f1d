"""Pictures of people, bots and chats, and icons of chat applications: kept while something shows them."""

from __future__ import annotations

from typing import NamedTuple

from botyard.store import files
from botyard.store.engines.db import Tx
from botyard.store.records import Record, insert

PLACE = "/avatar/"
"""What stands before the name of a picture where it is shown."""


class Avatar(NamedTuple):
    """A picture: its type and bytes."""

    mime: str
    content: bytes


class _Charge(NamedTuple):
    """Who pays for a picture, and how much; nobody is 0."""

    user_id: int
    size: int


_AVATAR = Record(Avatar, "avatars a", content="a.bytes")
_CHARGE = Record(_Charge, "avatars a", user_id="a.charged_to", size="LENGTH(a.bytes)")
_ADD = f"{insert('avatars', ('name', 'mime', 'bytes', 'created', 'charged_to'))} ON CONFLICT DO NOTHING"
_BY_NAME = f"{_AVATAR.select} WHERE a.name = :name"
# Held until the transaction ends: whoever shows a picture and whoever removes it wait for each other.
_HELD = f"{_CHARGE.select} WHERE a.name = :name {{for_update}}"
_SHOWN = """SELECT 1 WHERE EXISTS (SELECT 1 FROM users WHERE avatar = :path AND avatar <> '')
 OR EXISTS (SELECT 1 FROM chats WHERE avatar = :path AND avatar <> '')
 OR EXISTS (SELECT 1 FROM chat_apps WHERE icon = :path AND icon <> '')"""


async def add(tx: Tx, name: str, avatar: Avatar) -> bool:
    """Keep a picture under a name, at the cost of whoever calls; false where it is there already."""
    while not await tx.run(
        _ADD, name=name, mime=avatar.mime, bytes=avatar.content, created=tx.now, charged_to=tx.caller_id
    ):
        if await tx.one(_HELD, name=name):
            return False
    return True


async def find(tx: Tx, name: str) -> Avatar | None:
    return _AVATAR.read(await tx.one(_BY_NAME, name=name))


async def release(tx: Tx, *paths: str) -> None:
    """Delete pictures that nothing shows any more, and return what they cost to those who paid.

    Call it where a row showed them until now. Addresses elsewhere are none of ours.
    """
    # In one order, so that no two wait for each other.
    for path in sorted(set(paths)):
        if not path.startswith(PLACE):
            continue
        name = path.removeprefix(PLACE)
        charge = _CHARGE.read(await tx.one(_HELD, name=name))
        if charge is None or await tx.one(_SHOWN, path=path):
            continue
        await tx.run("DELETE FROM avatars WHERE name = :name", name=name)
        if charge.user_id:
            await files.add_usage(tx, charge.user_id, -charge.size)
