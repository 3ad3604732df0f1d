"""Slash commands of bots, and which message called which."""

from __future__ import annotations

from botyard.model.bots import Command
from botyard.store import columns
from botyard.store.engines.db import Row, Tx

_COLUMNS = "id, owner, bot_id, command, handler, common, hidden, extranet, lang"


def _command(row: Row) -> Command:
    return Command(*(*row[:5], row[5] == 1, row[6] == 1, row[7] == 1, columns.phrases.decode(row[8])))


async def find(tx: Tx, command_id: int) -> Command | None:
    row = await tx.one(f"SELECT {_COLUMNS} FROM commands WHERE id = :id", id=command_id)
    return _command(row) if row else None


async def find_named(tx: Tx, bot_id: int, command: str) -> Command | None:
    row = await tx.one(
        f"SELECT {_COLUMNS} FROM commands WHERE bot_id = :bot AND command = :command", bot=bot_id, command=command
    )
    return _command(row) if row else None


async def named(tx: Tx, command: str) -> list[Command]:
    """Every bot's command of this name, in id order."""
    rows = await tx.all(f"SELECT {_COLUMNS} FROM commands WHERE command = :command ORDER BY id", command=command)
    return [_command(row) for row in rows]


async def of_bot(tx: Tx, bot_id: int) -> list[Command]:
    """A bot's commands in id order."""
    rows = await tx.all(f"SELECT {_COLUMNS} FROM commands WHERE bot_id = :bot ORDER BY id", bot=bot_id)
    return [_command(row) for row in rows]


async def count(tx: Tx, bot_id: int) -> int:
    row = await tx.one("SELECT COUNT(*) FROM commands WHERE bot_id = :bot", bot=bot_id)
    return int(row[0]) if row else 0


async def add(tx: Tx, command: Command) -> int:
    """Insert a command (its ``id`` is ignored) and return its id."""
    return await tx.insert(
        """INSERT INTO commands (owner, bot_id, command, handler, common, hidden, extranet, lang)
           VALUES (:owner, :bot_id, :command, :handler, :common, :hidden, :extranet, :lang)""",
        **columns.of(command),
    )


async def change(tx: Tx, command: Command) -> None:
    values = columns.of(command)
    sets = ", ".join(f"{name} = :{name}" for name in values)
    await tx.run(f"UPDATE commands SET {sets} WHERE id = :id", id=command.id, **values)


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
