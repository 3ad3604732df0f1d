"""Incoming webhooks: keys by which a script calls in a person's name."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from botyard.model.apps import Webhook
from botyard.model.audit import AuditEvent
from botyard.portal import audit, made_keys
from botyard.portal.auth.keys import Keys, new_secret
from botyard.store import incoming_webhooks
from botyard.store.engines.db import Tx

PREFIX = 4
"""Characters of a secret that are kept, so that its owner can tell which one it is."""


class Issued(msgspec.Struct, frozen=True):
    """A new webhook with its secret, which is never shown again."""

    id: int
    user_id: int
    secret: str

    def path(self) -> str:
        """The address below the portal's, to which a method is appended."""
        return f"/rest/{self.user_id}/{self.secret}/"


async def issue(tx: Tx, keys: Keys, *, user_id: int, title: str, scopes: Iterable[str], secret: str = "") -> Issued:
    """Make a webhook of a person with these permissions; its secret is a new one unless one is given."""
    secret, scopes = secret or new_secret(), [*scopes]
    added = await incoming_webhooks.add(
        tx, user_id, keys.hash(secret), prefix=secret[:PREFIX], title=title, scopes=",".join(scopes)
    )
    details: dict[str, str | int | None] = {"user_id": user_id, "title": title, "scopes": ",".join(scopes)}
    await audit.record(tx, AuditEvent.WEBHOOK_ADDED, subject=f"webhook:{added}", details=details)
    return Issued(added, user_id, secret)


async def listed(tx: Tx) -> list[Webhook]:
    """All webhooks, the revoked ones too, oldest first."""
    return await incoming_webhooks.all_webhooks(tx)


async def revoke(tx: Tx, webhook_id: int) -> bool:
    """End a webhook and the keys that were made with it; false when there is none or it was ended before."""
    revoked = await incoming_webhooks.revoke(tx, webhook_id)
    if revoked:
        await audit.record(tx, AuditEvent.WEBHOOK_REVOKED, subject=f"webhook:{webhook_id}")
        await made_keys.end_by_webhook(tx, webhook_id)
    return revoked
