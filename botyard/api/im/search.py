"""im.search.*: what a phrase finds beside messages."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from botyard.api.im.department import DepartmentShape, department_shapes
from botyard.api.im.family import method
from botyard.errors import ApiError, Reason
from botyard.model import words
from botyard.portal import departments
from botyard.rpc.call import Call
from botyard.rpc.method import Params, ResultPage
from botyard.store import reach

PAGE, PAGE_MAX = 10, 50
"""Rows of one page, unless LIMIT says otherwise, and at most."""
SHORTEST = 2
"""Characters of a phrase that is looked for."""


class DepartmentList(Params, frozen=True, rename="upper"):
    find: Annotated[
        str | UnsetType,
        Meta(description="Beginnings of words of the full name; one that is too short finds all.", examples=["sup"]),
    ] = UNSET
    user_data: bool = False
    offset: int = 0
    limit: int = PAGE


@method("im.search.department.list", raises=(Reason.PHRASE_TOO_SHORT,))
async def department_list(call: Call, p: DepartmentList) -> ResultPage[list[DepartmentShape]]:
    """Find departments by the beginnings of words of their full names, 10 or LIMIT (at most 50) at a time.

    Neither case nor accents matter. The names of the departments above belong to a full name. Outsiders find none.

    Docs: api-reference/chats/search/im-search-department-list.md
    """
    if p.find is UNSET:
        raise ApiError(Reason.PHRASE_TOO_SHORT)
    if await reach.outside(call.tx, call.user_id):
        return ResultPage([], 0)
    phrase = p.find.strip()
    wanted = words.beginnings(phrase) if len(phrase) >= SHORTEST else ()
    tree = await departments.tree(call.tx)
    named = [department for department in tree if words.has(tree.full_name(department), wanted)]
    limit = min(p.limit, PAGE_MAX) if p.limit > 0 else PAGE
    offset = max(p.offset, 0)
    shown = await department_shapes(call, tree, named[offset : offset + limit], full=p.user_data)
    return ResultPage(shown, len(named), offset + limit if offset + limit < len(named) else None)
