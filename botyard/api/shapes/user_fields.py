"""The fields of a user on the wire: what they are called, who may read them, how they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypedDict
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec

from botyard.model.people import User
from botyard.model.user_fields import PREFIX, FieldType, FieldValue
from botyard.rpc.call import Call
from botyard.store import user_details, user_fields, users
from botyard.store.user_filter import FIELDS, NOT_KEPT, ONLINE_SECONDS, Field

LABELS: dict[str, str] = {
    "ID": "ID",
    "XML_ID": "External code",
    "ACTIVE": "Activity",
    "NAME": "First Name",
    "LAST_NAME": "Last Name",
    "SECOND_NAME": "Middle Name",
    "TITLE": "User List",
    "EMAIL": "E-Mail",
    "LAST_LOGIN": "Last Authorization",
    "DATE_REGISTER": "Registration Date",
    "TIME_ZONE": "TIME_ZONE",
    "IS_ONLINE": "IS_ONLINE",
    "TIMESTAMP_X": "TIMESTAMP_X",
    "LAST_ACTIVITY_DATE": "LAST_ACTIVITY_DATE",
    "PERSONAL_GENDER": "Gender",
    "PERSONAL_PROFESSION": "Profession",
    "PERSONAL_WWW": "Homepage",
    "PERSONAL_BIRTHDAY": "Date of Birth",
    "PERSONAL_PHOTO": "Photo",
    "PERSONAL_ICQ": "ICQ",
    "PERSONAL_PHONE": "Personal Phone",
    "PERSONAL_FAX": "Fax",
    "PERSONAL_MOBILE": "Personal Mobile",
    "PERSONAL_PAGER": "Pager",
    "PERSONAL_STREET": "Residential Street",
    "PERSONAL_CITY": "Residential City",
    "PERSONAL_STATE": "State / Region",
    "PERSONAL_ZIP": "Zip Code",
    "PERSONAL_COUNTRY": "Country",
    "PERSONAL_MAILBOX": "P.O. Box",
    "PERSONAL_NOTES": "Additional Notes",
    "WORK_PHONE": "Company Phone",
    "WORK_COMPANY": "Company",
    "WORK_POSITION": "Job Title",
    "WORK_DEPARTMENT": "Department",
    "WORK_WWW": "Company Website",
    "WORK_FAX": "WORK_FAX",
    "WORK_PAGER": "WORK_PAGER",
    "WORK_STREET": "WORK_STREET",
    "WORK_MAILBOX": "WORK_MAILBOX",
    "WORK_CITY": "Work City",
    "WORK_STATE": "WORK_STATE",
    "WORK_ZIP": "WORK_ZIP",
    "WORK_COUNTRY": "WORK_COUNTRY",
    "WORK_PROFILE": "WORK_PROFILE",
    "WORK_LOGO": "WORK_LOGO",
    "WORK_NOTES": "WORK_NOTES",
    "UF_SKYPE_LINK": "Skype Chat Link",
    "UF_ZOOM": "Zoom",
    "UF_EMPLOYMENT_DATE": "Hire Date",
    "UF_TIMEMAN": "Time Tracking",
    "UF_DEPARTMENT": "Units",
    "UF_INTERESTS": "Interests",
    "UF_SKILLS": "Skills",
    "UF_WEB_SITES": "Other Websites",
    "UF_XING": "Xing",
    "UF_LINKEDIN": "LinkedIn",
    "UF_TWITTER": "Twitter",
    "UF_SKYPE": "Skype",
    "UF_DISTRICT": "District",
    "UF_PHONE_INNER": "Extension",
    "USER_TYPE": "USER_TYPE",
}
"""The result of `user.fields` in the full permission, api-reference/user/user-fields.md."""


class _Person(TypedDict, total=False):
    ID: str
    XML_ID: str
    ACTIVE: bool
    NAME: str
    LAST_NAME: str
    SECOND_NAME: str
    EMAIL: str
    LAST_LOGIN: str
    DATE_REGISTER: str
    TIME_ZONE: str
    IS_ONLINE: str
    PERSONAL_GENDER: str
    PERSONAL_WWW: str
    PERSONAL_BIRTHDAY: str
    PERSONAL_PHOTO: str
    PERSONAL_MOBILE: str
    PERSONAL_CITY: str
    WORK_PHONE: str
    WORK_POSITION: str
    UF_EMPLOYMENT_DATE: str
    UF_DEPARTMENT: list[int]
    USER_TYPE: str
    # What is left out where it is not known.
    PERSONAL_PROFESSION: str
    PERSONAL_ICQ: str
    PERSONAL_PHONE: str
    PERSONAL_FAX: str
    PERSONAL_PAGER: str
    PERSONAL_STREET: str
    PERSONAL_STATE: str
    PERSONAL_ZIP: str
    PERSONAL_COUNTRY: str
    PERSONAL_MAILBOX: str
    PERSONAL_NOTES: str
    WORK_COMPANY: str
    WORK_DEPARTMENT: str
    WORK_WWW: str
    WORK_FAX: str
    WORK_PAGER: str
    WORK_STREET: str
    WORK_MAILBOX: str
    WORK_CITY: str
    WORK_STATE: str
    WORK_ZIP: str
    WORK_COUNTRY: str
    WORK_PROFILE: str
    WORK_NOTES: str
    UF_SKYPE_LINK: str
    UF_ZOOM: str
    UF_INTERESTS: str
    UF_SKILLS: str
    UF_WEB_SITES: str
    UF_XING: str
    UF_LINKEDIN: str
    UF_TWITTER: str
    UF_SKYPE: str
    UF_DISTRICT: str
    UF_PHONE_INNER: str
    UF_FACEBOOK: str


class Row(_Person, total=False):
    """A person in a list: the fields that the caller's permissions open and SELECT names."""

    TIMESTAMP_X: dict[str, str]
    LAST_ACTIVITY_DATE: dict[str, str]


class Current(_Person, total=False):
    """The caller, with the fields that the permissions open; all dates are text."""

    TIMESTAMP_X: str
    LAST_ACTIVITY_DATE: str


# The two limited permissions, api-reference/user/user-scope.md.
_BASIC = frozenset(LABELS) - {"LAST_LOGIN", "PERSONAL_WWW", "PERSONAL_ICQ", "USER_TYPE"}
_BRIEF = frozenset(
    {
        "ID",
        "XML_ID",
        "ACTIVE",
        "NAME",
        "LAST_NAME",
        "SECOND_NAME",
        "TITLE",
        "IS_ONLINE",
        "TIME_ZONE",
        "PERSONAL_PHOTO",
        "TIMESTAMP_X",
        "DATE_REGISTER",
        "PERSONAL_PROFESSION",
        "PERSONAL_GENDER",
        "PERSONAL_BIRTHDAY",
        "PERSONAL_CITY",
        "PERSONAL_STATE",
        "PERSONAL_COUNTRY",
        "WORK_POSITION",
        "WORK_CITY",
        "WORK_STATE",
        "WORK_COUNTRY",
        "LAST_ACTIVITY_DATE",
        "UF_EMPLOYMENT_DATE",
        "UF_TIMEMAN",
        "UF_SKILLS",
        "UF_INTERESTS",
        "UF_DEPARTMENT",
        "UF_PHONE_INNER",
    }
)


def readable(scopes: frozenset[str]) -> frozenset[str]:
    """The fields that these permissions open."""
    if "user" in scopes:
        return frozenset(LABELS) | DETAILS
    basic = _BASIC if "user_basic" in scopes else frozenset()
    return basic | _BRIEF if "user_brief" in scopes else basic


def own_fields(scopes: frozenset[str], select: Iterable[str] = ()) -> Callable[[str], bool] | None:
    """Which fields that administrators have made are shown; ``None`` for none.

    The limited permissions open them together with `user.userfield`.
    """
    if "user" not in scopes and "user.userfield" not in scopes:
        return None
    names = {name.strip().upper() for name in select} - {""}
    if not names or names & {"*", "UF_*"}:
        return lambda name: True
    return names.__contains__ if any(name.startswith(PREFIX) for name in names) else None


@lru_cache(maxsize=64)
def filterable(scopes: frozenset[str]) -> dict[str, Field]:
    """The fields to filter and sort by; those that the permissions hide look empty, so that probing finds nothing."""
    hidden = frozenset(LABELS) - readable(scopes) - {"USER_TYPE"}
    return FIELDS | {name: NOT_KEPT for name in LABELS if name in hidden or name not in FIELDS}


class View(msgspec.Struct, frozen=True):
    """What writing a user needs besides the user."""

    call: Call
    zone: ZoneInfo
    departments: dict[int, list[int]]
    details: dict[int, dict[str, str]]

    def moment(self, seconds: int | None) -> str:
        return "" if seconds is None else self.call.atom(seconds)

    def birthday(self, text: str) -> str:
        """Midnight of the day, in the portal's zone."""
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return text
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).isoformat()

    def online(self, user: User) -> str:
        return "Y" if user.last_activity and user.last_activity > self.call.now - ONLINE_SECONDS else "N"


FieldWriter = Callable[[User, View], Any]

# `None` leaves a field out. XML_ID and UF_EMPLOYMENT_DATE are not kept, but clients ask for the keys.
WRITERS: dict[str, FieldWriter] = {
    "ID": lambda user, view: str(user.id),
    "XML_ID": lambda user, view: "",
    "ACTIVE": lambda user, view: user.active,
    "NAME": lambda user, view: user.name,
    "LAST_NAME": lambda user, view: user.last_name,
    "SECOND_NAME": lambda user, view: user.second_name,
    "EMAIL": lambda user, view: user.email,
    "LAST_LOGIN": lambda user, view: view.moment(user.last_login),
    "DATE_REGISTER": lambda user, view: view.moment(user.registered),
    "TIME_ZONE": lambda user, view: user.time_zone,
    "IS_ONLINE": lambda user, view: view.online(user),
    # Lists show two dates as empty objects: so do the examples of user.get and user.search.
    "TIMESTAMP_X": lambda user, view: {},
    "LAST_ACTIVITY_DATE": lambda user, view: {},
    "PERSONAL_GENDER": lambda user, view: user.gender,
    "PERSONAL_WWW": lambda user, view: user.www,
    "PERSONAL_BIRTHDAY": lambda user, view: view.birthday(user.birthday),
    "PERSONAL_PHOTO": lambda user, view: view.call.context.url(user.avatar) or None,
    "PERSONAL_MOBILE": lambda user, view: user.mobile,
    "PERSONAL_CITY": lambda user, view: user.city,
    "WORK_PHONE": lambda user, view: user.work_phone,
    "WORK_POSITION": lambda user, view: user.work_position,
    "UF_EMPLOYMENT_DATE": lambda user, view: "",
    "UF_DEPARTMENT": lambda user, view: view.departments.get(user.id, []),
    "USER_TYPE": lambda user, view: user.kind,
}

DETAILS = frozenset(LABELS) - WRITERS.keys() - {"TITLE", "UF_TIMEMAN", "WORK_LOGO"} | {"UF_FACEBOOK"}
"""Fields that are texts and nothing more; where they are not known they are left out."""


def _detail(name: str) -> FieldWriter:
    return lambda user, view: view.details.get(user.id, {}).get(name)


WRITERS |= {name: _detail(name) for name in (*LABELS, "UF_FACEBOOK") if name in DETAILS}

# `user.current` shows the same two dates as text.
CURRENT_WRITERS = WRITERS | {
    "TIMESTAMP_X": lambda user, view: view.moment(user.updated),
    "LAST_ACTIVITY_DATE": lambda user, view: (
        "" if user.last_activity is None else view.call.context.clock.plain(user.last_activity)
    ),
}


def chosen(
    writers: dict[str, FieldWriter], scopes: frozenset[str], select: Iterable[str] = ()
) -> dict[str, FieldWriter]:
    """The writers of the fields that the permissions open and ``select`` names; no names mean all."""
    names = {name.strip().upper() for name in select} - {""}
    open_to = readable(scopes)
    every = not names or "*" in names
    wanted = names | {name for name in writers if every or ("UF_*" in names and name.startswith("UF_"))}
    return {name: writer for name, writer in writers.items() if name in open_to and name in wanted}


async def written(
    call: Call, people: list[User], writers: dict[str, FieldWriter], own: Callable[[str], bool] | None = None
) -> list[dict[str, Any]]:
    """Users as the wire shows them; ``own`` says which fields that administrators have made are shown, too."""
    asked = [user.id for user in people] if "UF_DEPARTMENT" in writers else []
    detailed = [user.id for user in people] if not DETAILS.isdisjoint(writers) else []
    view = View(
        call,
        ZoneInfo(call.context.clock.zone_name),
        await users.departments_of(call.tx, asked),
        await user_details.of_many(call.tx, detailed),
    )
    held = await user_fields.of_many(call.tx, [user.id for user in people] if own else [])
    return [
        _written(user, view, writers)
        | {value.name: _own(view, value) for value in held.get(user.id, ()) if own and own(value.name)}
        for user in people
    ]


def _own(view: View, held: FieldValue) -> Any:
    values = [_shown(view, held, value) for value in (held.value if isinstance(held.value, list) else [held.value])]
    return values if held.multiple else values[0]


def _shown(view: View, held: FieldValue, value: Any) -> Any:
    if held.type == FieldType.DATE:
        return view.birthday(value)
    if held.type == FieldType.DATETIME:
        return view.moment(value)
    if held.type == FieldType.FILE:
        parts = {"id": held.user_id, "field": held.name, "value": value}
        url = view.call.context.url(f"/rest/user.userfield.file.get?{urlencode(parts)}")
        return {"id": value, "showUrl": url, "downloadData": parts}
    return value


def _written(user: User, view: View, writers: dict[str, FieldWriter]) -> dict[str, Any]:
    answer = {name: writer(user, view) for name, writer in writers.items()}
    return {name: value for name, value in answer.items() if value is not None}
