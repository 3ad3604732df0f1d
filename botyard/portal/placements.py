"""Pages that applications bind to placements with `placement.bind`."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from botyard.errors import ApiError, Reason, raises
from botyard.model import placements as model
from botyard.model.apps import App
from botyard.model.lengths import DESCRIPTION_MAX, WORDS_MAX
from botyard.model.placements import NewPlacement, Placement
from botyard.portal import placement_options
from botyard.portal.url_validation import valid_page_url
from botyard.store import placements
from botyard.store.engines.db import Tx

MOST = 100
"""Handlers that one application may bind."""


@raises(Reason.PLACE_UNKNOWN, Reason.PLACE_NOT_PERSONAL)
def require_place(new: NewPlacement, scopes: frozenset[str]) -> model.Place:
    """The placement of a handler to be bound with these permissions."""
    place = model.find(new.place)
    if place is None or (place.needed and place.scope not in scopes):
        raise ApiError(Reason.PLACE_UNKNOWN)
    if new.user_id and not place.personal:
        raise ApiError(Reason.PLACE_NOT_PERSONAL)
    return place


@raises(Reason.HANDLER_WRONG, Reason.HANDLER_SCHEME)
def require_handler(handler: str) -> None:
    """Raise for what is no address of a page."""
    scheme, separator, _ = handler.partition("://")
    if separator and scheme.lower() not in ("http", "https"):
        raise ApiError(Reason.HANDLER_SCHEME)
    if not valid_page_url(handler):
        raise ApiError(Reason.HANDLER_WRONG)


@raises(require_place, require_handler, placement_options.read, Reason.PLACE_TAKEN, Reason.ARGUMENT)
async def bind(tx: Tx, app: App, new: NewPlacement, *, scopes: frozenset[str]) -> None:
    """Bind a handler. What has the same address and title there is described anew.

    Raises PLACE_UNKNOWN, PLACE_NOT_PERSONAL, HANDLER_WRONG, HANDLER_SCHEME, PLACE_TAKEN where there may be one handler
    only, ARGUMENT beyond ``MOST`` handlers, and what its options lack.
    """
    place = require_place(new, scopes)
    require_handler(new.handler)
    options = placement_options.read(place, new.options)
    bound = await placements.of_app(tx, app.id)
    here = [other for other in bound if other.place == new.place and other.user_id == new.user_id]
    if place.single and here:
        raise ApiError(Reason.PLACE_TAKEN)
    placement = Placement(
        id=0,
        app_id=app.id,
        place=new.place,
        handler=new.handler,
        user_id=new.user_id,
        title=new.title[:WORDS_MAX],
        description=new.description[:DESCRIPTION_MAX],
        group_name=new.group_name[:WORDS_MAX],
        lang_all=new.lang_all,
        options=options,
        created=tx.now,
    )
    for other in here:
        if (other.handler, other.title) == (placement.handler, placement.title):
            await placements.change(tx, msgspec.structs.replace(placement, id=other.id))
            return
    if len(bound) >= MOST:
        raise ApiError(Reason.ARGUMENT, reason=f"No more than {MOST} handlers can be bound")
    await placements.add(tx, placement)


async def unbind(tx: Tx, chosen: Iterable[Placement]) -> int:
    """Remove these handlers and return how many there were."""
    ids = [placement.id for placement in chosen]
    if ids:
        await placements.delete(tx, ids)
    return len(ids)
