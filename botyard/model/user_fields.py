"""Fields of people that administrators have made."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

PREFIX = "UF_USR_"
"""What the names of all these fields begin with."""


class FieldType(StrEnum):
    """The documented types."""

    STRING = "string"
    INTEGER = "integer"
    DOUBLE = "double"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    FILE = "file"
    ENUMERATION = "enumeration"
    URL = "url"
    ADDRESS = "address"
    MONEY = "money"
    IBLOCK_SECTION = "iblock_section"
    IBLOCK_ELEMENT = "iblock_element"
    EMPLOYEE = "employee"
    CRM = "crm"
    CRM_STATUS = "crm_status"


class UserField(msgspec.Struct, frozen=True):
    """A field. ``labels`` are texts by language, by the name of the label."""

    id: int
    name: str
    type: str
    xml_id: str | None
    sort: int
    multiple: bool
    mandatory: bool
    show_filter: str
    show_in_list: bool
    edit_in_list: bool
    is_searchable: bool
    settings: dict[str, Any]
    labels: dict[str, Any]


class FieldOption(msgspec.Struct, frozen=True):
    """What can be chosen in a field of the type enumeration; ``preset`` is chosen for new people."""

    id: int
    field_id: int
    sort: int
    value: str
    preset: bool
    xml_id: str


class FieldValue(msgspec.Struct, frozen=True):
    """What a person has in a field: text, a number or a boolean, days and moments as ISO 8601 and Unix seconds.

    It is a list where the field is ``multiple``, and files are their ids.
    """

    user_id: int
    name: str
    type: str
    multiple: bool
    value: Any


class FieldFile(msgspec.Struct, frozen=True):
    """A file that is a value."""

    name: str
    content: bytes
