"""One-time codes of the consent page."""

from __future__ import annotations

from botyard.model.apps import Code
from botyard.store.engines.db import Tx
from botyard.store.records import Record

_CODE = Record(Code, "codes c")
_ADD = _CODE.insert()
_BY_HASH = f"{_CODE.select} WHERE c.hash = :hash {{for_update}}"


async def add(tx: Tx, code: Code) -> None:
    await tx.run(_ADD, **_CODE.values(code))


async def find(tx: Tx, code_hash: str) -> Code | None:
    """A code, locked for being used."""
    return _CODE.read(await tx.one(_BY_HASH, hash=code_hash))


async def exists(tx: Tx, code_hash: str) -> bool:
    """Whether there is a code, whatever it is good for."""
    return await tx.one("SELECT 1 FROM codes WHERE hash = :hash", hash=code_hash) is not None


async def use(tx: Tx, code_hash: str) -> None:
    await tx.run("UPDATE codes SET used = :now WHERE hash = :hash", now=tx.now, hash=code_hash)


async def forget_expired(tx: Tx, before: int) -> None:
    """Delete codes that expired before ``before``."""
    await tx.run("DELETE FROM codes WHERE expires < :before", before=before)
