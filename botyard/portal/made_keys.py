"""Keys that were made with other keys end, and lose permissions, together with them."""

from __future__ import annotations

from botyard.model.apps import App
from botyard.model.audit import AuditEvent
from botyard.portal import audit
from botyard.store import app_tokens, apps, incoming_webhooks, made_keys
from botyard.store.engines.db import Tx
from botyard.store.made_keys import MadeKeys


async def end_by_person(tx: Tx, user_id: int) -> None:
    """End the keys that somebody has made for others; their own rest with them."""
    await _end(tx, await made_keys.by_person(tx, user_id))


async def end_by_app(tx: Tx, app_id: int, user_id: int | None = None) -> None:
    """End the keys that an application has made, in anybody's name or in that of one person."""
    await _end(tx, await made_keys.by_app(tx, app_id, user_id))


async def end_by_left_out(tx: Tx, app: App) -> None:
    """End the keys that an application has made in the names of people to whom it is not open any more."""
    for user_id in await made_keys.makers(tx, app.id):
        if not await apps.admits(tx, app, user_id):
            await end_by_app(tx, app.id, user_id)


async def end_by_webhook(tx: Tx, webhook_id: int) -> None:
    """End the keys that a webhook has made."""
    await _end(tx, await made_keys.by_webhook(tx, webhook_id))


async def end_family(tx: Tx, family: str) -> None:
    """End a token with what it was renewed to, and the keys that it has made where it is a person's own."""
    await app_tokens.revoke_family(tx, family)
    await _end(tx, await made_keys.by_family(tx, family))


async def end_reused(tx: Tx, family: str, *, app_id: int, user_id: int) -> None:
    """End what a code or refresh token that came twice stands for, and put that on record.

    One of the two who had it is a thief, and may have made keys with the tokens: those that the application has made in
    this person's name end, too.
    """
    details: dict[str, str | int | None] = {"user_id": user_id}
    await audit.record(tx, AuditEvent.TOKEN_REVOKED, subject=f"app:{app_id}", details=details)
    await end_family(tx, family)
    await end_by_app(tx, app_id, user_id)


async def narrow(tx: Tx, app_id: int, scopes: str) -> None:
    """Take from the tokens of an application, and from all keys that it has made, what it may not do any more."""
    await app_tokens.narrow(tx, app_id, scopes)
    made = await made_keys.by_app(tx, app_id)
    for app in await made_keys.narrow(tx, made, set(scopes.split(","))):
        await narrow(tx, app.id, app.scopes)


async def _end(tx: Tx, made: MadeKeys) -> None:
    """End keys, and what was made with them in turn. Applications are blocked, for an administrator may keep them."""
    for webhook_id in made.webhooks:
        await incoming_webhooks.revoke(tx, webhook_id)
        await audit.record(tx, AuditEvent.WEBHOOK_REVOKED, subject=f"webhook:{webhook_id}")
        await end_by_webhook(tx, webhook_id)
    for app_id in made.apps:
        await apps.set_blocked(tx, app_id, True)
        await audit.record(tx, AuditEvent.APP_CHANGED, subject=f"app:{app_id}", details={"blocked": 1})
        await end_by_app(tx, app_id)
    for family in made.families:
        await end_family(tx, family)
    if made.families:
        await audit.record(tx, AuditEvent.TOKEN_REVOKED, details={"families": len(made.families)})
