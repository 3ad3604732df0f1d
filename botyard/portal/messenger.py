"""The built-in application: the web client that comes with the portal.

It is an application like others, except that it is a public one (RFC 6749, 2.1): it has no secret, because everybody
can read what a browser runs. PKCE and the portal's own addresses take the place of one. See docs/adr/0043.
"""

from __future__ import annotations

from botyard.model.apps import MESSENGER
from botyard.model.audit import SERVER, AuditEvent
from botyard.model.permissions import ADMINISTRATION, CHATS, OWN_ACCOUNT
from botyard.portal import apps, audit
from botyard.store import apps as stored_apps
from botyard.store import portal
from botyard.store.engines.db import Tx

TITLE = "Botyard"
SCOPES = (
    CHATS,
    "imbot",
    "user",
    "user_basic",
    "user_brief",
    "user.userfield",
    "department",
    "disk",
    "placement",
    "pull",
    "pull_channel",
    OWN_ACCOUNT,
    ADMINISTRATION,
)
"""What it may do in somebody's name; administration only where an administrator is asked for it and agrees."""


async def is_current(tx: Tx) -> bool:
    """Whether there is nothing to do for ``put``: it is as this version has it, or there is no portal yet."""
    app = await apps.find(tx, MESSENGER)
    if app is None:
        return await portal.get(tx) is None
    return (app.title, app.scopes) == (TITLE, ",".join(SCOPES))


async def put(tx: Tx) -> None:
    """Make the application, or give the one of an earlier version what this one says of it."""
    await stored_apps.put_built_in(tx, MESSENGER, title=TITLE, scopes=",".join(SCOPES))


async def settle(tx: Tx) -> None:
    """Do that in a portal that exists, and put it on record."""
    if await is_current(tx):
        return
    await put(tx)
    app = await apps.find(tx, MESSENGER)
    if app is not None:
        details: dict[str, str | int | None] = {"title": TITLE, "scopes": app.scopes, "client_id": app.client_id}
        await audit.record(tx, AuditEvent.APP_ADDED, by=SERVER, subject=f"app:{app.id}", details=details)
