"""What several `botyard.*` methods are given, and how it is read."""

from __future__ import annotations

from uuid import UUID

from msgspec import UnsetType

from botyard.errors import ApiError, Reason
from botyard.model.apps import App
from botyard.model.people import User
from botyard.model.permissions import ADMINISTRATION
from botyard.portal import apps
from botyard.rpc.call import Call
from botyard.rpc.scopes import every, in_order, shown, usual
from botyard.store import users


def new_scopes(call: Call, names: list[str] | None, bearer: User | None = None) -> list[str]:
    """Permissions of a new key: those that are named, or the usual ones of the caller's where SCOPE was left out.

    It calls in the name of ``bearer``; an application, which has none, may administer the portal only where that is
    named. Raises ARGUMENT.
    """
    if names is not None:
        return scopes(call, names, bearer)
    without = set() if bearer and bearer.admin else {ADMINISTRATION}
    return usual(call.identity.scopes & set(every()) - without)


def app_scopes(call: Call, app: App, names: list[str] | None, bearer: User) -> list[str]:
    """Permissions of an application's token: those that are named, or all that caller and person can give."""
    if names is not None:
        return scopes(call, names, bearer)
    without = set() if bearer.admin else {ADMINISTRATION}
    return [scope for scope in app.scopes.split(",") if scope in call.identity.scopes - without]


def scopes(
    call: Call, names: list[str] | None, bearer: User | None = None, *, had: frozenset[str] = frozenset()
) -> list[str]:
    """Permissions by their names. Raises ARGUMENT for one that does not exist, or none at all.

    So it does for what the caller has not, unless the key ``had`` it before, and for administration by ``bearer`` who
    is no administrator.
    """
    known = set(every())
    unknown = [name for name in names or () if name not in known]
    if unknown or not names:
        reason = f"There is no permission {unknown[0][:40]}" if unknown else "SCOPE must name a permission"
        raise ApiError(Reason.ARGUMENT, reason=reason)
    if beyond := set(names) - call.identity.scopes - had:
        raise ApiError(Reason.ARGUMENT, reason=f"The caller has not the permission {min(beyond)} and cannot give it")
    if bearer is not None and not bearer.admin and ADMINISTRATION in names:
        raise ApiError(Reason.ARGUMENT, reason=f"Only the keys of administrators have the permission {ADMINISTRATION}")
    return in_order(names)


async def app(call: Call, client_id: str) -> App:
    """The application with this client id. Raises APP_MISSING."""
    app = await apps.find(call.tx, client_id) if client_id else None
    if app is None:
        raise ApiError(Reason.APP_MISSING)
    return app


def require_all_of(call: Call, app: App) -> None:
    """Raise ARGUMENT where an application has permissions that the caller has not, and would get by its tokens."""
    if beyond := set(shown(app.scopes.split(","))) - call.identity.scopes - {""}:
        reason = f"The application has the permission {min(beyond)}, which the caller has not"
        raise ApiError(Reason.ARGUMENT, reason=reason)


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


def is_uuid(text: str) -> bool:
    """Whether a name that a caller has made for something is a UUID with hyphens."""
    try:
        return str(UUID(text.strip())) == text.strip().lower()
    except ValueError:
        return False
