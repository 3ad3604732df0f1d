"""Fingerprints of the portal's keys. There is one; while a key is being replaced there may be two."""

from __future__ import annotations

from botyard.store.engines.db import Tx


async def fingerprints(tx: Tx) -> frozenset[str]:
    return frozenset(fingerprint for (fingerprint,) in await tx.all("SELECT fingerprint FROM secret_keys"))


async def add_first(tx: Tx, fingerprint: str) -> None:
    """Note the key of a database that knows none; of several processes that come at once, one does."""
    await tx.run(
        """INSERT INTO secret_keys (number, fingerprint, added) VALUES (1, :fingerprint, :now)
           ON CONFLICT (number) DO NOTHING""",
        fingerprint=fingerprint,
        now=tx.now,
    )
