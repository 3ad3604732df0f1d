"""Departments: the tree of the company, and who works where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from botyard.model.people import Department
from botyard.store import name_words
from botyard.store.engines.db import Tx
from botyard.store.id_lists import id_list
from botyard.store.records import Record, scalar

_DEPARTMENT = Record(Department, "departments d")
_ALL = f"{_DEPARTMENT.select} ORDER BY d.sort, d.id"
_LOCK = "SELECT id FROM portal {for_update}"

SORT = 500
"""Where a department stands among others unless something else is said."""

# Numbers that are not known count as 0 on both engines.
_FIELDS = {
    "ID": "d.id",
    "NAME": "d.name",
    "SORT": "d.sort",
    "PARENT": "COALESCE(d.parent_id, 0)",
    "UF_HEAD": "COALESCE(d.head_id, 0)",
}

_COLLEAGUES = """FROM users u
    WHERE u.active = 1 AND u.kind = 'employee' AND u.id <> :self AND u.id IN (
        SELECT m.user_id FROM department_members m WHERE m.department_id IN ({within})
        UNION SELECT d.head_id FROM departments d WHERE d.id IN (SELECT CAST(value AS BIGINT) FROM {{each}}(:above))
    )"""


class DepartmentFilter(msgspec.Struct, frozen=True):
    """Which departments, in which order. ``order`` is a field and whether it descends."""

    numbers: Mapping[str, Sequence[int]]
    """Values by ID, SORT, PARENT and UF_HEAD; 0 stands for no parent and no head."""
    name: str | None = None
    order: tuple[str, bool] = ("ID", False)


class UserPage(NamedTuple):
    """A part of some people, and how many there are."""

    ids: list[int]
    total: int


def is_field(name: str) -> bool:
    """Whether departments can be sorted by it."""
    return name in _FIELDS


async def tree(tx: Tx) -> list[Department]:
    """All departments in the order of the company structure."""
    return _DEPARTMENT.read_all(await tx.all(_ALL))


async def lock_tree(tx: Tx) -> None:
    """Let nobody else change the structure until the transaction ends."""
    await tx.one(_LOCK)


async def page(tx: Tx, wanted: DepartmentFilter, offset: int, *, limit: int) -> list[Department]:
    """A part of the departments that pass a filter."""
    where, values = _where(wanted)
    field, descends = wanted.order
    order = f"{_FIELDS[field]} {'DESC' if descends else 'ASC'}, d.id"
    return _DEPARTMENT.read_all(
        await tx.all(
            f"{_DEPARTMENT.select} {where} ORDER BY {order} LIMIT :limit OFFSET :offset",
            limit=limit,
            offset=offset,
            **values,
        )
    )


async def count(tx: Tx, wanted: DepartmentFilter) -> int:
    """How many departments pass a filter."""
    where, values = _where(wanted)
    return scalar(await tx.one(f"SELECT COUNT(*) FROM departments d {where}", **values), 0)


def _where(wanted: DepartmentFilter) -> tuple[str, dict[str, str]]:
    values = {field.lower(): msgspec.json.encode(list(numbers)).decode() for field, numbers in wanted.numbers.items()}
    tests = [
        f"{_FIELDS[field]} IN (SELECT CAST(value AS BIGINT) FROM {{each}}(:{field.lower()}))"
        for field in wanted.numbers
    ]
    if wanted.name is not None:
        values["name"] = wanted.name
        tests.append("d.name = :name")
    return (f"WHERE {' AND '.join(tests)}" if tests else ""), values


async def add(tx: Tx, name: str, *, parent_id: int | None = None, head_id: int | None = None, sort: int = SORT) -> int:
    department_id = await tx.insert(
        "INSERT INTO departments (name, parent_id, head_id, sort) VALUES (:name, :parent, :head, :sort)",
        name=name,
        parent=parent_id,
        head=head_id,
        sort=sort,
    )
    await name_words.set_department(tx, department_id, name)
    return department_id


async def change(tx: Tx, department: Department) -> None:
    """Store what is known of a department now."""
    await tx.run(f"{_DEPARTMENT.update()} WHERE id = :id", **_DEPARTMENT.values(department))
    await name_words.set_department(tx, department.id, department.name)


async def delete(tx: Tx, department: Department) -> None:
    """Delete a department; who works there and what is below it belongs to the one above from now on."""
    place = {"id": department.id, "parent": department.parent_id}
    await tx.run("UPDATE departments SET parent_id = :parent WHERE parent_id = :id", **place)
    if department.parent_id is not None:
        await tx.run(
            """INSERT INTO department_members (user_id, department_id)
               SELECT user_id, :parent FROM department_members WHERE department_id = :id ON CONFLICT DO NOTHING""",
            **place,
        )
    await tx.run("DELETE FROM department_members WHERE department_id = :id", id=department.id)
    await tx.run("DELETE FROM department_words WHERE department_id = :id", id=department.id)
    await tx.run("DELETE FROM departments WHERE id = :id", id=department.id)


async def employees(tx: Tx, ids: Iterable[int]) -> dict[int, list[int]]:
    """Department id to the ids of those who work there and are active, for the departments that exist."""
    listed, values = id_list(ids)
    rows = await tx.all(
        f"""SELECT d.id, u.id FROM departments d
            LEFT JOIN department_members m ON m.department_id = d.id
            LEFT JOIN users u ON u.id = m.user_id AND u.active = 1 AND u.kind = 'employee'
            WHERE d.id IN ({listed}) ORDER BY d.id, u.id""",
        **values,
    )
    staff: dict[int, list[int]] = {}
    for department_id, user_id in rows:
        listed_there = staff.setdefault(department_id, [])
        if user_id is not None:
            listed_there.append(user_id)
    return staff


async def colleagues(
    tx: Tx, user_id: int, *, within: Iterable[int], heads_of: Iterable[int], offset: int, limit: int
) -> UserPage:
    """Those who work in some departments or are heads of others, but for one person, in id order."""
    listed, values = id_list(within)
    source = _COLLEAGUES.format(within=listed)
    among = {**values, "self": user_id, "above": msgspec.json.encode(sorted(heads_of)).decode()}
    total = scalar(await tx.one(f"SELECT COUNT(*) {source}", **among), 0)
    rows = await tx.all(
        f"SELECT u.id {source} ORDER BY u.id LIMIT :limit OFFSET :offset", limit=limit, offset=offset, **among
    )
    return UserPage([user_id for (user_id,) in rows], total)
