"""Slash commands of bots, and which message called which."""

from __future__ import annotations

from collections.abc import Sequence

from botyard.model.bots import Command
from botyard.store import reach
from botyard.store.engines.db import Tx, Value
from botyard.store.id_lists import id_list
from botyard.store.records import Record, scalar

_COMMAND = Record(Command, "commands c")
# As it is called: of an outsider's bot none is common, for it is told of nothing that is said where it is not.
_CALLABLE = Record(
    Command,
    "commands c",
    common=f"""CASE WHEN c.common = 1 AND NOT EXISTS (SELECT 1 FROM bots b JOIN users r ON r.id = b.registrant
            WHERE b.user_id = c.bot_id AND r.kind IN ({reach.KINDS})) THEN 1 ELSE 0 END""",
)
_ADD = _COMMAND.insert()
_CHANGE = f"{_COMMAND.update()} WHERE id = :id"
_OFFERED = f"""{_CALLABLE.select} WHERE c.id IN (
     SELECT x.id FROM members m JOIN commands x ON x.bot_id = m.user_id WHERE m.chat_id = :chat AND m.bot = 1
     UNION ALL SELECT y.id FROM commands y WHERE y.common = 1 AND NOT EXISTS (
         SELECT 1 FROM bots b JOIN users r ON r.id = b.registrant
         WHERE b.user_id = y.bot_id AND r.kind IN ({reach.KINDS})))
 AND c.hidden = 0 AND c.bot_id <> :viewer AND (c.extranet = 1 OR CAST(:outside AS BIGINT) = 0)
 AND substr(c.command, 1, length(CAST(:find AS TEXT))) = CAST(:find AS TEXT) ORDER BY c.command, c.id LIMIT :limit"""
_BY_ID = f"{_COMMAND.select} WHERE c.id = :id"
_BY_BOT_AND_NAME = f"{_COMMAND.select} WHERE c.bot_id = :bot AND c.command = :command"
_CALLABLE_NAMED = f"{_CALLABLE.select} WHERE c.bot_id = :bot AND c.command = :command"
NAMES_MAX = 50
"""Names that one statement asks for."""


def _named(size: int) -> str:
    listed = ", ".join(f":n{place}" for place in range(size))
    return f"{_CALLABLE.select} WHERE c.command IN ({listed}) ORDER BY c.id"


# Two lengths of the list, so that there are few texts to prepare: nearly every message has one name.
_NAMED = {size: _named(size) for size in (1, NAMES_MAX)}
_OF_BOT = f"{_COMMAND.select} WHERE c.bot_id = :bot ORDER BY c.id"


async def find(tx: Tx, command_id: int) -> Command | None:
    return _COMMAND.read(await tx.one(_BY_ID, id=command_id))


async def find_named(tx: Tx, bot_id: int, command: str) -> Command | None:
    return _COMMAND.read(await tx.one(_BY_BOT_AND_NAME, bot=bot_id, command=command))


async def find_callable(tx: Tx, bot_id: int, command: str) -> Command | None:
    """A bot's command as it is called, see ``named``."""
    return _CALLABLE.read(await tx.one(_CALLABLE_NAMED, bot=bot_id, command=command))


async def named(tx: Tx, names: Sequence[str]) -> dict[str, list[Command]]:
    """Every bot's commands of these names, at most ``NAMES_MAX`` of them: name → commands in id order.

    As they are called: those of outsiders' bots are not ``common``.
    """
    size = 1 if len(names) == 1 else NAMES_MAX
    padded = [*names, *[""] * (size - len(names))]
    listed: dict[str, Value] = {f"n{place}": name for place, name in enumerate(padded)}
    by_name: dict[str, list[Command]] = {}
    for command in _CALLABLE.read_all(await tx.all(_NAMED[size], **listed)):
        by_name.setdefault(command.command, []).append(command)
    return by_name


async def of_bot(tx: Tx, bot_id: int) -> list[Command]:
    """A bot's commands in id order."""
    return _COMMAND.read_all(await tx.all(_OF_BOT, bot=bot_id))


async def offered(tx: Tx, viewer_id: int, chat_id: int, *, outside: bool, find: str, limit: int) -> list[Command]:
    """Commands that a viewer may call in a chat and that begin so, by name: those of its bots, and the common ones."""
    return _CALLABLE.read_all(
        await tx.all(_OFFERED, viewer=viewer_id, chat=chat_id, outside=int(outside), find=find, limit=limit)
    )


async def count(tx: Tx, bot_id: int) -> int:
    return scalar(await tx.one("SELECT COUNT(*) FROM commands WHERE bot_id = :bot", bot=bot_id), 0)


async def counts(tx: Tx, bot_ids: list[int]) -> dict[int, int]:
    """How many commands these bots have; those without any are left out."""
    if not bot_ids:
        return {}
    listed, values = id_list(bot_ids)
    rows = await tx.all(f"SELECT bot_id, COUNT(*) FROM commands WHERE bot_id IN ({listed}) GROUP BY bot_id", **values)
    return dict(rows)


async def add(tx: Tx, command: Command) -> int:
    """Insert a command (its ``id`` is ignored) and return its id."""
    return await tx.insert(_ADD, **_COMMAND.values(command))


async def change(tx: Tx, command: Command) -> None:
    await tx.run(_CHANGE, **_COMMAND.values(command))


async def remove(tx: Tx, command_id: int) -> None:
    await tx.run("DELETE FROM commands WHERE id = :id", id=command_id)


async def add_call(tx: Tx, command_id: int, message_id: int) -> None:
    """Note that a message called a command."""
    await tx.run(
        """INSERT INTO command_calls (command_id, message_id, called) VALUES (:command, :message, :now)
           ON CONFLICT DO NOTHING""",
        command=command_id,
        message=message_id,
        now=tx.now,
    )


async def was_called(tx: Tx, command_id: int, message_id: int) -> bool:
    """Whether this message called this command."""
    row = await tx.one(
        "SELECT 1 FROM command_calls WHERE command_id = :command AND message_id = :message",
        command=command_id,
        message=message_id,
    )
    return row is not None
