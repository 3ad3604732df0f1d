"""`department.*`: the tree of the company."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from botyard.api.family import method
from botyard.errors import Reason, error
from botyard.model.people import Department
from botyard.portal import departments
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, NoParams, Params, ResultPage
from botyard.store import departments as stored_departments
from botyard.store import reach
from botyard.store.departments import SORT, DepartmentFilter
from botyard.wire.coerce import Id
from botyard.wire.param_types import FilterIds, FilterValue, Scalar, descends

PAGE = 50
LABELS = {
    "ID": "ID",
    "NAME": "Department Name",
    "SORT": "Sort Order",
    "PARENT": "Parent Department",
    "UF_HEAD": "Manager",
}


class Add(Params, frozen=True, rename="upper"):
    name: str = ""
    sort: int = SORT
    parent: Id = 0
    uf_head: Id = 0


class Update(Params, frozen=True, rename="upper"):
    """What is not given stays as it is."""

    id: Id = 0
    name: str | UnsetType = UNSET
    sort: int | UnsetType = UNSET
    parent: Id | UnsetType = UNSET
    uf_head: Id | UnsetType = UNSET


class Named(Params, frozen=True, rename="upper"):
    id: Id = 0


class Get(Params, frozen=True, rename="upper"):
    """SORT is the field to sort by, or a number to filter by: the page has both, and names are read in any case."""

    sort: FilterIds = "ID"
    order: str = "ASC"
    id: FilterIds = None
    name: FilterValue = None
    parent: FilterIds = None
    uf_head: FilterIds = None
    start: int = 0


class Shape(msgspec.Struct, frozen=True, rename="upper", omit_defaults=True):
    """A department. The top has the parent 0; without a head there is no UF_HEAD."""

    id: str
    name: str
    sort: int
    parent: str | int
    uf_head: str = ""


@method(
    "department.add",
    access=Access.STRUCTURE,
    mode=Mode.WRITE,
    raises=(departments.create,),
)
async def add(call: Call, p: Add) -> int:
    """Add a department below another and return its id.

    Only the first department of a portal may be without PARENT.

    Docs: api-reference/departments/department-add.md
    """
    return await departments.create(call.tx, p.name, parent_id=p.parent, head_id=p.uf_head, sort=p.sort)


@method("department.update", access=Access.STRUCTURE, mode=Mode.WRITE, raises=(departments.change,))
async def update(call: Call, p: Update) -> bool:
    """Change a department; UF_HEAD 0 leaves it without a head.

    Docs: api-reference/departments/department-update.md
    """
    await departments.change(
        call.tx,
        p.id,
        name=None if p.name is UNSET else p.name,
        parent_id=None if p.parent is UNSET else p.parent,
        head_id=None if p.uf_head is UNSET else p.uf_head,
        sort=None if p.sort is UNSET else p.sort,
    )
    return True


@method(
    "department.delete",
    access=Access.STRUCTURE,
    mode=Mode.WRITE,
    # The page has no words for it.
    errors={Reason.DEPARTMENT_PLACE: error("ERROR_CORE: The top of the company structure cannot be deleted")},
    raises=(departments.delete,),
)
async def delete(call: Call, p: Named) -> bool:
    """Delete a department. Its people and the departments below it move to the one above.

    Docs: api-reference/departments/department-delete.md
    """
    await departments.delete(call.tx, p.id)
    return True


@method("department.fields")
async def fields(call: Call, p: NoParams) -> dict[str, str]:
    """Name the fields of a department.

    Docs: api-reference/departments/department-fields.md
    """
    return LABELS


@method("department.get", access=Access.PERSON)
async def get(call: Call, p: Get) -> ResultPage[list[Shape]]:
    """List departments, 50 at a time, by id unless sorted otherwise.

    People from outside see none. With `start` = -1 nothing is counted.

    Docs: api-reference/departments/department-get.md
    """
    if await reach.outside(call.tx, call.user_id):
        return ResultPage([], None if p.start < 0 else 0)
    wanted = _filter(p)
    offset = max(p.start, 0)
    shapes = [_shape(each) for each in await stored_departments.page(call.tx, wanted, offset, limit=PAGE)]
    if p.start < 0:
        return ResultPage(shapes)
    total = await stored_departments.count(call.tx, wanted)
    return ResultPage(shapes, total, offset + PAGE if offset + PAGE < total else None)


def _filter(p: Get) -> DepartmentFilter:
    fields = {"ID": p.id, "PARENT": p.parent, "UF_HEAD": p.uf_head}
    by = p.sort.strip().upper() if isinstance(p.sort, str) else ""
    if not stored_departments.is_field(by):
        fields["SORT"] = p.sort
        by = "ID"
    return DepartmentFilter(
        {name: _numbers(value) for name, value in fields.items() if value is not None},
        None if p.name is None else str(p.name),
        (by, descends(p.order)),
    )


def _numbers(value: Scalar | list[Scalar]) -> list[int]:
    """The whole numbers among these values; what is none matches nothing."""
    values = value if isinstance(value, list) else [value]
    texts = [str(number).strip() for number in values if not isinstance(number, bool)]
    return [int(digits) for digits in texts if digits.isascii() and digits.isdigit() and len(digits) < 19]


def _shape(department: Department) -> Shape:
    return Shape(
        str(department.id),
        department.name,
        department.sort,
        0 if department.parent_id is None else str(department.parent_id),
        "" if department.head_id is None else str(department.head_id),
    )
