"""What several `botyard.*` methods are given, and how it is read."""

from __future__ import annotations

from msgspec import UnsetType

from botyard.errors import ApiError, Reason
from botyard.model.apps import App
from botyard.model.people import User
from botyard.portal import apps
from botyard.rpc.call import Call
from botyard.rpc.scopes import every, in_order, usual
from botyard.store import users


def new_scopes(call: Call, names: list[str] | None) -> list[str]:
    """Permissions of a new key: those that are named, or the usual ones where SCOPE was left out. Raises ARGUMENT."""
    return usual(every()) if names is None else scopes(call, names)


def scopes(call: Call, names: list[str] | None) -> list[str]:
    """Permissions by their names. Raises ARGUMENT for one that does not exist, or none at all."""
    known = set(every())
    unknown = [name for name in names or () if name not in known]
    if unknown or not names:
        reason = f"There is no permission {unknown[0][:40]}" if unknown else "SCOPE must name a permission"
        raise ApiError(Reason.ARGUMENT, reason=reason)
    return in_order(names)


async def app(call: Call, client_id: str) -> App:
    """The application with this client id. Raises APP_MISSING."""
    app = await apps.find(call.tx, client_id) if client_id else None
    if app is None:
        raise ApiError(Reason.APP_MISSING)
    return app


async def people(call: Call, user_ids: list[int] | UnsetType | None) -> list[int]:
    """The ids of people who exist. Raises USERS_FORMAT for ``None``, USER_MISSING."""
    if user_ids is None:
        raise ApiError(Reason.USERS_FORMAT)
    wanted = user_ids or []
    if len(await users.find_many(call.tx, wanted)) < len(set(wanted)):
        raise ApiError(Reason.USER_MISSING)
    return wanted


async def person(call: Call, user_id: int) -> User:
    """The person with this id, who may be a guest and no bot. Raises USER_MISSING."""
    user = await users.find(call.tx, user_id) if user_id else None
    if user is None or user.bot or user.deleted:
        raise ApiError(Reason.USER_MISSING)
    return user
