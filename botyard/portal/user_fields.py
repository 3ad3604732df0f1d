"""Fields of people that administrators make: their names, types, settings and choices."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from botyard.errors import ApiError, Reason, raises
from botyard.model.audit import AuditEvent
from botyard.model.user_fields import PREFIX, FieldOption, FieldType, UserField
from botyard.portal import audit
from botyard.store import user_fields
from botyard.store.engines.db import Duplicate, Tx

FIELDS_MAX = 1016
"""Documented: the most fields that there can be."""
NAME_MAX = 50
TEXT_MAX = 250
OPTIONS_MAX = 500
LANGUAGES_MAX = 20
SETTINGS_MAX = 4000
"""Characters of the settings of one field, as JSON."""
SORT = 100
LABELS = ("EDIT_FORM_LABEL", "LIST_COLUMN_LABEL", "LIST_FILTER_LABEL", "ERROR_MESSAGE", "HELP_MESSAGE")

_NAME = re.compile(r"[A-Z0-9_]+", re.ASCII)
_FILTERS = frozenset("NIES")

_LIST = {"DISPLAY": "LIST", "LIST_HEIGHT": 1}
_BLOCK: dict[str, Any] = {"IBLOCK_TYPE_ID": "", "IBLOCK_ID": "0", "DEFAULT_VALUE": "", **_LIST, "ACTIVE_FILTER": "N"}
_MOMENT: dict[str, Any] = {"DEFAULT_VALUE": {"VALUE": "", "TYPE": "NONE"}}
SETTINGS: dict[str, dict[str, Any]] = {
    FieldType.STRING: {"DEFAULT_VALUE": "", "ROWS": 1},
    FieldType.INTEGER: {"DEFAULT_VALUE": ""},
    FieldType.DOUBLE: {"DEFAULT_VALUE": "", "PRECISION": 2},
    FieldType.BOOLEAN: {"DEFAULT_VALUE": 0, "DISPLAY": "CHECKBOX"},
    FieldType.DATE: _MOMENT,
    FieldType.DATETIME: _MOMENT,
    FieldType.ENUMERATION: _LIST,
    FieldType.IBLOCK_SECTION: _BLOCK,
    FieldType.IBLOCK_ELEMENT: _BLOCK,
    FieldType.MONEY: {"DEFAULT_VALUE": ""},
    FieldType.URL: {"DEFAULT_VALUE": ""},
    FieldType.CRM_STATUS: {"ENTITY_TYPE": ""},
    FieldType.CRM: {"LEAD": "N", "CONTACT": "N", "COMPANY": "N", "DEAL": "N"},
}
"""The documented settings of each type, with their defaults; other types have none."""
_WHOLE = {"ROWS": 1, "LIST_HEIGHT": 1, "PRECISION": 0}
"""Settings that are numbers, and the least of each."""


class Plan(NamedTuple):
    """What a field is to be; ``None`` leaves something as it is, or as it is by default."""

    xml_id: str | None = None
    sort: int | None = None
    mandatory: bool | None = None
    show_filter: str | None = None
    show_in_list: bool | None = None
    edit_in_list: bool | None = None
    is_searchable: bool | None = None
    settings: Mapping[str, Any] | None = None
    labels: Mapping[str, Any] = {}
    options: Sequence[Any] | None = None


@raises(Reason.FIELD_TAKEN, Reason.FIELD_NOT_MADE)
async def create(tx: Tx, name: str, type_: str, *, multiple: bool, plan: Plan) -> int:
    """Add a field and return its id. Raises FIELD_TAKEN, and FIELD_NOT_MADE where something of it cannot be."""
    full = full_name(name)
    if type_ not in list(FieldType):
        raise ApiError(Reason.FIELD_NOT_MADE, hint=f"USER_TYPE_ID is one of {', '.join(FieldType)}")
    if await user_fields.count(tx) >= FIELDS_MAX:
        raise ApiError(Reason.FIELD_NOT_MADE, hint=f"there are {FIELDS_MAX} fields, the most that there can be")
    new = UserField(
        0,
        full,
        type_,
        xml_id=None,
        sort=SORT,
        multiple=multiple,
        mandatory=False,
        show_filter="N",
        show_in_list=True,
        edit_in_list=True,
        is_searchable=False,
        settings=dict(SETTINGS.get(type_, {})),
        labels={},
    )
    try:
        field_id = await user_fields.add(tx, _planned(new, plan))
    except Duplicate:
        raise ApiError(Reason.FIELD_TAKEN, name=full) from None
    await _set_options(tx, field_id, type_, plan=plan)
    await audit.record(tx, AuditEvent.USER_FIELD_ADDED, subject=f"field:{field_id}", details={"name": full})
    return field_id


@raises(Reason.FIELD_NOT_MADE)
def full_name(name: str) -> str:
    """A field's name as it is kept: ``DEALS`` and ``UF_DEALS`` become ``UF_USR_DEALS``. Raises FIELD_NOT_MADE."""
    short = name.strip().upper().removeprefix(PREFIX).removeprefix("UF_")
    if not _NAME.fullmatch(short) or len(PREFIX + short) > NAME_MAX:
        hint = f"FIELD_NAME has letters, digits and underscores, at most {NAME_MAX} with {PREFIX}"
        raise ApiError(Reason.FIELD_NOT_MADE, hint=hint)
    return PREFIX + short


@raises(Reason.FIELD_MISSING, Reason.FIELD_NOT_MADE)
async def change(tx: Tx, field_id: int, plan: Plan) -> None:
    """Change a field; its name, its type and whether it is multiple stay. Raises FIELD_MISSING, FIELD_NOT_MADE."""
    field = await get(tx, field_id)
    await user_fields.change(tx, _planned(field, plan))
    await _set_options(tx, field.id, field.type, plan=plan)
    await audit.record(tx, AuditEvent.USER_FIELD_CHANGED, subject=f"field:{field.id}", details={"name": field.name})


@raises(Reason.FIELD_MISSING)
async def delete(tx: Tx, field_id: int) -> None:
    """Delete a field with all values. Raises FIELD_MISSING."""
    field = await get(tx, field_id)
    await user_fields.delete(tx, field.id)
    await audit.record(tx, AuditEvent.USER_FIELD_DELETED, subject=f"field:{field.id}", details={"name": field.name})


@raises(Reason.FIELD_MISSING)
async def get(tx: Tx, field_id: int) -> UserField:
    """A field. Raises FIELD_MISSING."""
    field = await user_fields.find(tx, field_id)
    if field is None:
        raise ApiError(Reason.FIELD_MISSING)
    return field


def _planned(field: UserField, plan: Plan) -> UserField:
    set_: dict[str, Any] = {
        name: value
        for name in ("sort", "mandatory", "show_in_list", "edit_in_list", "is_searchable")
        if (value := getattr(plan, name)) is not None
    }
    if plan.xml_id is not None:
        set_["xml_id"] = plan.xml_id[:TEXT_MAX] or None
    if plan.show_filter is not None:
        # The page has Y and N, and its sample E: exact, a mask or a substring.
        letter = plan.show_filter.strip().upper()[:1]
        set_["show_filter"] = letter if letter in _FILTERS else "I" if letter == "Y" else "N"
    if plan.settings is not None:
        set_["settings"] = _settings(field, plan.settings)
    set_["labels"] = field.labels | {name: _label(text) for name, text in plan.labels.items()}
    return msgspec.structs.replace(field, **set_)


def _settings(field: UserField, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The documented settings of the type; others are left out."""
    known = SETTINGS.get(field.type, {})
    chosen = {name.upper(): value for name, value in sent.items() if name.upper() in known}
    for name, least in _WHOLE.items():
        if name in chosen:
            chosen[name] = _number(chosen[name], least)
    if field.type == FieldType.BOOLEAN and "DEFAULT_VALUE" in chosen:
        chosen["DEFAULT_VALUE"] = min(_number(chosen["DEFAULT_VALUE"], 0), 1)
    settings = field.settings | chosen
    if len(msgspec.json.encode(settings)) > SETTINGS_MAX:
        raise ApiError(Reason.FIELD_NOT_MADE, hint=f"SETTINGS may have {SETTINGS_MAX} characters")
    return settings


def _number(value: Any, least: int) -> int:
    digits = str(value).strip()
    return max(least, int(digits)) if digits.isascii() and digits.isdigit() and len(digits) < 10 else least


def _label(text: Any) -> Any:
    if isinstance(text, Mapping):
        return {str(language)[:10]: str(words)[:TEXT_MAX] for language, words in list(text.items())[:LANGUAGES_MAX]}
    return str(text)[:TEXT_MAX]


async def _set_options(tx: Tx, field_id: int, type_: str, *, plan: Plan) -> None:
    if plan.options is None or type_ != FieldType.ENUMERATION:
        return
    known = {option.id: option for option in (await user_fields.options(tx)).get(field_id, [])}
    chosen = [
        option for place, sent in enumerate(plan.options) if (option := _option(sent, place, known=known)) is not None
    ]
    if len(chosen) > OPTIONS_MAX:
        raise ApiError(Reason.FIELD_NOT_MADE, hint=f"LIST may have {OPTIONS_MAX} choices")
    await user_fields.set_options(tx, field_id, chosen)


def _option(sent: Any, place: int, *, known: Mapping[int, FieldOption]) -> FieldOption | None:
    """A choice as it was sent: a text, or ``{VALUE, SORT, DEF, XML_ID}`` with the ID of one that is there."""
    parts = {str(name).upper(): value for name, value in sent.items()} if isinstance(sent, Mapping) else {"VALUE": sent}
    before = known.get(_number(parts.get("ID", 0), 0))
    if str(parts.get("DEL", "N")).upper() in ("Y", "1", "TRUE"):
        return None
    value = str(parts["VALUE"]) if parts.get("VALUE") is not None else before.value if before else ""
    if not value.strip():
        return None
    preset = str(parts["DEF"]).upper() in ("Y", "1", "TRUE") if "DEF" in parts else bool(before and before.preset)
    sort = _number(parts["SORT"], 0) if "SORT" in parts else before.sort if before else place * 100
    xml_id = str(parts.get("XML_ID") or (before.xml_id if before else secrets.token_hex(16)))
    return FieldOption(before.id if before else 0, 0, sort, value[:TEXT_MAX], preset, xml_id[:TEXT_MAX])
