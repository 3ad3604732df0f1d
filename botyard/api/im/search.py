"""im.search.*: what a phrase finds beside messages, and what the calling person has searched for last."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from botyard.api.im import search_items
from botyard.api.im.department import DepartmentShape, department_shapes
from botyard.api.im.family import method
from botyard.api.im.recent import OneDialog, SkipChat, SkipDialog, SkipLines
from botyard.api.im.search_items import NamedChatShape, SearchItem
from botyard.api.im.shapes import UserShape, staff
from botyard.chat.conversation import dialogs, search_history
from botyard.errors import ApiError, Reason
from botyard.model import words
from botyard.model.people import UserKind
from botyard.portal import departments
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params, ResultPage
from botyard.store import name_search, reach
from botyard.store.name_search import Wanted
from botyard.store.search_history import Searched

PAGE, PAGE_MAX = 10, 50
"""Rows of one page, unless LIMIT says otherwise, and at most."""
EMPLOYEES = (UserKind.EMPLOYEE,)
PEOPLE = (*EMPLOYEES, UserKind.EXTRANET, UserKind.EMAIL, UserKind.BOT)
"""Kinds of people that are found: guests are nobody one writes to."""
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


class UserList(Params, frozen=True, rename="upper"):
    find: Annotated[
        str,
        Meta(
            description="Beginnings of words of name, position and department, 2 characters at least.", examples=["be"]
        ),
    ] = ""
    business: Annotated[bool, Meta(description="Whether only employees are looked for.")] = False
    offset: int = 0
    limit: int = PAGE


class ChatList(Params, frozen=True, rename="upper"):
    """FIND wins where both are there."""

    find: Annotated[
        str,
        Meta(description="Beginnings of words of the title or of names of members, 2 characters at least."),
    ] = ""
    find_lines: Annotated[str, Meta(description="The same for chats of open lines.")] = ""
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
    offset, limit = _part(p)
    shown = await department_shapes(call, tree, named[offset : offset + limit], full=p.user_data)
    return ResultPage(shown, len(named), _following(p, len(named)))


@method("im.search.user.list", raises=(Reason.PHRASE_TOO_SHORT,))
async def user_list(call: Call, p: UserList) -> ResultPage[dict[str, UserShape] | list[UserShape]]:
    """Find people and bots by names, positions and departments, 10 or LIMIT (at most 50) at a time.

    Each word of the phrase begins a word there; neither case nor accents matter. The pages begin with those with whom
    the caller has written last, the others follow by their ids. Outsiders find those with whom they share a chat.

    Docs: api-reference/chats/search/im-search-user-list.md
    """
    wanted = await _wanted(call, p, p.find)
    listed = await name_search.people(call.tx, wanted, kinds=EMPLOYEES if p.business else PEOPLE)
    people = await staff(call, listed.ids)
    shown = {str(user_id): people[user_id] for user_id in listed.ids if user_id in people}
    return ResultPage(shown or [], listed.total, _following(p, listed.total))


@method("im.search.chat.list", raises=(Reason.PHRASE_TOO_SHORT,))
async def chat_list(call: Call, p: ChatList) -> ResultPage[list[NamedChatShape]]:
    """Find group chats by their titles and by names of others in them, 10 or LIMIT (at most 50) at a time.

    Each word of the phrase begins a word of one or the other; neither case nor accents matter. Those are found that
    the caller is in, and by their titles those that are open to the caller; the latest chat is first.

    Docs: api-reference/chats/search/im-search-chat-list.md
    """
    lines = not p.find
    wanted = await _wanted(call, p, p.find_lines if lines else p.find)
    listed = await name_search.chats(call.tx, wanted, lines=lines)
    shown = await search_items.chats(call, listed.ids)
    return ResultPage(shown, listed.total, _following(p, listed.total))


async def _wanted(call: Call, p: UserList | ChatList, phrase: str) -> Wanted:
    """What is looked for. Raises PHRASE_TOO_SHORT also for a phrase without any letter or digit."""
    beginnings = words.beginnings(phrase.strip()) if len(phrase.strip()) >= SHORTEST else ()
    if not beginnings:
        raise ApiError(Reason.PHRASE_TOO_SHORT)
    offset, limit = _part(p)
    return Wanted(call.user_id, beginnings, await reach.outside(call.tx, call.user_id), offset, limit)


def _part(p: DepartmentList | UserList | ChatList) -> tuple[int, int]:
    """Where the page begins, and how much is on it."""
    return max(p.offset, 0), min(p.limit, PAGE_MAX) if p.limit > 0 else PAGE


def _following(p: DepartmentList | UserList | ChatList, total: int) -> int | None:
    """Where the next page begins, if there is one."""
    following = sum(_part(p))
    return following if following < total else None


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
