"""Creates a portal in an empty database."""

from __future__ import annotations

import secrets

from botyard.model.people import Profile
from botyard.portal import messenger, users
from botyard.store import portal
from botyard.store.engines.db import Tx

TITLE = "Botyard"
ADMIN = "admin"


async def exists(tx: Tx) -> bool:
    """Whether the database holds a portal already."""
    return await portal.get(tx) is not None


async def create_portal(tx: Tx, title: str = TITLE) -> str:
    """Write the portal's own row and return its member id. Raises ``Duplicate`` when there is one."""
    member_id = secrets.token_hex(16)
    await portal.add(tx, title, member_id)
    await messenger.put(tx)
    return member_id


async def create_portal_with_admin(tx: Tx, password_hash: str) -> int | None:
    """Make a portal with its first administrator and return the administrator's id; ``None`` when there is one."""
    if await exists(tx):
        return None
    await create_portal(tx)
    profile = Profile(name="Administrator")
    return await users.add(tx, profile, login=ADMIN, password_hash=password_hash, admin=True, initial=True)
