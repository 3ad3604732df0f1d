"""What `user.add` and `user.update` take of a person, and what becomes of it."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from botyard.api.shapes.user_fields import DETAILS
from botyard.errors import ApiError, Reason
from botyard.model.people import Profile
from botyard.model.user_fields import PREFIX
from botyard.rpc.method import Params
from botyard.wire.coerce import Beginning
from botyard.wire.param_types import RawFile, SomeIds

COLUMNS = {
    "NAME": "name",
    "LAST_NAME": "last_name",
    "SECOND_NAME": "second_name",
    "EMAIL": "email",
    "PERSONAL_GENDER": "gender",
    "PERSONAL_WWW": "www",
    "PERSONAL_BIRTHDAY": "birthday",
    "PERSONAL_MOBILE": "mobile",
    "PERSONAL_CITY": "city",
    "WORK_PHONE": "work_phone",
    "WORK_POSITION": "work_position",
}
"""Fields that are columns of their own."""
_DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", re.ASCII)


class PersonParams(Params, frozen=True, rename="upper"):
    """What is left out stays as it is. WORK_LOGO is accepted and not kept."""

    email: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    second_name: str | UnsetType = UNSET
    personal_gender: str | UnsetType = UNSET
    personal_profession: str | UnsetType = UNSET
    personal_www: str | UnsetType = UNSET
    personal_birthday: str | UnsetType = UNSET
    personal_photo: RawFile | UnsetType = UNSET
    personal_icq: str | UnsetType = UNSET
    personal_phone: str | UnsetType = UNSET
    personal_fax: str | UnsetType = UNSET
    personal_mobile: str | UnsetType = UNSET
    personal_pager: str | UnsetType = UNSET
    personal_street: str | UnsetType = UNSET
    personal_city: str | UnsetType = UNSET
    personal_state: str | UnsetType = UNSET
    personal_zip: str | UnsetType = UNSET
    personal_country: str | UnsetType = UNSET
    personal_mailbox: str | UnsetType = UNSET
    personal_notes: str | UnsetType = UNSET
    work_phone: str | UnsetType = UNSET
    work_company: str | UnsetType = UNSET
    work_position: str | UnsetType = UNSET
    work_department: str | UnsetType = UNSET
    work_www: str | UnsetType = UNSET
    work_fax: str | UnsetType = UNSET
    work_pager: str | UnsetType = UNSET
    work_street: str | UnsetType = UNSET
    work_mailbox: str | UnsetType = UNSET
    work_city: str | UnsetType = UNSET
    work_state: str | UnsetType = UNSET
    work_zip: str | UnsetType = UNSET
    work_country: str | UnsetType = UNSET
    work_profile: str | UnsetType = UNSET
    work_logo: RawFile | UnsetType = UNSET
    work_notes: str | UnsetType = UNSET
    uf_skype_link: str | UnsetType = UNSET
    uf_zoom: str | UnsetType = UNSET
    uf_department: SomeIds | UnsetType = UNSET
    uf_interests: str | UnsetType = UNSET
    uf_skills: str | UnsetType = UNSET
    uf_web_sites: str | UnsetType = UNSET
    uf_xing: str | UnsetType = UNSET
    uf_linkedin: str | UnsetType = UNSET
    uf_facebook: str | UnsetType = UNSET
    uf_twitter: str | UnsetType = UNSET
    uf_skype: str | UnsetType = UNSET
    uf_district: str | UnsetType = UNSET
    uf_phone_inner: str | UnsetType = UNSET
    own_fields: Annotated[dict[str, object], Beginning(PREFIX)] = msgspec.field(default_factory=dict, name=f"{PREFIX}*")
    """Fields that administrators have made."""


def profile(p: PersonParams) -> Profile:
    """The columns that a call sets. Raises FIELDS_WRONG for a day that is none, and for an unknown gender."""
    values = {column: text for name, column in COLUMNS.items() if isinstance(text := _value(p, name), str)}
    if "birthday" in values:
        values["birthday"] = _day(values["birthday"])
    if "gender" in values:
        values["gender"] = _gender(values["gender"])
    return msgspec.convert({name: text.strip() for name, text in values.items()}, Profile)


def details(p: PersonParams) -> dict[str, str]:
    """The other texts that a call sets."""
    return {name: text for name in sorted(DETAILS) if isinstance(text := _value(p, name), str)}


def _value(p: PersonParams, name: str) -> object:
    return getattr(p, name.lower(), UNSET)


def _day(text: str) -> str:
    """A day as it is kept, ``YYYY-MM-DD``, of ISO 8601 or ``DD.MM.YYYY``; nothing is no day."""
    text = text.strip()
    if not text:
        return ""
    try:
        if match := _DAY.match(text):
            return date(int(match[3]), int(match[2]), int(match[1])).isoformat()
        return datetime.fromisoformat(text).date().isoformat()
    except ValueError:
        raise ApiError(Reason.FIELDS_WRONG, hint="PERSONAL_BIRTHDAY is a day, YYYY-MM-DD or DD.MM.YYYY") from None


def _gender(text: str) -> str:
    gender = text.strip().upper()
    if gender not in ("", "M", "F"):
        raise ApiError(Reason.FIELDS_WRONG, hint="PERSONAL_GENDER is M or F")
    return gender
