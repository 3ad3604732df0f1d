"""Opens applications in frames: the page that is shown, the tokens that it gets, and who may open it."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from botyard.errors import ApiError, Reason, raises
from botyard.model import placements as model
from botyard.model.apps import MESSENGER, App
from botyard.model.audit import AuditEvent
from botyard.model.people import User, UserKind
from botyard.model.permissions import PRIVATE
from botyard.model.placements import BACKGROUND, OWN_PAGE, Placement
from botyard.portal import audit
from botyard.portal.auth import consents, tokens
from botyard.portal.auth.tokens import Keyring, TokenPair
from botyard.store import apps, placements
from botyard.store import consents as stored_consents
from botyard.store.engines.db import Tx


class FrameRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody opens: an application at a place, and which of its pages there, 0 for the first."""

    client_id: str
    place: str = OWN_PAGE
    placement_id: int = 0
    agree: bool = False


class Page(NamedTuple):
    """A page of an application: its own, where there is no ``placement``; its installer, where it ``installs``."""

    app: App
    address: str
    placement: Placement | None = None
    installs: bool = False


async def pages(tx: Tx, person: User) -> list[Page]:
    """What somebody can open: the own pages of applications, then what they have bound to placements."""
    admitted = await apps.admitting(tx, person.id)
    open_apps = {
        app.id: app for app in await apps.all_apps(tx) if not app.blocked and (not app.restricted or app.id in admitted)
    }
    own = [page for app in open_apps.values() if (page := _own_page(app, person)) is not None]
    bound = [
        Page(open_apps[placement.app_id], placement.handler, placement)
        for placement in await placements.of_installed(tx, person.id)
        if placement.app_id in open_apps and shows(placement, person)
    ]
    return own + bound


def _own_page(app: App, person: User) -> Page | None:
    """The page of an application itself; until it is installed administrators see its installer there."""
    if person.kind != UserKind.EMPLOYEE:
        return None
    if app.installed:
        return Page(app, app.handler_url) if app.handler_url else None
    return Page(app, app.install_url, installs=True) if person.admin and app.wizard and app.install_url else None


def shows(placement: Placement, person: User) -> bool:
    """Whether a messenger shows a placement to somebody. In which chats it does is for the messenger to say."""
    place = model.find(placement.place)
    if place is None or not place.shown or placement.user_id not in (0, person.id):
        return False
    if person.kind not in (UserKind.EMPLOYEE, UserKind.EXTRANET):
        return False
    outside = person.kind == UserKind.EMPLOYEE or placement.options.get("extranet") == "Y"
    return outside and (person.admin or placement.options.get("role") != "ADMIN")


@raises(Reason.APP_MISSING)
async def application(tx: Tx, person: User, client_id: str) -> App:
    """The application that somebody has open. Whether there is one that they may not open is not told.

    The portal's own client is none: it opens pages, and its tokens come from signing in alone.
    """
    stored = await apps.find_by_client(tx, client_id) if client_id not in ("", MESSENGER) else None
    if stored is None or stored.app.blocked or not await apps.admits(tx, stored.app, person.id):
        raise ApiError(Reason.APP_MISSING)
    return stored.app


def _installed_for(app: App, person: User) -> bool:
    """Whether somebody may open an application now: administrators open its installer before."""
    return app.installed or (person.admin and app.wizard)


@raises(application, Reason.APP_NOT_READY, Reason.PAGE_MISSING)
async def find(tx: Tx, person: User, request: FrameRequest) -> Page:
    """The page that somebody opens. Raises APP_MISSING, APP_NOT_READY and PAGE_MISSING."""
    app = await application(tx, person, request.client_id)
    if request.place == OWN_PAGE or not app.installed:
        page = _own_page(app, person)
        if page is None:
            raise ApiError(Reason.PAGE_MISSING if app.installed else Reason.APP_NOT_READY)
        return page
    for placement in await placements.of_app(tx, app.id):
        named = request.placement_id in (0, placement.id)
        if named and placement.place == request.place and shows(placement, person):
            return Page(app, placement.handler, placement)
    raise ApiError(Reason.PAGE_MISSING)


@raises(Reason.CONSENT_NARROWER, Reason.APP_NOT_READY)
async def grant(
    tx: Tx, ring: Keyring, app: App, *, person: User, within: frozenset[str] | None = None, agree: bool = False
) -> TokenPair:
    """Tokens of the person for a page in a frame; of the permissions ``within`` only, unless that is ``None``.

    Raises CONSENT_NARROWER where the person has agreed to less, and APP_NOT_READY.

    They never have the permissions to administer or over the person's account, unless the person gave them on the page
    of consent.
    """
    if not _installed_for(app, person):
        raise ApiError(Reason.APP_NOT_READY)
    consent = await stored_consents.find(tx, app.id, person.id)
    usual = [scope for scope in app.scopes.split(",") if scope and scope not in PRIVATE]
    beyond = [] if consent is None else [scope for scope in usual if scope not in consent.split(",")]
    if beyond and not agree:
        raise ApiError(Reason.CONSENT_NARROWER, scopes=", ".join(beyond))
    if beyond:
        await consents.grant(tx, app, person.id, scopes=",".join(beyond))
        details: dict[str, str | int | None] = {"scopes": ",".join(beyond)}
        await audit.record(tx, AuditEvent.CONSENT_GIVEN, subject=f"app:{app.id}", details=details)
        consent = ",".join([*(consent or "").split(","), *beyond])
    scopes = (
        consents.of_events(app, None)
        if consent is None
        else consents.left(app, person, scopes=app.scopes, consent=consent)
    )
    if within is not None:
        scopes = ",".join(scope for scope in scopes.split(",") if scope in within)
    return await tokens.issue(tx, ring, app=app, user_id=person.id, scopes=scopes)


async def is_first(tx: Tx, page: Page, person: User) -> bool:
    """Whether somebody opens an application for the first time. What runs unseen is not asked."""
    if page.placement is not None and page.placement.place == BACKGROUND:
        return False
    return not await placements.opened(tx, page.app.id, person.id)
