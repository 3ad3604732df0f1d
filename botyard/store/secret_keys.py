"""Fingerprints of the portal's keys. There is one; while a key is being replaced there may be two."""

from __future__ import annotations

from botyard.store.engines.db import Tx


async def fingerprints(tx: Tx) -> frozenset[str]:
    return frozenset(fingerprint for (fingerprint,) in await tx.all("SELECT fingerprint FROM secret_keys"))


async def replace(tx: Tx, accepted: list[str]) -> None:
    """Accept these keys and no others, the latest first."""
    await tx.run("DELETE FROM secret_keys")
    for number, fingerprint in enumerate(accepted, start=1):
        await tx.run(
            "INSERT INTO secret_keys (number, fingerprint, added) VALUES (:number, :fingerprint, :now)",
            number=number,
            fingerprint=fingerprint,
            now=tx.now,
        )


async def forget(tx: Tx, ended: frozenset[str]) -> None:
    """Accept these no longer."""
    for fingerprint in ended:
        await tx.run("DELETE FROM secret_keys WHERE fingerprint = :fingerprint", fingerprint=fingerprint)


async def add_first(tx: Tx, fingerprint: str) -> None:
    """Note the key of a database that knows none; of several processes that come at once, one does."""
    await tx.run(
        """INSERT INTO secret_keys (number, fingerprint, added) VALUES (1, :fingerprint, :now)
           ON CONFLICT (number) DO NOTHING""",
        fingerprint=fingerprint,
        now=tx.now,
    )
