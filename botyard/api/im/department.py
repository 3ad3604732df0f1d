"""im.department.*: the people of departments, for employees."""

from __future__ import annotations

import msgspec

from botyard.api.im.family import method
from botyard.api.im.shapes import UserShape, staff
from botyard.errors import ApiError, Reason, error
from botyard.model.people import Department
from botyard.portal import departments
from botyard.portal.departments import Tree
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Params, ResultPage
from botyard.store import departments as stored_departments
from botyard.wire.coerce import Ids

MANY = 50
"""Colleagues of one page at most."""


class Departments(Params, frozen=True, rename="upper"):
    """ID lists departments; with USER_DATA people are returned with all that is known of them."""

    id: Ids = []
    user_data: bool = False


class Colleagues(Params, frozen=True, rename="upper"):
    user_data: bool = False
    offset: int = 0
    limit: int = 10


class DepartmentShape(msgspec.Struct, frozen=True, omit_defaults=True):
    """A department and its head; 0 where there is none. Its full name holds those of the departments above."""

    id: int
    name: str
    full_name: str
    manager_user_id: int
    manager_user_data: UserShape | None = None


@method(
    "im.department.get",
    access=Access.INTRANET,
    errors={Reason.DEPARTMENTS_FORMAT: error("INVALID_FORMAT: A wrong format for the ID field is passed")},
    raises=(Reason.DEPARTMENTS_FORMAT,),
)
async def get(call: Call, p: Departments) -> list[DepartmentShape]:
    """Tell about departments by their ids; what does not exist is left out.

    Docs: api-reference/chats/departments/im-department-get.md
    """
    tree = await departments.tree(call.tx)
    named = [department for place in _named(p) if (department := tree.get(place)) is not None]
    return await department_shapes(call, tree, named, full=p.user_data)


async def department_shapes(call: Call, tree: Tree, named: list[Department], *, full: bool) -> list[DepartmentShape]:
    """Departments with their heads, in ``full`` with all that is known of these."""
    heads = await _people(call, [department.head_id for department in named if department.head_id], full=full)
    return [
        DepartmentShape(
            department.id,
            department.name,
            tree.full_name(department),
            department.head_id or 0,
            heads.get(department.head_id or 0),
        )
        for department in named
    ]


@method("im.department.employees.get", access=Access.INTRANET, raises=(Reason.DEPARTMENTS_FORMAT,))
async def employees_get(call: Call, p: Departments) -> dict[str, list[int | UserShape]]:
    """List who works in departments, by the ids of these; what does not exist is left out.

    Docs: api-reference/chats/departments/im-department-employees-get.md
    """
    return await _by_department(call, await stored_departments.employees(call.tx, _named(p)), full=p.user_data)


@method("im.department.managers.get", access=Access.INTRANET, raises=(Reason.DEPARTMENTS_FORMAT,))
async def managers_get(call: Call, p: Departments) -> dict[str, list[int | UserShape]]:
    """List the heads of departments, by the ids of these; what does not exist is left out.

    Docs: api-reference/chats/departments/im-department-managers-get.md
    """
    tree = await departments.tree(call.tx)
    named = [department for place in _named(p) if (department := tree.get(place)) is not None]
    heads = {department.id: [department.head_id] if department.head_id else [] for department in named}
    return await _by_department(call, heads, full=p.user_data)


@method("im.department.colleagues.list", access=Access.INTRANET)
async def colleagues_list(call: Call, p: Colleagues) -> ResultPage[list[int | UserShape]]:
    """List the colleagues of the calling person, 10 or LIMIT (at most 50) at a time.

    They work in the same departments or are their heads. Colleagues of a head are those
    in the departments below, and the heads of the departments above.

    Docs: api-reference/chats/departments/im-department-colleagues-list.md
    """
    limit = min(p.limit, MANY) if p.limit > 0 else 10
    offset = max(p.offset, 0)
    ids, total = await departments.colleagues(call.tx, call.user_id, offset=offset, limit=limit)
    people = await _people(call, ids, full=p.user_data)
    shown = [people.get(user_id, user_id) for user_id in ids]
    return ResultPage(shown, total, offset + limit if offset + limit < total else None)


def _named(p: Departments) -> list[int]:
    """The departments that are asked for, each once."""
    if not p.id:
        raise ApiError(Reason.DEPARTMENTS_FORMAT)
    return list(dict.fromkeys(p.id))


async def _by_department(call: Call, ids: dict[int, list[int]], *, full: bool) -> dict[str, list[int | UserShape]]:
    people = await _people(call, [user_id for user_ids in ids.values() for user_id in user_ids], full=full)
    return {
        str(department_id): [people.get(user_id, user_id) for user_id in user_ids]
        for department_id, user_ids in ids.items()
    }


async def _people(call: Call, ids: list[int], *, full: bool) -> dict[int, UserShape]:
    return await staff(call, ids) if full else {}
