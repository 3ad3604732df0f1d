"""`user.*`: the people of the portal."""

from __future__ import annotations

from typing import Any, cast
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, UnsetType

from botyard.api.family import method
from botyard.api.shapes.user_fields import (
    CURRENT_WRITERS,
    LABELS,
    WRITERS,
    Current,
    Row,
    chosen,
    filterable,
    own_fields,
    readable,
    written,
)
from botyard.api.shapes.user_params import PersonParams
from botyard.api.shared import options, user_invitations
from botyard.chat.media import pictures
from botyard.errors import ApiError, ErrorCode, Reason, error
from botyard.model.user_fields import UserField
from botyard.portal import departments, invitations
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Hinted, Mode, NoParams, Params, ResultPage
from botyard.store import reach, user_fields, user_filter, users
from botyard.store.user_filter import PAGE, UserFilter
from botyard.wire.param_types import FilterIds, FilterValue, SomeIds, SortBy, SortOrder, descends

SCOPES = ("user", "user_brief", "user_basic")


class GetParams(Params, frozen=True, rename="upper"):
    """A filter in FILTER, or its plain fields beside the other parameters (clients do both)."""

    sort: SortBy = ""
    order: SortOrder = ""
    filter: dict[str, FilterValue] = msgspec.field(default_factory=dict)
    admin_mode: bool = False
    select: list[str] = msgspec.field(default_factory=list)
    image_resize: str = ""
    start: int = 0
    id: FilterIds = None
    active: FilterValue = None
    name: FilterValue = None
    last_name: FilterValue = None
    second_name: FilterValue = None
    email: FilterValue = None
    last_login: FilterValue = None
    date_register: FilterValue = None
    timestamp_x: FilterValue = None
    last_activity_date: FilterValue = None
    time_zone: FilterValue = None
    is_online: FilterValue = None
    personal_gender: FilterValue = None
    personal_www: FilterValue = None
    personal_birthday: FilterValue = None
    personal_mobile: FilterValue = None
    personal_city: FilterValue = None
    work_phone: FilterValue = None
    work_position: FilterValue = None
    user_type: FilterValue = None
    uf_department: FilterIds = None
    name_search: FilterValue = None


class SearchParams(GetParams, frozen=True, rename="upper"):
    uf_department_name: FilterValue = None
    find: FilterValue = None


@method("user.current", scopes=SCOPES)
async def current(call: Call, p: NoParams) -> Current:
    """Tell about the current user.

    Docs: api-reference/user/user-current.md
    """
    user = await users.find(call.tx, call.user_id)
    if user is None:
        raise ApiError(ErrorCode.CREDENTIALS)
    scopes = call.identity.scopes
    [answer] = await written(call, [user], chosen(CURRENT_WRITERS, scopes), own_fields(scopes))
    return cast(Current, answer)


@method("user.get", access=Access.PERSON, scopes=SCOPES, raises=(Reason.ARGUMENT,))
async def get(call: Call, p: GetParams) -> ResultPage[list[Row]]:
    """List people by a filter, 50 at a time, by id unless sorted otherwise.

    Bots and visitors are never listed, mail users when USER_TYPE is filtered by.
    People from outside see those they share a chat with, unless an
    administrator asks in ADMIN_MODE. With `start` = -1 nothing is counted.

    Docs: api-reference/user/user-get.md
    """
    wanted = _filter(call)
    wanted.add_all(_conditions(p))
    return await _page(call, p, wanted)


@method("user.search", access=Access.PERSON, scopes=SCOPES, raises=(Reason.ARGUMENT,))
async def search(call: Call, p: SearchParams) -> ResultPage[list[Row]]:
    """List people by the beginnings of words of their names, positions and departments.

    FIND looks in all of these fields; every parameter of `user.get` works too.

    Docs: api-reference/user/user-search.md
    """
    wanted = _filter(call)
    for key, value in _conditions(p).items():
        name = key.upper().removeprefix("%")
        if name in _SEARCHED and value is not None:
            wanted.add_words(name, value)
        else:
            wanted.add(key, value)
    return await _page(call, p, wanted)


@method("user.fields", scopes=SCOPES)
async def fields(call: Call, p: NoParams) -> dict[str, str]:
    """Name the fields of a user that the caller's permissions open.

    Docs: api-reference/user/user-fields.md
    """
    open_to = readable(call.identity.scopes)
    shown = {name: label for name, label in LABELS.items() if name in open_to}
    own = await user_fields.all_(call.tx) if own_fields(call.identity.scopes) else []
    return shown | {field.name: _label(field) for field in own}


def _label(field: UserField) -> str:
    """What a field that an administrator has made is called: its label, in whichever language there is one."""
    label = field.labels.get("EDIT_FORM_LABEL", "")
    texts = [label.get("en"), *label.values()] if isinstance(label, dict) else [label]
    return next((text for text in texts if isinstance(text, str) and text), field.name)


def _photo(p: PersonParams) -> object:
    return None if p.personal_photo is UNSET else pictures.prepare(p.personal_photo)


class AddParams(PersonParams, frozen=True, rename="upper"):
    """EXTRANET is for somebody from outside, who needs SONET_GROUP_ID; an employee needs UF_DEPARTMENT."""

    extranet: bool = False
    sonet_group_id: SomeIds = []


class UpdateParams(PersonParams, frozen=True, rename="upper"):
    """UF_DEPARTMENT replaces all departments of the person."""

    id: int = 0
    active: bool | UnsetType = UNSET


@method(
    "user.add",
    access=Access.INVITER,
    mode=Mode.OWN,
    before=_photo,
    scopes=("user",),
    raises=(invitations.invite, Reason.GROUP_EMPTY, Reason.GROUP_WRONG),
)
async def add(call: Call, p: AddParams) -> Hinted[int]:
    """Invite a person, an employee or with EXTRANET somebody from outside, and return the person's id.

    Where mail is set up, the person gets a link by which to choose a password; otherwise an administrator makes one.

    Docs: api-reference/user/user-add.md
    """
    if p.extranet and p.sonet_group_id == []:
        raise ApiError(Reason.GROUP_EMPTY)
    if p.extranet and p.sonet_group_id is None:
        raise ApiError(Reason.GROUP_WRONG)
    return await user_invitations.invite(call, p, outside=p.extranet)


@method(
    "user.update",
    access=Access.INVITER,
    mode=Mode.WRITE,
    before=_photo,
    scopes=("user",),
    errors={
        Reason.USER_MISSING: error("ERROR_CORE: access_denied"),
        Reason.LAST_ADMIN: error("ERROR_CORE: "),
        Reason.EMAIL_WRONG: error("ERROR_CORE: "),
        Reason.EMAIL_TAKEN: error("ERROR_CORE: "),
    },
    raises=(user_invitations.change,),
)
async def update(call: Call, p: UpdateParams) -> bool:
    """Change what is known of a person; with ACTIVE `N` the person is deactivated.

    Docs: api-reference/user/user-update.md
    """
    await user_invitations.change(call, p, user_id=p.id, active=None if p.active is UNSET else p.active)
    return True


class AccessParams(Params, frozen=True, rename="upper"):
    access: list[str] = msgspec.field(default_factory=list)


@method("user.admin", scopes=())
async def admin(call: Call, p: NoParams) -> bool:
    """Tell whether the current user may manage applications.

    Docs: api-reference/common/users/user-admin.md
    """
    return call.identity.admin


@method("user.access", scopes=())
async def access(call: Call, p: AccessParams) -> bool:
    """Tell whether the current user has one of these access codes; administrators have all.

    Docs: api-reference/common/users/user-access.md
    """
    return call.identity.admin or not (await departments.access_codes(call.tx, call.user_id)).isdisjoint(p.access)


@method("user.option.get", scopes=(), raises=options.PROBLEMS)
async def option_get(call: Call, p: options.Get) -> Any:
    """Show what the application keeps for the current user: one option, or all.

    Docs: api-reference/common/settings/user-option-get.md
    """
    return await options.get(call, call.user_id, p.option)


@method(
    "user.option.set",
    mode=Mode.WRITE,
    scopes=(),
    raises=(options.put,),
)
async def option_set(call: Call, p: options.Set) -> bool:
    """Keep options for the current user beside those that are there.

    Docs: api-reference/common/settings/user-option-set.md
    """
    return await options.put(call, call.user_id, p.options)


_SEARCHED = frozenset({"NAME", "LAST_NAME", "WORK_POSITION", "UF_DEPARTMENT_NAME"})
_NOT_FIELDS = frozenset({"sort", "order", "filter", "admin_mode", "select", "image_resize", "start"})


def _filter(call: Call) -> UserFilter:
    return UserFilter(filterable(call.identity.scopes), call.now, ZoneInfo(call.context.clock.zone_name))


def _conditions(p: GetParams) -> dict[str, FilterValue]:
    """FILTER and the fields beside it; FILTER wins where both name a field."""
    beside = msgspec.structs.asdict(p)
    return {name.upper(): value for name, value in beside.items() if name not in _NOT_FIELDS} | p.filter


async def _page(call: Call, p: GetParams, wanted: UserFilter) -> ResultPage[list[Row]]:
    if not (p.admin_mode and call.identity.admin) and await reach.outside(call.tx, call.user_id):
        wanted.only_neighbours_of(call.user_id)
    offset = max(p.start, 0)
    order = user_filter.ordering(filterable(call.identity.scopes), _wishes(p.sort, p.order))
    people = await user_filter.page(call.tx, wanted, order, offset=offset)
    scopes = call.identity.scopes
    writers, own = chosen(WRITERS, scopes, p.select), own_fields(scopes, p.select)
    items = cast(list[Row], await written(call, people, writers, own))
    if p.start < 0:
        return ResultPage(items)
    total = await user_filter.count(call.tx, wanted)
    return ResultPage(items, total, offset + PAGE if offset + PAGE < total else None)


def _wishes(sort: SortBy, order: SortOrder) -> list[tuple[str, bool]]:
    """``(field, descending)`` pairs out of SORT and ORDER as clients write them: two words, or one object."""
    for ways in (order, sort):
        if isinstance(ways, dict):
            return [(field.upper(), descends(way)) for field, way in ways.items()]
    return [(str(sort or "ID").upper(), descends(str(order)))]
