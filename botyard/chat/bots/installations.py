"""Installs and uninstalls applications, and tells those who are affected."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from botyard.chat.bots import bots as participants
from botyard.errors import ApiError, Reason, raises
from botyard.events import outbox
from botyard.model.apps import App
from botyard.model.audit import AuditEvent
from botyard.model.portal_events import AppInstalled, AppRemoved, AppUpdated
from botyard.portal import apps, audit, bindings, made_keys, url_validation
from botyard.portal.apps import Registered
from botyard.portal.auth.keys import Keys, new_secret
from botyard.store import app_tokens, bots, placements, users
from botyard.store import apps as stored_apps
from botyard.store.engines.db import Tx

_ON_INSTALL = "ONAPPINSTALL"


class NewApp(msgspec.Struct, frozen=True, kw_only=True):
    """The properties of an application; when it exists already, ``None`` leaves one as it is."""

    title: str | None = None
    scopes: Iterable[str] | None = None
    handler_url: str | None = None
    install_url: str | None = None
    redirect_uri: str | None = None
    wizard: bool | None = None
    version: int | None = None


@raises(Reason.ARGUMENT, bindings.bind)
async def add(tx: Tx, actor_id: int, plan: NewApp, *, keys: Keys) -> Registered:
    """Register a local application and install it, unless it has a wizard that is to be run first.

    People are sent back to ``redirect_uri``, or to ``handler_url`` where there is none. Raises ARGUMENT.
    """
    if not (plan.title or "").strip():
        raise ApiError(Reason.ARGUMENT, reason="TITLE must not be empty")
    made = await apps.register(tx, keys, title=plan.title or "", scopes=plan.scopes or ())
    planned = msgspec.structs.replace(
        plan, redirect_uri=plan.redirect_uri or plan.handler_url, version=plan.version or made.app.version
    )
    changed = msgspec.structs.replace(_changed(made.app, planned), installed=False)
    await stored_apps.change(tx, changed)
    await _record(tx, AuditEvent.APP_ADDED, changed)
    await _listen(tx, changed)
    if not changed.wizard:
        changed = await finish(tx, actor_id, changed)
    return Registered(changed, made.secret)


@raises(Reason.APP_BUILT_IN)
def require_own(app: App) -> None:
    """Raise APP_BUILT_IN for what comes with the portal."""
    if app.built_in:
        raise ApiError(Reason.APP_BUILT_IN)


@raises(require_own)
async def rotate_secret(tx: Tx, app: App, *, keys: Keys) -> str:
    """Give an application another secret, and return it. Raises APP_BUILT_IN.

    The one before ends at once. Tokens stay: whoever has lost a secret ends them by uninstalling the application.
    """
    require_own(app)
    secret = new_secret()
    await stored_apps.set_secret(tx, app.id, keys.hash(secret))
    await _record(tx, AuditEvent.APP_SECRET_ROTATED, app)
    return secret


@raises(Reason.ARGUMENT, require_own, bindings.bind)
async def update(tx: Tx, actor_id: int, app: App, *, plan: NewApp) -> App:
    """Change an application; it is told of a new version. Raises ARGUMENT and APP_BUILT_IN."""
    require_own(app)
    changed = _changed(app, plan)
    if plan.scopes is not None and not (tx.actor and tx.actor.of_app):
        changed = msgspec.structs.replace(changed, agreed=changed.scopes)
    await stored_apps.change(tx, changed)
    await _record(tx, AuditEvent.APP_CHANGED, changed)
    if changed.scopes != app.scopes:
        await made_keys.narrow(tx, app.id, changed.scopes)
    if changed.install_url != app.install_url or changed.wizard != app.wizard:
        old = [
            binding
            for binding in await bindings.of_owner(tx, app.owner)
            if _called(app, event=binding.event, handler=binding.handler)
        ]
        await bindings.unbind(tx, old)
        await _listen(tx, changed)
    if app.installed and changed.version != app.version:
        event = AppUpdated(
            actor_id=actor_id,
            owner=app.owner,
            version=str(changed.version),
            previous=str(app.version),
            language=await _language(tx, actor_id),
        )
        await outbox.publish(tx, event)
    return changed


def _changed(app: App, plan: NewApp) -> App:
    values = {
        name: value.strip() if isinstance(value, str) else value
        for name, value in msgspec.structs.asdict(plan).items()
        if value is not None and name != "scopes"
    }
    for name in ("handler_url", "install_url", "redirect_uri"):
        if values.get(name) and not url_validation.valid_page_url(values[name]):
            raise ApiError(Reason.ARGUMENT, reason=f"{name.upper()} must be an http or https address")
    if plan.scopes is not None:
        values["scopes"] = ",".join(plan.scopes)
    return msgspec.structs.replace(app, **values)


@raises(bindings.bind)
async def install(tx: Tx, actor_id: int, app: App) -> App:
    """Install an application that is not installed; one with a wizard has to finish by itself."""
    if app.installed or app.wizard:
        return app
    await _listen(tx, app)
    return await finish(tx, actor_id, app)


async def finish(tx: Tx, actor_id: int, app: App) -> App:
    """The application is ready: from now on it is told of events, of this one first."""
    if app.installed:
        return app
    done = msgspec.structs.replace(app, installed=True)
    await stored_apps.change(tx, done)
    await placements.forget_openings(tx, app.id)
    await _record(tx, AuditEvent.APP_INSTALLED, done)
    language = await _language(tx, actor_id)
    event = AppInstalled(actor_id=actor_id, owner=app.owner, version=str(app.version), language=language)
    await outbox.publish(tx, event)
    return done


@raises(require_own, participants.remove)
async def uninstall(tx: Tx, actor_id: int, app: App, *, clean: bool = False) -> App:
    """End an application's tokens, remove its bots and handlers, and tell it; ``clean`` deletes its data.

    Raises BOT_NOT_DELETED while one of its bots owns a chat that its owner may not leave, and APP_BUILT_IN.
    """
    require_own(app)
    for bot in await bots.of_owner(tx, app.owner):
        await participants.remove(tx, actor_id, bot, uninstalled=app.installed)
    gone = msgspec.structs.replace(app, installed=False)
    await stored_apps.change(tx, gone)
    await _record(tx, AuditEvent.APP_UNINSTALLED, gone)
    await app_tokens.revoke_all(tx, app.id)
    await made_keys.end_by_app(tx, app.id)
    if app.installed:
        language = await _language(tx, actor_id)
        await outbox.publish(tx, AppRemoved(actor_id=actor_id, owner=app.owner, clean=clean, language=language))
    await bindings.remove_handlers(tx, app.owner, clean=clean)
    await placements.clear(tx, app.id)
    return gone


@raises(uninstall)
async def delete(tx: Tx, actor_id: int, app: App) -> None:
    """Uninstall an application and delete it with all its data. Raises BOT_NOT_DELETED and APP_BUILT_IN."""
    await uninstall(tx, actor_id, app, clean=True)
    await placements.forget_openings(tx, app.id)
    await stored_apps.delete(tx, app.id)
    await _record(tx, AuditEvent.APP_DELETED, app)


async def _record(tx: Tx, event: AuditEvent, app: App) -> None:
    details: dict[str, str | int | None] = {"title": app.title, "scopes": app.scopes, "client_id": app.client_id}
    await audit.record(tx, event, subject=f"app:{app.id}", details=details)


async def _listen(tx: Tx, app: App) -> None:
    """Have the install address called when the application is installed; a wizard is opened by people instead."""
    if app.install_url and not app.wizard:
        await bindings.bind(
            tx, bindings.online_binding(app.owner, _ON_INSTALL, handler=app.install_url, user_id=0, now=tx.now)
        )


def _called(app: App, *, event: str, handler: str) -> bool:
    return event == _ON_INSTALL and handler == app.install_url


async def _language(tx: Tx, user_id: int) -> str:
    user = await users.find(tx, user_id)
    return (user.language if user else "") or "en"
