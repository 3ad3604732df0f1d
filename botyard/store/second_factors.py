"""Second factors: the encrypted secrets of authenticator applications, and recovery codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from botyard.store.engines.db import Tx, Value
from botyard.store.records import Record, scalar


class SecondFactor(NamedTuple):
    """The encrypted secret, when its owner confirmed it by a code, and the period of the last code that was taken."""

    secret: str
    confirmed: int | None
    last_step: int


_FACTOR = Record(SecondFactor, "second_factors f")
_OF_PERSON = f"{_FACTOR.select} WHERE f.user_id = :user"
_PUT = """INSERT INTO second_factors (user_id, secret) VALUES (:user, :secret)
    ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret WHERE second_factors.confirmed IS NULL"""


async def find(tx: Tx, user_id: int) -> SecondFactor | None:
    return _FACTOR.read(await tx.one(_OF_PERSON, user=user_id))


async def put(tx: Tx, user_id: int, secret: str) -> bool:
    """Store a secret that is to be confirmed, instead of one that never was; false where there is a confirmed one."""
    return await tx.run(_PUT, user=user_id, secret=secret) > 0


async def secrets(tx: Tx) -> dict[int, str]:
    """The encrypted secret of each person who has one, by person."""
    return {int(user_id): str(secret) for user_id, secret in await tx.all("SELECT user_id, secret FROM second_factors")}


async def replace_secret(tx: Tx, user_id: int, secret: str) -> None:
    """Store the same secret, encrypted otherwise."""
    await tx.run("UPDATE second_factors SET secret = :secret WHERE user_id = :user", secret=secret, user=user_id)


async def confirm(tx: Tx, user_id: int) -> None:
    await tx.run("UPDATE second_factors SET confirmed = :now WHERE user_id = :user", now=tx.now, user=user_id)


async def take_step(tx: Tx, user_id: int, step: int) -> bool:
    """Use up the code of a period; false where that one, or a later one, was used before."""
    sql = "UPDATE second_factors SET last_step = :step WHERE user_id = :user AND last_step < :step"
    return await tx.run(sql, step=step, user=user_id) > 0


async def remove(tx: Tx, user_id: int) -> bool:
    """Remove a second factor with its recovery codes; false where there was none."""
    await tx.run("DELETE FROM recovery_codes WHERE user_id = :user", user=user_id)
    return await tx.run("DELETE FROM second_factors WHERE user_id = :user", user=user_id) > 0


async def put_recovery_codes(tx: Tx, user_id: int, hashes: Iterable[str]) -> None:
    """Replace the recovery codes of a person."""
    await tx.run("DELETE FROM recovery_codes WHERE user_id = :user", user=user_id)
    rows: list[Mapping[str, Value]] = [{"hash": text, "user": user_id} for text in hashes]
    await tx.many("INSERT INTO recovery_codes (hash, user_id) VALUES (:hash, :user)", rows)


async def use_recovery_code(tx: Tx, user_id: int, code_hash: str) -> bool:
    """Use up a recovery code; false for one that is unknown, or was used before."""
    sql = "UPDATE recovery_codes SET used = :now WHERE hash = :hash AND user_id = :user AND used IS NULL"
    return await tx.run(sql, now=tx.now, hash=code_hash, user=user_id) > 0


async def count_recovery_codes(tx: Tx, user_id: int) -> int:
    """How many recovery codes are left."""
    sql = "SELECT COUNT(*) FROM recovery_codes WHERE user_id = :user AND used IS NULL"
    return scalar(await tx.one(sql, user=user_id), 0)
