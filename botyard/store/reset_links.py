"""Links by which people choose a new password."""

from __future__ import annotations

from botyard.model.people import User
from botyard.store.engines.db import Tx
from botyard.store.users import USER

_PUT = """INSERT INTO reset_links (user_id, hash, expires) VALUES (:user, :hash, :expires)
    ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, expires = excluded.expires"""
_OWNER = f"""SELECT {USER.columns} FROM reset_links l JOIN users u ON u.id = l.user_id
 WHERE l.hash = :hash AND l.expires > :now AND u.active = 1"""


async def put(tx: Tx, user_id: int, link_hash: str, *, expires: int) -> None:
    """Store a link of a person; one that was made before ends."""
    await tx.run(_PUT, user=user_id, hash=link_hash, expires=expires)


async def owner(tx: Tx, link_hash: str) -> User | None:
    """Whose link this is, if it is still good."""
    return USER.read(await tx.one(_OWNER, hash=link_hash, now=tx.now))


async def use(tx: Tx, link_hash: str) -> bool:
    """Use up a link that is still good; false where it is not, or was used meanwhile."""
    sql = "DELETE FROM reset_links WHERE hash = :hash AND expires > :now"
    return await tx.run(sql, hash=link_hash, now=tx.now) > 0


async def remove_of(tx: Tx, user_id: int) -> None:
    await tx.run("DELETE FROM reset_links WHERE user_id = :user", user=user_id)
