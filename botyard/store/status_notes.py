"""When changes of people's statuses were told, so that none tells others more than once a second."""

from __future__ import annotations

from botyard.store.engines.db import Tx
from botyard.store.records import scalar


async def note(tx: Tx, user_id: int) -> bool:
    """Whether a change is to be told now; otherwise it is due with the next second, as the last of those before."""
    row = await tx.one(
        """INSERT INTO status_notes (user_id, told, due) VALUES (:user, :now, 0) ON CONFLICT (user_id) DO UPDATE
           SET due = CASE WHEN status_notes.told = CAST(:now AS BIGINT) THEN 1 ELSE 0 END, told = CAST(:now AS BIGINT)
           RETURNING due""",
        user=user_id,
        now=tx.now,
    )
    return scalar(row, 0) == 0


async def any_due(tx: Tx) -> bool:
    """Whether a change waits to be told."""
    return await tx.one("SELECT 1 FROM status_notes WHERE due = 1 LIMIT 1") is not None


async def take_due(tx: Tx) -> list[int]:
    """Those whose changes have waited for a second to pass, and are told now."""
    rows = await tx.all(
        """UPDATE status_notes SET due = 0, told = CAST(:now AS BIGINT)
           WHERE due = 1 AND told <> CAST(:now AS BIGINT) RETURNING user_id""",
        now=tx.now,
    )
    return sorted(user_id for (user_id,) in rows)
