"""`user.userfield.*`: fields of people that administrators make."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from botyard.api.family import method
from botyard.api.shared import rows
from botyard.errors import ApiError, Reason, error
from botyard.model.user_fields import FieldOption, UserField
from botyard.portal import user_fields
from botyard.portal.user_fields import LABELS, Plan
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.file_body import FileBody
from botyard.rpc.method import Mode, Params, ResultPage
from botyard.store import reach
from botyard.store import user_fields as stored_user_fields
from botyard.wire.param_types import FilterValue, Label, Listed, NamedValues, SortBy

SCOPES = ("user.userfield",)
PAGE = 50
ENTITY = "USER"


class Settable(Params, frozen=True, rename="upper"):
    """A label is a text, or an object of texts by language. LIST is what can be chosen in an `enumeration`."""

    xml_id: str | UnsetType = UNSET
    sort: int | UnsetType = UNSET
    mandatory: bool | UnsetType = UNSET
    show_filter: str | UnsetType = UNSET
    show_in_list: bool | UnsetType = UNSET
    edit_in_list: bool | UnsetType = UNSET
    is_searchable: bool | UnsetType = UNSET
    settings: NamedValues = msgspec.field(default_factory=dict)
    edit_form_label: Label = ""
    list_column_label: Label = ""
    list_filter_label: Label = ""
    error_message: Label = ""
    help_message: Label = ""
    label: Label = ""
    list_: Listed = msgspec.field(default=None, name="LIST")


class NewField(Settable, frozen=True, rename="upper"):
    field_name: str | UnsetType = UNSET
    user_type_id: str | UnsetType = UNSET
    multiple: bool = False


class Add(Params, frozen=True):
    fields: NewField = NewField()


class Update(Params, frozen=True):
    id: int = 0
    fields: Settable = Settable()


class Named(Params, frozen=True):
    id: int = 0


class List(Params, frozen=True):
    order: SortBy = ""
    filter: dict[str, FilterValue] = msgspec.field(default_factory=dict)
    start: int = 0


class FileGet(Params, frozen=True):
    """As `downloadData` of a value has them."""

    id: int = 0
    field: str = ""
    value: int = 0


class Choice(msgspec.Struct, frozen=True, rename="upper"):
    """What can be chosen."""

    id: str
    sort: str
    value: str
    def_: str = msgspec.field(name="DEF")
    xml_id: str


class Shape(msgspec.Struct, frozen=True, rename="upper"):
    """A field; numbers are texts."""

    id: str
    entity_id: str
    field_name: str
    user_type_id: str
    xml_id: str | None
    sort: str
    multiple: str
    mandatory: str
    show_filter: str
    show_in_list: str
    edit_in_list: str
    is_searchable: str
    settings: dict[str, Any]
    list_: list[Choice] | UnsetType = msgspec.field(default=UNSET, name="LIST")


@method(
    "user.userfield.add",
    access=Access.FIELDS,
    mode=Mode.WRITE,
    scopes=SCOPES,
    raises=(Reason.FIELD_NAME_MISSING, Reason.FIELD_TYPE_MISSING, Reason.FIELD_TYPE_EMPTY, user_fields.create),
)
async def add(call: Call, p: Add) -> int:
    """Add a field to all people and return its id.

    Its name begins with `UF_USR_`, which is put before what does not. `user.add` and `user.update` take its values,
    `user.get`, `user.search` and `user.current` show them. There can be 1016 fields.

    Docs: api-reference/user/userfields/user-userfield-add.md
    """
    wanted = p.fields
    if isinstance(wanted.field_name, UnsetType) or not wanted.field_name.strip():
        raise ApiError(Reason.FIELD_NAME_MISSING)
    if isinstance(wanted.user_type_id, UnsetType):
        raise ApiError(Reason.FIELD_TYPE_MISSING)
    kind = wanted.user_type_id.strip()
    if not kind:
        raise ApiError(Reason.FIELD_TYPE_EMPTY)
    return await user_fields.create(call.tx, wanted.field_name, kind, multiple=wanted.multiple, plan=_plan(wanted))


@method(
    "user.userfield.update",
    access=Access.FIELDS,
    mode=Mode.WRITE,
    scopes=SCOPES,
    raises=(Reason.FIELD_ID_WRONG, user_fields.change),
)
async def update(call: Call, p: Update) -> bool:
    """Change a field. Its name, its type and whether it has several values stay.

    Docs: api-reference/user/userfields/user-userfield-update.md
    """
    _require_id(p.id)
    await user_fields.change(call.tx, p.id, _plan(p.fields))
    return True


@method(
    "user.userfield.delete",
    access=Access.FIELDS,
    mode=Mode.WRITE,
    scopes=SCOPES,
    raises=(Reason.FIELD_ID_WRONG, user_fields.delete),
)
async def delete(call: Call, p: Named) -> bool:
    """Delete a field with what people have in it.

    Docs: api-reference/user/userfields/user-userfield-delete.md
    """
    _require_id(p.id)
    await user_fields.delete(call.tx, p.id)
    return True


@method("user.userfield.list", access=Access.FIELDS, scopes=SCOPES)
async def list_(call: Call, p: List) -> ResultPage[list[Shape]]:
    """List the fields of people, 50 at a time.

    Docs: api-reference/user/userfields/user-userfield-list.md
    """
    options = await stored_user_fields.options(call.tx)
    fields = [_shape(field, options.get(field.id)) for field in await stored_user_fields.all_(call.tx)]
    kept = rows.in_order(rows.kept(fields, _KEYS, p.filter), _KEYS, p.order)
    offset = max(p.start, 0)
    page = kept[offset : offset + PAGE]
    if p.start < 0:
        return ResultPage(page)
    return ResultPage(page, len(kept), offset + PAGE if offset + PAGE < len(kept) else None)


@method(
    "user.userfield.file.get",
    access=Access.PERSON,
    scopes=SCOPES,
    # The page names no errors.
    errors={Reason.FILE_MISSING: error("ERROR_ARGUMENT: There is no such file")},
    raises=(Reason.FILE_MISSING,),
)
async def file_get(call: Call, p: FileGet) -> FileBody:
    """Download a file that is the value of a field: the response is the file itself.

    Whoever may see the person may have it. In `batch` it comes as an object with the name and base64 text.

    Docs: api-reference/user/userfields/user-userfield-file-get.md
    """
    seen = await reach.known(call.tx, call.user_id, [p.id]) if p.id > 0 else []
    file = await stored_user_fields.find_file(call.tx, p.id, p.field.strip().upper(), file_id=p.value) if seen else None
    if file is None:
        raise ApiError(Reason.FILE_MISSING)
    return FileBody(file.name, file.content)


def _require_id(field_id: int) -> None:
    if field_id <= 0:
        raise ApiError(Reason.FIELD_ID_WRONG)


def _plan(p: Settable) -> Plan:
    sent = {name: getattr(p, name.lower()) or p.label for name in LABELS}
    return Plan(
        xml_id=_set(p.xml_id),
        sort=_set(p.sort),
        mandatory=_set(p.mandatory),
        show_filter=_set(p.show_filter),
        show_in_list=_set(p.show_in_list),
        edit_in_list=_set(p.edit_in_list),
        is_searchable=_set(p.is_searchable),
        settings=p.settings or None,
        labels={name: label for name, label in sent.items() if label},
        options=p.list_,
    )


def _set(value: Any) -> Any:
    return None if value is UNSET else value


def _shape(field: UserField, options: Iterable[FieldOption] | None) -> Shape:
    return Shape(
        id=str(field.id),
        entity_id=ENTITY,
        field_name=field.name,
        user_type_id=field.type,
        xml_id=field.xml_id,
        sort=str(field.sort),
        multiple=_flag(field.multiple),
        mandatory=_flag(field.mandatory),
        show_filter=field.show_filter,
        show_in_list=_flag(field.show_in_list),
        edit_in_list=_flag(field.edit_in_list),
        is_searchable=_flag(field.is_searchable),
        settings=field.settings,
        list_=UNSET
        if options is None
        else [
            Choice(
                id=str(option.id),
                sort=str(option.sort),
                value=option.value,
                def_=_flag(option.preset),
                xml_id=option.xml_id,
            )
            for option in options
        ],
    )


def _flag(value: bool) -> str:
    return "Y" if value else "N"


# What can be filtered and sorted by.
_KEYS: rows.Keys[Shape] = {
    "ID": lambda row: int(row.id),
    "FIELD_NAME": lambda row: row.field_name,
    "USER_TYPE_ID": lambda row: row.user_type_id,
    "XML_ID": lambda row: row.xml_id or "",
    "SORT": lambda row: int(row.sort),
    "MULTIPLE": lambda row: row.multiple,
    "MANDATORY": lambda row: row.mandatory,
    "SHOW_FILTER": lambda row: row.show_filter,
    "SHOW_IN_LIST": lambda row: row.show_in_list,
    "EDIT_IN_LIST": lambda row: row.edit_in_list,
    "IS_SEARCHABLE": lambda row: row.is_searchable,
}
