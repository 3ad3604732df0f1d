"""Applications: register them, block them, open them to some people only."""

from __future__ import annotations

import hmac
from collections.abc import Iterable

import msgspec

from botyard.model import owners
from botyard.model.apps import App
from botyard.model.audit import AuditEvent
from botyard.model.deliveries import EndReason
from botyard.model.owners import Owner
from botyard.model.people import User
from botyard.portal import audit, made_keys
from botyard.portal.auth.keys import Keys, new_client_id, new_secret
from botyard.store import apps, bots
from botyard.store.engines.db import Tx
from botyard.store.key_hashes import HashKind


class Registered(msgspec.Struct, frozen=True):
    """A new application with its secret, which is never shown again."""

    app: App
    secret: str


async def register(
    tx: Tx, keys: Keys, *, title: str, scopes: Iterable[str], pair: tuple[str, str] | None = None
) -> Registered:
    """Register a local application that may ask for these permissions.

    Its client id and secret are new ones unless a ``pair`` is given.
    """
    client_id, secret = pair or (new_client_id(), new_secret())
    app_id = await apps.add(tx, client_id, keys.hash(secret), title=title, scopes=",".join(scopes))
    return Registered(await get(tx, app_id), secret)


async def get(tx: Tx, app_id: int) -> App:
    """The application with this id. Raises LookupError."""
    app = await apps.find(tx, app_id)
    if app is None:
        raise LookupError(f"there is no application {app_id}")
    return app


async def find(tx: Tx, client_id: str) -> App | None:
    """The application with this client id."""
    app_and_hash = await apps.find_by_client(tx, client_id)
    return app_and_hash.app if app_and_hash else None


async def closed(tx: Tx, owner: Owner, scope: str = "") -> EndReason | None:
    """Why nothing is sent to an owner's handlers now: applications are told nothing until they are installed.

    With ``scope``, nor when they lack that permission.
    """
    client_id = owners.client_id(owner)
    return closed_reason(await find(tx, client_id), scope) if client_id else None


def closed_reason(app: App | None, scope: str = "") -> EndReason | None:
    """The same for an application that was looked up."""
    if app is None or not app.installed:
        return EndReason.NOT_INSTALLED
    if app.blocked:
        return EndReason.BLOCKED
    return EndReason.NO_SCOPE if scope and scope not in app.scopes.split(",") else None


async def open_to(tx: Tx, app: App, user: User) -> bool:
    """Whether an application may act for somebody: its own bots, and whom it is open to."""
    if not app.restricted:
        return True
    if not user.bot:
        return await apps.admits(tx, app, user.id)
    bot = await bots.find(tx, user.id)
    return bot is not None and bot.owner == app.owner


async def check_secret(tx: Tx, keys: Keys, client_id: str, *, secret: str) -> tuple[App | None, bool]:
    """The application, and whether the secret is its own."""
    app_and_hash = await apps.find_by_client(tx, client_id)
    if app_and_hash is None:
        return None, False
    app, stored = app_and_hash
    for each in keys.each():
        if hmac.compare_digest(stored, each.hash(secret)):
            if each is not keys:
                keys.renew(HashKind.APP, secret, former=each)
            return app, True
    return app, False


async def block(tx: Tx, client_id: str, blocked: bool) -> bool:
    """Refuse the application's calls, or accept them again; false when there is no such application.

    Keys that it has made end when it is blocked, and do not come back.
    """
    app = await find(tx, client_id)
    if app is None:
        return False
    await apps.set_blocked(tx, app.id, blocked)
    if blocked:
        await made_keys.end_by_app(tx, app.id)
    await audit.record(tx, AuditEvent.APP_CHANGED, subject=f"app:{app.id}", details={"blocked": int(blocked)})
    return True


async def restrict(tx: Tx, client_id: str, user_ids: list[int] | None) -> bool:
    """Allow these people, or everybody (``None``), to use the application; false when there is none.

    Keys that it has made in the names of all others end.
    """
    app = await find(tx, client_id)
    if app is None:
        return False
    await apps.restrict(tx, app.id, user_ids)
    if user_ids is not None:
        await made_keys.end_by_left_out(tx, msgspec.structs.replace(app, restricted=True))
    people = None if user_ids is None else ",".join(map(str, user_ids))
    await audit.record(tx, AuditEvent.APP_CHANGED, subject=f"app:{app.id}", details={"open_to": people})
    return True
