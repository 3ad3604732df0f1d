"""`placement.*`: pages of the application that a messenger shows at its placements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from botyard.api.family import method
from botyard.errors import ApiError, ErrorCode, Reason
from botyard.model import placements as model
from botyard.model.apps import App
from botyard.model.lengths import DESCRIPTION_MAX, LANGUAGES_MAX, WORDS_MAX
from botyard.model.placements import NewPlacement, Placement
from botyard.portal import apps, placements
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, NoParams, Params
from botyard.store import placements as stored_placements
from botyard.wire.coerce import Address, Text
from botyard.wire.param_types import NamedValues, Number

_TEXTS = {"TITLE": WORDS_MAX, "DESCRIPTION": DESCRIPTION_MAX, "GROUP_NAME": WORDS_MAX}


class Bind(Params, frozen=True, rename="upper"):
    placement: Annotated[Text, Meta(description="The code of the placement.", examples=["IM_SIDEBAR"])] = ""
    handler: Address = ""
    title: Annotated[str, Meta(description="What it is called where it is shown.")] = ""
    description: str = ""
    group_name: Annotated[str, Meta(description="The group in which it stands, where there are groups.")] = ""
    lang_all: Annotated[
        NamedValues,
        Meta(description="TITLE, DESCRIPTION and GROUP_NAME by language: `{en: {TITLE: …}}`."),
    ] = {}
    options: Annotated[
        NamedValues,
        Meta(
            description="What the placement has: `iconName`, `context`, `role`, `extranet`, `color`, `width`, "
            "`height`, `errorHandlerUrl`."
        ),
    ] = {}
    user_id: Annotated[int, Meta(description="Whom it is shown to; for `PAGE_BACKGROUND_WORKER` only.")] = 0


@method(
    "placement.bind",
    access=Access.WIDGETS,
    mode=Mode.WRITE,
    raises=(
        placements.bind,
        ErrorCode.WIDGETS_AUTH,
        Reason.WIDGETS_CLOSED,
        Reason.ARGUMENT_MISSING,
        Reason.ARGUMENT_NO_TEXT,
    ),
)
async def bind(call: Call, p: Bind) -> bool:
    """Bind a page of the application to a placement.

    A messenger shows it once the application is installed. What is bound with the same address and title is described
    anew. Placements of tools that are not here can be bound; nothing shows them.

    Docs: api-reference/widgets/placement-bind.md
    """
    _require_admin(call)
    place = _place(p.placement)
    if not p.handler.strip():
        raise ApiError(Reason.ARGUMENT_MISSING, argument="HANDLER")
    new = NewPlacement(
        place=place,
        handler=p.handler.strip(),
        user_id=max(0, p.user_id),
        title=p.title.strip(),
        description=p.description,
        group_name=p.group_name.strip(),
        lang_all=_languages(p.lang_all),
        options=p.options,
    )
    await placements.bind(call.tx, await _app(call), new, scopes=call.identity.scopes)
    return True


class Unbind(Params, frozen=True, rename="upper"):
    """What is left out matches every handler of the placement."""

    placement: Annotated[Text, Meta(description="The code of the placement.")] = ""
    handler: Annotated[str, Meta(description="The address. Left out, all handlers of the placement are removed.")] = ""
    user_id: Annotated[
        Number | UnsetType, Meta(description="For whom it was bound. Left out, for whomever it was.")
    ] = UNSET


class Removed(msgspec.Struct, frozen=True):
    """What was found counts, and again when it is removed, as the page says: two for each handler."""

    count: int


@method(
    "placement.unbind",
    access=Access.WIDGETS,
    mode=Mode.WRITE,
    raises=(ErrorCode.WIDGETS_AUTH, Reason.WIDGETS_CLOSED, Reason.ARGUMENT_MISSING, Reason.ARGUMENT_NO_TEXT),
)
async def unbind(call: Call, p: Unbind) -> Removed:
    """Remove pages of the application from a placement. The count is twice that of the handlers.

    Docs: api-reference/widgets/placement-unbind.md
    """
    _require_admin(call)
    place, handler = _place(p.placement), p.handler.strip()
    chosen = [
        placement
        for placement in await stored_placements.of_app(call.tx, (await _app(call)).id)
        if placement.place == place
        and handler in ("", placement.handler)
        and (p.user_id is UNSET or placement.user_id == (p.user_id or 0))
    ]
    return Removed(2 * await placements.unbind(call.tx, chosen))


class Handler(msgspec.Struct, frozen=True, rename="camel"):
    """A page that is bound. Where there are no options or languages, the list is empty, as PHP writes an empty map."""

    placement: str
    user_id: int
    handler: str
    options: dict[str, Any] | list[Any]
    title: str
    description: str
    lang_all: dict[str, Any] | list[Any]


@method("placement.get", access=Access.WIDGETS, raises=(ErrorCode.WIDGETS_AUTH, Reason.WIDGETS_CLOSED))
async def get(call: Call, p: NoParams) -> list[Handler]:
    """List the pages that the application has bound, oldest first.

    Docs: api-reference/widgets/placement-get.md
    """
    _require_admin(call)
    return [_handler(placement) for placement in await stored_placements.of_app(call.tx, (await _app(call)).id)]


class List(Params, frozen=True, rename="upper"):
    scope: Annotated[str, Meta(description="Only placements of this permission.")] = ""
    full: Annotated[bool, Meta(description="Placements of all permissions; without `SCOPE` only.")] = False


@method("placement.list", access=Access.WIDGETS, raises=(ErrorCode.WIDGETS_AUTH,))
async def list_(call: Call, p: List) -> list[str]:
    """List the codes of placements: those of the application's permissions, and those that need none.

    Docs: api-reference/widgets/placement-list.md
    """
    places = {**model.PLACES, **model.ELSEWHERE}
    scope = p.scope.strip().lower()
    if scope:
        return [code for code, place in places.items() if place.scope == scope]
    return [code for code, place in places.items() if p.full or not place.needed or place.scope in call.identity.scopes]


def _require_admin(call: Call) -> None:
    if not call.identity.admin:
        raise ApiError(Reason.WIDGETS_CLOSED)


def _place(code: str | None) -> str:
    if code is None:
        raise ApiError(Reason.ARGUMENT_NO_TEXT, argument="PLACEMENT")
    if not code.strip():
        raise ApiError(Reason.ARGUMENT_MISSING, argument="PLACEMENT")
    return code.strip().upper()


async def _app(call: Call) -> App:
    """The application that calls: access has let in no other caller."""
    return await apps.get(call.tx, call.identity.app_id or 0)


def _languages(texts: Mapping[str, object]) -> dict[str, dict[str, str]]:
    """The three texts in each language; of what is no object nothing is kept."""
    kept: dict[str, dict[str, str]] = {}
    for language, phrases in texts.items():
        if isinstance(phrases, Mapping) and 0 < len(language) <= 8 and len(kept) < LANGUAGES_MAX:
            named = {str(name).upper(): text for name, text in phrases.items()}
            kept[language.lower()] = {
                name: str(named.get(name) or "")[:longest] if isinstance(named.get(name), str | int) else ""
                for name, longest in _TEXTS.items()
            }
    return kept


def _handler(placement: Placement) -> Handler:
    return Handler(
        placement=placement.place,
        user_id=placement.user_id,
        handler=placement.handler,
        options=placement.options or [],
        title=placement.title,
        description=placement.description,
        lang_all=placement.lang_all or [],
    )
