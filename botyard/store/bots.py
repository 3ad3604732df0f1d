"""Bots."""

from __future__ import annotations

from collections.abc import Awaitable

from botyard.model.bots import Bot
from botyard.model.owners import NOBODY, Owner
from botyard.store import chat_apps, users
from botyard.store.engines.db import Tx
from botyard.store.id_lists import id_list
from botyard.store.portal import note_revocation
from botyard.store.records import Record, scalar

_BOT = Record(
    Bot, "bots b JOIN users u ON u.id = b.user_id", name="u.full_name", active="u.active", language="u.language"
)
_SETTINGS = ("code", "openline", "event_mode", "webhook_url", "hidden", "reactions", "background_id")
_ADD = _BOT.insert("user_id", "owner", "type", "dialect", "created", "registrant", *_SETTINGS)
_CHANGE = f"{_BOT.update(*_SETTINGS)} WHERE user_id = :user_id"
_BY_ID = f"{_BOT.select} WHERE b.user_id = :id"
_BY_CODE = f"{_BOT.select} WHERE b.code = :code"
_OF_OWNER = f"{_BOT.select} WHERE b.owner = :owner ORDER BY b.user_id"
_FIRST_OF_OWNER = f"{_OF_OWNER} LIMIT 1"
_OF_FIRST_OWNER = f"""{_BOT.select} WHERE b.first_owner = :owner OR (b.owner = :owner AND b.first_owner = '')
 ORDER BY b.user_id"""
_OF_REGISTRANT = f"{_BOT.select} WHERE b.registrant = :registrant AND b.registrant <> 0 ORDER BY b.user_id"
_BY_ALIAS = f"{_BOT.select} WHERE b.alias = :alias AND b.alias <> '' ORDER BY b.user_id LIMIT 1"
_ANY_OF_PERSONS = """SELECT 1 FROM bots b JOIN users r ON r.id = b.registrant WHERE b.owner = :owner AND r.admin = 0
 LIMIT 1"""
_ALL = f"{_BOT.select} ORDER BY b.user_id"


async def find(tx: Tx, bot_id: int) -> Bot | None:
    return _BOT.read(await tx.one(_BY_ID, id=bot_id))


async def find_by_code(tx: Tx, code: str) -> Bot | None:
    return _BOT.read(await tx.one(_BY_CODE, code=code))


async def first_of(tx: Tx, owner: Owner) -> Bot | None:
    """The oldest bot of an owner: the one meant when a call names none."""
    return _BOT.read(await tx.one(_FIRST_OF_OWNER, owner=owner))


async def count_of(tx: Tx, owner: Owner) -> int:
    return scalar(await tx.one("SELECT COUNT(*) FROM bots WHERE owner = :owner", owner=owner), 0)


async def all_bots(tx: Tx) -> list[Bot]:
    return _BOT.read_all(await tx.all(_ALL))


async def of_owner(tx: Tx, owner: Owner) -> list[Bot]:
    """An owner's bots, oldest first; there are never many."""
    return _BOT.read_all(await tx.all(_OF_OWNER, owner=owner))


async def of_first_owner(tx: Tx, owner: Owner) -> list[Bot]:
    """The bots that were registered under an owner, whoever has them now, oldest first."""
    return _BOT.read_all(await tx.all(_OF_FIRST_OWNER, owner=owner))


async def of_registrant(tx: Tx, user_id: int) -> list[Bot]:
    """The bots that a person registered, oldest first."""
    return _BOT.read_all(await tx.all(_OF_REGISTRANT, registrant=user_id))


async def add(tx: Tx, bot: Bot) -> None:
    """Insert a bot, whose user is there already. Its name, language and numbers are not of this row."""
    await tx.run(_ADD, **_BOT.values(bot))


async def change(tx: Tx, bot: Bot) -> None:
    """Store a bot's code and settings as they now are. Its owner, type and dialect stay."""
    await tx.run(_CHANGE, **_BOT.values(bot))


async def set_owner(tx: Tx, bot_id: int, owner: Owner) -> None:
    """Hand a bot over with its commands and chat applications."""
    await note_revocation(tx)
    await tx.run(
        """UPDATE bots SET owner = :owner, first_owner = CASE WHEN first_owner = '' THEN owner ELSE first_owner END
           WHERE user_id = :id""",
        owner=owner,
        id=bot_id,
    )
    await tx.run("UPDATE commands SET owner = :owner WHERE bot_id = :id", owner=owner, id=bot_id)
    await tx.run("UPDATE chat_apps SET owner = :owner WHERE bot_id = :id", owner=owner, id=bot_id)


async def any_of_persons(tx: Tx, owner: Owner) -> bool:
    """Whether a person registered any bot of an owner who is no administrator."""
    row = await tx.one(_ANY_OF_PERSONS, owner=owner)
    return row is not None


async def set_registrant(tx: Tx, bot_id: int, user_id: int) -> None:
    """Hand a bot to another person, with whom it stops from now on."""
    await tx.run("UPDATE bots SET registrant = :user WHERE user_id = :id", user=user_id, id=bot_id)


async def find_alias(tx: Tx, alias: str) -> Bot | None:
    """The oldest bot of an alias."""
    return _BOT.read(await tx.one(_BY_ALIAS, alias=alias))


async def alias_owner(tx: Tx, alias: str) -> Owner:
    """The owner that an alias stands for, also when no bot of it is left; "" for none."""
    return scalar(await tx.one("SELECT owner FROM bot_aliases WHERE alias = :alias", alias=alias), NOBODY)


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


async def aliased_owners(tx: Tx) -> list[Owner]:
    """All owners that have an alias."""
    return [Owner(owner) for (owner,) in await tx.all("SELECT DISTINCT owner FROM bot_aliases ORDER BY owner")]


async def replace_alias(tx: Tx, first_owner: Owner, alias: str) -> None:
    """Let an owner have another alias, and no other."""
    await tx.run("DELETE FROM bot_aliases WHERE owner = :owner", owner=first_owner)
    await tx.run(
        "UPDATE bots SET alias = '' WHERE first_owner = :owner OR (owner = :owner AND first_owner = '')",
        owner=first_owner,
    )
    await set_alias(tx, first_owner, alias)


def count_message(tx: Tx, bot_id: int) -> Awaitable[object]:
    """Count a message of a bot; for anybody else nothing happens."""
    return tx.update("UPDATE bots SET messages = messages + 1 WHERE user_id = :id", id=bot_id)


async def count(tx: Tx, bot_id: int, *, chats: int, people: int = 0) -> None:
    """Change the kept numbers of a bot's chats and people by these amounts; for anybody else nothing happens."""
    sql = "UPDATE bots SET chats = chats + :chats, people = people + :people WHERE user_id = :id"
    await tx.run(sql, chats=chats, people=people, id=bot_id)


async def count_chat(tx: Tx, bot_ids: list[int]) -> None:
    """Count one more chat of each of these bots."""
    listed, values = id_list(bot_ids)
    await tx.run(f"UPDATE bots SET chats = chats + 1 WHERE user_id IN ({listed})", **values)


async def remove(tx: Tx, bot_id: int) -> None:
    """Remove a bot with its commands, chat applications and picture."""
    await tx.run("DELETE FROM commands WHERE bot_id = :id", id=bot_id)
    await chat_apps.remove_of_bot(tx, bot_id)
    await tx.run("DELETE FROM bots WHERE user_id = :id", id=bot_id)
    await users.remove_avatar(tx, bot_id)
