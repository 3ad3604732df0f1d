"""Words of the names of people, departments and chats, folded: they are written wherever a name changes.

Names that were there before this table are read in the background, see ``portal/name_filling.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

import msgspec

from botyard.model import words
from botyard.model.people import User
from botyard.store.engines.db import Tx, Value
from botyard.store.id_lists import id_list

FIELDS = {"name": "n", "last_name": "l", "second_name": "s", "work_position": "p"}
"""What people are found by: fields, and how the column ``field`` calls them."""
NAMED = "w.field <> 'p'"
"""A condition that a word is one of a name."""
_LAST = "\U0010ffff"
"""Behind whatever continues a word."""


class Owner(StrEnum):
    """Whose names there are."""

    USER = "user"
    DEPARTMENT = "department"
    CHAT = "chat"


class Beginning(NamedTuple):
    """A condition that the column ``w.word`` begins with something, and the values of its parameters."""

    sql: str
    values: dict[str, Value]


def begins(name: str, beginning: str) -> Beginning:
    """The condition for one of the ``beginnings`` of a phrase; ``name`` keeps its parameters apart."""
    sql = f"w.word >= :{name} AND w.word < :{name}_end"
    return Beginning(sql, {name: beginning, f"{name}_end": beginning + _LAST})


async def set_user(tx: Tx, user: User) -> None:
    """Keep the words of a person or bot, in place of those before."""
    await tx.run("DELETE FROM user_words WHERE user_id = :id", id=user.id)
    await add_user(tx, user.id, msgspec.structs.asdict(user))


async def add_user(tx: Tx, user_id: int, names: Mapping[str, object]) -> None:
    """Keep the words of somebody who had none, by the fields that they are in."""
    rows = [f"{sign}{word}" for field, sign in FIELDS.items() for word in words.terms(str(names.get(field) or ""))]
    if rows:
        await tx.run(
            """INSERT INTO user_words (user_id, word, field)
               SELECT CAST(:id AS BIGINT), substr(value, 2), substr(value, 1, 1) FROM {each}(:rows)""",
            id=user_id,
            rows=msgspec.json.encode(rows).decode(),
        )


async def set_department(tx: Tx, department_id: int, name: str) -> None:
    """Keep the words of a department, in place of those before."""
    await tx.run("DELETE FROM department_words WHERE department_id = :id", id=department_id)
    if listed := _listed(name):
        await tx.run(
            "INSERT INTO department_words (department_id, word) SELECT CAST(:id AS BIGINT), value FROM {each}(:words)",
            id=department_id,
            words=listed,
        )


async def set_chat(tx: Tx, chat_id: int, title: str) -> None:
    """Keep the words of the title of a chat, in place of those before."""
    await tx.run("DELETE FROM chat_words WHERE chat_id = :id", id=chat_id)
    if listed := _listed(title):
        await tx.run(
            """INSERT INTO chat_words (chat_id, word, open)
               SELECT c.id, value, CASE WHEN c.kind IN ('O', 'J') THEN 1 ELSE 0 END
               FROM chats c CROSS JOIN {each}(:words) WHERE c.id = :id""",
            id=chat_id,
            words=listed,
        )


async def unindexed(tx: Tx, owner: Owner, *, limit: int) -> list[int]:
    """Some of those whose words are not there yet."""
    sql = "SELECT id FROM unindexed_names WHERE owner = :owner ORDER BY id LIMIT :limit"
    return [owner_id for (owner_id,) in await tx.all(sql, owner=owner, limit=limit)]


async def note_indexed(tx: Tx, owner: Owner, ids: Iterable[int]) -> None:
    """Note that the words of these are there, or not needed any more."""
    listed, values = id_list(ids)
    await tx.run(f"DELETE FROM unindexed_names WHERE owner = :owner AND id IN ({listed})", owner=owner, **values)


def _listed(text: str) -> str:
    """The words of a text as a JSON list; nothing for none."""
    terms = words.terms(text)
    return msgspec.json.encode(terms).decode() if terms else ""
