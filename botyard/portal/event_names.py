"""Which events there are: by the permission that opens them.

Docs: api-reference/events/events.md. Most of them never happen here, for there is no CRM; they can be
bound nevertheless, so that an application written for more than chats can be installed.
"""

from __future__ import annotations

from botyard.model.event import BOT_SCOPE, USER_SCOPES
from botyard.model.events import EVENTS
from botyard.model.portal_events import OfflineQueued

QUEUE = EVENTS[OfflineQueued].names["binding"]

_NEVER: dict[str, tuple[str, ...]] = {
    "": ("ONAPPPAYMENT", "ONAPPTEST", "ONAPPMETHODCONFIRM"),
    "crm": (
        "ONCRMINVOICEADD",
        "ONCRMINVOICEUPDATE",
        "ONCRMINVOICEDELETE",
        "ONCRMINVOICESETSTATUS",
        "ONCRMLEADADD",
        "ONCRMLEADUPDATE",
        "ONCRMLEADDELETE",
        "ONCRMLEADUSERFIELDADD",
        "ONCRMLEADUSERFIELDUPDATE",
        "ONCRMLEADUSERFIELDDELETE",
        "ONCRMLEADUSERFIELDSETENUMVALUES",
        "ONCRMDEALADD",
        "ONCRMDEALUPDATE",
        "ONCRMDEALDELETE",
        "ONCRMDEALMOVETOCATEGORY",
        "ONCRMDEALUSERFIELDADD",
        "ONCRMDEALUSERFIELDUPDATE",
        "ONCRMDEALUSERFIELDDELETE",
        "ONCRMDEALUSERFIELDSETENUMVALUES",
        "ONCRMCOMPANYADD",
        "ONCRMCOMPANYUPDATE",
        "ONCRMCOMPANYDELETE",
        "ONCRMCOMPANYUSERFIELDADD",
        "ONCRMCOMPANYUSERFIELDUPDATE",
        "ONCRMCOMPANYUSERFIELDDELETE",
        "ONCRMCOMPANYUSERFIELDSETENUMVALUES",
        "ONCRMCONTACTADD",
        "ONCRMCONTACTUPDATE",
        "ONCRMCONTACTDELETE",
        "ONCRMCONTACTUSERFIELDADD",
        "ONCRMCONTACTUSERFIELDUPDATE",
        "ONCRMCONTACTUSERFIELDDELETE",
        "ONCRMCONTACTUSERFIELDSETENUMVALUES",
        "ONCRMQUOTEADD",
        "ONCRMQUOTEUPDATE",
        "ONCRMQUOTEDELETE",
        "ONCRMQUOTEUSERFIELDADD",
        "ONCRMQUOTEUSERFIELDUPDATE",
        "ONCRMQUOTEUSERFIELDDELETE",
        "ONCRMQUOTEUSERFIELDSETENUMVALUES",
        "ONCRMINVOICEUSERFIELDADD",
        "ONCRMINVOICEUSERFIELDUPDATE",
        "ONCRMINVOICEUSERFIELDDELETE",
        "ONCRMINVOICEUSERFIELDSETENUMVALUES",
        "ONCRMCURRENCYADD",
        "ONCRMCURRENCYUPDATE",
        "ONCRMCURRENCYDELETE",
        "ONCRMPRODUCTADD",
        "ONCRMPRODUCTUPDATE",
        "ONCRMPRODUCTDELETE",
        "ONCRMPRODUCTPROPERTYADD",
        "ONCRMPRODUCTPROPERTYUPDATE",
        "ONCRMPRODUCTPROPERTYDELETE",
        "ONCRMPRODUCTSECTIONADD",
        "ONCRMPRODUCTSECTIONUPDATE",
        "ONCRMPRODUCTSECTIONDELETE",
        "ONCRMACTIVITYADD",
        "ONCRMACTIVITYUPDATE",
        "ONCRMACTIVITYDELETE",
        "ONCRMREQUISITEADD",
        "ONCRMREQUISITEUPDATE",
        "ONCRMREQUISITEDELETE",
        "ONCRMREQUISITEUSERFIELDADD",
        "ONCRMREQUISITEUSERFIELDUPDATE",
        "ONCRMREQUISITEUSERFIELDDELETE",
        "ONCRMREQUISITEUSERFIELDSETENUMVALUES",
        "ONCRMBANKDETAILADD",
        "ONCRMBANKDETAILUPDATE",
        "ONCRMBANKDETAILDELETE",
        "ONCRMADDRESSREGISTER",
        "ONCRMADDRESSUNREGISTER",
        "ONCRMMEASUREADD",
        "ONCRMMEASUREUPDATE",
        "ONCRMMEASUREDELETE",
        "ONCRMDEALRECURRINGADD",
        "ONCRMDEALRECURRINGUPDATE",
        "ONCRMDEALRECURRINGDELETE",
        "ONCRMDEALRECURRINGEXPOSE",
        "ONCRMINVOICERECURRINGADD",
        "ONCRMINVOICERECURRINGUPDATE",
        "ONCRMINVOICERECURRINGDELETE",
        "ONCRMINVOICERECURRINGEXPOSE",
        "ONCRMTIMELINECOMMENTADD",
        "ONCRMTIMELINECOMMENTUPDATE",
        "ONCRMTIMELINECOMMENTDELETE",
        "ONCRMDYNAMICITEMADD",
        "ONCRMDYNAMICITEMUPDATE",
        "ONCRMDYNAMICITEMDELETE",
        "ONCRMTYPEADD",
        "ONCRMTYPEUPDATE",
        "ONCRMTYPEDELETE",
        "ONCRMDOCUMENTGENERATORDOCUMENTADD",
        "ONCRMDOCUMENTGENERATORDOCUMENTUPDATE",
        "ONCRMDOCUMENTGENERATORDOCUMENTDELETE",
    ),
    "task": (
        "ONTASKADD",
        "ONTASKUPDATE",
        "ONTASKDELETE",
        "ONTASKCOMMENTADD",
        "ONTASKCOMMENTUPDATE",
        "ONTASKCOMMENTDELETE",
    ),
    "imopenlines": (
        "ONOPENLINEMESSAGEADD",
        "ONOPENLINEMESSAGEUPDATE",
        "ONOPENLINEMESSAGEDELETE",
        "ONSESSIONSTART",
        "ONSESSIONFINISH",
    ),
    "imconnector": (
        "ONIMCONNECTORMESSAGEADD",
        "ONIMCONNECTORMESSAGEUPDATE",
        "ONIMCONNECTORMESSAGEDELETE",
        "ONIMCONNECTORDIALOGSTART",
        "ONIMCONNECTORDIALOGFINISH",
        "ONIMCONNECTORLINEDELETE",
        "ONIMCONNECTORSTATUSDELETE",
    ),
}
"""Permission → those of its events that never happen here; "" needs none."""


def _happening() -> dict[str, tuple[str, ...]]:
    """Permission → those of its events that do happen, by their rows."""
    names: dict[str, list[str]] = {"": [], "user": [], BOT_SCOPE: []}
    for spec in EVENTS.values():
        if spec.handlers:
            scope = next(iter(spec.handlers.scopes), "")
            names.setdefault(scope, []).append(spec.handlers.name)
        if spec.v1:
            names[BOT_SCOPE].append(spec.v1.name)
    return {scope: tuple(listed) for scope, listed in names.items()}


_HAPPENING = _happening()
BOTS = _HAPPENING[BOT_SCOPE]
# The page names the queue of offline events last.
BASIC = tuple(sorted((*_HAPPENING[""], *_NEVER[""]), key=lambda name: (name == QUEUE, name in _NEVER[""])))
SCOPES: dict[str, tuple[str, ...]] = {
    **{scope: names + _NEVER.get(scope, ()) for scope, names in _HAPPENING.items()},
    "": BASIC,
    **{scope: names for scope, names in _NEVER.items() if scope not in _HAPPENING},
}
"""Permission → its events, in the order of the page; "" needs none."""

ALIASES = {"ONIMJOINCHAT": "ONIMBOTJOINCHAT"}
"""Names that bots in the wild use, and what they mean."""

NAMES = frozenset(name for names in SCOPES.values() for name in names)
OFFLINE = NAMES - {*BASIC, *BOTS}
"""Events that tell of things that change: these can wait in a queue."""


def known(name: str) -> str:
    """An event's name as it is kept, or "" for none; how it is written does not matter."""
    wanted = name.strip().upper()
    wanted = ALIASES.get(wanted, wanted)
    return wanted if wanted in NAMES else ""


def opened(scopes: frozenset[str]) -> list[str]:
    """The events that permissions open."""
    users = bool(scopes.intersection(USER_SCOPES))
    return [
        name
        for scope, names in SCOPES.items()
        if not scope or scope in scopes or (scope == "user" and users)
        for name in names
    ]
