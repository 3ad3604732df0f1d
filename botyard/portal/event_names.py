"""Which events there are: by the permission that opens them.

Docs: api-reference/events/events.md. Most of them never happen here, for there is no CRM; they can be
bound nevertheless, so that an application written for more than chats can be installed.
"""

from __future__ import annotations

BASIC = (
    "ONAPPUNINSTALL",
    "ONAPPINSTALL",
    "ONAPPUPDATE",
    "ONAPPPAYMENT",
    "ONAPPTEST",
    "ONAPPMETHODCONFIRM",
    "ONOFFLINEEVENT",
)
BOTS = (
    "ONIMBOTMESSAGEADD",
    "ONIMBOTMESSAGEUPDATE",
    "ONIMBOTMESSAGEDELETE",
    "ONIMBOTJOINCHAT",
    "ONIMBOTDELETE",
    "ONIMCOMMANDADD",
)
USER_SCOPES = ("user", "user_basic", "user_brief")

SCOPES: dict[str, tuple[str, ...]] = {
    "": BASIC,
    "user": ("ONUSERADD",),
    "imbot": BOTS,
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
