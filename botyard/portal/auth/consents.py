"""What people let applications do in their name.

An application that an administrator has installed acts for everybody whom it is open to, until it asks them or they
take that back. Then it has what they agreed to and nothing more, in the tokens of events too.
"""

from __future__ import annotations

from botyard.model.apps import App
from botyard.model.audit import AuditEvent
from botyard.model.people import User
from botyard.model.permissions import ADMINISTRATION, PRIVATE
from botyard.portal import audit, made_keys
from botyard.store import app_tokens, consents
from botyard.store.engines.db import Tx


async def grant(tx: Tx, app: App, user_id: int, *, scopes: str) -> None:
    """Let an application have these permissions beside those that it was granted before."""
    before = await consents.find(tx, app.id, user_id)
    granted = dict.fromkeys([*(before or "").split(","), *scopes.split(",")])
    await consents.put(tx, app.id, user_id, scopes=",".join(filter(None, granted)))


async def refuse(tx: Tx, app: App, user_id: int) -> None:
    """Let an application have none of what it asks for; what it was granted before stays."""
    if not await consents.find(tx, app.id, user_id):
        await consents.put(tx, app.id, user_id, scopes="")
        await app_tokens.revoke_events(tx, app.id, user_id)


async def revoke(tx: Tx, app: App, user_id: int) -> None:
    """End what an application does in somebody's name, with the keys that it has made so, until it is granted again."""
    await consents.put(tx, app.id, user_id, scopes="")
    await app_tokens.revoke_of(tx, app.id, user_id)
    await made_keys.end_by_app(tx, app.id, user_id)
    await audit.record(tx, AuditEvent.TOKEN_REVOKED, subject=f"app:{app.id}", details={"user_id": user_id})


def left(app: App, bearer: User, *, scopes: str, consent: str | None) -> str:
    """What remains of permissions that were given out once: never more than application and person may give now."""
    lost = set() if bearer.admin else {ADMINISTRATION}
    return _common(scopes, app.scopes, consent=consent, lost=lost)


def of_events(app: App, consent: str | None) -> str:
    """The permissions of the tokens that events carry in the name of somebody who has so decided."""
    return _common(app.scopes, app.scopes, consent=consent, lost=PRIVATE)


def _common(scopes: str, own: str, *, consent: str | None, lost: set[str] | frozenset[str]) -> str:
    allowed = set(own.split(",")) - lost
    if consent is not None:
        allowed.intersection_update(consent.split(","))
    return ",".join(scope for scope in scopes.split(",") if scope in allowed)
