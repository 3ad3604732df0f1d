"""What people let applications do."""

from __future__ import annotations

from botyard.store.engines.db import Tx
from botyard.store.portal import note_revocation
from botyard.store.records import scalar

_PUT = """INSERT INTO consents (app_id, user_id, scopes, decided) VALUES (:app, :user, :scopes, :now)
    ON CONFLICT (app_id, user_id) DO UPDATE SET scopes = excluded.scopes, decided = excluded.decided"""


async def find(tx: Tx, app_id: int, user_id: int) -> str | None:
    """The permissions that somebody lets an application have: ``""`` for a refusal, ``None`` where none was asked."""
    row = await tx.one("SELECT scopes FROM consents WHERE app_id = :app AND user_id = :user", app=app_id, user=user_id)
    return scalar(row, None)


async def put(tx: Tx, app_id: int, user_id: int, *, scopes: str) -> None:
    """Keep what somebody decided."""
    await note_revocation(tx)
    await tx.run(_PUT, app=app_id, user=user_id, scopes=scopes, now=tx.now)
