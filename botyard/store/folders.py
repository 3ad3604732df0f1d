"""Folders of chats: which files are in them, and who sees which."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

from botyard.errors import ApiError, Reason, raises
from botyard.model.files import File, Folder
from botyard.store import files
from botyard.store.engines.db import Tx, Value
from botyard.store.records import Record, scalar
from botyard.wire.param_types import FilterValue, moment

PAGE = 50
_DIGITS_MAX = 19

_FOLDER = Record(
    Folder,
    "folders d JOIN chats c ON c.id = d.chat_id",
    title="c.title",
    pair="c.pair",
    owner_id="c.owner_id",
)
_BY_ID = f"{_FOLDER.select} WHERE d.id = :id"
_BY_CHAT = f"{_FOLDER.select} WHERE d.chat_id = :chat"
# A file that no message has brought yet is its author's own.
_SEEN = """f.chat_id = :chat AND (f.message_id > 0 AND f.message_id >= :first
 OR f.message_id = 0 AND f.author_id = :user)"""
_OF_USER = f"{_FOLDER.select} JOIN members m ON m.chat_id = c.id AND m.user_id = :user"
_NAMED = "SELECT name FROM files WHERE chat_id = :chat AND name IN (SELECT CAST(value AS TEXT) FROM {each}(:names))"


class Viewer(msgspec.Struct, frozen=True):
    """Who looks into the folder of which chat; ``first_id`` is the first message that is open to the viewer."""

    user_id: int
    chat_id: int
    first_id: int


async def find(tx: Tx, folder_id: int) -> Folder | None:
    return _FOLDER.read(await tx.one(_BY_ID, id=folder_id))


async def of_chat(tx: Tx, chat_id: int) -> Folder | None:
    return _FOLDER.read(await tx.one(_BY_CHAT, chat=chat_id))


async def of_user(tx: Tx, user_id: int, *, start: int) -> list[Folder]:
    """A page of the folders of all chats that somebody is a member of, by id."""
    sql = f"{_OF_USER} ORDER BY d.id LIMIT {PAGE} OFFSET :start"
    return _FOLDER.read_all(await tx.all(sql, user=user_id, start=start))


async def count_of_user(tx: Tx, user_id: int) -> int:
    """How many these are."""
    sql = "SELECT COUNT(*) FROM folders d JOIN members m ON m.chat_id = d.chat_id AND m.user_id = :user"
    return scalar(await tx.one(sql, user=user_id), 0)


class Selection(msgspec.Struct, frozen=True):
    """Conditions of a list of files, in SQL with their values, and its order."""

    sql: str = ""
    values: dict[str, Value] = {}
    order: str = "f.id"


_FIELDS = {
    "ID": "f.id",
    "NAME": "f.name",
    "SIZE": "f.size",
    "CREATED_BY": "f.author_id",
    "CREATE_TIME": "f.created",
}
# Longer ones first.
_TESTS = {">=": ">=", "<=": "<=", "!=": "<>", "=": "=", ">": ">", "<": "<", "!": "<>", "": "="}
_KEY = re.compile(r"(>=|<=|!=|[=><!]?)([A-Z_]+)")
CONDITIONS_MAX = 10


@raises(Reason.ARGUMENT)
def selection(conditions: Mapping[str, FilterValue], order: Sequence[tuple[str, bool]]) -> Selection:
    """What a filter and an order ask for. Raises ARGUMENT for what is none of the fields, and for other tests."""
    if len(conditions) > CONDITIONS_MAX or len(order) > len(_FIELDS):
        raise ApiError(Reason.ARGUMENT, reason="Too many conditions")
    parts, values = [], {}
    for place, (key, value) in enumerate(conditions.items()):
        match = _KEY.fullmatch(key)
        if match is None or match[2] not in _FIELDS or isinstance(value, list):
            raise ApiError(Reason.ARGUMENT, reason=f"Unknown condition {key[:40]}")
        name = f"test{place}"
        values[name] = _compared(match[2], value)
        parts.append(f" AND {_FIELDS[match[2]]} {_TESTS[match[1]]} :{name}")
    for field, _ in order:
        if field not in _FIELDS:
            raise ApiError(Reason.ARGUMENT, reason=f"Unknown field {field[:40]}")
    ways = [f"{_FIELDS[field]} {'DESC' if descends else 'ASC'}" for field, descends in order]
    return Selection("".join(parts), values, ", ".join([*ways, "f.id"]))


def _compared(field: str, value: FilterValue) -> Value:
    text = "" if value is None else str(value).strip()
    if field == "NAME":
        return text
    if field == "CREATE_TIME":
        seconds = moment(text)
        return seconds if isinstance(seconds, int) else 0
    return int(text) if text.isascii() and text.isdigit() and len(text) < _DIGITS_MAX else 0


async def children(tx: Tx, viewer: Viewer, wanted: Selection, *, start: int) -> list[File]:
    """A page of the files that somebody sees in a folder."""
    sql = f"{files.FILE.select} WHERE {_SEEN}{wanted.sql} ORDER BY {wanted.order} LIMIT {PAGE} OFFSET :start"
    return files.FILE.read_all(await tx.all(sql, **_named(viewer), **wanted.values, start=start))


async def count_children(tx: Tx, viewer: Viewer, wanted: Selection) -> int:
    """How many files somebody sees in a folder."""
    sql = f"SELECT COUNT(*) FROM files f WHERE {_SEEN}{wanted.sql}"
    return scalar(await tx.one(sql, **_named(viewer), **wanted.values), 0)


def _named(viewer: Viewer) -> dict[str, Value]:
    return {"chat": viewer.chat_id, "user": viewer.user_id, "first": viewer.first_id}


async def names_taken(tx: Tx, chat_id: int, names: Sequence[str]) -> set[str]:
    """Which of these names files of a chat have."""
    rows = await tx.all(_NAMED, chat=chat_id, names=msgspec.json.encode(names).decode())
    return {name for (name,) in rows}
