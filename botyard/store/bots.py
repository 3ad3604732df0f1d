"""Bots, their handlers, commands and chat applications."""

from __future__ import annotations

from typing import Any

import msgspec

from botyard.model.bots import Bot, ChatApp, Command, Handlers
from botyard.store.engines.db import Row, Tx, Value

_BOT = """b.user_id, b.owner, b.code, b.type, b.openline, b.dialect, b.created, u.full_name, u.active, b.event_mode,
 b.webhook_url, b.hidden, b.reactions, b.background_id, u.language, b.messages, b.chats, b.people,
 b.first_owner, b.alias
 FROM bots b JOIN users u ON u.id = b.user_id"""
_HANDLERS = "message_add, message_update, message_delete, welcome, bot_delete"
_COMMAND = "id, owner, bot_id, command, handler, common, hidden, extranet, lang"
_CHAT_APP = """id, owner, bot_id, code, iframe, iframe_width, iframe_height, iframe_popup, js_method, js_param, hash,
 icon, context, hidden, extranet, livechat, lang"""

_lang: msgspec.json.Decoder[list[dict[str, Any]]] = msgspec.json.Decoder(list[dict[str, Any]])


def _bot(row: Row) -> Bot:
    flags = (row[11] == 1, row[12] == 1)
    return Bot(*(*row[:4], row[4] == 1, *row[5:8], row[8] == 1, *row[9:11], *flags, *row[13:]))


def _command(row: Row) -> Command:
    return Command(*(*row[:5], row[5] == 1, row[6] == 1, row[7] == 1, _lang.decode(row[8])))


def _chat_app(row: Row) -> ChatApp:
    flags = (row[13] == 1, row[14] == 1, row[15] == 1)
    return ChatApp(*(*row[:7], row[7] == 1, *row[8:13], *flags, _lang.decode(row[16])))


async def find(tx: Tx, bot_id: int) -> Bot | None:
    row = await tx.one(f"SELECT {_BOT} WHERE b.user_id = :id", id=bot_id)
    return _bot(row) if row else None


async def find_by_code(tx: Tx, code: str) -> Bot | None:
    row = await tx.one(f"SELECT {_BOT} WHERE b.code = :code", code=code)
    return _bot(row) if row else None


async def first_of(tx: Tx, owner: str) -> Bot | None:
    """The oldest bot of an owner: the one meant when a call names none."""
    row = await tx.one(f"SELECT {_BOT} WHERE b.owner = :owner ORDER BY b.user_id LIMIT 1", owner=owner)
    return _bot(row) if row else None


async def count_of(tx: Tx, owner: str) -> int:
    row = await tx.one("SELECT COUNT(*) FROM bots WHERE owner = :owner", owner=owner)
    return int(row[0]) if row else 0


async def all_bots(tx: Tx) -> list[Bot]:
    return [_bot(row) for row in await tx.all(f"SELECT {_BOT} ORDER BY b.user_id")]


async def of_owner(tx: Tx, owner: str) -> list[Bot]:
    """An owner's bots, oldest first; there are never many."""
    return [_bot(row) for row in await tx.all(f"SELECT {_BOT} WHERE b.owner = :owner ORDER BY b.user_id", owner=owner)]


async def of_first_owner(tx: Tx, owner: str) -> list[Bot]:
    """The bots that were registered under an owner, whoever has them now, oldest first."""
    first = "b.first_owner = :owner OR (b.owner = :owner AND b.first_owner = '')"
    return [_bot(row) for row in await tx.all(f"SELECT {_BOT} WHERE {first} ORDER BY b.user_id", owner=owner)]


async def add(tx: Tx, bot: Bot) -> None:
    """Insert a bot, whose user is there already. Its name, language and numbers are not of this row."""
    await tx.run(
        """INSERT INTO bots (user_id, owner, code, type, openline, dialect, created, event_mode, webhook_url, hidden,
               reactions, background_id)
           VALUES (:id, :owner, :code, :type, :openline, :dialect, :created, :mode, :url, :hidden,
               :reactions, :background)""",
        owner=bot.owner,
        type=bot.type,
        dialect=bot.dialect,
        created=bot.created,
        **_settings(bot),
    )


async def change(tx: Tx, bot: Bot) -> None:
    """Store a bot's code and settings as they now are. Its owner, type and dialect stay."""
    await tx.run(
        """UPDATE bots SET code = :code, openline = :openline, event_mode = :mode, webhook_url = :url,
               hidden = :hidden, reactions = :reactions, background_id = :background WHERE user_id = :id""",
        **_settings(bot),
    )


def _settings(bot: Bot) -> dict[str, Value]:
    return {
        "id": bot.user_id,
        "code": bot.code,
        "openline": int(bot.openline),
        "mode": bot.event_mode,
        "url": bot.webhook_url,
        "hidden": int(bot.hidden),
        "reactions": int(bot.reactions),
        "background": bot.background_id,
    }


async def set_owner(tx: Tx, bot_id: int, owner: str) -> None:
    """Hand a bot over with its commands and chat applications."""
    await tx.run(
        """UPDATE bots SET owner = :owner, first_owner = CASE WHEN first_owner = '' THEN owner ELSE first_owner END
           WHERE user_id = :id""",
        owner=owner,
        id=bot_id,
    )
    await tx.run("UPDATE commands SET owner = :owner WHERE bot_id = :id", owner=owner, id=bot_id)
    await tx.run("UPDATE chat_apps SET owner = :owner WHERE bot_id = :id", owner=owner, id=bot_id)


async def find_alias(tx: Tx, alias: str) -> Bot | None:
    """The oldest bot of an alias."""
    row = await tx.one(
        f"SELECT {_BOT} WHERE b.alias = :alias AND b.alias <> '' ORDER BY b.user_id LIMIT 1", alias=alias
    )
    return _bot(row) if row else None


async def alias_owner(tx: Tx, alias: str) -> str:
    """The owner that an alias stands for, also when no bot of it is left; "" for none."""
    row = await tx.one("SELECT owner FROM bot_aliases WHERE alias = :alias", alias=alias)
    return str(row[0]) if row else ""


async def set_alias(tx: Tx, first_owner: str, alias: str) -> None:
    """Note the alias of an owner, for good, and for all bots that were registered under it."""
    await tx.run(
        "INSERT INTO bot_aliases (alias, owner) VALUES (:alias, :owner) ON CONFLICT (alias) DO NOTHING",
        alias=alias,
        owner=first_owner,
    )
    await tx.run(
        """UPDATE bots SET alias = :alias
           WHERE alias = '' AND (first_owner = :owner OR (owner = :owner AND first_owner = ''))""",
        alias=alias,
        owner=first_owner,
    )


async def wrote(tx: Tx, bot_id: int) -> None:
    """Count a message of a bot; for anybody else nothing happens."""
    await tx.run("UPDATE bots SET messages = messages + 1 WHERE user_id = :id", id=bot_id)


async def count(tx: Tx, bot_id: int, *, chats: int, people: int = 0) -> None:
    """Change the kept numbers of a bot's chats and people by these amounts; for anybody else nothing happens."""
    sql = "UPDATE bots SET chats = chats + :chats, people = people + :people WHERE user_id = :id"
    await tx.run(sql, chats=chats, people=people, id=bot_id)


async def remove(tx: Tx, bot_id: int) -> None:
    """Remove a bot with its commands and chat applications."""
    await tx.run("DELETE FROM commands WHERE bot_id = :id", id=bot_id)
    await tx.run("DELETE FROM chat_apps WHERE bot_id = :id", id=bot_id)
    await tx.run("DELETE FROM bots WHERE user_id = :id", id=bot_id)


async def handlers(tx: Tx, owner: str) -> Handlers | None:
    row = await tx.one(f"SELECT {_HANDLERS} FROM bot_handlers WHERE owner = :owner", owner=owner)
    return Handlers(*row) if row else None


async def set_handlers(tx: Tx, owner: str, bound: Handlers) -> None:
    await tx.run(
        f"""INSERT INTO bot_handlers (owner, {_HANDLERS})
            VALUES (:owner, :message_add, :message_update, :message_delete, :welcome, :bot_delete)
            ON CONFLICT (owner) DO UPDATE SET message_add = :message_add, message_update = :message_update,
                message_delete = :message_delete, welcome = :welcome, bot_delete = :bot_delete""",
        owner=owner,
        **msgspec.structs.asdict(bound),
    )


async def remove_handlers(tx: Tx, owner: str) -> None:
    await tx.run("DELETE FROM bot_handlers WHERE owner = :owner", owner=owner)


async def find_command(tx: Tx, command_id: int) -> Command | None:
    row = await tx.one(f"SELECT {_COMMAND} FROM commands WHERE id = :id", id=command_id)
    return _command(row) if row else None


async def find_command_named(tx: Tx, bot_id: int, command: str) -> Command | None:
    row = await tx.one(
        f"SELECT {_COMMAND} FROM commands WHERE bot_id = :bot AND command = :command", bot=bot_id, command=command
    )
    return _command(row) if row else None


async def commands_named(tx: Tx, command: str) -> list[Command]:
    """Every bot's command of this name, in id order."""
    rows = await tx.all(f"SELECT {_COMMAND} FROM commands WHERE command = :command ORDER BY id", command=command)
    return [_command(row) for row in rows]


async def commands_of(tx: Tx, bot_id: int) -> list[Command]:
    """A bot's commands in id order."""
    rows = await tx.all(f"SELECT {_COMMAND} FROM commands WHERE bot_id = :bot ORDER BY id", bot=bot_id)
    return [_command(row) for row in rows]


async def count_commands(tx: Tx, bot_id: int) -> int:
    row = await tx.one("SELECT COUNT(*) FROM commands WHERE bot_id = :bot", bot=bot_id)
    return int(row[0]) if row else 0


async def add_command(tx: Tx, command: Command) -> int:
    """Insert a command (its ``id`` is ignored) and return its id."""
    return await tx.insert(
        """INSERT INTO commands (owner, bot_id, command, handler, common, hidden, extranet, lang)
           VALUES (:owner, :bot_id, :command, :handler, :common, :hidden, :extranet, :lang)""",
        **_columns(command),
    )


async def change_command(tx: Tx, command: Command) -> None:
    values = _columns(command)
    sets = ", ".join(f"{name} = :{name}" for name in values)
    await tx.run(f"UPDATE commands SET {sets} WHERE id = :id", id=command.id, **values)


async def remove_command(tx: Tx, command_id: int) -> None:
    await tx.run("DELETE FROM commands WHERE id = :id", id=command_id)


async def add_call(tx: Tx, command_id: int, message_id: int, now: int) -> None:
    """Note that a message called a command."""
    await tx.run(
        """INSERT INTO command_calls (command_id, message_id, called) VALUES (:command, :message, :now)
           ON CONFLICT DO NOTHING""",
        command=command_id,
        message=message_id,
        now=now,
    )


async def was_called(tx: Tx, command_id: int, message_id: int) -> bool:
    """Whether this message called this command."""
    row = await tx.one(
        "SELECT 1 FROM command_calls WHERE command_id = :command AND message_id = :message",
        command=command_id,
        message=message_id,
    )
    return row is not None


async def find_chat_app(tx: Tx, chat_app_id: int) -> ChatApp | None:
    row = await tx.one(f"SELECT {_CHAT_APP} FROM chat_apps WHERE id = :id", id=chat_app_id)
    return _chat_app(row) if row else None


async def find_chat_app_by_code(tx: Tx, bot_id: int, code: str) -> ChatApp | None:
    row = await tx.one(f"SELECT {_CHAT_APP} FROM chat_apps WHERE bot_id = :bot AND code = :code", bot=bot_id, code=code)
    return _chat_app(row) if row else None


async def count_chat_apps(tx: Tx, bot_id: int) -> int:
    row = await tx.one("SELECT COUNT(*) FROM chat_apps WHERE bot_id = :bot", bot=bot_id)
    return int(row[0]) if row else 0


async def add_chat_app(tx: Tx, app: ChatApp) -> int:
    """Insert a chat application (its ``id`` is ignored) and return its id."""
    values = _columns(app)
    names = ", ".join(values)
    places = ", ".join(f":{name}" for name in values)
    return await tx.insert(f"INSERT INTO chat_apps ({names}) VALUES ({places})", **values)


async def change_chat_app(tx: Tx, app: ChatApp) -> None:
    values = _columns(app)
    sets = ", ".join(f"{name} = :{name}" for name in values)
    await tx.run(f"UPDATE chat_apps SET {sets} WHERE id = :id", id=app.id, **values)


async def remove_chat_app(tx: Tx, chat_app_id: int) -> None:
    await tx.run("DELETE FROM chat_apps WHERE id = :id", id=chat_app_id)


def _columns(found: Command | ChatApp) -> dict[str, Value]:
    """A struct as column values: flags as 0 and 1, phrases as JSON, no id."""
    values: dict[str, Value] = {}
    for name, value in msgspec.structs.asdict(found).items():
        if name == "id":
            continue
        if name == "lang":
            value = msgspec.json.encode(value).decode()
        values[name] = int(value) if isinstance(value, bool) else value
    return values
