"""Incoming webhooks."""

from __future__ import annotations

from botyard.model.apps import Webhook
from botyard.model.lengths import WORDS_MAX
from botyard.store.engines.db import Tx
from botyard.store.made_keys import Maker
from botyard.store.portal import note_revocation
from botyard.store.records import Record, insert

_WEBHOOK = Record(Webhook, "webhooks w")
_ADD = insert("webhooks", ("user_id", "secret_hash", "prefix", "title", "scopes", "created", *Maker._fields))
_ALL = f"{_WEBHOOK.select} ORDER BY w.id"


async def add(tx: Tx, user_id: int, secret_hash: str, *, prefix: str, title: str, scopes: str) -> int:
    return await tx.insert(
        _ADD,
        user_id=user_id,
        secret_hash=secret_hash,
        prefix=prefix,
        title=title[:WORDS_MAX],
        scopes=scopes,
        created=tx.now,
        **Maker.of(tx)._asdict(),
    )


async def all_webhooks(tx: Tx) -> list[Webhook]:
    return _WEBHOOK.read_all(await tx.all(_ALL))


async def set_scopes(tx: Tx, webhook_id: int, scopes: str) -> None:
    await tx.run("UPDATE webhooks SET scopes = :scopes WHERE id = :id", scopes=scopes, id=webhook_id)


async def revoke(tx: Tx, webhook_id: int) -> bool:
    """False when there is no such webhook or it was revoked before."""
    await note_revocation(tx)
    sql = "UPDATE webhooks SET revoked = :now WHERE id = :id AND revoked IS NULL"
    return await tx.run(sql, now=tx.now, id=webhook_id) > 0
