"""Sessions: browsers that people have signed in with."""

from __future__ import annotations

from typing import NamedTuple

from botyard.model.people import User
from botyard.model.sessions import Client, Session
from botyard.store.engines.db import Tx
from botyard.store.portal import note_revocation
from botyard.store.records import Record, insert, scalar
from botyard.store.users import USER


class Credentials(NamedTuple):
    """A person, and the stored form of the password."""

    user: User
    password: str


_CREDENTIALS = Record(Credentials, "users u", user=USER)
_SESSION = Record(
    Session,
    "sessions s JOIN users u ON u.id = s.user_id LEFT JOIN second_factors f ON f.user_id = u.id",
    user=USER,
    password_initial="u.password_initial",  # noqa: S106  # A column.
    second_factor="CASE WHEN f.confirmed IS NULL THEN 0 ELSE 1 END",
)
_ADD = insert(
    "sessions",
    ("hash", "user_id", "created", "confirmed", "last_seen", "expires", "awaits_code", "address", "browser"),
)
FAMILY = "session:"
"""How the families of tokens begin that the web client got in a session; its number follows."""
_BY_LOGIN = f"{_CREDENTIALS.select} WHERE u.login = :login"
_LIVE = "s.expires > :now AND s.last_seen > :idle_since AND u.active = 1"
_BY_HASH = f"{_SESSION.select} WHERE s.hash = :hash AND {_LIVE}"
_OF_PERSON = f"""{_SESSION.select} WHERE s.user_id = :user AND s.awaits_code = 0 AND {_LIVE}
 ORDER BY s.last_seen DESC, s.id"""


async def add(tx: Tx, session_hash: str, user_id: int, *, expires: int, awaits_code: bool, client: Client) -> None:
    await tx.insert(
        _ADD,
        hash=session_hash,
        user_id=user_id,
        created=tx.now,
        confirmed=tx.now,
        last_seen=tx.now,
        expires=expires,
        awaits_code=int(awaits_code),
        address=client.address,
        browser=client.browser,
    )


async def find(tx: Tx, session_hash: str, *, idle_since: int) -> Session | None:
    """A session that is still valid and was used after ``idle_since``; ``None`` for people who were deactivated."""
    return _SESSION.read(await tx.one(_BY_HASH, hash=session_hash, now=tx.now, idle_since=idle_since))


async def of_person(tx: Tx, user_id: int, *, idle_since: int) -> list[Session]:
    """The sessions of a person that are still valid, the one last used first."""
    return _SESSION.read_all(await tx.all(_OF_PERSON, user=user_id, now=tx.now, idle_since=idle_since))


async def note_use(tx: Tx, session_id: int, client: Client) -> None:
    """Note that a session is used, and from where."""
    await tx.run(
        "UPDATE sessions SET last_seen = :now, address = :address, browser = :browser WHERE id = :id",
        now=tx.now,
        address=client.address,
        browser=client.browser,
        id=session_id,
    )


async def renew(tx: Tx, session_id: int, session_hash: str, *, expires: int) -> bool:
    """Give a session a new secret: its person has just shown who they are. False where it has ended meanwhile."""
    sql = """UPDATE sessions SET hash = :hash, confirmed = :now, last_seen = :now, expires = :expires,
        awaits_code = 0, wrong_codes = 0 WHERE id = :id"""
    return await tx.run(sql, hash=session_hash, now=tx.now, expires=expires, id=session_id) > 0


async def count_wrong_code(tx: Tx, session_id: int) -> None:
    """Count a wrong code of a session that waits for the right one."""
    await tx.run("UPDATE sessions SET wrong_codes = wrong_codes + 1 WHERE id = :id", id=session_id)


async def remove(tx: Tx, session_hash: str) -> None:
    """End a session, and the tokens that the web client got in it."""
    for session_id, user_id in await tx.all("SELECT id, user_id FROM sessions WHERE hash = :hash", hash=session_hash):
        await remove_one(tx, user_id, session_id)


async def remove_one(tx: Tx, user_id: int, session_id: int) -> bool:
    """End one session of a person, and the tokens that the web client got in it; false where there is none."""
    await _end_tokens(tx, user_id, "family LIKE :family", family=f"{FAMILY}{session_id}:%")
    return await tx.run("DELETE FROM sessions WHERE id = :id AND user_id = :user", id=session_id, user=user_id) > 0


async def remove_of(tx: Tx, user_id: int, *, but: int = 0) -> int:
    """Sign a person out everywhere, or everywhere ``but`` in one session; how many sessions ended.

    Tokens of the web client end, those of sessions that had ended by themselves too.
    """
    await _end_tokens(tx, user_id, "family NOT LIKE :family", family=f"{FAMILY}{but}:%")
    return await tx.run("DELETE FROM sessions WHERE user_id = :user AND id <> :but", user=user_id, but=but)


async def _end_tokens(tx: Tx, user_id: int, which: str, *, family: str) -> None:
    """End tokens and codes that the web client got in sessions of a person."""
    await note_revocation(tx)
    of_client = f"user_id = :user AND family LIKE '{FAMILY}%' AND {which}"
    await tx.run(
        f"UPDATE tokens SET revoked = :now WHERE {of_client} AND revoked IS NULL",
        now=tx.now,
        user=user_id,
        family=family,
    )
    await tx.run(f"DELETE FROM codes WHERE {of_client}", user=user_id, family=family)


async def of_token(tx: Tx, token_id: int) -> int:
    """The session in which the web client got a token, which may have ended; 0 for any other token."""
    family: str = scalar(await tx.one("SELECT family FROM tokens WHERE id = :id", id=token_id), "")
    return int(family.split(":")[1]) if family.startswith(FAMILY) else 0


async def forget_expired(tx: Tx, *, idle_since: int) -> None:
    await tx.run("DELETE FROM sessions WHERE expires <= :now OR last_seen <= :idle", now=tx.now, idle=idle_since)


async def password_of(tx: Tx, login: str) -> Credentials | None:
    """The person with a login, and the stored form of the password."""
    return _CREDENTIALS.read(await tx.one(_BY_LOGIN, login=login))


async def note_sign_in(tx: Tx, user_id: int) -> None:
    """Note when a person signed in."""
    await tx.run("UPDATE users SET last_login = :now WHERE id = :id", now=tx.now, id=user_id)
