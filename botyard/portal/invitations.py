"""People whom administrators invite, by their addresses of e-mail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from botyard.errors import ApiError, Reason, raises
from botyard.model.people import Profile, UserKind
from botyard.portal import departments, users
from botyard.store import user_details
from botyard.store import users as stored_users
from botyard.store.engines.db import Tx

_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")


class Invitation(msgspec.Struct, frozen=True):
    """Whom to invite: an employee of departments, or somebody from ``outside``."""

    profile: Profile
    details: Mapping[str, str]
    department_ids: tuple[int, ...] = ()
    outside: bool = False


@raises(Reason.EMAIL_WRONG, Reason.EMAIL_TAKEN, Reason.PLACE_EMPTY, Reason.FIELDS_WRONG)
async def invite(tx: Tx, invitation: Invitation) -> int:
    """Add a person without a password and return the id; the login is the address of e-mail.

    Raises EMAIL_WRONG, EMAIL_TAKEN, PLACE_EMPTY for an employee without department, and FIELDS_WRONG where
    a department does not exist.
    """
    email = invitation.profile.email or ""
    await require_email(tx, email)
    if reason := users.login_problem(email):
        raise ApiError(Reason.EMAIL_WRONG, hint=f"the address becomes the login, and {reason}")
    if await users.find_login(tx, email):
        raise ApiError(Reason.EMAIL_TAKEN)
    if not invitation.outside and not invitation.department_ids:
        raise ApiError(Reason.PLACE_EMPTY)
    await require_departments(tx, invitation.department_ids)
    profile = msgspec.structs.replace(invitation.profile, name=invitation.profile.name or email)
    user_id = await users.add(
        tx,
        profile,
        login=email,
        password_hash="",
        kind=UserKind.EXTRANET if invitation.outside else UserKind.EMPLOYEE,
        departments=invitation.department_ids,
    )
    if invitation.details:
        await user_details.change(tx, user_id, invitation.details)
    return user_id


@raises(Reason.FIELDS_WRONG)
async def require_departments(tx: Tx, ids: Iterable[int]) -> None:
    """Check that all of these departments exist. Raises FIELDS_WRONG."""
    if unknown := await departments.unknown(tx, ids):
        raise ApiError(Reason.FIELDS_WRONG, hint=f"there is no department {unknown[0]}")


@raises(Reason.EMAIL_WRONG, Reason.EMAIL_TAKEN)
async def require_email(tx: Tx, email: str) -> None:
    """Check that an address can be a person's. Raises EMAIL_WRONG, and EMAIL_TAKEN where somebody has it."""
    if not _ADDRESS.fullmatch(email):
        raise ApiError(Reason.EMAIL_WRONG)
    if await stored_users.email_taken(tx, email):
        raise ApiError(Reason.EMAIL_TAKEN)
