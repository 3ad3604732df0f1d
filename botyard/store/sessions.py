"""Sessions: browsers that people have signed in with."""

from __future__ import annotations

from typing import NamedTuple

from botyard.model.people import User
from botyard.store.engines.db import Tx
from botyard.store.records import Record
from botyard.store.users import USER


class Credentials(NamedTuple):
    """A person, and the stored form of the password."""

    user: User
    password: str


_CREDENTIALS = Record(Credentials, "users u", user=USER)
_BY_LOGIN = f"{_CREDENTIALS.select} WHERE u.login = :login"
_BY_SESSION = f"""SELECT {USER.columns} FROM sessions s JOIN users u ON u.id = s.user_id
 WHERE s.hash = :hash AND s.expires > :now AND u.active = 1"""


async def add(tx: Tx, sign_in_hash: str, user_id: int, *, expires: int) -> None:
    await tx.run(
        "INSERT INTO sessions (hash, user_id, created, expires) VALUES (:hash, :user, :now, :expires)",
        hash=sign_in_hash,
        user=user_id,
        now=tx.now,
        expires=expires,
    )


async def find(tx: Tx, sign_in_hash: str) -> User | None:
    """The person of a session that is still valid; ``None`` for those who were deactivated."""
    return USER.read(await tx.one(_BY_SESSION, hash=sign_in_hash, now=tx.now))


async def remove(tx: Tx, sign_in_hash: str) -> None:
    await tx.run("DELETE FROM sessions WHERE hash = :hash", hash=sign_in_hash)


async def remove_of(tx: Tx, user_id: int) -> None:
    """Sign a person out everywhere."""
    await tx.run("DELETE FROM sessions WHERE user_id = :user", user=user_id)


async def forget_expired(tx: Tx) -> None:
    await tx.run("DELETE FROM sessions WHERE expires <= :now", now=tx.now)


async def password_of(tx: Tx, login: str) -> Credentials | None:
    """The person with a login, and the stored form of the password."""
    return _CREDENTIALS.read(await tx.one(_BY_LOGIN, login=login))


async def note_sign_in(tx: Tx, user_id: int) -> None:
    """Note when a person signed in."""
    await tx.run("UPDATE users SET last_login = :now WHERE id = :id", now=tx.now, id=user_id)
