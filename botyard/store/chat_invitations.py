"""Links by which people come into a chat."""

from __future__ import annotations

import msgspec

from botyard.store.engines.db import Tx
from botyard.store.records import Record, scalar


class Invitation(msgspec.Struct, frozen=True, gc=False):
    """A link that ``user_id`` has made; ``joined`` have come by it."""

    id: int
    chat_id: int
    user_id: int
    created: int
    expires: int
    hide_history: bool
    joined: int


_INVITATION = Record(Invitation, "chat_invitations i")
_BY_ID = f"{_INVITATION.select} WHERE i.chat_id = :chat AND i.id = :id"
_BY_CODE = f"{_INVITATION.select} WHERE i.code_hash = :hash AND i.expires > :now"
_OF_CHAT = f"{_INVITATION.select} WHERE i.chat_id = :chat AND i.expires > :now ORDER BY i.id"


async def find(tx: Tx, chat_id: int, invitation_id: int) -> Invitation | None:
    return _INVITATION.read(await tx.one(_BY_ID, chat=chat_id, id=invitation_id))


async def with_code(tx: Tx, code_hash: str) -> Invitation | None:
    """The link with this code, unless it has expired."""
    return _INVITATION.read(await tx.one(_BY_CODE, hash=code_hash, now=tx.now))


async def of_chat(tx: Tx, chat_id: int) -> list[Invitation]:
    """The links into a chat that have not expired, in the order in which they were made."""
    return _INVITATION.read_all(await tx.all(_OF_CHAT, chat=chat_id, now=tx.now))


async def count(tx: Tx, chat_id: int) -> int:
    """How many links into a chat there are; those that have expired are forgotten."""
    await tx.run("DELETE FROM chat_invitations WHERE chat_id = :chat AND expires <= :now", chat=chat_id, now=tx.now)
    return scalar(await tx.one("SELECT COUNT(*) FROM chat_invitations WHERE chat_id = :chat", chat=chat_id), 0)


async def add(tx: Tx, chat_id: int, user_id: int, *, code_hash: str, expires: int, hide_history: bool) -> int:
    return await tx.insert(
        """INSERT INTO chat_invitations (chat_id, user_id, code_hash, created, expires, hide_history)
           VALUES (:chat, :user, :hash, :now, :expires, :hide)""",
        chat=chat_id,
        user=user_id,
        hash=code_hash,
        now=tx.now,
        expires=expires,
        hide=int(hide_history),
    )


async def count_joined(tx: Tx, invitation_id: int) -> None:
    await tx.run("UPDATE chat_invitations SET joined = joined + 1 WHERE id = :id", id=invitation_id)


async def remove(tx: Tx, invitation_id: int) -> None:
    await tx.run("DELETE FROM chat_invitations WHERE id = :id", id=invitation_id)
