"""The portal's own methods that need no permission: what there is, who is calling, what time it is."""

from __future__ import annotations

import re

import msgspec
from msgspec import UNSET, UnsetType

from botyard.api.family import method
from botyard.errors import ApiError, ErrorCode, Reason
from botyard.portal import departments, event_names
from botyard.portal.users import display_name
from botyard.rpc.access import Access
from botyard.rpc.batch import Answers, Batch, commands_of, stamp
from botyard.rpc.call import Call
from botyard.rpc.method import Hinted, Mode, NoParams, Params
from botyard.rpc.scopes import SCOPES, shown
from botyard.store import reach, users
from botyard.store.engines.budget import Budget
from botyard.wire.param_types import RawCommands


class BatchParams(Params, frozen=True):
    cmd: RawCommands = None
    halt: bool = False


@method("batch", mode=Mode.NONE, scopes=(), raises=(ErrorCode.BATCH_METHOD, ErrorCode.BATCH_LENGTH))
async def batch(call: Call, p: BatchParams) -> Hinted[Answers]:
    """Carry out up to 50 calls in one request.

    Docs: settings/how-to-call-rest-api/batch.md
    """
    budget = Budget(call.context.limits.costs.batch)
    return await Batch(call.run, stamp(call.context), budget).answer(commands_of(p.cmd), p.halt)


class MethodsParams(Params, frozen=True):
    full: bool = False
    scope: str | UnsetType = UNSET


@method("methods", mode=Mode.NONE, scopes=(), deprecated="method.get")
async def methods(call: Call, p: MethodsParams) -> list[str]:
    """List the names of methods.

    All that the caller's permissions open; with `full` all there are; with
    `scope` those of one permission, and of none where `scope` is empty.

    Docs: api-reference/common/system/methods.md
    """
    registry = call.context.registry
    if p.full:
        return [listed.name for listed in registry]
    if not isinstance(p.scope, UnsetType):
        wanted = p.scope.strip().lower()
        return [listed.name for listed in registry if (wanted in listed.scopes if wanted else not listed.scopes)]
    return [listed.name for listed in registry if _open(call, listed.scopes)]


class MethodParams(Params, frozen=True):
    name: str = ""


class Availability(msgspec.Struct, frozen=True, rename="camel"):
    is_existing: bool
    is_available: bool


@method("method.get", mode=Mode.NONE, scopes=())
async def method_get(call: Call, p: MethodParams) -> Availability:
    """Tell whether a method exists and whether the caller's permissions open it.

    Docs: api-reference/common/system/method-get.md
    """
    requested = call.context.registry.find(p.name.strip())
    if requested is None:
        return Availability(is_existing=False, is_available=False)
    return Availability(is_existing=True, is_available=_open(call, requested.scopes))


class ScopeParams(Params, frozen=True):
    full: bool = False


@method("scope", mode=Mode.NONE, scopes=())
async def scope(call: Call, p: ScopeParams) -> list[str]:
    """List the caller's permissions; with `full` all there are.

    `botyard` and `botyard.self`, the permissions for this server's own methods, are not listed: clients refuse names
    they do not know.

    Docs: api-reference/common/system/scope.md
    """
    return shown(SCOPES if p.full else call.identity.scopes)


@method("server.time", mode=Mode.NONE, scopes=())
async def server_time(call: Call, p: NoParams) -> str:
    """Tell the server's time as `YYYY-MM-DDThh:mm:ss±hh:mm`.

    Docs: api-reference/common/system/server-time.md
    """
    return call.atom(call.now)


FEATURES = {"rest_offline_extended": "event.offline.get", "rest_auth_connector": ""}
"""Documented codes, each with the method that must exist for the feature to be of use (none: always there)."""


class FeatureParams(Params, frozen=True, rename="upper"):
    code: str = ""


class Feature(msgspec.Struct, frozen=True):
    value: str


@method("feature.get", mode=Mode.NONE, scopes=(), raises=(Reason.CODE_EMPTY,))
async def feature_get(call: Call, p: FeatureParams) -> Feature:
    """Tell whether this portal has a feature: `Y` or `N`.

    Docs: api-reference/common/system/feature-get.md
    """
    code = p.code.strip()
    if not code:
        raise ApiError(Reason.CODE_EMPTY)
    needed = FEATURES.get(code)
    there = needed is not None and (not needed or call.context.registry.find(needed) is not None)
    return Feature("Y" if there else "N")


class Profile(msgspec.Struct, frozen=True, rename="upper"):
    """The photo is there only when one was uploaded, as the page says."""

    id: str
    admin: bool
    name: str
    last_name: str
    personal_gender: str
    time_zone: str
    personal_photo: str | UnsetType = UNSET


@method("profile", scopes=())
async def profile(call: Call, p: NoParams) -> Profile:
    """Tell the basics about the current user; no permission is needed.

    Docs: api-reference/common/users/profile.md
    """
    user = await users.find(call.tx, call.user_id)
    if user is None:
        raise ApiError(ErrorCode.CREDENTIALS)
    return Profile(
        id=str(user.id),
        admin=call.identity.admin,
        name=user.name,
        last_name=user.last_name,
        personal_gender=user.gender,
        time_zone=user.time_zone,
        personal_photo=call.context.url(user.avatar) or UNSET,
    )


class AccessParams(Params, frozen=True, rename="upper"):
    access: list[str] = msgspec.field(default_factory=list)


class AccessName(msgspec.Struct, frozen=True):
    provider: str
    name: str
    provider_id: str


GROUPS = {
    "AU": AccessName("", "All authorized users", "other"),
    "G1": AccessName("", "Administrators", "group"),
    "G2": AccessName("", "All visitors", "other"),
}

_CODE = re.compile(r"(U|D|DR)([0-9]{1,18})", re.ASCII)


@method("access.name", scopes=())
async def access_name(call: Call, p: AccessParams) -> dict[str, AccessName] | bool:
    """Name access codes: users, departments, groups.

    Codes that do not exist are left out; without codes the result is `false`.

    Docs: api-reference/common/system/access-name.md
    """
    if not p.access:
        return False
    asked = {code: _CODE.fullmatch(code) for code in p.access}
    people = await _people(call, [int(match[2]) for match in asked.values() if match and match[1] == "U"])
    structure = await _departments(call) if any(match and match[1] != "U" for match in asked.values()) else {}
    names = dict(GROUPS)
    for code, match in asked.items():
        if match is None:
            continue
        kind, number = match[1], int(match[2])
        if kind == "U" and number in people:
            names[code] = AccessName("Users", people[number], "user")
        elif kind != "U" and number in structure:
            rest = ": all employees of the department and its subdepartments" if kind == "DR" else ""
            names[code] = AccessName("Company structure", structure[number] + rest, "intranet")
    return {code: names[code] for code in asked if code in names}


async def _people(call: Call, ids: list[int]) -> dict[int, str]:
    """Names by id, as far as the caller may see these people."""
    if not ids:
        return {}
    seen = await reach.known(call.tx, call.user_id, ids)
    return {user.id: display_name(user) for user in seen}


async def _departments(call: Call) -> dict[int, str]:
    """Names by id; the structure of the company is not for people from outside."""
    if await reach.outside(call.tx, call.user_id):
        return {}
    return {department.id: department.name for department in await departments.tree(call.tx)}


class EventsParams(Params, frozen=True, rename="upper"):
    scope: str | UnsetType = UNSET
    full: bool = False


@method("events", access=Access.APP, mode=Mode.NONE, scopes=(), raises=(ErrorCode.APP_CONTEXT,))
async def events(call: Call, p: EventsParams) -> list[str]:
    """List the names of events.

    All that the application's permissions open; with FULL all there are; with SCOPE those of one
    permission, and of none where it is empty. What this portal has no part for never happens.

    Docs: api-reference/events/events.md
    """
    if not isinstance(p.scope, UnsetType):
        return list(event_names.SCOPES.get(p.scope.strip().lower(), ()))
    if p.full:
        return [name for names in event_names.SCOPES.values() for name in names]
    return event_names.opened(call.identity.scopes)


def _open(call: Call, scopes: tuple[str, ...]) -> bool:
    return not scopes or not call.identity.scopes.isdisjoint(scopes)
