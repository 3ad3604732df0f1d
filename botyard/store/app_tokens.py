"""Access tokens and refresh tokens, of applications and of people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from botyard.model.apps import EventToken, Token
from botyard.store.engines.db import Tx
from botyard.store.portal import note_revocation
from botyard.store.records import Record, insert

EVENTS = "event:"
"""How the families of pairs begin that go out with events, to the application itself."""
IN_NAME = "event-in-name:"
"""The same of those that go to somebody else: to a bot or handler of the application that a person registered."""
OWN = "own:"
"""How the families begin of what an application exchanged a refresh token of those for."""


class NewToken(NamedTuple):
    """A token to be kept, by the hash of its text. Without an application it is a person's own.

    ``granted`` is when the first one of its family was.
    """

    hash: str
    kind: str
    app_id: int | None
    user_id: int
    scopes: str
    family: str
    created: int
    expires: int
    granted: int = 0
    made_by: int = 0
    made_with: str = ""
    of_app: bool = False


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


async def refresh_exists(tx: Tx, token_hash: str) -> bool:
    """Whether there is a refresh token, whatever it is good for."""
    sql = "SELECT 1 FROM tokens WHERE hash = :hash AND kind = 'refresh'"
    return await tx.one(sql, hash=token_hash) is not None


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
    await note_revocation(tx)
    await tx.run(
        "UPDATE tokens SET revoked = :now WHERE family = :family AND revoked IS NULL", now=tx.now, family=family
    )


async def revoke_events(tx: Tx, app_id: int, user_id: int) -> None:
    """End what events have carried to an application in somebody's name."""
    await note_revocation(tx)
    await tx.run(
        """UPDATE tokens SET revoked = :now
           WHERE app_id = :app AND user_id = :user AND family LIKE 'event%' AND revoked IS NULL""",
        now=tx.now,
        app=app_id,
        user=user_id,
    )


async def revoke_of(tx: Tx, app_id: int, user_id: int) -> None:
    """End every token and code of an application in somebody's name."""
    await note_revocation(tx)
    of_both = "app_id = :app AND user_id = :user"
    await tx.run(
        f"UPDATE tokens SET revoked = :now WHERE {of_both} AND revoked IS NULL", now=tx.now, app=app_id, user=user_id
    )
    await tx.run(f"UPDATE codes SET used = :now WHERE {of_both} AND used IS NULL", now=tx.now, app=app_id, user=user_id)


async def narrow(tx: Tx, app_id: int, scopes: str) -> None:
    """Take from all tokens of an application what is not among these permissions."""
    await note_revocation(tx)
    allowed = set(scopes.split(","))
    rows = await tx.all("SELECT DISTINCT scopes FROM tokens WHERE app_id = :app AND revoked IS NULL", app=app_id)
    for (before,) in rows:
        after = ",".join(scope for scope in before.split(",") if scope in allowed)
        if after != before:
            await tx.run(
                "UPDATE tokens SET scopes = :after WHERE app_id = :app AND scopes = :before",
                after=after,
                app=app_id,
                before=before,
            )


async def revoke_all(tx: Tx, app_id: int) -> None:
    """End every token and code of an application."""
    await note_revocation(tx)
    await tx.run("UPDATE tokens SET revoked = :now WHERE app_id = :id AND revoked IS NULL", now=tx.now, id=app_id)
    await tx.run("UPDATE codes SET used = :now WHERE app_id = :id AND used IS NULL", now=tx.now, id=app_id)


async def forget_expired(tx: Tx, before: int, *, limit: int) -> int:
    """Delete tokens that expired before ``before``; how many. At most ``limit`` at a time."""
    return await tx.run(
        "DELETE FROM tokens WHERE id IN (SELECT id FROM tokens WHERE expires < :before ORDER BY expires LIMIT :limit)",
        before=before,
        limit=limit,
    )
