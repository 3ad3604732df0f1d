"""Bots."""

from __future__ import annotations

from botyard.model.bots import Bot
from botyard.store.engines.db import Row, Tx, Value

_BOT = """b.user_id, b.owner, b.code, b.type, b.openline, b.dialect, b.created, u.full_name, u.active, b.event_mode,
 b.webhook_url, b.hidden, b.reactions, b.background_id, u.language, b.messages, b.chats, b.people,
 b.first_owner, b.alias
 FROM bots b JOIN users u ON u.id = b.user_id"""


def _bot(row: Row) -> Bot:
    flags = (row[11] == 1, row[12] == 1)
    return Bot(*(*row[:4], row[4] == 1, *row[5:8], row[8] == 1, *row[9:11], *flags, *row[13:]))


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


async def count_message(tx: Tx, bot_id: int) -> None:
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
