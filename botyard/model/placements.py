"""Placements: where applications show pages of theirs, and the handlers that they have bound there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec

OWN_PAGE: Final = "DEFAULT"
"""The page of an application itself. It is no placement, so that nothing is bound to it."""
MOBILE: Final = "IMMOBILE_CONTEXT_MENU"
"""The menu of applications of a messenger on a phone. The page is told of no page that it is opened from."""
PROFILE: Final = "USER_PROFILE_MENU"
"""The menu of the person who uses the messenger."""
BACKGROUND: Final = "PAGE_BACKGROUND_WORKER"
"""A hidden frame."""


class Place(NamedTuple):
    """A placement, as its page describes it.

    ``scope`` is the permission under which it is listed, ``needed`` whether binding takes that permission.
    ``options`` are the names of OPTIONS that are kept, ``passes`` the keys of PLACEMENT_OPTIONS that are its own,
    ``None`` for any. ``single``: an application binds one handler; ``personal``: it may do so for one person.
    ``shown``: a messenger shows what is bound.
    """

    scope: str = ""
    needed: bool = False
    options: tuple[str, ...] = ()
    passes: tuple[str, ...] | None = ()
    single: bool = False
    personal: bool = False
    shown: bool = True


_AUDIENCE = ("extranet", "context", "role")

PLACES: Final[dict[str, Place]] = {
    "IM_TEXTAREA": Place("im", options=("iconName", *_AUDIENCE, "color", "width", "height"), passes=("dialogId",)),
    "IM_SIDEBAR": Place("im", options=("iconName", *_AUDIENCE, "color"), passes=("dialogId",)),
    "IM_CONTEXT_MENU": Place("im", options=_AUDIENCE, passes=("messageId", "dialogId")),
    "IM_NAVIGATION": Place("im", options=("iconName", "extranet", "role")),
    # Bound by older applications; the page says that the handler is not called any more.
    "IM_SMILES_SELECTOR": Place(options=_AUDIENCE, passes=("dialogId",), shown=False),
    MOBILE: Place(options=_AUDIENCE, passes=("dialogId",)),
    "LEFT_MENU": Place(),
    # A link to an application carries parameters of the application's own.
    "REST_APP_URI": Place(passes=None, single=True),
    BACKGROUND: Place(options=("errorHandlerUrl",), passes=("ID",), single=True, personal=True),
    PROFILE: Place("user", needed=True, passes=("USER_ID",)),
}
"""Where a messenger shows applications, and what stands beside it in the documentation of chats."""

_ELSEWHERE: Final[dict[str, tuple[str, ...]]] = {
    "": ("BI_ANALYTICS_MENU",),
    "calendar": ("CALENDAR_GRIDVIEW",),
    "contact_center": ("CONTACT_CENTER",),
    "crm": (
        "CRM_ANALYTICS_MENU",
        "CRM_ANALYTICS_TOOLBAR",
        "CRM_BANK_DETAIL_AUTOCOMPLETE",
        "CRM_DETAIL_SEARCH",
        "CRM_FUNNELS_TOOLBAR",
        "CRM_REQUISITE_AUTOCOMPLETE",
    ),
    "sonet_group": ("SONET_GROUP_DETAIL_TAB", "SONET_GROUP_ROBOT_DESIGNER_TOOLBAR", "SONET_GROUP_TOOLBAR"),
    "task": (
        "TASK_GROUP_LIST_TOOLBAR",
        "TASK_LIST_CONTEXT_MENU",
        "TASK_ROBOT_DESIGNER_TOOLBAR",
        "TASK_USER_LIST_TOOLBAR",
        "TASK_VIEW_SIDEBAR",
        "TASK_VIEW_TAB",
        "TASK_VIEW_TOP_PANEL",
    ),
    "telephony": ("CALL_CARD", "TELEPHONY_ANALYTICS_MENU"),
    "user": ("USER_PROFILE_TOOLBAR",),
}
_CRM_OBJECTS: Final[dict[str, str]] = {
    "ACTIVITY_TIMELINE_MENU": "LEAD DEAL QUOTE SMART_INVOICE",
    "DETAIL_ACTIVITY": "LEAD DEAL CONTACT COMPANY QUOTE SMART_INVOICE ORDER",
    "DETAIL_TAB": "LEAD DEAL CONTACT COMPANY QUOTE SMART_INVOICE ORDER",
    "DETAIL_TOOLBAR": "LEAD DEAL CONTACT COMPANY QUOTE SMART_INVOICE",
    "DOCUMENTGENERATOR_BUTTON": "LEAD DEAL CONTACT COMPANY QUOTE SMART_INVOICE",
    "FUNNELS_TOOLBAR": "SMART_INVOICE",
    "LIST_MENU": "LEAD DEAL CONTACT COMPANY QUOTE SMART_INVOICE ACTIVITY",
    "LIST_TOOLBAR": "LEAD DEAL CONTACT COMPANY QUOTE SMART_INVOICE ORDER",
    "ROBOT_DESIGNER_TOOLBAR": "LEAD DEAL SMART_INVOICE",
}
# An entity type of somebody's own has a number: CRM_DYNAMIC_183_DETAIL_TAB.
_DYNAMIC = re.compile(rf"CRM_DYNAMIC_[1-9][0-9]{{0,9}}_(?:{'|'.join(_CRM_OBJECTS)})", re.ASCII)


def _others() -> Iterator[tuple[str, Place]]:
    for scope, codes in _ELSEWHERE.items():
        for code in codes:
            yield code, Place(scope, needed=bool(scope), shown=False)
    for ending, objects in _CRM_OBJECTS.items():
        for name in objects.split():
            yield f"CRM_{name}_{ending}", Place("crm", needed=True, shown=False)


ELSEWHERE: Final[dict[str, Place]] = dict(_others())
"""Placements of tools that are not here. They can be bound nevertheless, so that an application written for more than
chats can be installed; nothing shows them."""


def find(code: str) -> Place | None:
    """The placement with a code, in capitals; ``None`` where the documentation has none."""
    if _DYNAMIC.fullmatch(code):
        return Place("crm", needed=True, shown=False)
    return PLACES.get(code) or ELSEWHERE.get(code)


class NewPlacement(msgspec.Struct, frozen=True):
    """A handler to be bound. ``user_id`` is whom it is shown to, 0 for everybody whom the application is open to."""

    place: str
    handler: str
    user_id: int = 0
    title: str = ""
    description: str = ""
    group_name: str = ""
    lang_all: dict[str, Any] = {}
    options: dict[str, Any] = {}


class Placement(msgspec.Struct, frozen=True, gc=False):
    """A handler that an application has bound to a placement."""

    id: int
    app_id: int
    place: str
    handler: str
    user_id: int
    title: str
    description: str
    group_name: str
    lang_all: dict[str, Any]
    options: dict[str, Any]
    created: int

    def title_in(self, language: str) -> str:
        """What it is called in a language; ``""`` where the application has not said it."""
        return self._text("TITLE", language) or self.title or self._text("TITLE", "en")

    def group_in(self, language: str) -> str:
        """The group in which it stands, in a language."""
        return self._text("GROUP_NAME", language) or self.group_name or self._text("GROUP_NAME", "en")

    def _text(self, name: str, language: str) -> str:
        texts = self.lang_all.get(language)
        return str(texts.get(name, "")) if isinstance(texts, dict) else ""
