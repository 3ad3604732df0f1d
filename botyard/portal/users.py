"""People of the house: find, add and list them."""

from __future__ import annotations

from collections.abc import Iterable

from botyard.model.events import UserAdded
from botyard.model.people import Profile, User, UserKind
from botyard.portal import bindings
from botyard.store import users
from botyard.store.db import Tx

PEOPLE = (UserKind.EMPLOYEE, UserKind.EXTRANET)
"""Kinds that have a login of their own."""


async def find_login(tx: Tx, login: str) -> User | None:
    """A person by login alone."""
    return await users.find_by_login(tx, login) if login else None


async def find(tx: Tx, who: str) -> User | None:
    """A person by login or by id; a login that looks like a number wins."""
    found = await find_login(tx, who)
    if found is None and who.isascii() and who.isdigit() and len(who) < 19:
        found = await users.find(tx, int(who))
    return found


async def add(
    tx: Tx,
    profile: Profile,
    *,
    login: str,
    password_hash: str,
    now: int,
    kind: UserKind = UserKind.EMPLOYEE,
    admin: bool = False,
    departments: Iterable[int] = (),
) -> int:
    """Add a person and answer the id. Raises ``Duplicate`` when the login is taken."""
    user_id = await users.add(tx, kind, profile, now, login=login, admin=admin)
    await users.set_password(tx, user_id, password_hash)
    for department_id in departments:
        await users.join_department(tx, user_id, department_id)
    await bindings.announce(tx, UserAdded(actor_id=user_id, user_id=user_id), now)
    return user_id


async def people(tx: Tx) -> list[User]:
    """Everybody with a login, in id order: no bots, no guests."""
    return [user for user in await users.everyone(tx) if user.kind in PEOPLE]


async def first_admin(tx: Tx) -> User | None:
    """The longest-standing administrator who is active."""
    return next((user for user in await users.everyone(tx) if user.admin and user.active), None)


def name_of(user: User) -> str:
    """What to call somebody in a list: the name, or the login of those who have none."""
    return user.full_name or user.login or f"user {user.id}"
