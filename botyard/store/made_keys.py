"""Keys that were made with other keys: who made them, and which ones somebody has made."""

from __future__ import annotations

from typing import NamedTuple

from botyard.model.audit import Via
from botyard.store.engines.db import Tx, Value


class Maker(NamedTuple):
    """Who makes a key, and with which key; nobody where the command line does.

    ``of_app``: that key is an application's, or an application has made it, by however many keys in between.
    """

    made_by: int = 0
    made_with: str = ""
    of_app: bool = False

    @classmethod
    def of(cls, tx: Tx) -> Maker:
        """Who makes the keys of this transaction."""
        actor = tx.actor
        if actor is None or actor.via is not Via.REST:
            return cls()
        return cls(actor.user_id, f"token:{actor.token_id}" if actor.token_id else actor.key, actor.of_app)


class MadeKeys(NamedTuple):
    """Keys that work: webhooks and applications by id, tokens by their families."""

    webhooks: list[int]
    apps: list[int]
    families: list[str]


class NarrowedApp(NamedTuple):
    """An application that has lost permissions, and those that are left."""

    id: int
    scopes: str


async def by_person(tx: Tx, user_id: int) -> MadeKeys:
    """What somebody has made for others."""
    return await _made(tx, "made_by = :user", "user_id <> :user", user=user_id)


async def by_app(tx: Tx, app_id: int, user_id: int | None = None) -> MadeKeys:
    """What an application has made, in the name of anybody or of one person."""
    if user_id is not None:
        return await _made(tx, "made_with = :key", key=f"app:{app_id}:{user_id}")
    return await _made(tx, "made_with LIKE :key", key=f"app:{app_id}:%")


async def makers(tx: Tx, app_id: int) -> list[int]:
    """In whose names an application has made keys."""
    rows = await tx.all(
        """SELECT made_by FROM webhooks WHERE made_with LIKE :key
           UNION SELECT made_by FROM apps WHERE made_with LIKE :key
           UNION SELECT made_by FROM tokens WHERE made_by > 0 AND made_with LIKE :key""",
        key=f"app:{app_id}:%",
    )
    return [user_id for (user_id,) in rows]


async def by_webhook(tx: Tx, webhook_id: int) -> MadeKeys:
    """What a webhook has made."""
    return await _made(tx, "made_with = :key", key=f"webhook:{webhook_id}")


async def by_family(tx: Tx, family: str) -> MadeKeys:
    """What the own tokens of a person in a family have made."""
    tokens = await tx.all("SELECT id FROM tokens WHERE family = :family AND app_id IS NULL ORDER BY id", family=family)
    made = [await _made(tx, "made_with = :key", key=f"token:{token_id}") for (token_id,) in tokens]
    return MadeKeys(
        [webhook for each in made for webhook in each.webhooks],
        [app for each in made for app in each.apps],
        [family for each in made for family in each.families],
    )


async def narrow(tx: Tx, made: MadeKeys, allowed: set[str]) -> list[NarrowedApp]:
    """Take from keys what is not among these permissions. Returns the applications that had more."""
    for webhook_id in made.webhooks:
        await _narrow(tx, "webhooks WHERE id = :id", allowed, id=webhook_id)
    for family in made.families:
        await _narrow(tx, "tokens WHERE family = :family", allowed, family=family)
    narrowed = [(app_id, await _narrow(tx, "apps WHERE id = :id", allowed, id=app_id)) for app_id in made.apps]
    return [NarrowedApp(app_id, scopes) for app_id, scopes in narrowed if scopes is not None]


async def _made(tx: Tx, condition: str, of_others: str = "1 = 1", **values: Value) -> MadeKeys:
    webhooks = await tx.all(
        f"SELECT id FROM webhooks WHERE {condition} AND {of_others} AND revoked IS NULL ORDER BY id", **values
    )
    apps = await tx.all(
        f"SELECT id FROM apps WHERE {condition} AND deleted IS NULL AND blocked = 0 ORDER BY id", **values
    )
    families = await tx.all(
        f"""SELECT DISTINCT family FROM tokens
            WHERE made_by > 0 AND {condition} AND {of_others} AND revoked IS NULL ORDER BY family""",
        **values,
    )
    return MadeKeys([id_ for (id_,) in webhooks], [id_ for (id_,) in apps], [family for (family,) in families])


async def _narrow(tx: Tx, place: str, allowed: set[str], **values: Value) -> str | None:
    """The permissions that are left of those in a row, or in several alike; ``None`` where nothing was lost."""
    left = None
    table, _, condition = place.partition(" WHERE ")
    for (before,) in await tx.all(f"SELECT DISTINCT scopes FROM {place}", **values):
        after = ",".join(scope for scope in before.split(",") if scope in allowed)
        if after != before:
            sql = f"UPDATE {table} SET scopes = :after WHERE {condition} AND scopes = :before"
            await tx.run(sql, after=after, before=before, **values)
            left = after
    return left
