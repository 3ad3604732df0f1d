"""One-time codes of the consent page."""

from __future__ import annotations

import msgspec

from botyard.model.apps import Code
from botyard.store.engines.db import Tx

_COLUMNS = ", ".join(Code.__struct_fields__)
_PLACES = ", ".join(f":{name}" for name in Code.__struct_fields__)


async def add(tx: Tx, code: Code) -> None:
    await tx.run(f"INSERT INTO codes ({_COLUMNS}) VALUES ({_PLACES})", **msgspec.structs.asdict(code))


async def find(tx: Tx, code_hash: str) -> Code | None:
    """A code, locked for being used."""
    row = await tx.one(f"SELECT {_COLUMNS} FROM codes WHERE hash = :hash {{for_update}}", hash=code_hash)
    return Code(*row) if row else None


async def use(tx: Tx, code_hash: str) -> None:
    await tx.run("UPDATE codes SET used = :now WHERE hash = :hash", now=tx.now, hash=code_hash)


async def forget_expired(tx: Tx, before: int) -> None:
    """Delete codes that expired before ``before``."""
    await tx.run("DELETE FROM codes WHERE expires < :before", before=before)
