"""Access tokens and refresh tokens, of applications and of people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from botyard.model.apps import EventToken, Token
from botyard.store.engines.db import Tx
from botyard.store.records import insert


class NewToken(NamedTuple):
    """A token to be kept, by the hash of its text. Without an application it is a person's session."""

    hash: str
    kind: str
    app_id: int | None
    user_id: int
    scopes: str
    family: str
    created: int
    expires: int


_ADD = f"{insert('tokens', NewToken._fields)} ON CONFLICT (hash) DO NOTHING"
_COLUMNS = "id, kind, app_id, user_id, scopes, family, created, expires, replaced, revoked"


async def add(tx: Tx, tokens: Iterable[NewToken]) -> None:
    """Insert tokens; one that is there already stays as it is."""
    await tx.many(_ADD, [token._asdict() for token in tokens])


async def find_refresh(tx: Tx, token_hash: str) -> Token | None:
    """A refresh token, locked for the rotation that follows."""
    row = await tx.one(
        f"SELECT {_COLUMNS} FROM tokens WHERE hash = :hash AND kind = 'refresh' {{for_update}}", hash=token_hash
    )
    return Token(*row) if row else None


async def find_access(tx: Tx, token_hash: str) -> Token | None:
    """An access token, whether or not it is still good."""
    row = await tx.one(f"SELECT {_COLUMNS} FROM tokens WHERE hash = :hash AND kind = 'access'", hash=token_hash)
    return Token(*row) if row else None


async def find_event_token(tx: Tx, family: str) -> EventToken | None:
    """The access token of a family that goes out with events, whether or not it is still good."""
    sql = "SELECT hash, scopes, revoked FROM tokens WHERE family = :family AND kind = 'access'"
    row = await tx.one(sql, family=family)
    return EventToken(*row) if row else None


async def replace(tx: Tx, token_id: int) -> None:
    """Mark a refresh token as used."""
    await tx.run("UPDATE tokens SET replaced = :now WHERE id = :id AND replaced IS NULL", now=tx.now, id=token_id)


async def revoke_family(tx: Tx, family: str) -> None:
    """End every token that descends from one sign-in."""
    await tx.run(
        "UPDATE tokens SET revoked = :now WHERE family = :family AND revoked IS NULL", now=tx.now, family=family
    )


async def revoke_all(tx: Tx, app_id: int) -> None:
    """End every token and code of an application."""
    await tx.run("UPDATE tokens SET revoked = :now WHERE app_id = :id AND revoked IS NULL", now=tx.now, id=app_id)
    await tx.run("UPDATE codes SET used = :now WHERE app_id = :id AND used IS NULL", now=tx.now, id=app_id)


async def forget_expired(tx: Tx, before: int, *, limit: int) -> int:
    """Delete tokens that expired before ``before``; how many. At most ``limit`` at a time."""
    return await tx.run(
        "DELETE FROM tokens WHERE id IN (SELECT id FROM tokens WHERE expires < :before ORDER BY expires LIMIT :limit)",
        before=before,
        limit=limit,
    )
