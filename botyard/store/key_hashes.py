"""Where keyed hashes of secrets are stored that live for long."""

from __future__ import annotations

from enum import StrEnum

from botyard.store.engines.db import Tx


class HashKind(StrEnum):
    """Whose secret it is."""

    WEBHOOK = "webhook"
    TOKEN = "token"  # noqa: S105  # A word.
    APP = "app"


_REPLACE = {
    HashKind.WEBHOOK: "UPDATE webhooks SET secret_hash = :after WHERE secret_hash = :before",
    HashKind.TOKEN: "UPDATE tokens SET hash = :after WHERE hash = :before",
    HashKind.APP: "UPDATE apps SET secret_hash = :after WHERE secret_hash = :before",
}


async def replace(tx: Tx, kind: HashKind, *, before: str, after: str) -> None:
    """Store a secret under another hash; nothing happens where it is there no more."""
    await tx.run(_REPLACE[kind], before=before, after=after)
