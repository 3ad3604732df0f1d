"""Fields of people that administrators have made, and what people have in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from botyard.model.user_fields import FieldFile, FieldOption, FieldValue, UserField
from botyard.store.engines.db import Tx, Value
from botyard.store.id_lists import id_list
from botyard.store.records import Column, Record, insert, scalar

_COLUMNS = tuple(name for name in UserField.__struct_fields__ if name != "id")
_FIELD = Record(UserField, "user_fields f")
_OPTION = Record(FieldOption, "user_field_options o")
_VALUE = Record(
    FieldValue,
    "user_field_values v JOIN user_fields f ON f.id = v.field_id",
    name="f.name",
    type="f.type",
    multiple="f.multiple",
    value=Column("v.value", msgspec.json.decode),
)
_FILE = Record(FieldFile, "user_field_files p", content="p.bytes")
_ALL = f"{_FIELD.select} ORDER BY f.sort, f.id"
_BY_ID = f"{_FIELD.select} WHERE f.id = :id"
_OPTIONS = f"{_OPTION.select} ORDER BY o.field_id, o.sort, o.id"
_ADD = insert("user_fields", _COLUMNS)
_CHANGE = f"UPDATE user_fields SET {', '.join(f'{name} = :{name}' for name in _COLUMNS)} WHERE id = :id"
_ADD_OPTION = insert("user_field_options", ("field_id", "sort", "value", "preset", "xml_id"))
_ADD_FILE = insert("user_field_files", ("user_id", "field_id", "name", "bytes", "charged_to"))
_FILE_OF = f"""{_FILE.select} JOIN user_fields f ON f.id = p.field_id
 WHERE p.id = :id AND p.user_id = :user AND f.name = :name"""
_REFUND = """UPDATE file_usage SET bytes = bytes - (
    SELECT COALESCE(SUM(LENGTH(p.bytes)), 0) FROM user_field_files p
    WHERE p.charged_to = file_usage.user_id AND {where}
 ) WHERE user_id IN (SELECT p.charged_to FROM user_field_files p WHERE {where})"""


async def all_(tx: Tx) -> list[UserField]:
    """All fields in their order; there are few."""
    return _FIELD.read_all(await tx.all(_ALL))


async def find(tx: Tx, field_id: int) -> UserField | None:
    return _FIELD.read(await tx.one(_BY_ID, id=field_id))


async def count(tx: Tx) -> int:
    return scalar(await tx.one("SELECT COUNT(*) FROM user_fields"), 0)


async def add(tx: Tx, field: UserField) -> int:
    """Insert a field and return its id. Raises ``Duplicate`` where the name is taken."""
    return await tx.insert(_ADD, **_values(field))


async def change(tx: Tx, field: UserField) -> None:
    """Store a field as it is now."""
    await tx.run(_CHANGE, id=field.id, **_values(field))


def _values(field: UserField) -> dict[str, Any]:
    return {name: value for name, value in _FIELD.values(field).items() if name != "id"}


async def delete(tx: Tx, field_id: int) -> None:
    """Delete a field with all that people have in it."""
    await _remove_files(tx, "p.field_id = :field", field=field_id)
    for table in ("user_field_values", "user_field_options"):
        await tx.run(f"DELETE FROM {table} WHERE field_id = :field", field=field_id)
    await tx.run("DELETE FROM user_fields WHERE id = :field", field=field_id)


async def forget(tx: Tx, user_id: int) -> None:
    """Delete all that a person has in these fields."""
    await _remove_files(tx, "p.user_id = :user", user=user_id)
    await tx.run("DELETE FROM user_field_values WHERE user_id = :user", user=user_id)


async def options(tx: Tx) -> dict[int, list[FieldOption]]:
    """Field id to what can be chosen in it."""
    listed: dict[int, list[FieldOption]] = {}
    for option in _OPTION.read_all(await tx.all(_OPTIONS)):
        listed.setdefault(option.field_id, []).append(option)
    return listed


async def set_options(tx: Tx, field_id: int, chosen: Sequence[FieldOption]) -> None:
    """Give a field these choices and no others; those with an id keep it."""
    held, values = id_list(option.id for option in chosen)
    await tx.run(
        f"DELETE FROM user_field_options WHERE field_id = :field AND id NOT IN ({held})", field=field_id, **values
    )
    for option in chosen:
        columns: dict[str, Value] = {
            "sort": option.sort,
            "value": option.value,
            "preset": int(option.preset),
            "xml_id": option.xml_id,
        }
        if option.id:
            await tx.run(
                """UPDATE user_field_options SET sort = :sort, value = :value, preset = :preset, xml_id = :xml_id
                   WHERE id = :id AND field_id = :field""",
                id=option.id,
                field=field_id,
                **columns,
            )
        else:
            await tx.insert(_ADD_OPTION, field_id=field_id, **columns)


async def of_many(tx: Tx, ids: list[int]) -> dict[int, list[FieldValue]]:
    """User id to what these people have."""
    if not ids:
        return {}
    listed, values = id_list(ids)
    rows = await tx.all(f"{_VALUE.select} WHERE v.user_id IN ({listed}) ORDER BY f.sort, f.id", **values)
    held: dict[int, list[FieldValue]] = {}
    for value in _VALUE.read_all(rows):
        held.setdefault(value.user_id, []).append(value)
    return held


async def set_value(tx: Tx, user_id: int, field_id: int, *, value: Any) -> None:
    """Store what a person has in a field; ``None`` is nothing."""
    if value is None:
        await tx.run(
            "DELETE FROM user_field_values WHERE user_id = :user AND field_id = :field", user=user_id, field=field_id
        )
        return
    await tx.run(
        """INSERT INTO user_field_values (user_id, field_id, value) VALUES (:user, :field, :value)
           ON CONFLICT (user_id, field_id) DO UPDATE SET value = excluded.value""",
        user=user_id,
        field=field_id,
        value=msgspec.json.encode(value).decode(),
    )


async def add_file(tx: Tx, user_id: int, field_id: int, *, file: FieldFile) -> int:
    """Insert a file at the cost of whoever calls, and return its id."""
    return await tx.insert(
        _ADD_FILE, user_id=user_id, field_id=field_id, name=file.name, bytes=file.content, charged_to=tx.caller_id
    )


async def find_file(tx: Tx, user_id: int, name: str, *, file_id: int) -> FieldFile | None:
    """A file that somebody has in a field of this name."""
    return _FILE.read(await tx.one(_FILE_OF, id=file_id, user=user_id, name=name))


async def keep_files(tx: Tx, user_id: int, field_id: int, *, ids: list[int]) -> None:
    """Delete the files that somebody has in a field, save these."""
    held, values = id_list(ids)
    await _remove_files(
        tx,
        f"p.user_id = :user AND p.field_id = :field AND p.id NOT IN ({held})",
        user=user_id,
        field=field_id,
        **values,
    )


async def file_ids(tx: Tx, user_id: int, field_id: int) -> set[int]:
    """The files that somebody has in a field."""
    sql = "SELECT id FROM user_field_files WHERE user_id = :user AND field_id = :field"
    return {file_id for (file_id,) in await tx.all(sql, user=user_id, field=field_id)}


async def _remove_files(tx: Tx, where: str, **values: Any) -> None:
    await tx.run(_REFUND.format(where=where), **values)
    await tx.run(
        f"DELETE FROM user_field_files WHERE id IN (SELECT p.id FROM user_field_files p WHERE {where})", **values
    )
