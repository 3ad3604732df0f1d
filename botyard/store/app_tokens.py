"""Access tokens and refresh tokens, of applications and of people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from botyard.model.apps import EventToken, Token
from botyard.store.engines.db import Tx
from botyard.store.records import Record, insert

EVENTS = "event:"
"""How the families of pairs begin that go out with events, to the application itself."""
IN_NAME = "event-in-name:"
"""The same of those that go to somebody else: to a bot or handler of the application that a person registered."""
OWN = "own:"
"""How the families begin of what an application exchanged a refresh token of those for."""


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
_TOKEN = Record(Token, "tokens t")
_EVENT_TOKEN = Record(EventToken, "tokens t")
_REFRESH = f"{_TOKEN.select} WHERE t.hash = :hash AND t.kind = 'refresh' {{for_update}}"
_ACCESS = f"{_TOKEN.select} WHERE t.hash = :hash AND t.kind = 'access'"
_OF_FAMILY = f"{_EVENT_TOKEN.select} WHERE t.family = :family AND t.kind = 'access'"


async def add(tx: Tx, tokens: Iterable[NewToken]) -> None:
    """Insert tokens; one that is there already stays as it is."""
    await tx.many(_ADD, [token._asdict() for token in tokens])


async def find_refresh(tx: Tx, token_hash: str) -> Token | None:
    """A refresh token, locked for the rotation that follows."""
    return _TOKEN.read(await tx.one(_REFRESH, hash=token_hash))


async def find_access(tx: Tx, token_hash: str) -> Token | None:
    """An access token, whether or not it is still good."""
    return _TOKEN.read(await tx.one(_ACCESS, hash=token_hash))


async def find_event_token(tx: Tx, family: str) -> EventToken | None:
    """The access token of a family that goes out with events, whether or not it is still good."""
    return _EVENT_TOKEN.read(await tx.one(_OF_FAMILY, family=family))


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
