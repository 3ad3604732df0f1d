"""im.search.*: what a phrase finds beside messages, and what the calling person has searched for last."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from botyard.api.im import search_items
from botyard.api.im.department import DepartmentShape, department_shapes
from botyard.api.im.family import method
from botyard.api.im.recent import OneDialog, SkipChat, SkipDialog, SkipLines
from botyard.api.im.search_items import SearchItem
from botyard.chat.conversation import dialogs, search_history
from botyard.errors import ApiError, Reason
from botyard.model import words
from botyard.portal import departments
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params, ResultPage
from botyard.store import reach
from botyard.store.search_history import Searched

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


class LastGet(Params, frozen=True, rename="upper"):
    skip_openlines: SkipLines = False
    skip_chat: SkipChat = False
    skip_dialog: SkipDialog = False


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


@method("im.search.last.get", deprecated="")
async def last_get(call: Call, p: LastGet) -> list[SearchItem]:
    """List the dialogs that the caller has searched for last, the latest first: at most 50.

    What the caller may not see any more is left out.

    Docs: api-reference/chats/search/im-search-last-get.md
    """
    entries = await search_history.listed(call.tx, call.user_id)
    return await search_items.items(call, [entry for entry in entries if not _skipped(entry, p)])


def _skipped(entry: Searched, p: LastGet) -> bool:
    if entry.chat is None:
        return p.skip_dialog
    return p.skip_openlines if entry.chat.lines else p.skip_chat


@method("im.search.last.add", mode=Mode.WRITE, deprecated="", raises=(dialogs.parse,))
async def last_add(call: Call, p: OneDialog) -> bool:
    """Put a dialog first among those that the caller has searched for; `false` for what the caller may not see.

    Docs: api-reference/chats/search/im-search-last-add.md
    """
    return await search_history.add(call.tx, call.user_id, dialogs.parse(p.dialog_id))


@method("im.search.last.delete", mode=Mode.WRITE, deprecated="", raises=(dialogs.parse,))
async def last_delete(call: Call, p: OneDialog) -> bool:
    """Take a dialog out of those that the caller has searched for; `false` where it is not among them.

    Docs: api-reference/chats/search/im-search-last-delete.md
    """
    return await search_history.remove(call.tx, call.user_id, dialogs.parse(p.dialog_id))
