"""Departments of the portal."""

from __future__ import annotations

from botyard.model.people import Department
from botyard.store import users
from botyard.store.engines.db import Tx


async def add(tx: Tx, name: str, *, parent_id: int | None = None, head_id: int | None = None) -> int:
    """Add a department and return its id."""
    return await users.add_department(tx, name, parent_id=parent_id, head_id=head_id)


async def named(tx: Tx, name: str) -> int:
    """The id of the department of this name, which is added when there is none."""
    same = [department.id for department in await listed(tx) if department.name == name]
    return same[0] if same else await add(tx, name)


async def listed(tx: Tx) -> list[Department]:
    """All departments in the order of the company structure."""
    return await users.departments(tx)


async def access_codes(tx: Tx, user_id: int) -> set[str]:
    """The access codes of somebody who is no administrator.

    ``D`` is a department, ``DR`` one in whose tree the person is, ``G2`` everybody, ``AU`` everybody with an account.
    """
    parents = {department.id: department.parent_id for department in await listed(tx)}
    codes = {f"U{user_id}", "AU", "G2"}
    for own in (await users.departments_of(tx, [user_id])).get(user_id, []):
        codes.add(f"D{own}")
        above: int | None = own
        while above is not None and f"DR{above}" not in codes:
            codes.add(f"DR{above}")
            above = parents.get(above)
    return codes
