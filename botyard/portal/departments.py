"""Departments of the portal: the tree of the company, its heads and who works where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from botyard.errors import ApiError, Reason, raises
from botyard.model.audit import AuditEvent
from botyard.model.lengths import WORDS_MAX
from botyard.model.people import Department, UserKind
from botyard.portal import audit
from botyard.store import departments, users
from botyard.store.departments import SORT, UserPage
from botyard.store.engines.db import Tx

SEPARATOR = " / "
"""Between a department and the one above, in full names."""


class Tree:
    """All departments, by id and by who is above whom."""

    def __init__(self, everything: Iterable[Department]) -> None:
        self._by_id = {department.id: department for department in everything}
        self._below: dict[int | None, list[int]] = {}
        for department in self._by_id.values():
            self._below.setdefault(department.parent_id, []).append(department.id)

    def __iter__(self) -> Iterator[Department]:
        return iter(self._by_id.values())

    def get(self, department_id: int) -> Department | None:
        """A department, if there is one of this id."""
        return self._by_id.get(department_id)

    def upwards(self, department_id: int) -> list[Department]:
        """The department and those above it, up to the top."""
        line: dict[int, Department] = {}
        department = self.get(department_id)
        while department is not None and department.id not in line:
            line[department.id] = department
            department = self.get(department.parent_id) if department.parent_id is not None else None
        return list(line.values())

    def within(self, department_id: int) -> set[int]:
        """Ids of the department and of all below it."""
        reached: set[int] = set()
        waiting = [department_id]
        while waiting:
            reached.add(following := waiting.pop())
            waiting += [below for below in self._below.get(following, []) if below not in reached]
        return reached

    def full_name(self, department: Department) -> str:
        """The name with those of the departments above: ``Sales / Company``."""
        return SEPARATOR.join(above.name for above in self.upwards(department.id))


async def tree(tx: Tx) -> Tree:
    """All departments in the order of the company structure."""
    return Tree(await departments.tree(tx))


async def unknown(tx: Tx, ids: Iterable[int]) -> list[int]:
    """Those of these ids of which there is no department."""
    wanted = set(ids)
    return sorted(wanted - {department.id for department in await departments.tree(tx)}) if wanted else []


async def add(tx: Tx, name: str, *, parent_id: int | None = None, head_id: int | None = None, sort: int = SORT) -> int:
    """Add a department and return its id. Whether there may be another at the top is not asked."""
    name = name.strip()[:WORDS_MAX]
    department_id = await departments.add(tx, name, parent_id=parent_id, head_id=head_id, sort=sort)
    await audit.record(tx, AuditEvent.DEPARTMENT_ADDED, subject=f"department:{department_id}", details={"name": name})
    return department_id


@raises(Reason.DEPARTMENT_NAME, Reason.DEPARTMENT_PLACE, Reason.DEPARTMENT_HEAD)
async def create(tx: Tx, name: str, *, parent_id: int, head_id: int, sort: int = SORT) -> int:
    """Add a department below another and return its id; 0 is no parent, which only the first department may have.

    Raises DEPARTMENT_NAME without a name, DEPARTMENT_PLACE where the parent does not exist, and DEPARTMENT_HEAD where
    the head is nobody who works here.
    """
    if not name.strip():
        raise ApiError(Reason.DEPARTMENT_NAME)
    await departments.lock_tree(tx)
    structure = await tree(tx)
    if structure.get(parent_id) is None if parent_id else any(True for _ in structure):
        raise ApiError(Reason.DEPARTMENT_PLACE, hint=_no_place(parent_id))
    await _require_head(tx, head_id)
    return await add(tx, name, parent_id=parent_id or None, head_id=head_id or None, sort=sort)


@raises(Reason.DEPARTMENT_MISSING, Reason.DEPARTMENT_NAME, Reason.DEPARTMENT_PLACE, Reason.DEPARTMENT_HEAD)
async def change(
    tx: Tx,
    department_id: int,
    *,
    name: str | None = None,
    parent_id: int | None = None,
    head_id: int | None = None,
    sort: int | None = None,
) -> None:
    """Change what is not ``None``; a ``head_id`` of 0 leaves the department without a head.

    Raises DEPARTMENT_MISSING, and what ``create`` raises; a department cannot come below itself.
    """
    await departments.lock_tree(tx)
    structure = await tree(tx)
    department = structure.get(department_id)
    if department is None:
        raise ApiError(Reason.DEPARTMENT_MISSING)
    if name is not None:
        if not name.strip():
            raise ApiError(Reason.DEPARTMENT_NAME)
        department = msgspec.structs.replace(department, name=name.strip()[:WORDS_MAX])
    if parent_id is not None and parent_id != (department.parent_id or 0):
        if parent_id in structure.within(department_id):
            raise ApiError(Reason.DEPARTMENT_PLACE, hint="a department cannot be below itself")
        if structure.get(parent_id) is None:
            raise ApiError(Reason.DEPARTMENT_PLACE, hint=_no_place(parent_id))
        department = msgspec.structs.replace(department, parent_id=parent_id)
    if head_id is not None:
        await _require_head(tx, head_id)
        department = msgspec.structs.replace(department, head_id=head_id or None)
    if sort is not None:
        department = msgspec.structs.replace(department, sort=sort)
    await departments.change(tx, department)
    await audit.record(tx, AuditEvent.DEPARTMENT_CHANGED, subject=f"department:{department_id}")


@raises(Reason.DEPARTMENT_MISSING, Reason.DEPARTMENT_PLACE)
async def delete(tx: Tx, department_id: int) -> None:
    """Delete a department. Its people and the departments below it move to the one above.

    Raises DEPARTMENT_MISSING, and DEPARTMENT_PLACE for the top while something is below it.
    """
    await departments.lock_tree(tx)
    structure = await tree(tx)
    department = structure.get(department_id)
    if department is None:
        raise ApiError(Reason.DEPARTMENT_MISSING)
    if department.parent_id is None and len(structure.within(department_id)) > 1:
        raise ApiError(Reason.DEPARTMENT_PLACE, hint="the top of the company has departments below it")
    await departments.delete(tx, department)
    await audit.record(
        tx, AuditEvent.DEPARTMENT_DELETED, subject=f"department:{department_id}", details={"name": department.name}
    )


async def _require_head(tx: Tx, head_id: int) -> None:
    """Raises DEPARTMENT_HEAD where a head is said that is no employee."""
    if not head_id:
        return
    head = await users.find(tx, head_id)
    if head is None or head.kind != UserKind.EMPLOYEE:
        raise ApiError(Reason.DEPARTMENT_HEAD)


def _no_place(parent_id: int) -> str:
    return f"there is no department {parent_id} that it could be below" if parent_id else "it needs a PARENT"


async def named(tx: Tx, name: str) -> int:
    """The id of the department of this name, which is added below the top when there is none."""
    existing = await departments.tree(tx)
    same = [department.id for department in existing if department.name == name]
    if same:
        return same[0]
    top = next((department.id for department in existing if department.parent_id is None), None)
    return await add(tx, name, parent_id=top)


async def colleagues(tx: Tx, user_id: int, *, offset: int, limit: int) -> UserPage:
    """A part of a person's colleagues in id order, and how many there are.

    Colleagues work in the person's departments or are their heads. Those of a head are everybody in the
    departments below, and the heads of the departments above.
    """
    structure = await tree(tx)
    headed = [department.id for department in structure if department.head_id == user_id]
    own = (await users.departments_of(tx, [user_id])).get(user_id, [])
    if headed:
        within = set().union(*(structure.within(department_id) for department_id in headed))
        above = {department.id for place in [*own, *headed] for department in structure.upwards(place)}
    else:
        within, above = set(own), set(own)
    return await departments.colleagues(tx, user_id, within=within, heads_of=above, offset=offset, limit=limit)


async def access_codes(tx: Tx, user_id: int) -> set[str]:
    """The access codes of somebody who is no administrator.

    ``D`` is a department, ``DR`` one in whose tree the person is, ``G2`` everybody, ``AU`` everybody with an account.
    """
    structure = await tree(tx)
    codes = {f"U{user_id}", "AU", "G2"}
    for own in (await users.departments_of(tx, [user_id])).get(user_id, []):
        codes.add(f"D{own}")
        codes |= {f"DR{department.id}" for department in structure.upwards(own)}
    return codes
