"""The permissions that applications and webhooks can be given, by code.

Titles are those of the page api-reference/scopes/permissions.md. Codes from
``forum`` on are not on that page, but portals list them and clients expect
them in the response of `scope`. Most permissions open no method here: they are
listed so that an application asking for them can still be registered.
"""

from __future__ import annotations

from collections.abc import Iterable

from botyard.model.permissions import ADMINISTRATION, OWN_ACCOUNT, PRIVATE

SCOPES: dict[str, str] = {
    "ai_admin": "AI services",
    "biconnector": "BI Analytics Connector",
    "bizproc": "Business Processes",
    "booking": "Online Booking",
    "calendar": "Calendar",
    "call": "Telephony (making calls)",
    "cashbox": "Cash Registers",
    "catalog": "Product Catalog",
    "contact_center": "Contact Center Widget",
    "crm": "CRM",
    "documentgenerator": "Document Generator",
    "delivery": "Delivery",
    "department": "Company Structure",
    "disk": "Drive",
    "entity": "Data store",
    "humanresources": "Company Structure REST 3.0",
    "humanresources.hcmlink": "e-Signature Integration with HR Systems",
    "im": "Chat and Notifications",
    "imbot": "Creating and managing Chatbots",
    "imconnector": "Connectors for external messengers",
    "imopenlines": "Open Channels",
    "intranet": "Widgets of the intranet",
    "landing": "Websites",
    "lists": "Lists",
    "log": "Live Feed",
    "mailservice": "Email Services",
    "main": "Event Log",
    "messageservice": "Messaging Service",
    "mobile": "Mobile App",
    "pay_system": "Payment Systems",
    "placement": "Widgets",
    "pull": "Pull&Push",
    "rpa": "Business Automation",
    "sale": "Online store",
    "salescenter": "CRM. Payment",
    "sign.b2e": "e-Signature",
    "sonet_group": "Social Network Working Groups",
    "socialnetwork": "Social Network",
    "task": "Tasks",
    "telephony": "Telephony",
    "timeman": "Time Tracking",
    "user": "Users",
    "user_basic": "Users (basic)",
    "user_brief": "Users (minimal)",
    "user.userfield": "User custom fields",
    "userfieldconfig": "Custom field settings",
    "userconsent": "Working with agreements",
    "vote": "Surveys",
    "forum": "Forums",
    "appform": "Application forms",
    "baas": "Additional services",
    "calendarmobile": "Calendar in the mobile app",
    "catalogmobile": "Product Catalog in the mobile app",
    "configuration.import": "Import of settings",
    "iblock": "Information blocks",
    "im.import": "Import of chats",
    "landing_cloud": "Websites in the cloud",
    "notifications": "Messages to customers",
    "pull_channel": "Pull&Push channels",
    "rating": "Ratings",
    "rest": "REST API",
    "smile": "Smiles",
    "tasks": "Tasks (deprecated)",
    "tasks_extended": "Tasks, extended (deprecated)",
    "tasksmobile": "Tasks in the mobile app (deprecated)",
}

_PLACE = {code: place for place, code in enumerate(SCOPES)}


OURS = {
    ADMINISTRATION: "Administer this portal in your place: add, change and deactivate people, make them administrators "
    "and set their passwords; register, change and remove applications; make and end keys in anybody's name; see what "
    "bots are told; turn the switches of the portal",
    OWN_ACCOUNT: "Your own account: change your profile and your password, end your sessions, see and end your tokens, "
    "and take back what you let applications do",
}
"""What the permissions of our own give, for those who are asked."""


RECENT = frozenset({"booking", "humanresources", "main", "rest", "vote"})
"""Permissions that the official PHP SDK (1.9.0) does not know, and refuses to read in a key's list. They open nothing
here, so a key has them only where they are named."""


def every() -> list[str]:
    """All permissions there are, in order."""
    return [*SCOPES, *sorted(PRIVATE)]


def meaning(code: str) -> str:
    """What a permission gives, in words."""
    return OURS.get(code) or SCOPES.get(code, code)


def usual(codes: Iterable[str]) -> list[str]:
    """What a key is given for which no permissions are named, in order."""
    return in_order(set(codes) - RECENT)


def shown(codes: Iterable[str]) -> list[str]:
    """Permissions as clients see them, in order."""
    return in_order(set(codes) - PRIVATE)


def shown_text(scopes: str) -> str:
    """The same of a text such as `im,imbot`, in the order in which it stands there."""
    return ",".join(code for code in scopes.split(",") if code not in PRIVATE)


def in_order(codes: Iterable[str]) -> list[str]:
    """Permissions in the order of the table, unknown ones after it, each once."""
    return sorted(set(codes), key=lambda code: (_PLACE.get(code, len(_PLACE)), code))
