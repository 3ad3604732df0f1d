"""What people have in fields that administrators have made: read as the field's type says, checked and kept."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from botyard.errors import ApiError, Reason, raises
from botyard.model.user_fields import FieldFile, FieldOption, FieldType, UserField
from botyard.store import files, filter_values, user_fields, users
from botyard.store.engines.db import Tx

VALUES_MAX = 100
"""Values of one field that a person may have."""
TEXT_MAX = 2000
FILE_MAX = 1024 * 1024
"""Bytes of a file that is a value."""
NAME_MAX = 255

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
_ID = re.compile(r"[0-9]{1,18}", re.ASCII)
_MONEY = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,10})?(\|[A-Z]{3})?", re.ASCII)
_WEB = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_YES = {"1": True, "y": True, "yes": True, "true": True, "0": False, "n": False, "no": False, "false": False}


class Reading(NamedTuple):
    """What reading a value needs beside it."""

    field: UserField
    zone: ZoneInfo
    options: list[FieldOption]


class Owner(NamedTuple):
    """Whose values are set, in which zone days are read, and what the files of whoever calls may take in bytes."""

    user_id: int
    zone: ZoneInfo
    quota: int
    new: bool = False


@raises(Reason.FIELDS_WRONG)
async def set_(tx: Tx, owner: Owner, sent: Mapping[str, Any]) -> None:
    """Store what came for fields, by their names; unknown names are ignored, and nothing empties a field.

    Somebody ``new`` gets the default values of fields that nothing came for. Raises FIELDS_WRONG for what the type of
    a field does not allow, and where a mandatory field would be empty.
    """
    if not sent and not owner.new:
        return
    named = {field.name: field for field in await user_fields.all_(tx)}
    wanted = [field for field in named.values() if field.name in sent or owner.new]
    if not wanted:
        return
    choices = await user_fields.options(tx) if any(field.type == FieldType.ENUMERATION for field in wanted) else {}
    for field in wanted:
        reading = Reading(field, owner.zone, choices.get(field.id, []))
        raw = sent[field.name] if field.name in sent else _default(tx, reading)
        value = await _values(tx, owner, reading, raw=raw)
        if value is None and field.mandatory:
            raise _wrong(field, "must not be empty")
        if value is not None or not owner.new:
            await user_fields.set_value(tx, owner.user_id, field.id, value=value)
        if field.type == FieldType.FILE and not owner.new:
            kept = value if isinstance(value, list) else [value] if value else []
            await user_fields.keep_files(tx, owner.user_id, field.id, ids=kept)


def _default(tx: Tx, reading: Reading) -> Any:
    default = reading.field.settings.get("DEFAULT_VALUE")
    if reading.field.type == FieldType.ENUMERATION:
        preset = [option.id for option in reading.options if option.preset]
        return preset if reading.field.multiple else preset[0] if preset else None
    if isinstance(default, Mapping):
        way = str(default.get("TYPE", "NONE")).upper()
        now = datetime.fromtimestamp(tx.now, reading.zone).isoformat()
        return {"NOW": now, "FIXED": default.get("VALUE")}.get(way)
    return default


async def _values(tx: Tx, owner: Owner, reading: Reading, *, raw: Any) -> Any:
    """The value, a list of them for a field that is multiple, ``None`` for nothing."""
    field = reading.field
    if not field.multiple:
        return await _value(tx, owner, reading, raw=raw)
    listed = _listed(field, raw)
    if len(listed) > VALUES_MAX:
        raise _wrong(field, f"may have {VALUES_MAX} values")
    read = [await _value(tx, owner, reading, raw=item) for item in listed]
    return [value for value in read if value is not None] or None


def _listed(field: UserField, raw: Any) -> list[Any]:
    if field.type == FieldType.FILE:
        # A pair of two texts is one file.
        pair = isinstance(raw, list) and len(raw) == 2 and all(isinstance(part, str) for part in raw)
        return [raw] if pair or not isinstance(raw, list) else raw
    if isinstance(raw, Mapping):
        return list(raw.values())
    return raw if isinstance(raw, list) else [raw]


async def _value(tx: Tx, owner: Owner, reading: Reading, *, raw: Any) -> Any:
    if raw is None or (raw is False and reading.field.type != FieldType.BOOLEAN) or raw in ("", [], {}):
        return None
    if reading.field.type == FieldType.FILE:
        return await _file(tx, owner, reading.field, raw=raw)
    if isinstance(raw, list | Mapping):
        raise _wrong(reading.field, "has one value")
    value = _READERS[reading.field.type](reading, str(raw) if not isinstance(raw, bool) else "1" if raw else "0")
    if reading.field.type == FieldType.EMPLOYEE and await users.find(tx, value) is None:
        raise _wrong(reading.field, "is the number of a person")
    return value


def _text(reading: Reading, raw: str) -> str:
    if len(raw) > TEXT_MAX:
        raise _wrong(reading.field, f"may have {TEXT_MAX} characters")
    return raw


def _url(reading: Reading, raw: str) -> str:
    text = _text(reading, raw.strip())
    scheme = _WEB.match(text)
    # What a page makes a link of must run nothing.
    if scheme and scheme[0].lower() not in ("http:", "https:", "mailto:", "tel:"):
        raise _wrong(reading.field, "is an address of the web")
    return text


def _integer(reading: Reading, raw: str) -> int:
    if not _WHOLE.fullmatch(raw.strip()):
        raise _wrong(reading.field, "is a whole number")
    return int(raw)


def _double(reading: Reading, raw: str) -> float:
    try:
        number = float(raw.strip().replace(",", ".")) if len(raw) <= 40 else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise _wrong(reading.field, "is a number")
    return round(number, int(reading.field.settings.get("PRECISION", 2)))


def _boolean(reading: Reading, raw: str) -> bool:
    word = _YES.get(raw.strip().lower())
    if word is None:
        raise _wrong(reading.field, "is 1 or 0")
    return word


def _moment(reading: Reading, raw: str) -> datetime:
    read = filter_values.moment(raw[:40], reading.zone)
    if read is None:
        raise _wrong(reading.field, "is a date in ISO 8601")
    return read


def _date(reading: Reading, raw: str) -> str:
    return _moment(reading, raw).date().isoformat()


def _datetime(reading: Reading, raw: str) -> int:
    return int(_moment(reading, raw).timestamp())


def _money(reading: Reading, raw: str) -> str:
    if not _MONEY.fullmatch(raw.strip()):
        raise _wrong(reading.field, "is a number and a currency, such as 100.50|USD")
    return raw.strip()


def _choice(reading: Reading, raw: str) -> int:
    for option in reading.options:
        if raw.strip() == str(option.id):
            return option.id
    raise _wrong(reading.field, "is the ID of a choice of its LIST")


_READERS: dict[str, Callable[[Reading, str], Any]] = {
    FieldType.STRING: _text,
    FieldType.ADDRESS: _text,
    FieldType.URL: _url,
    FieldType.INTEGER: _integer,
    FieldType.DOUBLE: _double,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
    FieldType.MONEY: _money,
    FieldType.ENUMERATION: _choice,
    FieldType.EMPLOYEE: _integer,
    # What these mean is kept elsewhere.
    FieldType.IBLOCK_SECTION: _integer,
    FieldType.IBLOCK_ELEMENT: _integer,
    FieldType.CRM: _text,
    FieldType.CRM_STATUS: _text,
}


async def _file(tx: Tx, owner: Owner, field: UserField, *, raw: Any) -> int:
    """A file as it was sent, ``[name, base64]``, or the id of one that is there."""
    raw = raw.get("fileData", raw) if isinstance(raw, Mapping) else raw
    number = str(raw).strip() if isinstance(raw, str | int) else ""
    if _ID.fullmatch(number):
        if int(number) in await user_fields.file_ids(tx, owner.user_id, field.id):
            return int(number)
        raise _wrong(field, "has no such file")
    if not isinstance(raw, list) or len(raw) != 2 or not all(isinstance(part, str) for part in raw):
        raise _wrong(field, "is a name and base64 text, in a list")
    name, text = raw
    if len(text) > FILE_MAX * 3 // 2:
        raise _wrong(field, f"may have {FILE_MAX} bytes")
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _wrong(field, "is a name and base64 text, in a list") from None
    if not content or len(content) > FILE_MAX or not 0 < len(name.strip()) <= NAME_MAX:
        raise _wrong(field, f"has a name and up to {FILE_MAX} bytes")
    used = await files.add_usage(tx, tx.caller_id, len(content))
    if 0 < owner.quota < used:
        raise _wrong(field, f"is too large: all files of one person may take {owner.quota // 1024**2} MiB")
    return await user_fields.add_file(tx, owner.user_id, field.id, file=FieldFile(name.strip(), content))


def _wrong(field: UserField, what: str) -> ApiError:
    return ApiError(Reason.FIELDS_WRONG, hint=f"{field.name} {what}")
